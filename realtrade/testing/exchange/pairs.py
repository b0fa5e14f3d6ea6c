"""Two orders of which one cancels the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from realtrade.testing.exchange.refusal import Reason, Refused

if TYPE_CHECKING:
    from decimal import Decimal

    from realtrade.testing.exchange.order import OrderRequest, SimOrder


@dataclass(frozen=True, slots=True)
class OrderPair:
    """A pair and its ids."""

    id: int
    client_id: str
    legs: tuple[SimOrder, SimOrder]

    def other(self, order: SimOrder) -> SimOrder:
        """Return the leg that is not `order`."""
        return self.legs[1] if order is self.legs[0] else self.legs[0]

    @property
    def open(self) -> bool:
        """Tell whether a leg may still fill."""
        return any(leg.open for leg in self.legs)


def check_prices(above: OrderRequest, below: OrderRequest, price: Decimal) -> None:
    """Refuse a pair that does not stand on both sides of `price`.

    Raises:
        Refused: it does not, or both legs are of one kind.
    """
    if (above.trigger == "stop") is (below.trigger == "stop"):
        raise Refused(Reason.PAIR_PRICES)
    high, low = _level(above), _level(below)
    if not (low is None or low < price) or not (high is None or high > price):
        raise Refused(Reason.PAIR_PRICES)


def _level(asked: OrderRequest) -> Decimal | None:
    return asked.stop_price if asked.trigger is not None else asked.price
