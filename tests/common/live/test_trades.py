from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import pytest

from realtrade.common.live.courier import Courier
from realtrade.common.live.inbox import Inbox
from realtrade.common.live.trades import SETTLED_MS, Trades
from realtrade.model.order import Fill, Side
from realtrade.storage import MemoryJournal
from realtrade.utils.clock import ManualClock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.plugins.ports.gateway import Gateway

NOW_MS = 1_700_000_000_000
SYMBOL = "BTC/USDT"


class Reads:
    """A gateway of which only executions are read, and that breaks when it is told to."""

    def __init__(self) -> None:
        self.breaks: Exception | None = None
        self.trades: list[Fill] = []
        self.asked: list[str] = []

    def now_ms(self) -> int:
        return NOW_MS

    def fills(self, symbol: str, after: str) -> Sequence[Fill]:
        self.asked.append(after)
        if self.breaks is not None:
            broken, self.breaks = self.breaks, None
            raise broken
        first = int(after) if after.isdecimal() else 0
        return [fill for fill in self.trades if int(fill.trade_id) > first]


class Desk:
    """Readings of one symbol, done by hand."""

    def __init__(self) -> None:
        self.gateway = Reads()
        self.broken: list[Exception] = []
        self.courier, self.inbox = Courier(ManualClock(NOW_MS), self.broken.append), Inbox()
        self.trades = Trades(
            gateway=cast("Gateway", self.gateway),
            courier=self.courier,
            inbox=self.inbox,
            journal=cast("Any", MemoryJournal()),
            book=lambda fill: False,
        )
        self.trades.begin({}, (SYMBOL,), 0)
        self.read: list[list[str]] = []

    def fetch(self) -> None:
        self.trades.fetch(SYMBOL, lambda fills: self.read.append([one.trade_id for one in fills]))
        while self.courier.turn() or len(self.inbox):
            self.inbox.empty()


@pytest.fixture
def desk() -> Desk:
    return Desk()


def others(trade_id: str, age_ms: int, quantity: str) -> Fill:
    return Fill(
        trade_id=trade_id,
        client_order_id="web",
        symbol=SYMBOL,
        side=Side.BUY,
        quantity=Decimal(quantity),
        price=Decimal(100),
        fee=Decimal(0),
        fee_currency="USDT",
        maker=False,
        time_ms=NOW_MS - age_ms,
    )


def test_a_gateway_that_breaks_once_is_read_again_when_somebody_asks(desk: Desk) -> None:
    """It halts; after a person's `resume` the look at the account must be able to end."""
    desk.gateway.breaks = KeyError("executedQty")
    desk.fetch()

    desk.fetch()

    assert [str(error) for error in desk.broken] == ["'executedQty'"]
    assert len(desk.gateway.asked) == 2
    assert desk.read == [[]]


def test_what_others_traded_is_counted_once_whatever_the_order_of_times(desk: Desk) -> None:
    """A trade behind a newer one by its time is old enough, and the newer one is not."""
    desk.gateway.trades = [others("1", SETTLED_MS, "1"), others("2", 0, "2")]
    desk.gateway.trades.append(others("3", SETTLED_MS, "4"))

    desk.fetch()
    first = desk.trades.external()
    desk.fetch()

    assert (first, desk.trades.external()) == ({SYMBOL: Decimal(7)}, {SYMBOL: Decimal(7)})
    assert desk.trades.cursor(SYMBOL) == "1"
