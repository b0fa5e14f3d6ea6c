"""PostgreSQL as a journal: a schema of its own for each bot, and the lock on it."""

from __future__ import annotations

import os
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from realtrade.plugins.ports.journal import JournalError
from realtrade.storage.errors import AccountLocked

if TYPE_CHECKING:
    from realtrade.utils.clock import Clock

_PATIENCE_S = 3.0
"""How long a lock is asked for again: a killed holder's connection takes a moment to end."""
_PAUSE_S = 0.1
_LONGEST = 50
_SETTINGS = {
    "client_encoding": "utf8",
    "idle_in_transaction_session_timeout": "0",
    "lock_timeout": "5s",
    "statement_timeout": "60s",
    "synchronous_commit": "on",
    # The server learns within half a minute that a machine holding the lock has died.
    "tcp_keepalives_count": "3",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
}


def schema_of(bot: str) -> str:
    """Return the name of a bot's schema: bots of one database keep apart."""
    name = f"realtrade_{bot}"
    if len(name) <= _LONGEST:
        return name
    return f"{name[:_LONGEST]}_{sha256(bot.encode()).hexdigest()[:8]}"


def engine_of(url: sa.URL, bot: str) -> sa.Engine:
    """Return an engine whose connections see the bot's schema and nothing else.

    Raises:
        JournalError: psycopg is not installed.
    """
    settings = _SETTINGS | {"search_path": f'"{schema_of(bot)}"'}
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    name = f"realtrade {bot} {os.getpid()}"
    given: dict[str, Any] = {"application_name": name, "options": options, "connect_timeout": 5}
    try:
        return sa.create_engine(url, connect_args=given, poolclass=sa.pool.NullPool)
    except ImportError as error:
        msg = "a journal in PostgreSQL needs psycopg: pip install 'realtrade[postgres]'"
        raise JournalError(msg) from error


def lock(connection: sa.Connection, account: str, bot: str, clock: Clock) -> None:
    """Lock an account for a bot as long as the connection lives.

    Raises:
        AccountLocked: another connection to this database holds it.
    """
    key = int.from_bytes(sha256(f"{account}\n{bot}".encode()).digest()[:8], "big", signed=True)
    until = clock.monotonic_s() + _PATIENCE_S
    ask = sa.text("SELECT pg_try_advisory_lock(:key)")
    while not connection.execute(ask, {"key": key}).scalar():
        connection.rollback()
        if clock.monotonic_s() >= until:
            msg = f"account {account} of bot {bot} is in use: {_holder(connection, key)}"
            raise AccountLocked(msg)
        clock.sleep(_PAUSE_S)
    connection.rollback()


def _holder(connection: sa.Connection, key: int) -> str:
    query = sa.text(
        "SELECT application_name, backend_start FROM pg_locks JOIN pg_stat_activity USING (pid) "
        "WHERE locktype = 'advisory' AND granted AND objsubid = 1 "
        "AND (classid::bigint << 32 | objid::bigint) = :key"
    )
    found = connection.execute(query, {"key": key}).first()
    connection.rollback()
    if found is None:
        return "another process has it"
    return f"'{found[0]}' has it since {found[1].isoformat(timespec='seconds')}"


def has_tables(connection: sa.Connection, bot: str) -> bool:
    """Tell whether anything was ever made in the bot's schema."""
    return bool(outline(connection, bot))


def make_schema(connection: sa.Connection, bot: str) -> None:
    """Make the bot's schema unless it is there."""
    connection.execute(sa.schema.CreateSchema(schema_of(bot), if_not_exists=True))


def outline(connection: sa.Connection, bot: str) -> list[str]:
    """Return everything that makes up the schema's tables."""
    query = sa.text(
        "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns "
        "WHERE table_schema = :schema ORDER BY table_name, column_name"
    )
    rows = connection.execute(query, {"schema": schema_of(bot)})
    return ["|".join(map(str, row)) for row in rows]
