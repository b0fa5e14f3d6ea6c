"""How far a journal had come, beside it: tells an older copy from the newest.

A database whose last commits are lost (its `-wal` cut off, a backup put back) looks whole. The
mark is written without waiting for the disk: it survives a killed process, and after a power cut it
may be behind the journal, which harms nothing, but never before it.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    from pathlib import Path

_DIGITS = 20


class Mark:
    """The newest number written to a journal."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor = -1

    def read(self) -> int:
        """Return the number; 0 when there is none that can be read."""
        try:
            text = self.path.read_text("ascii")
            seq = int(text[:_DIGITS])
        except (OSError, ValueError):
            return 0
        return seq if text == _line(seq) else 0

    def open(self) -> None:
        """Be ready to write.

        Raises:
            OSError: it cannot be made.
        """
        flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC
        self._descriptor = os.open(self.path, flags, 0o600)

    def write(self, seq: int) -> None:
        """Note a number, at once and without waiting; a mark that lags is harmless."""
        with contextlib.suppress(OSError):
            os.pwrite(self._descriptor, _line(seq).encode(), 0)

    def close(self) -> None:
        """Write no more."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def _line(seq: int) -> str:
    digits = f"{seq:0{_DIGITS}d}"
    return f"{digits} {crc32(digits.encode()):08x}\n"
