"""What opening a database comes to, and the check that it has passed."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from realtrade.plugins.ports.journal import JournalError
from realtrade.storage.errors import JournalDamaged
from realtrade.storage.faults import ERRORS, fault_of
from realtrade.storage.meta import (
    VERSION,
    Meta,
    digest,
    must_be_of,
    must_be_readable,
    read_meta,
    write_meta,
)
from realtrade.storage.tables import METADATA
from realtrade.storage.verify import contradictions, outline_damage, scan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import sqlalchemy as sa

    from realtrade.storage.places import Place
    from realtrade.utils.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Whose journal it is."""

    account: str
    bot: str


class Opened(NamedTuple):
    """A database ready to be written to; see `Writer` for what each is for."""

    connection: sa.Connection
    seq: int
    before: Callable[[], None] = lambda: None
    committed: Callable[[int], None] = lambda seq: None
    reconnect: Callable[[], tuple[sa.Connection, int]] | None = None


def check(
    connection: sa.Connection,
    place: Place,
    who: Who,
    *,
    complaints: Callable[[sa.Connection], Sequence[str]] = lambda connection: (),
    outline: Callable[[sa.Connection], Sequence[str]],
) -> tuple[Meta, int]:
    """See that a journal is whole and ours; return what it says of itself and its newest number.

    Nothing is written.

    Raises:
        JournalDamaged: something is not as it was written.
        JournalTooNew: a newer program wrote it.
        JournalForeign: it is of another bot or account.
    """
    with reading(place):
        _must_be_sound(complaints(connection), place)
        meta = read_meta(connection, place)
        must_be_readable(meta, place)
        _must_be_sound(outline_damage(meta, outline(connection)), place)
        must_be_of(meta, place, account=who.account, bot=who.bot)
        found = scan(connection)
        _must_be_sound([*found.damage, *contradictions(connection)], place)
        return meta, found.seq


def _must_be_sound(damage: Sequence[str], place: Place) -> None:
    if damage:
        more = f", and {len(damage) - 1} more findings" if len(damage) > 1 else ""
        raise damaged(place, f"{damage[0]}{more}")


def damaged(place: Place, what: str) -> JournalDamaged:
    """Return the refusal of a damaged journal."""
    return JournalDamaged(
        f"the journal {place} is damaged: {what}; nothing was changed in it: restore a backup, or "
        "move it away to begin anew, and compare orders and positions with the exchange's"
    )


@contextmanager
def reading(place: Place) -> Iterator[None]:
    """Turn what reading a database raises into a refusal.

    Raises:
        JournalDamaged: it cannot be understood.
        JournalError: it cannot be reached.
    """
    try:
        yield
    except ERRORS as error:
        fault = fault_of(error)
        if fault.lost or (fault.known and not fault.unsure):
            raise unreachable(place, fault.text) from error
        raise damaged(place, fault.text) from error


def unreachable(place: Place, why: str) -> JournalError:
    """Return the refusal of a journal that cannot be had."""
    return JournalError(f"the journal {place} cannot be opened: {why}")


def fill_with_tables(
    connection: sa.Connection,
    who: Who,
    clock: Clock,
    outline: Callable[[sa.Connection], Sequence[str]],
) -> None:
    """Make all tables and say whose they are, inside the running transaction."""
    METADATA.create_all(connection)
    about = digest(outline(connection))
    meta = Meta(version=VERSION, account=who.account, bot=who.bot, outline=about)
    write_meta(connection, meta, seq=0, clock=clock)
