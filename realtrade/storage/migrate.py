"""From older tables to those of today, one step after the other, never back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

import sqlalchemy as sa

from realtrade.plugins.ports.journal import JournalError
from realtrade.storage.meta import VERSION, Meta, digest, write_meta
from realtrade.storage.rows import checksum

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from realtrade.storage.places import Place
    from realtrade.utils.clock import Clock

Migration: TypeAlias = "Callable[[sa.Connection], None]"

MIGRATIONS: Mapping[int, Migration] = {}
"""By the version a step starts from; a step that adds columns calls `reseal` on their table."""


def migrate(
    connection: sa.Connection,
    meta: Meta,
    *,
    seq: int,
    clock: Clock,
    place: Place,
    outline: Callable[[sa.Connection], Iterable[str]],
    steps: Mapping[int, Migration] | None = None,
    newest: int = VERSION,
) -> tuple[Meta, int]:
    """Bring tables up to date inside the running transaction: all steps or none.

    Returns:
        What the journal says of itself now, and the newest number written.

    Raises:
        JournalError: no step leads on from what is there.
    """
    steps = MIGRATIONS if steps is None else steps
    if meta.version == newest:
        return meta, seq
    for version in range(meta.version, newest):
        if version not in steps:
            msg = f"the journal {place} has format {version}, from which none leads on: start anew"
            raise JournalError(msg)
        steps[version](connection)
    now = replace(meta, version=newest, outline=digest(outline(connection)))
    return now, write_meta(connection, now, seq=seq, clock=clock)


def reseal(connection: sa.Connection, table: sa.Table) -> None:
    """Give every row of a table the checksum that follows from its columns of now."""
    keys = [column.name for column in table.primary_key]
    change = sa.update(table).where(*(table.c[name] == sa.bindparam(f"k_{name}") for name in keys))
    for row in [dict(row) for row in connection.execute(sa.select(table)).mappings()]:
        values = {f"k_{name}": row[name] for name in keys}
        connection.execute(change.values(crc=checksum(table.name, row)), values)
