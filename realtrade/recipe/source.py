"""Read a recipe file as text, refusing what no recipe is."""

from __future__ import annotations

import re
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 256 * 1024

_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"
)
"""Control characters, and marks that make text read otherwise than it is."""


@dataclass(frozen=True, slots=True)
class Source:
    """The text of one file."""

    file: str
    """The name shown to people."""
    text: str

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines, without their ends."""
        return tuple(re.split(r"\r\n|\r|\n", self.text))


class Unreadable(Exception):
    """A file is no recipe text."""

    def __init__(self, code: str, message: str, *, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.line = line
        self.column = column


def read_source(path: Path, file: str) -> Source:
    """Return the text of `path`, to be shown as `file`.

    Raises:
        Unreadable: missing, no regular file, too large, or not UTF-8 text.
    """
    raw = _read_bytes(path)
    if len(raw) > MAX_BYTES:
        raise Unreadable("RT106", f"the file is larger than the limit of {MAX_BYTES // 1024} KiB")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = _position(raw[: error.start].decode("utf-8", "replace"))
        raise Unreadable("RT107", "the file is not UTF-8 text", line=line, column=column) from None
    check_text(text)
    return Source(file, text)


def check_text(text: str) -> None:
    """Refuse control characters.

    Raises:
        Unreadable: one was found; its place is in the exception.
    """
    found = _INVISIBLE.search(text)
    if found:
        line, column = _position(text[: found.start()])
        message = f"the character U+{ord(found[0]):04X} has no place in a recipe"
        raise Unreadable("RT107", message, line=line, column=column)


def is_visible(text: str) -> bool:
    """Tell whether `text`, its escapes resolved, has no control characters."""
    return _INVISIBLE.search(text) is None and not any("\ud800" <= c <= "\udfff" for c in text)


def _read_bytes(path: Path) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise Unreadable("RT701", "this is not a file")
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the name is not a file name"
        raise Unreadable("RT701", f"the file cannot be read: {reason}") from None


def _position(before: str) -> tuple[int, int]:
    lines = re.split(r"\r\n|\r|\n", before)
    return len(lines), len(lines[-1]) + 1
