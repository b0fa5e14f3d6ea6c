"""The real journal, in a database, of a process that is played in this one and can be killed."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from realtrade.model.order import OrderStatus
from realtrade.storage import open_journal
from realtrade.storage.rows import read_fill, read_intent
from realtrade.storage.tables import FILL, INTENT, ORDER
from tests.common.live.disk import Rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from realtrade.model.order import Fill, OrderIntent, Position
    from realtrade.plugins.ports.journal import Attempt, Recalled
    from realtrade.storage import SqlJournal
    from realtrade.utils.clock import Clock


class DatabaseJournal:
    """Opens the database anew for every process; each commit asks the fuse before and after."""

    def __init__(
        self, url: str, bot: str, folder: Path, clock: Clock, fuse: Callable[[], None]
    ) -> None:
        """Stand for the journal of that bot; `reopen` opens it.

        Args:
            url: of the database; a server keeps each bot in a schema of its own.
            bot: whose journal.
            folder: of the file, and of locks.
            clock: of the process.
            fuse: may raise `Killed`.
        """
        self._url, self._bot, self._folder = url, bot, folder
        self._clock, self._fuse = clock, fuse
        self._depth = 0
        self._opened: SqlJournal | None = None
        self.full = False
        """Never: a full disk is played elsewhere."""

    @property
    def sql(self) -> SqlJournal:
        assert self._opened is not None
        return self._opened

    def reopen(self) -> None:
        """Begin a process: what the last one had not committed is gone."""
        self.close()
        self._opened = open_journal(
            self._url,
            account="fake-1",
            bot=self._bot,
            folder=self._folder,
            clock=self._clock,
            locks=self._folder,
        )

    def close(self) -> None:
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    @property
    def rows(self) -> Rows:
        """Return what is committed, as the database has it."""
        orders = self._all(ORDER)
        return Rows(
            intents={row["client_order_id"]: read_intent(row) for row in self._all(INTENT)},
            status={row["client_order_id"]: OrderStatus(row["status"]) for row in orders},
            fills={(row["symbol"], row["trade_id"]): read_fill(row) for row in self._all(FILL)},
        )

    def _all(self, table: sa.Table) -> Any:
        return self.sql._writer.rows(sa.select(table))

    @contextmanager
    def together(self) -> Iterator[None]:
        """Commit all or nothing, and perhaps die before or after it."""
        if self._depth:
            yield
            return
        self._fuse()
        self._depth = 1
        try:
            with self.sql.together():
                yield
        finally:
            self._depth = 0
        self._fuse()

    def intent(self, intent: OrderIntent) -> None:
        with self.together():
            self.sql.intent(intent)

    def attempt(self, attempt: Attempt) -> None:
        with self.together():
            self.sql.attempt(attempt)

    def status(self, client_order_id: str, status: OrderStatus, reason: str = "") -> None:
        with self.together():
            self.sql.status(client_order_id, status, reason)

    def fill(self, fill: Fill) -> bool:
        with self.together():
            return self.sql.fill(fill)

    def position(self, symbol: str, position: Position) -> None:
        with self.together():
            self.sql.position(symbol, position)

    def cursor(self, name: str, value: str) -> None:
        with self.together():
            self.sql.cursor(name, value)

    def bar(self, feed: str, time_ms: int) -> None:
        with self.together():
            self.sql.bar(feed, time_ms)

    def recall(self) -> Recalled:
        return self.sql.recall()
