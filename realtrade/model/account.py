"""What an exchange says of an account: balances, orders as they stand there, what changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from realtrade.model.order import OrderStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from realtrade.model.order import Fill, OrderIntent, OrderType, Position, Side


@dataclass(frozen=True, slots=True)
class Balance:
    """How much of one currency an account has."""

    free: Decimal
    locked: Decimal = Decimal(0)
    """Tied up in resting orders, or in margin."""

    @property
    def total(self) -> Decimal:
        """Free and locked together."""
        return self.free + self.locked


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueOrder:
    """One order as its exchange tells of it."""

    client_order_id: str
    venue_order_id: str
    symbol: str
    side: Side
    type: OrderType
    status: OrderStatus
    """Accepted, partially filled, filled, cancelled, expired or rejected."""
    quantity: Decimal
    filled: Decimal
    """Executed so far, unsigned; this number decides, never an event's time."""
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    reason: str = ""
    time_ms: int = 0
    """When it last changed, on the exchange's clock."""

    @classmethod
    def cancelled(cls, order: VenueOrder | OrderIntent, venue_order_id: str) -> VenueOrder:
        """Return an order as it stands once cancelled, nothing of it being known executed."""
        return cls(
            client_order_id=order.client_order_id,
            venue_order_id=venue_order_id,
            symbol=order.symbol,
            side=order.side,
            type=order.type,
            status=OrderStatus.CANCELLED,
            quantity=order.quantity,
            filled=Decimal(0),
            limit_price=order.limit_price,
            stop_price=order.stop_price,
        )


@dataclass(frozen=True, slots=True)
class OrderChanged:
    """An order moved; with the execution that moved it, where there was one."""

    order: VenueOrder
    fill: Fill | None = None


@dataclass(frozen=True, slots=True)
class BalancesChanged:
    """Balances as they are now, by currency, and positions by symbol; others did not change."""

    balances: Mapping[str, Balance]
    positions: Mapping[str, Position] = field(default_factory=dict)
    time_ms: int = 0


AccountEvent = OrderChanged | BalancesChanged
"""What a stream of account events publishes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountState:
    """An account as REST tells of it, at one moment."""

    balances: Mapping[str, Balance]
    """By currency; currencies without any may be left out."""
    positions: Mapping[str, Position] = field(default_factory=dict)
    """Open positions by symbol; always empty on spot, which knows balances only."""
    hedged: bool = False
    """True where the account holds longs and shorts side by side: we do not trade such ones."""
    time_ms: int = 0
