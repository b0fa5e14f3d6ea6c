"""Faults of requests through ccxt alone: whatever becomes of an answer, books and ledger agree."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.execution import State
from realtrade.generic_ccxt.capability import find_ways
from realtrade.generic_ccxt.gateway import CcxtGateway
from realtrade.generic_ccxt.names import Names
from realtrade.generic_ccxt.store import store_class
from realtrade.generic_ccxt.stream import PollingAccount
from realtrade.generic_ccxt.traits import traits_of
from realtrade.model.order import OrderStatus, OrderType, Side
from tests.scenario.wire import KEY, SECRET, WireBot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from realtrade.model.instrument import MarketType

D = Decimal
POST = {"method": "POST", "path": "*/order"}
NAMES = {"spot": "binance", "swap": "binanceusdm"}
BOTH = pytest.mark.parametrize("market", ["spot", "swap"])


class GenericBot(WireBot):
    """The same bot, which knows of the exchange what ccxt knows."""

    def connect(self) -> None:
        """Make store, gateway and stream."""
        name = NAMES[self.market]
        self.store = store_class(name)(
            market_type=self.market,
            endpoints=self.exchange.url,
            apikey=KEY,
            secret=SECRET,
            proxy="none",
        )
        self.store.clock.measure()
        names = Names(traits_of(name).spelling)
        ways = find_ways(self.store, names, (self.symbol,))
        self.gateway = CcxtGateway(self.store, names, ways)
        self.stream = PollingAccount(self.store, names, every_s=0.1)


@pytest.fixture
def bot(market: MarketType, tmp_path: Path) -> Iterator[GenericBot]:
    with GenericBot(tmp_path, market) as bot:
        yield bot


@pytest.mark.parametrize(
    ("market", "fault"),
    [
        ("spot", "lost_answer"),
        ("swap", "lost_answer"),
        ("spot", "unknown_result"),
        ("spot", "object"),
        ("swap", "foreign"),
    ],
)
def test_an_order_whose_answer_is_lost_is_found_and_not_repeated(
    bot: GenericBot, fault: str
) -> None:
    armed = bot.exchange.arm(fault, match=POST)

    name = bot.place(bot.order("0.5"))

    assert bot.until_over(name) is OrderStatus.FILLED
    bot.settle()
    assert armed.struck == 1
    assert bot.ledger().accepted == [name]


def test_an_order_that_never_arrived_is_given_up_and_not_repeated(
    bot: GenericBot, short_lived: None
) -> None:
    bot.exchange.arm("server_error", match=POST)

    name = bot.place(bot.order("0.5"))

    assert bot.until_over(name, 20) is OrderStatus.REJECTED
    bot.settle()
    assert bot.ledger().accepted == []


@pytest.mark.parametrize(
    ("fault", "options"), [("rate_limited", {"retry_after": 1}), ("clock", {})]
)
def test_an_order_refused_before_it_was_looked_at_goes_again(
    bot: GenericBot, fault: str, options: dict[str, Any]
) -> None:
    bot.exchange.arm(fault, match=POST, **options)

    name = bot.place(bot.order("0.5"))

    assert bot.until_over(name, 15) is OrderStatus.FILLED
    bot.settle()
    assert bot.ledger().accepted == [name]


def test_an_order_delivered_twice_is_money_all_the_same(bot: GenericBot) -> None:
    bot.exchange.arm("duplicate_delivery", match=POST)

    name = bot.place(bot.order("0.5"))

    bot.until(lambda: bot.standing.state is State.HALTED)
    assert bot.until_over(name) is OrderStatus.FILLED
    bot.until(lambda: bot.held == bot.ledger().positions[bot.symbol])
    assert bot.ledger().accepted == [name, name]


@BOTH
def test_limits_rest_fill_and_are_cancelled_and_a_restart_finds_them(bot: GenericBot) -> None:
    stays = bot.place(bot.order("1", type=OrderType.LIMIT))
    goes = bot.place(bot.order("2", type=OrderType.LIMIT, limit_price=D(89)))
    bot.until(lambda: {bot.status[stays], bot.status[goes]} == {OrderStatus.ACCEPTED})

    bot.venue.cancel(goes)
    assert bot.until_over(goes) is OrderStatus.CANCELLED
    bot.end()
    bot.exchange.walk(bot.symbol, 85)
    bot.begin()

    assert bot.until_over(stays) is OrderStatus.FILLED
    bot.next_bar()
    bot.bar_ms += 3_600_000
    sold = bot.place(bot.order("0.5", Side.SELL, type=OrderType.LIMIT, limit_price=D(80)))
    assert bot.until_over(sold) is OrderStatus.FILLED
    bot.settle()


def test_a_refusal_is_told_with_the_exchanges_reason(bot: GenericBot) -> None:
    name = bot.place(bot.order("5000"))

    assert bot.until_over(name) is OrderStatus.MARGIN
    bot.settle()


def test_what_cannot_be_done_as_asked_is_refused_by_name(bot: GenericBot) -> None:
    trailing = bot.order("0.5", type=OrderType.TRAILING_STOP, trail_percent=D("0.02"))

    name = bot.place(trailing)

    assert bot.until_over(name) is OrderStatus.REJECTED
    assert bot.ledger().accepted == []
