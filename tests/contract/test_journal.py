"""What every journal answers, and what those that last find again."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.model.events import Event, EventType
from realtrade.model.order import (
    OrderStatus,
    OrderType,
    Position,
    Side,
    SimulationHints,
    TimeInForce,
)
from realtrade.plugins.ports.gateway import Outcome
from realtrade.plugins.ports.journal import JournalError, KnownOrder
from realtrade.storage import MemoryJournal, open_journal
from realtrade.utils.clock import ManualClock
from tests.storage.postgres import PostgresServer, binaries
from tests.storage.samples import ACCOUNT, NOW_MS, a_fill, a_sending, an_intent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from realtrade.plugins.ports.journal import Journal

BOTS = count()
FILLED = Event(EventType.ORDER_FILLED, NOW_MS, "filled", {"price": Decimal("1.50"), "n": 1})
LASTING = ["sqlite", "postgresql"]
FULL = an_intent(
    "rt-full",
    side=Side.SELL,
    type=OrderType.TRAILING_STOP_LIMIT,
    quantity=Decimal("1E+3"),
    limit_price=Decimal("0.000000010"),
    stop_price=Decimal("1.10"),
    trail_amount=Decimal("-0.00"),
    trail_percent=Decimal("0.030"),
    valid_until_ms=2**53,
    time_in_force=TimeInForce.IOC,
    post_only=True,
    reduce_only=True,
    parent_id="rt-1",
    oco_id="rt-1",
    reference_price=Decimal("12345678901234567890.12345678901234567890"),
    created_ms=-1,
    hints=SimulationHints(valued_at=0.1, next_open=True, session_end_ms=5),
)


@dataclass
class Place:
    """A journal that can be opened again and again, as restarts do."""

    open: Callable[[], Journal]
    journal: Journal

    def again(self) -> Journal:
        self.journal.close()
        self.journal = self.open()
        return self.journal


@pytest.fixture(scope="session")
def server() -> Iterator[PostgresServer]:
    with PostgresServer(binaries()) as server:
        yield server


def placed(kind: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[Place]:
    url = "sqlite:///state/bot.db"
    if kind == "postgresql":
        url = request.getfixturevalue("server").url
    given = {"account": ACCOUNT, "bot": f"bot-{next(BOTS)}", "folder": folder, "locks": folder}

    def make() -> Journal:
        if kind == "memory":
            return MemoryJournal()
        return open_journal(url, clock=ManualClock(NOW_MS), **given)  # type: ignore[arg-type]  # as above

    place = Place(make, make())
    yield place
    place.journal.close()


@pytest.fixture(params=["memory", *LASTING])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Journal]:
    for place in placed(request.param, tmp_path, request):
        yield place.journal


@pytest.fixture(params=LASTING)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    yield from placed(request.param, tmp_path, request)


class TestEveryJournal:
    def test_takes_the_same_intent_twice_and_no_other_under_its_name(
        self, journal: Journal
    ) -> None:
        journal.intent(an_intent())
        journal.intent(an_intent(quantity=Decimal("1.5")))

        with pytest.raises(JournalError, match="rt-1 is known as another"):
            journal.intent(an_intent(quantity=Decimal("1.51")))

    def test_says_whether_an_execution_is_new(self, journal: Journal) -> None:
        journal.intent(an_intent())
        fills = [
            a_fill(),
            a_fill(),
            a_fill("t2"),
            a_fill(symbol="ETH/USDT"),
            a_fill(price=Decimal(1)),
        ]

        assert [journal.fill(fill) for fill in fills] == [True, False, True, True, False]

    def test_says_whether_a_command_is_new(self, journal: Journal) -> None:
        asked = [("halt", "a"), ("halt", "a"), ("resume", "a"), ("halt", "b")]

        assert [journal.command(*command) for command in asked] == [True, False, False, True]

    def test_keeps_events_until_every_route_has_told_them(self, journal: Journal) -> None:
        journal.event(FILLED, ["phone", "mail"])
        journal.event(replace(FILLED, message="nobody's"))
        journal.event(replace(FILLED, message="again"), ["phone"])
        first, second, third = journal.undelivered()

        journal.delivered(first.number, "phone")
        journal.delivered(first.number, "phone")
        journal.delivered(999_999, "phone")

        assert [(one.event.message, one.route) for one in (first, second, third)] == [
            ("filled", "phone"),
            ("filled", "mail"),
            ("again", "phone"),
        ]
        assert first.number == second.number < third.number
        assert journal.undelivered() == [second, third]

    def test_takes_everything_else_without_a_word(self, journal: Journal) -> None:
        journal.intent(an_intent())
        with journal.together():
            journal.attempt(a_sending())
            with journal.together():
                journal.status("rt-1", OrderStatus.ACCEPTED)
            journal.position("BTC/USDT", Position(Decimal(1), Decimal(2)))
        journal.adjust("BTC/USDT", Position(), Position(Decimal(1), Decimal(2)), "dust")
        journal.cursor("fills:BTC/USDT", "17")
        journal.bar("btc_1h", 1_000)
        journal.risk({"peak": "1"})
        journal.strategy({"n": [1, 2]})
        journal.status("rt-denied", OrderStatus.DENIED, "max_position: too much")

    def test_writes_nothing_once_closed(self, journal: Journal) -> None:
        journal.close()

        with pytest.raises(JournalError, match="is closed"):
            journal.intent(an_intent())
        journal.close()


class TestLastingJournal:
    def test_is_fresh_until_something_is_remembered(self, place: Place) -> None:
        before = place.again().recall()
        place.journal.bar("btc_1h", 1)

        assert before.fresh
        assert not place.again().recall().fresh

    def test_finds_an_order_again_to_the_last_digit(self, place: Place) -> None:
        sendings = [
            a_sending("rt-full", 1, outcome=Outcome.NOT_SENT, reason="no route"),
            a_sending("rt-full", 2, outcome=Outcome.ACK, venue_order_id="77"),
        ]
        fills = [a_fill("t1", "rt-full"), a_fill("t2", "rt-full", fee=Decimal("-0.010"))]
        journal = place.journal
        journal.intent(FULL)
        for sending in sendings:
            journal.attempt(replace(sending, outcome=None))
            journal.attempt(sending)
        for fill in fills:
            journal.fill(fill)
        journal.status("rt-full", OrderStatus.PARTIALLY_FILLED, "späť \N{PILE OF POO}")

        recalled = place.again().recall()

        status = OrderStatus.PARTIALLY_FILLED
        known = KnownOrder(intent=FULL, status=status, attempts=sendings, fills=fills)
        assert recalled.orders == [known]
        assert repr(recalled.orders[0].intent) == repr(FULL)
        assert repr(recalled.orders[0].fills) == repr(fills)
        assert recalled.seen == {("BTC/USDT", "t1"), ("BTC/USDT", "t2")}

    def test_finds_orders_not_over_and_those_of_the_newest_bar(self, place: Place) -> None:
        journal = place.journal
        times = {"old-open": 1_000, "old-over": 1_000, "new-over": 2_000, "later": 3_000}
        for name, time_ms in times.items():
            journal.intent(an_intent(name, created_ms=time_ms))
        for name in ("old-over", "new-over"):
            journal.fill(a_fill(name, name))
            journal.status(name, OrderStatus.FILLED)
        journal.bar("btc_1h", 1_000)
        journal.bar("btc_1h", 2_000)

        recalled = place.again().recall()

        found = [order.intent.client_order_id for order in recalled.orders]
        assert found == ["old-open", "new-over", "later"]
        assert recalled.seen == {("BTC/USDT", "old-over"), ("BTC/USDT", "new-over")}
        assert recalled.bars == {"btc_1h": 2_000}

    def test_finds_the_parents_and_rivals_of_exits_that_wait(self, place: Place) -> None:
        journal = place.journal
        for parent, exits in (("bought", 2), ("closed", 1)):
            journal.intent(an_intent(parent))
            for number in range(exits):
                exit_ = an_intent(f"{parent}-{number}", side=Side.SELL, parent_id=parent)
                journal.intent(exit_)
        for over in ("bought", "bought-0", "closed", "closed-0"):
            journal.fill(a_fill(over, over))
            journal.status(over, OrderStatus.FILLED)
        journal.bar("btc_1h", 2_000)

        recalled = place.again().recall()

        found = {order.intent.client_order_id: order for order in recalled.orders}
        assert list(found) == ["bought", "bought-0", "bought-1"]
        assert [fill.trade_id for fill in found["bought"].fills] == ["bought"]

    @pytest.mark.parametrize("over", ["first", "second", "third"])
    def test_finds_those_that_exclude_an_order_not_over(self, place: Place, over: str) -> None:
        journal = place.journal
        journal.intent(an_intent("first"))
        for name in ("second", "third"):
            journal.intent(an_intent(name, oco_id="first"))
        journal.intent(an_intent("other"))
        journal.status("other", OrderStatus.FILLED)
        journal.status(over, OrderStatus.FILLED)
        journal.bar("btc_1h", 2_000)

        recalled = place.again().recall()

        found = [order.intent.client_order_id for order in recalled.orders]
        assert found == ["first", "second", "third"]

    def test_measures_each_feed_by_its_own_newest_bar(self, place: Place) -> None:
        journal = place.journal
        for feed in ("btc_1h", "btc_1d", "unmarked"):
            journal.intent(an_intent(feed, feed=feed, created_ms=2_000))
            journal.status(feed, OrderStatus.CANCELLED)
        journal.bar("btc_1h", 3_000)
        journal.bar("btc_1d", 1_000)

        recalled = place.again().recall()

        assert [one.intent.feed for one in recalled.orders] == ["btc_1d", "unmarked"]

    def test_finds_what_is_held_and_how_far_things_are(self, place: Place) -> None:
        journal = place.journal
        long, flat = Position(Decimal("1.50"), Decimal(30_000)), Position(Decimal("0E-8"))
        journal.position("BTC/USDT", Position(Decimal(1), Decimal(1)))
        journal.position("BTC/USDT", long)
        journal.position("ETH/USDT", flat)
        journal.adjust("SOL/USDT", Position(), Position(Decimal(-3), Decimal(20)), "a transfer")
        journal.cursor("fills:BTC/USDT", "16")
        journal.cursor("fills:BTC/USDT", "17")
        journal.risk({"halts": {}, "peak": Decimal("10.0")})
        journal.strategy({"count": 1})
        journal.strategy({"count": 2, "nested": {"list": [1, "x", None, True, 0.1]}})

        recalled = place.again().recall()

        assert recalled.positions == {
            "BTC/USDT": long,
            "SOL/USDT": Position(Decimal(-3), Decimal(20)),
        }
        assert recalled.cursors == {"fills:BTC/USDT": "17"}
        assert recalled.risk == {"halts": {}, "peak": Decimal("10.0")}
        assert recalled.strategy == {
            "count": 2,
            "nested": {"list": [1, "x", None, True, 0.1]},
        }

    def test_still_tells_what_was_not_told(self, place: Place) -> None:
        place.journal.event(FILLED, ["phone", "mail"])
        told = place.journal.undelivered()
        place.journal.delivered(told[0].number, "phone")

        assert place.again().undelivered() == told[1:]
        assert told[1].event == FILLED

    def test_knows_commands_fills_and_intents_of_before(self, place: Place) -> None:
        place.journal.command("halt", "7")
        place.journal.intent(an_intent())
        place.journal.fill(a_fill())
        journal = place.again()

        journal.intent(an_intent())

        assert journal.command("halt", "7") is False
        assert journal.fill(a_fill()) is False
        with pytest.raises(JournalError, match=r"it was buy limit 1\.50 BTC/USDT at 30000"):
            journal.intent(an_intent(type=OrderType.MARKET, limit_price=None))

    def test_does_all_of_a_group_or_nothing(self, place: Place) -> None:
        journal = place.journal
        journal.intent(an_intent())
        journal.strategy({"n": 1})

        def half() -> None:
            with journal.together():
                journal.intent(an_intent("rt-2"))
                journal.fill(a_fill())
                journal.strategy({"n": 2})
                journal.event(FILLED, ["phone"])
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            half()
        journal.strategy({"n": 1})

        assert journal.undelivered() == []
        recalled = place.again().recall()
        assert [one.intent.client_order_id for one in recalled.orders] == ["rt-1"]
        assert (recalled.seen, recalled.strategy) == (frozenset(), {"n": 1})

    def test_a_group_is_as_undone_when_the_error_is_caught_on_the_way(self, place: Place) -> None:
        journal = place.journal

        def caught() -> None:
            with journal.together():
                journal.bar("btc_1h", 1)
                with suppress(JournalError):
                    journal.bar("btc_1h", 2**63)

        with pytest.raises(JournalError, match="a part of it failed"):
            caught()
        journal.bar("btc_4h", 2)

        assert place.again().recall().bars == {"btc_4h": 2}

    @pytest.mark.parametrize(
        ("write", "told"),
        [
            (lambda j: j.status("rt-9", OrderStatus.ACCEPTED), "the status 'accepted' of order"),
            (lambda j: j.attempt(a_sending("rt-9")), "a sending of order 'rt-9'"),
            (lambda j: j.fill(a_fill("t1", "rt-9")), "trade t1 of order 'rt-9'"),
            (lambda j: j.intent(an_intent(quantity=Decimal("NaN"))), "quantity NaN"),
            (lambda j: j.intent(an_intent("rt\0")), "client order id"),
            (lambda j: j.fill(a_fill("\ud800")), "trade id"),
            (lambda j: j.bar("btc_1h", 2**63), "more than 64 bits"),
            (lambda j: j.risk({"x": object()}), "object is no plain value"),
            (lambda j: j.strategy({"x": float("nan")}), "cannot be kept"),
        ],
    )
    def test_refuses_what_it_cannot_keep(
        self, place: Place, write: Callable[[Any], None], told: str
    ) -> None:
        place.journal.intent(an_intent())

        with pytest.raises(JournalError, match=told):
            write(place.journal)

        assert len(place.again().recall().orders) == 1

    def test_mends_text_that_no_database_takes(self, place: Place) -> None:
        reason = "no\0such \ud83dsymbol"
        place.journal.intent(an_intent())
        place.journal.attempt(a_sending(outcome=Outcome.REJECTED, reason=reason))

        [order] = place.again().recall().orders

        assert order.attempts[0].reason == "no\N{REPLACEMENT CHARACTER}such ?symbol"

    def test_forgets_an_intent_that_was_not_committed(self, place: Place) -> None:
        def undone() -> None:
            with place.journal.together():
                place.journal.intent(an_intent())
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            undone()

        with pytest.raises(JournalError, match="no such intent"):
            place.journal.status("rt-1", OrderStatus.ACCEPTED)
