"""The journal in a database: what is remembered is on disk when the call returns."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

import sqlalchemy as sa

from realtrade.model.order import OrderStatus
from realtrade.plugins.ports.journal import JournalError
from realtrade.storage.commits import probes
from realtrade.storage.outbox import Outbox
from realtrade.storage.recall import recall
from realtrade.storage.rows import (
    attempt_row,
    clean_json,
    fill_row,
    intent_row,
    key,
    position_row,
    read_intent,
    readable,
    whole,
)
from realtrade.storage.tables import (
    ADJUST,
    ATTEMPT,
    BAR_MARK,
    COMMAND,
    CURSOR,
    FILL,
    INTENT,
    ORDER,
    POSITION,
    RISK,
    STRATEGY,
)
from realtrade.utils.recent import Recent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from realtrade.model.events import Event
    from realtrade.model.order import Fill, OrderIntent, Position
    from realtrade.plugins.ports.health import Probe
    from realtrade.plugins.ports.journal import Attempt, Recalled, Undelivered
    from realtrade.storage.writer import Writer
    from realtrade.utils.clock import Clock

_MEMORY = "memory"
_REMEMBERED = 20_000
"""The most ids of orders known without asking the database."""
Method = TypeVar("Method", bound="Callable[..., Any]")


def _as_one(method: Method) -> Method:
    """Make a call one commit, or a part of one that is then not made if the call fails."""

    @wraps(method)
    def call(self: SqlJournal, *args: Any, **given: Any) -> Any:
        with self.together():
            return method(self, *args, **given)

    return cast("Method", call)


class SqlJournal:
    """Implements the port `Journal` over SQLite or PostgreSQL; made by `open_journal`.

    Safe from any thread. One connection writes; locks on journal and account are held until
    `close`, or until the process is gone.
    """

    def __init__(
        self,
        writer: Writer,
        clock: Clock,
        *,
        place: str,
        redact: Callable[[str], str],
        release: Callable[[], None],
        path: Path | None = None,
    ) -> None:
        """Take over an opened database.

        Args:
            writer: its only connection.
            clock: stamps what is delivered.
            place: where it is, without passwords.
            redact: blots secrets out of text.
            release: lets go of the locks.
            path: its file; None when it is on a server.
        """
        self.place, self._path = place, path
        self._writer, self._clock, self._release = writer, clock, release
        self._known: Recent[str, None] = Recent(_REMEMBERED)
        self._redact = redact
        self._kept: dict[str, str] = {}
        self._outbox = Outbox(writer, redact)
        self._outbox.load()

    def together(self) -> AbstractContextManager[None]:
        """Commit everything remembered inside at once, or nothing."""
        return self._writer.together()

    # -- orders -----------------------------------------------------------------------------------

    @_as_one
    def intent(self, intent: OrderIntent) -> None:
        """Remember an intent before anything is sent; an equal one again is harmless."""
        name = intent.client_order_id
        if not self._writer.add(INTENT, intent_row(intent)):
            self._must_equal(intent)
            return
        order = {"client_order_id": name, "status": OrderStatus.CREATED.value, "reason": ""}
        self._writer.add(ORDER, order)
        self._known.put(name, None)
        self._writer.undoing(lambda: self._known.drop(name))

    def knows(self, client_order_id: str) -> bool:
        """Tell whether there is an intent of that id, however old."""
        if client_order_id in self._known:
            return True
        column = INTENT.c.client_order_id
        found = bool(self._writer.rows(sa.select(column).where(column == client_order_id)))
        if found:
            self._known.put(client_order_id, None)
        return found

    def _must_equal(self, intent: OrderIntent) -> None:
        query = sa.select(INTENT).where(INTENT.c.client_order_id == intent.client_order_id)
        before = read_intent(self._writer.rows(query)[0])
        if before != intent:
            msg = (
                f"order {intent.client_order_id} is known as another: it was {_told(before)}, "
                f"now it is {_told(intent)}"
            )
            raise JournalError(msg)

    @_as_one
    def attempt(self, attempt: Attempt) -> None:
        """Remember that an order is about to be sent, or what its sending came to."""
        self._must_know(attempt.client_order_id, "a sending")
        row = attempt_row(attempt)
        self._writer.put(ATTEMPT, row | {"reason": self._text(attempt.reason)})

    @_as_one
    def status(self, client_order_id: str, status: OrderStatus, reason: str = "") -> None:
        """Remember that an order moved.

        An order that our own rules denied was never an intent: nothing of it is to be remembered.
        """
        if status is OrderStatus.DENIED and not self.knows(client_order_id):
            return
        self._must_know(client_order_id, f"the status '{status}'")
        row = {"status": status.value, "reason": self._text(reason)}
        self._writer.put(ORDER, {"client_order_id": client_order_id, **row})

    @_as_one
    def fill(self, fill: Fill) -> bool:
        """Remember an execution; False when it was known: then nothing may be booked."""
        self._must_know(fill.client_order_id, f"trade {fill.trade_id}")
        return self._writer.add(FILL, fill_row(fill))

    def booked(self, symbol: str, trade_id: str) -> bool:
        """Tell whether an execution was remembered, however long ago; asks the database."""
        same = FILL.c.symbol == symbol, FILL.c.trade_id == trade_id
        return bool(self._writer.rows(sa.select(FILL.c.trade_id).where(*same)))

    def _text(self, given: str) -> str:
        """Return text that people or an exchange wrote as it may be kept."""
        return readable(self._redact(given))

    def _must_know(self, client_order_id: str, what: str) -> None:
        if not self.knows(client_order_id):
            msg = f"{what} of order {client_order_id!r} cannot be kept: there is no such intent"
            raise JournalError(msg)

    # -- what is held, how far things are ---------------------------------------------------------

    @_as_one
    def position(self, symbol: str, position: Position) -> None:
        """Remember what is held of a symbol by our own fills."""
        self._writer.put(POSITION, position_row(symbol, position))

    @_as_one
    def adjust(self, symbol: str, before: Position, after: Position, reason: str) -> None:
        """Remember that a position was set by something else than a fill, and why; and set it."""
        was, now = position_row(symbol, before), position_row(symbol, after)
        row = {
            "number": self._writer.next_seq(),
            "symbol": symbol,
            "before_quantity": was["quantity"],
            "before_price": was["price"],
            "after_quantity": now["quantity"],
            "after_price": now["price"],
            "reason": self._text(reason),
        }
        self._writer.add(ADJUST, row)
        self._writer.put(POSITION, now)

    @_as_one
    def cursor(self, name: str, value: str) -> None:
        """Remember how far something was read."""
        row = {"name": key(name, "name"), "value": key(value, "cursor")}
        self._writer.put(CURSOR, row)

    @_as_one
    def bar(self, feed: str, time_ms: int) -> None:
        """Remember that a strategy is done with a feed's bar of that open time."""
        self._writer.put(BAR_MARK, {"feed": key(feed, "feed"), "time_ms": whole(time_ms, "time")})

    @_as_one
    def risk(self, memory: Mapping[str, Any]) -> None:
        """Remember what the risk rules remember; nothing is written when it is as before."""
        self._keep(RISK, memory)

    @_as_one
    def strategy(self, memory: Mapping[str, Any]) -> None:
        """Remember what the strategy remembers; nothing is written when it is as before."""
        self._keep(STRATEGY, memory)

    def _keep(self, table: sa.Table, memory: Mapping[str, Any]) -> None:
        content, before = clean_json(memory, self._redact), self._kept.get(table.name)
        if content == before:
            return
        self._writer.put(table, {"name": _MEMORY, "content": content})
        self._kept[table.name] = content
        self._writer.undoing(lambda: self._restore(table.name, before))

    def _restore(self, name: str, before: str | None) -> None:
        self._kept.pop(name, None)
        if before is not None:
            self._kept[name] = before

    # -- people -----------------------------------------------------------------------------------

    @_as_one
    def event(self, event: Event, routes: Sequence[str] = ()) -> None:
        """Remember something worth telling people, and by which routes they are to be told."""
        self._outbox.write(event, routes)

    def undelivered(self) -> Sequence[Undelivered]:
        """Return what somebody still has to be told of, oldest first; never waits."""
        return self._outbox.waiting()

    def delivered(self, number: int, route: str) -> None:
        """Remember that an event was told by a route."""
        self._outbox.told(number, route, self._clock.now_ms())

    @_as_one
    def command(self, name: str, number: str) -> bool:
        """Remember a person's command by its own number; False when it was known already."""
        row = {"number": key(number, "number"), "name": self._text(name)}
        return self._writer.add(COMMAND, row)

    # -- start and end ----------------------------------------------------------------------------

    def recall(self) -> Recalled:
        """Return what a start needs."""
        return recall(self._writer)

    def probes(self) -> Mapping[str, Probe]:
        """Return what tells how the journal is doing; see `HasProbes`."""
        return probes(self._writer, self._path)

    def close(self) -> None:
        """Finish writing and let go of the locks; harmless when repeated."""
        self._writer.close()
        self._release()


def _told(intent: OrderIntent) -> str:
    price = intent.limit_price or intent.stop_price
    at = "" if price is None else f" at {price}"
    return f"{intent.side} {intent.type} {intent.quantity} {intent.symbol}{at}"
