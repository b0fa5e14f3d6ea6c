"""How far from the wanted price a fill lands."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Slippage:
    """Prices a little worse than seen. A percentage wins over a fixed amount."""

    fraction: float = 0.0
    """Share of the price: `0.0001` is 1 bps."""
    fixed: float = 0.0
    """In units of price."""
    at_open: bool = False
    """Also slip fills at the opening price, such as market orders."""
    match: bool = True
    """Fill at the bar's extreme when slipping goes past it; otherwise wait for the next bar."""
    limit: bool = True
    """As `match`, for limit orders."""
    outside: bool = False
    """Let the slipped price lie outside the bar."""

    def up(
        self, cap: float, price: float, *, at_open: bool = False, limit: bool = False
    ) -> float | None:
        """Return the price a purchase gets, or None when there is none in this bar."""
        if at_open and not self.at_open:
            return price
        if self.fraction:
            slipped = price * (1 + self.fraction)
        elif self.fixed:
            slipped = price + self.fixed
        else:
            return price
        return slipped if slipped <= cap else self._beyond(slipped, cap, limit=limit)

    def down(
        self, floor: float, price: float, *, at_open: bool = False, limit: bool = False
    ) -> float | None:
        """Return the price a sale gets, or None when there is none in this bar."""
        if at_open and not self.at_open:
            return price
        if self.fraction:
            slipped = price * (1 - self.fraction)
        elif self.fixed:
            slipped = price - self.fixed
        else:
            return price
        return slipped if slipped >= floor else self._beyond(slipped, floor, limit=limit)

    def _beyond(self, slipped: float, edge: float, *, limit: bool) -> float | None:
        if self.match or (limit and self.limit):
            return slipped if self.outside else edge
        return None
