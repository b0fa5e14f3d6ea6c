"""How a command ends: exit codes, and the exceptions that carry them out."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes that scripts may rely on (sysexits.h where it has one that fits)."""

    OK = 0
    INTERNAL = 1
    USAGE = 64
    FAILED = 65
    UNREACHABLE = 69
    LOCKED = 75
    DENIED = 77
    INVALID = 78
    INTERRUPTED = 130
    BROKEN_PIPE = 141


class Ending(Exception):
    """End the command with a code, after saying `text` on stderr."""

    def __init__(self, code: ExitCode, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


class Failure(Ending):
    """A command cannot do what was asked; said in a sentence, without a traceback.

    Args:
        message: What is wrong, naming the subject, the fact and the limit.
        code: The exit code of the process.
        hint: What to do about it, on a line of its own.
    """

    def __init__(self, message: str, code: ExitCode, *, hint: str = "") -> None:
        super().__init__(code, f"error: {message}\n  hint: {hint}" if hint else f"error: {message}")
