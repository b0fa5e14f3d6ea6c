"""What a REST endpoint is, and how one request is answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.testing.binance.call import Call
    from realtrade.testing.binance.security import Level


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint."""

    method: str
    path: str
    answer: Callable[[Call], Any]
    level: Level = "none"
    weight: int = 1
    weight_all: int | None = None
    """What it weighs without a symbol, where that is more."""
    free: bool = False
    """Weighs nothing once it is done: spot counts orders and cancels only where they fail."""

    def cost(self, params: dict[str, str]) -> int:
        """Return the weight of a request with these parameters."""
        if self.weight_all is not None and not params.get("symbol"):
            return self.weight_all
        return self.weight
