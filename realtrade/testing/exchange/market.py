"""What can be traded on the simulated exchange, and at which steps and fees."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class SimMarket:
    """One market. `BTC/USDT` is spot; `BTC/USDT:USDT` a perpetual, settled in USDT."""

    symbol: str
    """Unified name."""
    price: Decimal = Decimal(100)
    """Price before anything has happened."""
    tick: Decimal = Decimal("0.01")
    lot: Decimal = Decimal("0.00001")
    min_quantity: Decimal = Decimal("0.00001")
    max_quantity: Decimal = Decimal(9000)
    min_notional: Decimal = Decimal(5)
    maker: Decimal = Decimal("0.001")
    """Fee of a fill that rested, as a fraction of its value."""
    taker: Decimal = Decimal("0.001")
    max_orders: int = 1000
    """Most that one account may have open here."""
    max_conditional: int = 100
    """Most of them that may wait for a trigger."""
    spread_ticks: int = 1
    """The ask stands this many ticks above the price; the bid is the price."""

    @property
    def base(self) -> str:
        """Return the currency that is traded."""
        return self.symbol.partition("/")[0]

    @property
    def quote(self) -> str:
        """Return the currency of prices."""
        return self.symbol.partition("/")[2].partition(":")[0]

    @property
    def is_spot(self) -> bool:
        """Tell whether currencies change hands, rather than positions."""
        return ":" not in self.symbol

    def on_tick(self, price: Decimal) -> Decimal:
        """Return `price` cut down to a multiple of the tick, at least one tick."""
        return max((price / self.tick).to_integral_value(ROUND_DOWN) * self.tick, self.tick)

    def on_lot(self, quantity: Decimal) -> Decimal:
        """Return `quantity` cut down to a multiple of the lot."""
        return (quantity / self.lot).to_integral_value(ROUND_DOWN) * self.lot


DEFAULT_MARKETS = (
    SimMarket(symbol="BTC/USDT", price=Decimal(50_000)),
    SimMarket(
        symbol="ETH/USDT",
        price=Decimal(3_000),
        lot=Decimal("0.0001"),
        min_quantity=Decimal("0.0001"),
    ),
    SimMarket(
        symbol="BTC/USDT:USDT",
        price=Decimal(50_000),
        tick=Decimal("0.10"),
        lot=Decimal("0.001"),
        min_quantity=Decimal("0.001"),
        max_quantity=Decimal(1000),
        maker=Decimal("0.0002"),
        taker=Decimal("0.0005"),
    ),
    SimMarket(
        symbol="ETH/USDT:USDT",
        price=Decimal(3_000),
        lot=Decimal("0.001"),
        min_quantity=Decimal("0.001"),
        maker=Decimal("0.0002"),
        taker=Decimal("0.0005"),
    ),
)
"""Two symbols, each on spot and as a perpetual."""
