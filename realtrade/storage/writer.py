"""The one connection that writes: transactions, the numbers of rows, and what failures mean."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from threading import RLock
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from sqlalchemy import make_url
from sqlalchemy.dialects import postgresql, sqlite

from realtrade.plugins.ports.journal import JournalError
from realtrade.storage.commits import Commits
from realtrade.storage.faults import ERRORS, Fault, fault_of
from realtrade.storage.rows import checksum
from realtrade.storage.tables import METADATA

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import sqlalchemy as sa

    from realtrade.storage.places import Place
    from realtrade.storage.rows import Row
    from realtrade.utils.clock import Clock


_DRIVERS = MappingProxyType({"sqlite": "sqlite://", "postgresql": "postgresql+psycopg://"})


class Prepared(NamedTuple):
    """A statement as the driver takes it: SQLAlchemy's own way there takes longer than SQLite."""

    sql: str
    names: tuple[str, ...] | None
    """Columns in the order of their places; None where the driver takes them by name."""

    def given(self, row: Row) -> Any:
        """Return a row as the statement wants it."""
        return row if self.names is None else tuple([row[name] for name in self.names])


@cache
def inserting(table: str, dialect: str, *, replaces: bool) -> Prepared:
    """Return how a row is written: in place of one with its key, or only unless there is one."""
    insert: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert
    into = METADATA.tables[table]
    statement = _replacing(insert, into) if replaces else insert(into).on_conflict_do_nothing()
    compiled = statement.compile(dialect=make_url(_DRIVERS[dialect]).get_dialect()())
    names = compiled.positiontup
    return Prepared(str(compiled), None if names is None else tuple(names))


def _replacing(insert: Any, table: sa.Table) -> Any:
    statement = insert(table)
    fresh = {
        column.name: statement.excluded[column.name]
        for column in table.columns
        if not column.primary_key
    }
    keys = [column.name for column in table.primary_key]
    return statement.on_conflict_do_update(index_elements=keys, set_=fresh)


class Writer:
    """Writes rows in transactions, from any thread, one thread at a time.

    After a failure that leaves unclear what the database holds, everything is refused: only a new
    start, which compares with the exchange, may go on from there.
    """

    def __init__(
        self,
        place: Place,
        clock: Clock,
        connection: sa.Connection,
        *,
        seq: int,
        reconnect: Callable[[], tuple[sa.Connection, int]] | None = None,
        before: Callable[[], None] = lambda: None,
        committed: Callable[[int], None] = lambda seq: None,
    ) -> None:
        """Take over a connection that is inside no transaction.

        Args:
            place: names the journal in messages.
            clock: stamps rows.
            connection: its only user is this object from now on.
            seq: the newest number there is.
            reconnect: connects anew and returns the newest number found there; None where a lost
                connection cannot be told from a lost database.
            before: called before each commit; what it raises keeps it from happening.
            committed: called after each commit with the newest number written.
        """
        self._place, self._clock, self._connection = place, clock, connection
        self._dialect = connection.dialect.name
        self._seq = self._written = seq
        self._before, self._committed = before, committed
        self._reconnect, self._lost = reconnect, False
        self.commits = Commits(clock)
        """How long commits take."""
        self._lock = RLock()
        self._depth = 0
        self._left_by_error = False
        self._refusal = ""
        self._afterwards: list[Callable[[], None]] = []
        self._undo: list[Callable[[], None]] = []

    # -- transactions ---------------------------------------------------------------------------

    @contextmanager
    def together(self) -> Iterator[None]:
        """Make one commit of everything inside, on this thread; others wait."""
        with self._lock:
            if not self._depth:
                self._begin()
            self._depth += 1
            try:
                yield
            except BaseException:
                self._left_by_error = True
                self._depth -= 1
                if not self._depth:
                    self._roll_back()
                raise
            self._depth -= 1
            if not self._depth:
                self._finish()

    def _begin(self) -> None:
        if self._refusal:
            raise JournalError(self._refusal)
        self._left_by_error = False
        try:
            if self._lost:
                self._find_again()
            self._connection.begin()
        except ERRORS as error:
            self._fail(error)

    def _find_again(self) -> None:
        """Connect anew after a lost connection, unless it took a commit along that was done."""
        if self._reconnect is None:
            return
        connection, seq = self._reconnect()
        self._connection, self._lost = connection, False
        if seq != self._written:
            self._refuse("more was committed than was acknowledged when the connection was lost")
            raise JournalError(self._refusal)

    def _finish(self) -> None:
        if self._left_by_error:
            self._roll_back()
            msg = f"nothing was remembered in the journal {self._place}: a part of it failed"
            raise JournalError(msg)
        seq, changed = self._seq, self._seq != self._written
        self.commits.begin()
        done = False
        try:
            if changed:
                self._before()
            self._connection.commit()
            done = changed
        except ERRORS as error:
            self._roll_back()
            self._fail(error, committing=changed)
        except JournalError:
            self._roll_back()
            raise
        except BaseException:
            self._refuse("a commit was interrupted")
            raise
        finally:
            self.commits.end(done=done)
        self._written = seq
        if changed:
            self._committed(seq)
        self._settle(self._afterwards)

    def _roll_back(self) -> None:
        try:
            self._connection.rollback()
        except ERRORS as error:
            self._note(fault_of(error))
        self._seq = self._written
        self._settle(self._undo[::-1])

    def _settle(self, steps: list[Callable[[], None]]) -> None:
        for step in steps:
            step()
        self._afterwards.clear()
        self._undo.clear()

    def afterwards(self, step: Callable[[], None]) -> None:
        """Do something once the running transaction is committed, and only then."""
        self._afterwards.append(step)

    def undoing(self, step: Callable[[], None]) -> None:
        """Do something if the running transaction is not committed."""
        self._undo.append(step)

    # -- rows -----------------------------------------------------------------------------------

    def next_seq(self) -> int:
        """Return the number that the row written next will carry."""
        return self._seq + 1

    def add(self, table: sa.Table, row: Row) -> bool:
        """Write a row unless there is one with its key; tell whether it was written."""
        done = self._write(inserting(table.name, self._dialect, replaces=False), table, row)
        return done == 1

    def put(self, table: sa.Table, row: Row) -> None:
        """Write a row in place of the one with its key."""
        self._write(inserting(table.name, self._dialect, replaces=True), table, row)

    def _write(self, statement: Prepared, table: sa.Table, row: Row) -> int:
        with self.together():
            row["seq"] = self._seq = self._seq + 1
            row["at_ms"] = self._clock.now_ms()
            row["crc"] = checksum(table.name, row)
            given = statement.given(row)
            done = self._guarded(self._connection.exec_driver_sql, statement.sql, given)
            count: int = done.rowcount
            return count

    def execute(self, statement: Any) -> Any:
        """Run a statement inside the running transaction.

        Raises:
            JournalError: it cannot be run; the transaction is over, nothing of it is remembered.
        """
        return self._guarded(self._connection.execute, statement)

    def _guarded(self, run: Callable[..., Any], *given: Any) -> Any:
        try:
            return run(*given)
        except ERRORS as error:
            self._left_by_error = True
            self._fail(error)

    def rows(self, statement: Any) -> list[Any]:
        """Return what a query finds, as mappings."""
        with self.together():
            return list(self.execute(statement).mappings())

    @property
    def refusal(self) -> str:
        """Why nothing more is taken; empty while it is."""
        return self._refusal

    # -- failures -------------------------------------------------------------------------------

    def _fail(self, error: Exception, *, committing: bool = False) -> NoReturn:
        fault = fault_of(error, committing=committing)
        self._note(fault)
        msg = f"nothing was remembered in the journal {self._place}: {fault.text}"
        raise JournalError(msg) from error

    def _note(self, fault: Fault) -> None:
        """Hold on to what a failure means for everything after it."""
        if fault.lost and self._reconnect is not None:
            self._lost = True
        elif fault.lost or fault.unsure:
            self._refuse(fault.text)

    def _refuse(self, why: str) -> None:
        self._refusal = (
            f"the journal {self._place} takes nothing more until this bot is started again: {why}"
        )

    def close(self) -> None:
        """Refuse everything from now on and let go of the connection."""
        with self._lock:
            self._refusal = f"the journal {self._place} is closed"
            try:
                self._connection.close()
            except ERRORS:
                self._connection.invalidate()
