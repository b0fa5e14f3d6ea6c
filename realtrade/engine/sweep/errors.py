"""What makes a sweep impossible before anything has run."""

from __future__ import annotations


class SweepRefused(Exception):
    """A sweep cannot be done as asked; the message says why, `hint` what to do about it."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class SweepBusy(SweepRefused):
    """Another process is at the same sweep."""
