"""Signals that go out as limit orders, and are placed anew when they have waited too long."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import backtrader as bt
import pytest

from realtrade.common import BaseBroker
from realtrade.common.broker.styles import LimitStyle, StyledOrders, Styles
from realtrade.common.simulated import SimulatedVenue
from realtrade.common.simulated.settings import Settings
from realtrade.model.instrument import Instrument
from realtrade.model.order import OrderStatus
from realtrade.model.verdict import Action, ActionKind, Approved, Denied
from realtrade.plugins.ports.venue import ReportKind
from realtrade.storage import MemoryJournal
from tests.common.broker.test_exchange import Exchange

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.model.order import OrderIntent
    from realtrade.model.verdict import Verdict
    from realtrade.plugins.ports.venue import Venue

D = Decimal
HOUR_MS = 3_600_000
FALL = [(200 - 10 * n, 202 - 10 * n, 188 - 10 * n, 190 - 10 * n) for n in range(12)]
SWAP = Instrument("BTC/USDT:USDT", "BTC", "USDT", "swap", tick=D("0.5"), lot=D("0.01"))


class Broker(StyledOrders, BaseBroker):
    """What the engine makes where a recipe has styles."""


def a_broker(
    entry: LimitStyle | None = None, leave: LimitStyle | None = None, **words: Any
) -> tuple[Any, MemoryJournal]:
    journal = MemoryJournal()
    venue = SimulatedVenue(cash=10_000, settings=Settings(old_bars=False))
    broker = Broker(venue, journal=journal, **words)
    broker.styles = Styles(entry=entry, exit=leave)
    return broker, journal


def _limits(journal: MemoryJournal) -> list[tuple[str, str, str]]:
    return [
        (str(intent.side), str(intent.type), f"{intent.limit_price}") for intent in journal.intents
    ]


BUY: Any = {2: lambda s: s.buy(size=1)}


@pytest.mark.parametrize(
    ("style", "instrument", "price"),
    [
        (LimitStyle(), None, "120.0"),
        (LimitStyle(fraction=D("0.05")), None, "114.0"),
        (LimitStyle(fraction=D("0.003")), SWAP, "119.5"),
        (LimitStyle(ticks=D(4)), SWAP, "118.0"),
    ],
)
def test_an_entry_waits_inside_the_close(
    style: LimitStyle, instrument: Instrument | None, price: str, play: Callable[..., Any]
) -> None:
    broker, journal = a_broker(style)

    play(broker, BUY, instrument=instrument)

    assert _limits(journal) == [("buy", "limit", price)]


def test_a_limit_is_filled_when_the_price_comes_to_it(play: Callable[..., Any]) -> None:
    broker, _ = a_broker(LimitStyle(fraction=D("0.01")))

    actor = play(broker, BUY)

    assert actor.told[-1] == ("Completed", 1.0)
    assert actor.orders[0].executed.price == pytest.approx(118.8)


@pytest.mark.parametrize(
    ("leave", "expected"),
    [
        (LimitStyle(fraction=D("0.01")), ("sell", "limit", "131.3")),
        (None, ("sell", "market", "None")),
    ],
)
def test_an_exit_goes_out_in_its_own_style(
    leave: LimitStyle | None, expected: tuple[str, str, str], play: Callable[..., Any]
) -> None:
    broker, journal = a_broker(None, leave)

    play(broker, {1: lambda s: s.buy(size=1), 3: lambda s: s.close()})

    assert _limits(journal) == [("buy", "market", "None"), expected]


def test_more_than_an_exit_is_an_entry(play: Callable[..., Any]) -> None:
    """A close and a turn in one bar: what the first has on its way is not there to be closed."""
    entry, leave = LimitStyle(fraction=D("0.02")), LimitStyle(fraction=D("0.01"))
    broker, journal = a_broker(entry, leave)

    def turn(strategy: Any) -> Any:
        strategy.close()
        return strategy.sell(size=2)

    play(
        broker,
        {
            1: lambda s: s.buy(size=2, exectype=bt.Order.Market),
            3: turn,
            5: lambda s: s.sell(size=9),
        },
    )

    assert [one[2] for one in _limits(journal)] == ["None", "131.3", "132.6", "153.0"]


@pytest.mark.parametrize(
    "asked",
    [
        {"exectype": bt.Order.Market},
        {"exectype": bt.Order.Limit, "price": 90.0},
        {"exectype": bt.Order.Stop, "price": 500.0},
        {"price": 121.0},
        {"valid": 0},
    ],
)
def test_what_a_strategy_asks_for_by_name_is_never_changed(
    asked: dict[str, Any], play: Callable[..., Any]
) -> None:
    script = {2: lambda s: s.buy(size=1, **asked)}
    broker, journal = a_broker(LimitStyle(fraction=D("0.05")))
    plain = MemoryJournal()

    play(broker, script)
    play(BaseBroker(SimulatedVenue(cash=10_000), journal=plain), script)

    assert _limits(journal) == _limits(plain)


def test_brackets_are_never_changed(play: Callable[..., Any]) -> None:
    broker, journal = a_broker(LimitStyle(fraction=D("0.05")))

    play(
        broker,
        {2: lambda s: s.buy_bracket(size=1, exectype=None, stopprice=90.0, limitprice=500.0)},
    )

    assert [one[1] for one in _limits(journal)] == ["market", "stop", "limit"]


def test_what_waits_too_long_is_placed_anew_and_stays_one_order(play: Callable[..., Any]) -> None:
    style = LimitStyle(fraction=D("0.05"), replace_after_ms=2 * HOUR_MS)
    broker, journal = a_broker(style)

    actor = play(broker, BUY)

    assert [one[2] for one in _limits(journal)] == [
        "114.0",
        "133.0",
        "152.0",
        "171.0",
        "190.0",
        "209.0",
    ]
    assert len({intent.client_order_id for intent in journal.intents}) == 6
    statuses = [one for one, _ in actor.told]
    assert set(statuses) == {"Submitted", "Accepted"}
    assert actor.orders[0].alive()
    assert [order.ref for order in broker.get_orders_open()] == [actor.orders[0].ref]


def test_an_order_placed_anew_is_filled_at_its_new_price(play: Callable[..., Any]) -> None:
    style = LimitStyle(fraction=D("0.05"), replace_after_ms=HOUR_MS)
    broker, journal = a_broker(style)

    actor = play(broker, {2: lambda s: s.sell(size=1)}, prices=FALL)

    assert [one[2] for one in _limits(journal)][:2] == ["189.0", "178.5"]
    assert not actor.position
    broker, journal = a_broker(LimitStyle(fraction=D("0.005"), replace_after_ms=HOUR_MS))
    actor = play(broker, {2: lambda s: s.buy(size=1)}, prices=FALL)
    assert actor.orders[0].executed.price == pytest.approx(180 * 0.995)


def test_nothing_is_placed_anew_where_the_price_would_be_the_same(
    play: Callable[..., Any],
) -> None:
    still = [(100.0, 101.0, 99.0, 100.0)] * 8
    style = LimitStyle(fraction=D("0.05"), replace_after_ms=HOUR_MS)
    broker, journal = a_broker(style)

    play(broker, BUY, prices=still)

    assert len(journal.intents) == 1


def test_a_cancel_by_the_strategy_is_a_cancel(play: Callable[..., Any]) -> None:
    style = LimitStyle(fraction=D("0.05"), replace_after_ms=HOUR_MS)
    broker, journal = a_broker(style)

    actor = play(broker, {2: lambda s: s.buy(size=1), 4: lambda s: s.cancel(s.orders[0])})

    assert actor.told[-1] == ("Canceled", 0.0)
    assert len(journal.intents) == 3
    assert broker.get_orders_open() == []


def test_what_is_executed_in_part_keeps_its_part(play: Callable[..., Any]) -> None:
    style = LimitStyle(fraction=D("0.01"), replace_after_ms=2 * HOUR_MS)
    broker, journal = a_broker(style)
    broker.set_filler(lambda order, price, ago: min(0.4, abs(order.executed.remsize)))

    actor = play(broker, {2: lambda s: s.buy(size=1)})

    order = actor.orders[0]
    assert [str(intent.quantity) for intent in journal.intents] == ["1.0", "0.6", "0.2"]
    assert order.status == order.Completed
    assert (order.size, order.executed.size, actor.position.size) == (1.0, 1.0, 1.0)
    assert [status for status, _ in actor.told].count("Canceled") == 0
    bits = [(bit.size, round(bit.price, 2)) for bit in order.executed.exbits]
    assert bits == [(0.4, 118.8), (0.4, 138.6), (0.2, 158.4)]


class OneOnly:
    """Lets the first order through and nothing after it."""

    silent = watches = False

    def __init__(self) -> None:
        self.asked = 0

    def assess(self, intent: OrderIntent, account: object) -> Verdict:
        self.asked += 1
        return Approved() if self.asked == 1 else Denied("once", "one order is enough")

    def on_fill(self, fill: object, account: object) -> None: ...


def test_an_order_placed_anew_is_judged_anew(play: Callable[..., Any]) -> None:
    style = LimitStyle(fraction=D("0.05"), replace_after_ms=HOUR_MS)
    broker, _ = a_broker(style, gate=cast("Any", OneOnly()))

    actor = play(broker, BUY)

    assert actor.told[-1] == ("Rejected", 0.0)
    assert actor.orders[0].info.reason == "one order is enough"
    assert broker.get_orders_open() == []


def test_orders_of_rules_go_out_at_market(play: Callable[..., Any], gate_of: Any) -> None:
    gate = gate_of(actions={4: [Action(ActionKind.CLOSE, "stop", "met", "btc")]})
    gate.remembered = {}
    style = LimitStyle(fraction=D("0.05"))
    broker, journal = a_broker(None, style, gate=gate)

    actor = play(broker, {1: lambda s: s.buy(size=1)})

    assert _limits(journal)[-1] == ("sell", "market", "None")
    assert not actor.position


def test_on_an_exchange_the_new_order_waits_for_the_end_of_the_old(
    play: Callable[..., Any],
) -> None:
    """The cancel is answered a bar later, and a fill comes in between."""
    exchange, journal = Exchange(), MemoryJournal()
    broker: Any = Broker(cast("Venue", exchange), journal=journal)
    broker.styles = Styles(entry=LimitStyle(fraction=D("0.05"), replace_after_ms=1000))
    clock = {"ms": 0}
    broker.now_ms = lambda: clock["ms"]

    def accept(strategy: Any) -> None:
        exchange.say(ReportKind.ACCEPTED)
        clock["ms"] += 1000

    def fill_and_cancel(strategy: Any) -> None:
        exchange.fill(("t1", "0.3"))
        exchange.say(ReportKind.CANCELLED)
        clock["ms"] += 400

    def fill(strategy: Any) -> None:
        exchange.say(ReportKind.ACCEPTED)
        exchange.fill(("t2", "0.7"))

    script = {2: lambda s: s.buy(size=1), 3: accept, 5: fill_and_cancel, 7: fill}
    actor = play(broker, script, instrument=SWAP)

    first, second = exchange.sent
    assert exchange.cancelled == [first.client_order_id]
    assert (first.quantity, first.limit_price) == (D(1), D(114))
    assert (second.quantity, second.limit_price) == (D("0.7"), D("152.0"))
    assert actor.told[-1] == ("Completed", 1.0)
    moves = [(one.client_order_id == first.client_order_id, one.status) for one in journal.moves]
    assert moves[-3:] == [
        (False, OrderStatus.SUBMITTED),
        (False, OrderStatus.ACCEPTED),
        (False, OrderStatus.FILLED),
    ]
    assert (True, OrderStatus.CANCELLED) in moves
