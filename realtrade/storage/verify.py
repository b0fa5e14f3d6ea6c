"""Whether a journal is what was written: its structure, its tables, every single row.

Nothing here writes. What databases check by themselves is asked of them; the content of rows is
checked against their checksums.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

import sqlalchemy as sa

from realtrade.model.order import OrderStatus
from realtrade.plugins.ports.gateway import Outcome
from realtrade.storage.meta import Meta, digest
from realtrade.storage.tables import ATTEMPT, FILL, INTENT, ORDER, TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any

_MOST = 20
"""Findings told of one kind; more say no more."""


class Scan(NamedTuple):
    """What reading every row came to."""

    rows: dict[str, int]
    """How many there are, by table."""
    seq: int
    """The newest number."""
    damage: list[str]


def outline_damage(meta: Meta, outline: Iterable[str]) -> list[str]:
    """Return what is wrong with the tables themselves."""
    if digest(outline) == meta.outline:
        return []
    return ["its tables are not those that were made"]


def scan(connection: sa.Connection) -> Scan:
    """Read every row of every table and compare it with its checksum."""
    rows: dict[str, int] = {}
    damage: list[str] = []
    newest = 0
    for table in TABLES:
        name = f'"{table.name}"'
        found = connection.exec_driver_sql(f"SELECT * FROM {name}")  # noqa: S608 - a table of ours
        count, seq, wrong = _scan_table(table, tuple(found.keys()), found)
        rows[table.name], newest = count, max(newest, seq)
        if wrong:
            damage.append(f"{wrong} of {count} rows of table {table.name} are not as written")
    return Scan(rows, newest, damage)


def _scan_table(
    table: sa.Table, names: Sequence[str], rows: Iterable[Sequence[Any]]
) -> tuple[int, int, int]:
    """Return how many rows, the newest number among them, and how many are wrong."""
    sum_of = _summing(table.name, names)
    seq_at, crc_at = names.index("seq"), names.index("crc")
    count = newest = wrong = 0
    for row in rows:
        count += 1
        if row[crc_at] != sum_of(row):
            wrong += 1
        elif row[seq_at] > newest:
            newest = row[seq_at]
    return count, newest, wrong


def _summing(table: str, names: Sequence[str]) -> Callable[[Sequence[Any]], int]:
    """Return `rows.checksum` for many rows of the same columns."""
    order = [names.index(name) for name in sorted(names) if name != "crc"]

    def sum_of(row: Sequence[Any]) -> int:
        parts = ["\0" if row[at] is None else str(row[at]) for at in order]
        return crc32("\x1f".join([table, *parts]).encode("utf-8", "replace"))

    return sum_of


def contradictions(connection: sa.Connection) -> list[str]:
    """Return what no program of ours would have written."""
    return [
        *_strange(connection, ORDER, "status", OrderStatus),
        *_strange(connection, ATTEMPT, "outcome", Outcome),
        *_without_order(connection),
    ]


def _strange(
    connection: sa.Connection, table: sa.Table, name: str, known: Iterable[str]
) -> Iterator[str]:
    column = table.c[name]
    query = sa.select(table.c.client_order_id, column).where(column.not_in([str(k) for k in known]))
    for row in connection.execute(query.limit(_MOST)):
        yield f"order {row[0]} has the {name} '{row[1]}', which there is not"


def _without_order(connection: sa.Connection) -> Iterator[str]:
    query = (
        sa.select(INTENT.c.client_order_id)
        .outerjoin(ORDER, ORDER.c.client_order_id == INTENT.c.client_order_id)
        .where(ORDER.c.client_order_id.is_(None))
    )
    for row in connection.execute(query.limit(_MOST)):
        yield f"the intent {row[0]} stands nowhere: its order is missing"


def oddities(connection: sa.Connection) -> list[str]:
    """Return what was written as it is and yet cannot be: nothing that keeps a bot from starting.

    An order executed beyond its quantity is money all the same; the comparison with the exchange
    that every start begins with decides about it.
    """
    wanted = dict(connection.execute(sa.select(INTENT.c.client_order_id, INTENT.c.quantity)).all())
    done: defaultdict[str, Decimal] = defaultdict(Decimal)
    for name, quantity in connection.execute(sa.select(FILL.c.client_order_id, FILL.c.quantity)):
        done[name] += Decimal(quantity)
    found = [
        f"order {name} of {wanted[name]} was executed for {total}"
        for name, total in done.items()
        if total > Decimal(wanted[name])
    ]
    return found[:_MOST]
