"""What has been bought, told by what is held: also what was executed while nobody watched."""

from __future__ import annotations

from typing import Any

_NOISE = 1e-9
"""Share of a position below which a difference comes from adding floats."""


class Growth:
    """How much of a feed was held when it was looked at last, and at what cost."""

    def __init__(self) -> None:
        self._seen: tuple[float, float] | None = None
        self._told = 0.0

    def tell(self, price: float) -> None:
        """Take the price of a purchase, exact where the average price only nearly tells it."""
        self._told = price

    def look(self, position: Any) -> float | None:
        """Return the price at which was bought since the last look, or None if nothing was.

        The first look, without a `restore` before it, takes what is held for granted.
        """
        size: float = max(position.size, 0.0)
        before, self._seen = self._seen, (size, size * position.price)
        told, self._told = self._told, 0.0
        if before is None or size <= before[0] * (1.0 + _NOISE):
            return None
        if told or not before[0]:
            return told or float(position.price)
        return (self._seen[1] - before[1]) / (size - before[0])

    def remember(self) -> tuple[float, float] | None:
        """Return size and cost at the last look, for a restart; None before the first."""
        return self._seen

    def restore(self, size: float, cost: float) -> None:
        """Take back what `remember` gave."""
        self._seen = size, cost
