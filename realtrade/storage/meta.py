"""What a journal says of itself: its format, its bot, its account, what its tables look like."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

import sqlalchemy as sa

from realtrade.storage.errors import JournalDamaged, JournalForeign, JournalTooNew
from realtrade.storage.rows import Row, checksum
from realtrade.storage.tables import META

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from realtrade.storage.places import Place
    from realtrade.utils.clock import Clock

VERSION = 1
"""Of the tables; `migrate.MIGRATIONS` leads here from every older one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meta:
    """Of one journal."""

    version: int
    account: str
    bot: str
    outline: str
    """Digest of the tables as they were made."""


def digest(outline: Iterable[str]) -> str:
    """Return what stands for a schema."""
    return sha256("\n".join(outline).encode()).hexdigest()


def write_meta(connection: sa.Connection, meta: Meta, *, seq: int, clock: Clock) -> int:
    """Write it in place of what was there; return the newest number used."""
    connection.execute(sa.delete(META))
    values = {
        "version": str(meta.version),
        "account": meta.account,
        "bot": meta.bot,
        "outline": meta.outline,
    }
    for name, value in values.items():
        seq += 1
        row: Row = {"key": name, "value": value, "seq": seq, "at_ms": clock.now_ms()}
        row["crc"] = checksum(META.name, row)
        connection.execute(sa.insert(META), row)
    return seq


def read_meta(connection: sa.Connection, place: Place) -> Meta:
    """Return it.

    Raises:
        JournalDamaged: it is not what was written.
    """
    query = sa.select(META)
    rows = [dict(row) for row in connection.execute(query).mappings()]
    given = {row["key"]: row["value"] for row in rows}
    whole = all(row["crc"] == checksum(META.name, row) for row in rows)
    if not whole or given.keys() != {"version", "account", "bot", "outline"}:
        msg = f"the journal {place} is damaged: what it says of itself is not what was written"
        raise JournalDamaged(msg)
    return Meta(
        version=int(given["version"]),
        account=given["account"],
        bot=given["bot"],
        outline=given["outline"],
    )


def must_be_readable(meta: Meta, place: Place, newest: int = VERSION) -> None:
    """Refuse what a newer program wrote.

    Raises:
        JournalTooNew: so it is.
    """
    if meta.version > newest:
        msg = (
            f"the journal {place} was written by a newer realtrade (its format is {meta.version}, "
            f"this program knows {newest}): update realtrade"
        )
        raise JournalTooNew(msg)


def must_be_of(meta: Meta, place: Place, *, account: str, bot: str) -> None:
    """Refuse the journal of somebody else.

    Raises:
        JournalForeign: it is of another bot, or of another account.
    """
    facts: Sequence[tuple[str, str, str]] = (
        ("bot", meta.bot, bot),
        ("account", meta.account, account),
    )
    for what, there, wanted in facts:
        if there != wanted:
            msg = (
                f"the journal {place} is of {what} '{there}', not of '{wanted}': "
                "name another one under storage.url, or move it away"
            )
            raise JournalForeign(msg)
