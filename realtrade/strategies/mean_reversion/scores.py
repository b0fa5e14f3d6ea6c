"""The stance on something that keeps returning to its mean."""

from __future__ import annotations


def reverting(score: float, now: int, *, entry: float, leave: float) -> int:
    """Return the stance on what is `score` standard deviations above its mean.

    Long from `-entry` down until it is back at `-leave`, short from `entry` up until `leave`.
    """
    if now:
        return now if -score * now > leave else 0
    return int(score <= -entry) - int(score >= entry)
