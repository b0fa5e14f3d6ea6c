"""What a start begins with, read from the tables."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from realtrade.execution import TERMINAL
from realtrade.model.order import OrderStatus
from realtrade.plugins.ports.journal import KnownOrder, Recalled
from realtrade.storage.rows import (
    from_json,
    read_attempt,
    read_fill,
    read_intent,
    read_position,
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

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from realtrade.storage.writer import Writer

OVER = sorted(status.value for status in TERMINAL)
_SEEN = 20_000
"""The most executions a start begins with."""
_MEMORY = (INTENT, BAR_MARK, CURSOR, POSITION, ADJUST, COMMAND, RISK, STRATEGY)


def wanted() -> Any:
    """Return the condition on intent, order and bar mark under which a start needs an order.

    It is not over, or it was decided on the newest marked bar of its feed or later: that bar may be
    run again, and must find its orders. Or an exit that is not over waits for it: what it has
    bought, less the fees it was charged for that, is what the exit may sell. Or it excludes one
    that is not over: executed whole, it has left that one nothing to do. Or its strategy has not
    heard of its end, for it would have with the next bar.
    """
    return sa.or_(
        ORDER.c.status.not_in(OVER),
        _untold(),
        BAR_MARK.c.time_ms.is_(None),
        INTENT.c.created_ms >= BAR_MARK.c.time_ms,
        INTENT.c.client_order_id.in_(_of_working("parent_id")),
        INTENT.c.parent_id.in_(_of_working("parent_id")),
        INTENT.c.client_order_id.in_(_of_working("oco_id")),
        INTENT.c.oco_id.in_(_of_working("oco_id")),
        INTENT.c.oco_id.in_(_of_working("client_order_id")),
    )


def _untold() -> Any:
    """Return the condition that an order has moved since the newest mark of all feeds."""
    return ORDER.c.seq > sa.select(sa.func.max(BAR_MARK.c.seq)).scalar_subquery()


def _of_working(column: str) -> Any:
    """Return what orders not over have in a column: their parents, say."""
    one, stands = INTENT.alias(), ORDER.alias()
    joined = one.join(stands, stands.c.client_order_id == one.c.client_order_id)
    waits = stands.c.status.not_in(OVER), one.c[column].is_not(None)
    return sa.select(one.c[column]).select_from(joined).where(*waits)


JOINED = INTENT.join(ORDER, ORDER.c.client_order_id == INTENT.c.client_order_id).outerjoin(
    BAR_MARK, BAR_MARK.c.feed == INTENT.c.feed
)
"""Intents with where they stand and how far their feed is done with; see `wanted`."""


def recall(writer: Writer) -> Recalled:
    """Return what a start begins with, all of one moment."""
    with writer.together():
        return Recalled(
            orders=_orders(writer),
            seen=_seen(writer),
            positions=_positions(writer),
            cursors={row["name"]: row["value"] for row in writer.rows(sa.select(CURSOR))},
            bars={row["feed"]: row["time_ms"] for row in writer.rows(sa.select(BAR_MARK))},
            risk=_memory(writer, RISK),
            strategy=_memory(writer, STRATEGY),
            fresh=_is_fresh(writer),
        )


def _orders(writer: Writer) -> list[KnownOrder]:
    query = sa.select(INTENT, ORDER.c.status, _untold().label("untold"))
    query = query.select_from(JOINED).where(wanted())
    rows = writer.rows(query.order_by(INTENT.c.seq))
    attempts = _by_order(writer, ATTEMPT, read_attempt)
    fills = _by_order(writer, FILL, read_fill)
    return [
        KnownOrder(
            intent=read_intent(row),
            status=OrderStatus(row["status"]),
            attempts=attempts.get(row["client_order_id"], ()),
            fills=fills.get(row["client_order_id"], ()),
            untold=bool(row["untold"]),
        )
        for row in rows
    ]


def _by_order(
    writer: Writer, table: sa.Table, read: Callable[[Mapping[str, Any]], Any]
) -> dict[str, list[Any]]:
    """Return what belongs to the orders a start needs, oldest first."""
    needed = sa.select(INTENT.c.client_order_id).select_from(JOINED).where(wanted())
    order = table.c.number if "number" in table.c else table.c.seq
    query = sa.select(table).where(table.c.client_order_id.in_(needed)).order_by(order)
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for row in writer.rows(query):
        found[row["client_order_id"]].append(read(row))
    return found


def _seen(writer: Writer) -> frozenset[tuple[str, str]]:
    """Return the newest executions: of older ones the journal tells when it is asked."""
    query = sa.select(FILL.c.symbol, FILL.c.trade_id).order_by(FILL.c.seq.desc()).limit(_SEEN)
    found = writer.execute(query)
    return frozenset(map(tuple, found.all()))


def _positions(writer: Writer) -> dict[str, Any]:
    rows = {row["symbol"]: read_position(row) for row in writer.rows(sa.select(POSITION))}
    return {symbol: position for symbol, position in rows.items() if position.quantity}


def _memory(writer: Writer, table: sa.Table) -> dict[str, Any] | None:
    rows = writer.rows(sa.select(table.c.content))
    return from_json(rows[0]["content"]) if rows else None


def _is_fresh(writer: Writer) -> bool:
    return not any(writer.rows(sa.select(table).limit(1)) for table in _MEMORY)
