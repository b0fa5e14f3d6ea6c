"""One bot, one account, one process: locks that the system lets go of when their holder dies."""

from __future__ import annotations

import json
import os
import stat
import tempfile
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Self

from realtrade.plugins.ports.journal import JournalError
from realtrade.storage.errors import AccountLocked

if TYPE_CHECKING:
    from realtrade.utils.clock import Clock

_OURS_ALONE = 0o600
_MOST = 2_000


class FileLock:
    """A file that one process has locked; killing the process unlocks it.

    The file stays where it is when the lock is gone: removing it would let two processes lock two
    files of the same name.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = -1

    def acquire(self, *, what: str, clock: Clock) -> Self:
        """Lock it, and write into it who did.

        Args:
            what: subject of the message when it is locked already, such as `account x of bot y`.
            clock: says since when.

        Raises:
            AccountLocked: another process holds it, or this one does already.
            JournalError: the file cannot be made.
        """
        import fcntl

        self._descriptor = self._opened()
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = self._holder()
            self.release()
            msg = f"{what} is in use: {holder} (lock {self._path})"
            raise AccountLocked(msg) from None
        self._introduce(clock)
        return self

    def _opened(self) -> int:
        """Return a descriptor that no program started by this one inherits."""
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            return os.open(self._path, flags, _OURS_ALONE)
        except OSError as error:
            msg = f"the lock {self._path} cannot be made: {error.strerror}"
            raise JournalError(msg) from error

    def _introduce(self, clock: Clock) -> None:
        since = datetime.fromtimestamp(clock.now_ms() / 1000, UTC)
        holder = {"pid": os.getpid(), "since": since.isoformat(timespec="seconds")}
        try:
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, json.dumps(holder).encode(), 0)
        except OSError:
            return  # a full disk keeps nobody from holding a lock; people are told less

    def _holder(self) -> str:
        try:
            told = json.loads(os.pread(self._descriptor, _MOST, 0))
            return f"process {int(told['pid'])} has it since {told['since']}"
        except (OSError, ValueError, KeyError, TypeError):
            return "another process has it"

    def touch(self) -> None:
        """Look used: what keeps temporary folders clean removes files that are old."""
        with suppress(OSError):
            os.utime(self._descriptor)

    def release(self) -> None:
        """Let go of it; harmless when it is not held."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def machine_locks() -> Path:
    """Return the folder of the locks that all bots of this user on this machine share.

    Raises:
        JournalError: somebody else made it.
    """
    folder = Path(tempfile.gettempdir()) / f"realtrade-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        msg = f"the folder of locks {folder} cannot be made: {error.strerror}"
        raise JournalError(msg) from error
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        msg = f"the folder of locks {folder} belongs to somebody else: remove it"
        raise JournalError(msg)
    return folder


def lock_account(account: str, bot: str, clock: Clock, folder: Path | None = None) -> FileLock:
    """Lock an account for a bot, wherever the bot's journal is.

    Raises:
        AccountLocked: another process trades it.
        JournalError: the lock cannot be made.
    """
    name = sha256(f"{account}\n{bot}".encode()).hexdigest()[:32]
    path = (folder or machine_locks()) / f"{name}.lock"
    return FileLock(path).acquire(what=f"account {account} of bot {bot}", clock=clock)
