"""What is traded, and the steps in which it may be traded."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

MarketType = Literal["spot", "swap"]


@dataclass(frozen=True, slots=True)
class Instrument:
    """One tradable thing on one exchange.

    A step of zero means "any": a file feed whose recipe names no `tick` trades at any price.
    """

    symbol: str
    """Unified name: `BTC/USDT` for spot, `BTC/USDT:USDT` for a swap settled in USDT."""
    base: str
    quote: str
    market: MarketType = "spot"
    tick: Decimal = Decimal(0)
    """Smallest price step, in quote currency."""
    lot: Decimal = Decimal(0)
    """Smallest quantity step, in base units or contracts."""
    min_quantity: Decimal = Decimal(0)
    min_notional: Decimal = Decimal(0)
    """Smallest order value, in quote currency."""
    contract_size: Decimal = Decimal(1)
    """Base units per contract; 1 on spot."""

    @property
    def may_short(self) -> bool:
        """Tell whether a position may be negative; spot cannot sell what it does not hold."""
        return self.market != "spot"
