from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from realtrade.model.events import Event, EventType
from realtrade.model.order import Fill, OrderIntent, OrderStatus, OrderType, Side
from realtrade.plugins.ports.journal import JournalError
from realtrade.storage import MemoryJournal

if TYPE_CHECKING:
    from realtrade.plugins.ports.journal import Journal

INTENT = OrderIntent(
    client_order_id="rt-1",
    symbol="BTC/USD",
    feed="btc",
    side=Side.BUY,
    type=OrderType.MARKET,
    quantity=Decimal(1),
)
FILL = Fill(
    trade_id="t1",
    client_order_id="rt-1",
    symbol="BTC/USD",
    side=Side.BUY,
    quantity=Decimal(1),
    price=Decimal(100),
    fee=Decimal("0.1"),
    fee_currency="USD",
    maker=False,
    time_ms=0,
)


def test_remembers_each_kind_in_order() -> None:
    journal: Journal = MemoryJournal()
    event = Event(EventType.STARTED, 0, "started")

    journal.intent(INTENT)
    journal.status("rt-1", OrderStatus.SUBMITTED)
    journal.status("rt-1", OrderStatus.REJECTED, "no such symbol")
    journal.fill(FILL)
    journal.event(event)

    assert isinstance(journal, MemoryJournal)
    assert list(journal.intents) == [INTENT]
    assert list(journal.moves) == [
        ("rt-1", OrderStatus.SUBMITTED, ""),
        ("rt-1", OrderStatus.REJECTED, "no such symbol"),
    ]
    assert list(journal.fills) == [FILL]
    assert list(journal.events) == [event]


def test_drops_the_oldest_beyond_its_limit() -> None:
    journal = MemoryJournal(limit=2)

    for number in range(5):
        journal.status(f"rt-{number}", OrderStatus.SUBMITTED)

    assert [move.client_order_id for move in journal.moves] == ["rt-3", "rt-4"]


def test_refuses_to_write_once_closed() -> None:
    journal = MemoryJournal()
    journal.fill(FILL)

    journal.close()

    with pytest.raises(JournalError, match="journal is closed"):
        journal.fill(FILL)
    assert list(journal.fills) == [FILL]
