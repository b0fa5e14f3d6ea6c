"""Events that somebody still has to be told of, held beside their rows for whoever asks often."""

from __future__ import annotations

from functools import partial
from threading import Lock
from typing import TYPE_CHECKING

import sqlalchemy as sa

from realtrade.plugins.ports.journal import Undelivered
from realtrade.storage.rows import event_row, read_event
from realtrade.storage.tables import EVENT, OUTBOX

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from realtrade.model.events import Event
    from realtrade.storage.writer import Writer


class Outbox:
    """Written in the journal's transactions, read without one."""

    def __init__(self, writer: Writer, redact: Callable[[str], str]) -> None:
        self._writer = writer
        self._redact = redact
        self._lock = Lock()
        self._waiting: dict[tuple[int, str], Undelivered] = {}

    def load(self) -> None:
        """Find what the process before left untold."""
        joined = EVENT.join(OUTBOX, OUTBOX.c.number == EVENT.c.number)
        query = sa.select(EVENT, OUTBOX.c.route).select_from(joined)
        left = query.where(OUTBOX.c.told_ms.is_(None)).order_by(EVENT.c.number, OUTBOX.c.seq)
        for row in self._writer.rows(left):
            self._add(Undelivered(number=row["number"], event=read_event(row), route=row["route"]))

    def write(self, event: Event, routes: Sequence[str]) -> None:
        """Write an event; it waits from the commit on."""
        writer = self._writer
        with writer.together():
            number = writer.next_seq()
            writer.add(EVENT, event_row(event, number, self._redact))
            for route in dict.fromkeys(routes):
                writer.add(OUTBOX, {"number": number, "route": route, "told_ms": None})
                waits = Undelivered(number=number, event=event, route=route)
                writer.afterwards(partial(self._add, waits))

    def told(self, number: int, route: str, now_ms: int) -> None:
        """Write that an event was told; harmless when it was already."""
        if (number, route) not in self._waiting:
            return
        with self._writer.together():
            self._writer.put(OUTBOX, {"number": number, "route": route, "told_ms": now_ms})
            self._writer.afterwards(lambda: self._drop(number, route))

    def waiting(self) -> Sequence[Undelivered]:
        """Return what is still to be told, oldest first."""
        with self._lock:
            return list(self._waiting.values())

    def _add(self, row: Undelivered) -> None:
        with self._lock:
            self._waiting[row.number, row.route] = row

    def _drop(self, number: int, route: str) -> None:
        with self._lock:
            self._waiting.pop((number, route), None)
