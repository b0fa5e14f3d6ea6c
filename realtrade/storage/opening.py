"""From a URL to a journal: lock, look, check, migrate, open; nothing is written before it is sound.

The order is a safety property. A journal that is damaged, newer, somebody else's or behind what was
remembered is refused by name, and its files are as they were.
"""

from __future__ import annotations

import os
import platform
from contextlib import ExitStack
from importlib.metadata import version
from typing import TYPE_CHECKING

from realtrade.storage.file_opening import open_file
from realtrade.storage.journal import SqlJournal
from realtrade.storage.lock import lock_account
from realtrade.storage.opened import Opened, Who
from realtrade.storage.places import place_of
from realtrade.storage.retain import KEPT_MS, forget
from realtrade.storage.server_opening import open_server
from realtrade.storage.tables import BOOT
from realtrade.storage.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from realtrade.storage.lock import FileLock
    from realtrade.storage.places import Place
    from realtrade.utils.clock import Clock


def open_journal(
    url: str,
    *,
    account: str,
    bot: str,
    folder: Path,
    clock: Clock,
    redact: Callable[[str], str] = str,
    locks: Path | None = None,
    kept_ms: int = KEPT_MS,
) -> SqlJournal:
    """Open the journal of a bot on an account, or make it where there never was one.

    Args:
        url: `sqlite:///state/bot.db`, or `postgresql+psycopg://user:password@host/database`.
        account: stable name of the account, without secrets.
        bot: the recipe's name.
        folder: where relative paths start.
        clock: stamps rows, and says since when locks are held.
        redact: blots secrets out of whatever text people or exchanges wrote.
        locks: folder of the machine's locks; one for this user when left out.
        kept_ms: what was over before so many milliseconds is forgotten.

    Returns:
        The journal; it is locked, and so is the account, until `close` or the process's end.

    Raises:
        AccountLocked: another process trades the account with this bot, or has the journal.
        JournalDamaged: it is not what was written.
        JournalForeign: it is of another bot or account, or no journal.
        JournalTooNew: a newer program wrote it.
        JournalBehind: its newest writes are missing.
        JournalError: it cannot be reached or made.
    """
    place = place_of(url, folder)
    who = Who(account=account, bot=bot)
    with ExitStack() as stack:
        lock = lock_account(account, bot, clock, locks)
        stack.callback(lock.release)
        opened = _opened(place, who, clock, stack)
        writer = Writer(
            place,
            clock,
            opened.connection,
            seq=opened.seq,
            reconnect=opened.reconnect,
            before=opened.before,
            committed=_both(opened.committed, lock),
        )
        stack.callback(writer.close)
        _begin(writer, clock, kept_ms)
        held = ExitStack()
        journal = SqlJournal(
            writer,
            clock,
            place=str(place),
            redact=redact,
            release=held.close,
            path=place.path,
        )
        held.enter_context(stack.pop_all())
        return journal


def _opened(place: Place, who: Who, clock: Clock, stack: ExitStack) -> Opened:
    if place.path is not None:
        return open_file(place, place.path, who, clock, stack)
    assert place.url is not None  # noqa: S101 - a place is one or the other
    return open_server(place, place.url, who, clock, stack)


def _both(committed: Callable[[int], None], lock: FileLock) -> Callable[[int], None]:
    """Return what is done after every commit."""

    def done(seq: int) -> None:
        committed(seq)
        lock.touch()

    return done


def _begin(writer: Writer, clock: Clock, kept_ms: int) -> None:
    """Note the start, and forget what is long over."""
    with writer.together():
        forget(writer, before_ms=clock.now_ms() - kept_ms)
        row = {
            "number": writer.next_seq(),
            "program": version("realtrade"),
            "pid": os.getpid(),
            "host": platform.node(),
        }
        writer.add(BOOT, row)
