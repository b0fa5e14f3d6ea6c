"""Waits between attempts: longer each time, never the same for two clients."""

from __future__ import annotations

import secrets
from random import Random


def jitter() -> Random:
    """Return a source of jitter of its own, unlike any other client's."""
    return Random(secrets.randbits(64))  # noqa: S311 - jitter is no secret


class Backoff:
    """Doubling waits with jitter: half to all of what has been reached."""

    def __init__(self, random: Random, *, first_s: float, most_s: float) -> None:
        self._random = random
        self._first_s = first_s
        self._most_s = most_s
        self._failures = 0

    def next_s(self, at_least_s: float = 0.0) -> float:
        """Return how long to wait before the next attempt, `at_least_s` or longer."""
        reached = min(self._first_s * 2 ** min(self._failures, 30), self._most_s)
        self._failures += 1
        return max(self._random.uniform(reached / 2, reached), at_least_s)

    def reset(self) -> None:
        """Begin with short waits again."""
        self._failures = 0
