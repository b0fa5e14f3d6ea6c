"""What an exchange lists: instruments with the exchange's own name and limits for each."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from realtrade.model.instrument import Instrument


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One instrument as an exchange lists it."""

    instrument: Instrument
    id: str
    """The exchange's own name, such as `BTCUSDT`."""
    active: bool = True
    """Whether it can be traded now."""
    max_quantity: Decimal = Decimal(0)
    """Largest quantity of one order; zero means not said."""
    max_market_quantity: Decimal = Decimal(0)
    """Largest quantity of one market order; zero means as `max_quantity`."""
    types: frozenset[str] = frozenset()
    """The exchange's own names of the order types it takes here; empty means not said."""
    trailing: bool = False
    """Whether the exchange trails stops here."""


class Ticker(NamedTuple):
    """The last trade of a symbol and the best prices, where the exchange says them."""

    symbol: str
    last: Decimal
    bid: Decimal | None = None
    ask: Decimal | None = None
    time_ms: int = 0
