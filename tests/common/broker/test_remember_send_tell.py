from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import backtrader as bt
import pytest

from realtrade.common import BaseBroker
from realtrade.common.simulated import SimulatedVenue
from realtrade.model.events import Event, EventType
from realtrade.model.verdict import Denied
from realtrade.storage import MemoryJournal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from realtrade.common.simulated.order import RestingOrder
    from realtrade.model.order import Fill, OrderIntent, OrderStatus, Position

    Script = dict[int, Callable[[Any], Any]]


D = Decimal
O = bt.Order  # noqa: E741  # short on purpose: it stands in every script


class Diary(MemoryJournal):
    """A journal that writes down calls, also those of the venue beside it."""

    def __init__(self, *, broken: bool = False) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.broken = broken

    def intent(self, intent: OrderIntent) -> None:
        if self.broken:
            msg = "disk full"
            raise OSError(msg)
        self.lines.append("intent")

    def status(self, client_order_id: str, status: OrderStatus, reason: str = "") -> None:
        self.lines.append(f"status {status}")

    def fill(self, fill: Fill) -> bool:
        self.lines.append(f"fill {fill.quantity}")
        return super().fill(fill)

    def position(self, symbol: str, position: Position) -> None:
        self.lines.append(f"held {position.quantity}")

    def event(self, event: Event, routes: Sequence[str] = ()) -> None:
        self.lines.append(f"event {event.type}")


class WatchedVenue(SimulatedVenue):
    def __init__(self, diary: Diary) -> None:
        super().__init__()
        self.diary = diary

    def rest(self, orders: Sequence[RestingOrder]) -> None:
        self.diary.lines.append("sent" if len(orders) == 1 else f"sent {len(orders)}")
        super().rest(orders)


def test_an_intent_is_remembered_before_it_is_sent_and_told_after(play: Any) -> None:
    diary = Diary()
    broker = BaseBroker(WatchedVenue(diary), journal=diary)

    play(broker, {2: lambda s: s.buy(size=1)})

    assert diary.lines == [
        "intent",
        "sent",
        "status submitted",
        "event order_submitted",
        "status accepted",
        "fill 1.0",
        "held 1.0",
        "status filled",
        "event order_filled",
    ]


def test_a_bracket_is_remembered_whole_before_it_is_sent_together(play: Any) -> None:
    diary = Diary()
    broker = BaseBroker(WatchedVenue(diary), journal=diary)
    bracket = {"size": 1, "exectype": O.Market, "stopprice": 10.0, "limitprice": 900.0}

    play(broker, {2: lambda s: s.buy_bracket(**bracket)})

    assert diary.lines[:5] == ["intent", "intent", "intent", "sent 3", "status submitted"]


def test_nothing_is_sent_when_the_journal_fails(play: Any) -> None:
    diary = Diary(broken=True)
    broker = BaseBroker(WatchedVenue(diary), journal=diary)

    with pytest.raises(OSError, match="disk full"):
        play(broker, {2: lambda s: s.buy(size=1)})

    assert diary.lines == []


def test_events_say_what_people_want_to_know(play: Any) -> None:
    heard: list[Event] = []

    play(BaseBroker(events=heard.append), {2: lambda s: s.buy(size=1)})

    filled = heard[-1]
    assert [event.type for event in heard] == [
        EventType.ORDER_SUBMITTED,
        EventType.ORDER_FILLED,
    ]
    assert filled.message == "buy 1.0 btc filled at 120"
    assert (filled.data["filled"], filled.data["average_price"]) == (D("1.0"), D("120.0"))
    assert (filled.data["feed"], filled.data["fee"]) == ("btc", D("0.0"))
    assert "limit_price" not in filled.data
    signalled, paid = filled.data["price"], D("120.0")
    assert filled.data["slippage_bps"] == round((paid - signalled) / signalled * 10_000, 2)


def test_a_refusal_says_why(play: Any, gate_of: Any, guarded: Any) -> None:
    heard: list[Event] = []
    broker = guarded(gate_of(Denied("halt", "halted: loss")), events=heard.append)

    play(broker, {2: lambda s: s.buy(size=1)})

    assert [event.type for event in heard] == [EventType.ORDER_DENIED]
    assert heard[0].message == "buy 1.0 btc denied: halt: halted: loss"


def test_running_again_gives_the_same_client_order_ids(play: Any) -> None:
    script: Script = {2: lambda s: [s.buy(size=1), s.buy(size=1)], 3: lambda s: [s.close()]}

    runs = [play(BaseBroker(account="a", bot="b"), script) for _ in range(2)]

    names = [[o.client_order_id for part in run.orders for o in part] for run in runs]
    assert len(set(names[0])) == 3
    assert names[0] == names[1]
