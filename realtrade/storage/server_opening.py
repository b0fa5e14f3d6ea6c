"""Opening a journal that is a schema of a PostgreSQL server."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

import sqlalchemy as sa

from realtrade.storage import postgres
from realtrade.storage.faults import ERRORS, fault_of
from realtrade.storage.migrate import migrate
from realtrade.storage.opened import Opened, check, fill_with_tables, reading, unreachable
from realtrade.storage.tables import TABLES

if TYPE_CHECKING:
    from realtrade.storage.opened import Who
    from realtrade.storage.places import Place
    from realtrade.utils.clock import Clock


def open_server(place: Place, url: sa.URL, who: Who, clock: Clock, stack: ExitStack) -> Opened:
    """Connect, lock, make or check; `stack` undoes each.

    Raises:
        JournalError: see `open_journal`.
    """
    connect = partial(_locked, place, url, who, clock)
    connection = connect()
    stack.callback(connection.close)
    outline = partial(postgres.outline, bot=who.bot)
    with reading(place):
        if not postgres.has_tables(connection, who.bot):
            connection.rollback()
            with connection.begin():
                postgres.make_schema(connection, who.bot)
                fill_with_tables(connection, who, clock, outline)
        meta, seq = check(connection, place, who, outline=outline)
        connection.rollback()
        with connection.begin():
            _, seq = migrate(connection, meta, seq=seq, clock=clock, place=place, outline=outline)
    return Opened(connection, seq, reconnect=lambda: _again(connect(), place))


def _locked(place: Place, url: sa.URL, who: Who, clock: Clock) -> sa.Connection:
    """Return a connection that holds the account's lock."""
    engine = postgres.engine_of(url, who.bot)
    try:
        connection = engine.connect()
    except ERRORS as error:
        raise unreachable(place, fault_of(error).text) from error
    with ExitStack() as stack, reading(place):
        stack.callback(connection.close)
        postgres.lock(connection, who.account, who.bot, clock)
        stack.pop_all()
    return connection


def _again(connection: sa.Connection, place: Place) -> tuple[sa.Connection, int]:
    """Return a new connection with the newest number there is."""
    newest = [sa.select(sa.func.max(table.c.seq).label("seq")) for table in TABLES]
    query = sa.select(sa.func.max(sa.union_all(*newest).subquery().c.seq))
    with reading(place):
        seq: int = connection.execute(query).scalar_one()
        connection.rollback()
    return connection, seq
