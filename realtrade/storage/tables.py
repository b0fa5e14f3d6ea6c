"""The tables of a journal, the same in SQLite and PostgreSQL.

Every row carries three columns more than it means. `seq` numbers everything ever written, so that
the newest number tells whether something is missing. `at_ms` is when it was written. `crc` is the
checksum of the rest: databases notice damage to their own structure, not to what is in it.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

METADATA = sa.MetaData()
WHOLE = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""A whole number of 64 bits, under the name by which either database has it."""


def _text(name: str, **given: bool) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, **given)  # type: ignore[arg-type]  # flags only


def _whole(name: str, **given: bool) -> sa.Column[int]:
    return sa.Column(name, WHOLE, nullable=False, autoincrement=False, **given)  # type: ignore[arg-type]  # flags only


def _maybe(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text)


def _of(name: str, target: str) -> sa.Column[str]:
    """Return a key column that refers to a row of another table."""
    return sa.Column(name, sa.Text, sa.ForeignKey(target), primary_key=True, nullable=False)


def _table(name: str, *items: sa.Column[Any]) -> sa.Table:
    kept = (_whole("seq"), _whole("at_ms"), _whole("crc"))
    return sa.Table(name, METADATA, *items, *kept, sqlite_strict=True, sqlite_with_rowid=False)


META = _table("meta", _text("key", primary_key=True), _text("value"))
"""What the journal is: its format, its bot, its account, what its tables looked like when made."""

BOOT = _table(
    "boot", _whole("number", primary_key=True), _text("program"), _whole("pid"), _text("host")
)
"""Every start."""

BAR_MARK = _table("bar_mark", _text("feed", primary_key=True), _whole("time_ms"))

INTENT = _table(
    "intent",
    _text("client_order_id", primary_key=True),
    _text("symbol"),
    _text("feed"),
    _text("side"),
    _text("type"),
    _text("quantity"),
    _maybe("limit_price"),
    _maybe("stop_price"),
    _maybe("trail_amount"),
    _maybe("trail_percent"),
    sa.Column("valid_until_ms", WHOLE),
    _text("time_in_force"),
    _whole("post_only"),
    _whole("reduce_only"),
    _maybe("parent_id"),
    _maybe("oco_id"),
    _text("reference_price"),
    _whole("created_ms"),
    _maybe("hints"),
)

ATTEMPT = _table(
    "attempt",
    _of("client_order_id", "intent.client_order_id"),
    _whole("number", primary_key=True),
    _whole("dead_at_ms"),
    _maybe("outcome"),
    _text("venue_order_id"),
    _text("reason"),
)

ORDER = _table(
    "order", _of("client_order_id", "intent.client_order_id"), _text("status"), _text("reason")
)
"""Where every intent stands; apart from the intent, which never changes."""

FILL = _table(
    "fill",
    _text("symbol", primary_key=True),
    _text("trade_id", primary_key=True),
    sa.Column(
        "client_order_id",
        sa.Text,
        sa.ForeignKey("intent.client_order_id"),
        nullable=False,
        index=True,
    ),
    _text("side"),
    _text("quantity"),
    _text("price"),
    _text("fee"),
    _text("fee_currency"),
    _whole("maker"),
    _whole("time_ms"),
)

CURSOR = _table("cursor", _text("name", primary_key=True), _text("value"))

POSITION = _table("position", _text("symbol", primary_key=True), _text("quantity"), _text("price"))

ADJUST = _table(
    "adjust",
    _whole("number", primary_key=True),
    _text("symbol"),
    _text("before_quantity"),
    _text("before_price"),
    _text("after_quantity"),
    _text("after_price"),
    _text("reason"),
)

COMMAND = _table("command", _text("number", primary_key=True), _text("name"))

RISK = _table("risk", _text("name", primary_key=True), _text("content"))
"""One row: what the risk rules remember, their halts with it."""

STRATEGY = _table("strategy", _text("name", primary_key=True), _text("content"))
"""One row: what the strategy remembers."""

EVENT = _table(
    "event",
    _whole("number", primary_key=True),
    _text("type"),
    _whole("time_ms"),
    _text("message"),
    _text("data"),
)

OUTBOX = _table(
    "outbox",
    sa.Column(
        "number",
        WHOLE,
        sa.ForeignKey("event.number"),
        primary_key=True,
        nullable=False,
        autoincrement=False,
    ),
    _text("route", primary_key=True),
    sa.Column("told_ms", WHOLE),
)
"""Which route still has to tell of which event: those without `told_ms`."""

TABLES = tuple(METADATA.sorted_tables)
"""Each after those it refers to."""
