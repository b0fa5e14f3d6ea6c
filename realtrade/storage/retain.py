"""What a journal forgets: orders and events long over, never what a start needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from realtrade.storage.recall import JOINED, wanted
from realtrade.storage.tables import (
    ATTEMPT,
    BOOT,
    COMMAND,
    CURSOR,
    EVENT,
    FILL,
    INTENT,
    ORDER,
    OUTBOX,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from realtrade.storage.writer import Writer

KEPT_MS = 180 * 86_400_000
"""Half a year."""
CURSOR_PREFIX = "fills:"
"""A cursor of this name and a symbol says up to which trade the exchange was read."""
_AT_ONCE = 500


def forget(writer: Writer, *, before_ms: int) -> int:
    """Drop what was over before a moment; return how many orders that were.

    An order goes with its sendings and executions, all or none. An execution whose trade id the
    exchange might still tell of, because the cursor of its symbol is not past it, keeps its order:
    without it the same trade would be booked again.

    The caller writes something in the same transaction, so that the newest number grows.
    """
    with writer.together():
        gone = list(_finished(writer, before_ms))
        for start in range(0, len(gone), _AT_ONCE):
            names = gone[start : start + _AT_ONCE]
            for table in (FILL, ATTEMPT, ORDER, INTENT):
                writer.execute(sa.delete(table).where(table.c.client_order_id.in_(names)))
        _forget_events(writer, before_ms)
    return len(gone)


def _finished(writer: Writer, before_ms: int) -> Iterator[str]:
    """Yield ids of orders over and long ago, whose executions cannot be told of again."""
    query = sa.select(ORDER.c.client_order_id).where(ORDER.c.at_ms < before_ms)
    old = {row["client_order_id"] for row in writer.rows(query)}
    if not old:
        return
    names = sa.select(INTENT.c.client_order_id, INTENT.c.parent_id, INTENT.c.oco_id)
    for row in writer.rows(names.select_from(JOINED).where(wanted())):
        old.difference_update(row.values())
    yield from old.difference(_tellable(writer))


def _tellable(writer: Writer) -> Iterator[str]:
    """Yield orders with executions that are not behind the cursor of their symbol."""
    query = sa.select(CURSOR).where(CURSOR.c.name.startswith(CURSOR_PREFIX))
    cursors = {row["name"].removeprefix(CURSOR_PREFIX): row["value"] for row in writer.rows(query)}
    columns = (FILL.c.client_order_id, FILL.c.symbol, FILL.c.trade_id, FILL.c.time_ms)
    for row in writer.rows(sa.select(*columns)):
        if not is_behind(cursors.get(row["symbol"], ""), row["trade_id"], row["time_ms"]):
            yield row["client_order_id"]


def is_behind(cursor: str, trade_id: str, time_ms: int) -> bool:
    """Tell whether a cursor is past a trade for certain: numbers and times can be compared."""
    kind, _, moment = cursor.partition(":")
    if kind == "ms" and moment.isdecimal():
        return time_ms < int(moment)
    if cursor.isdecimal() and trade_id.isdecimal():
        return int(trade_id) <= int(cursor)
    return False


def _forget_events(writer: Writer, before_ms: int) -> None:
    """Drop events that everybody was told of, and what is older than any use of it."""
    waiting = sa.select(OUTBOX.c.number).where(OUTBOX.c.told_ms.is_(None))
    old: Sequence[Any] = (EVENT.c.at_ms < before_ms, EVENT.c.number.not_in(waiting))
    numbers = sa.select(EVENT.c.number).where(*old)
    writer.execute(sa.delete(OUTBOX).where(OUTBOX.c.number.in_(numbers)))
    writer.execute(sa.delete(EVENT).where(*old))
    for table in (COMMAND, BOOT):
        writer.execute(sa.delete(table).where(table.c.at_ms < before_ms))
