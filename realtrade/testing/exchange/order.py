"""Orders: what was asked for, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from realtrade.testing.exchange.truth import DONE, OrderTruth

if TYPE_CHECKING:
    from realtrade.testing.exchange.market import SimMarket
    from realtrade.testing.exchange.truth import FillTruth, Side, Status

Trigger = Literal["stop", "take_profit"]
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRequest:
    """An order as asked for, in words that no dialect owns."""

    symbol: str
    side: Side
    type: str
    """The dialect's own word, kept to be said back."""
    client_order_id: str
    quantity: Decimal = ZERO
    quote_quantity: Decimal = ZERO
    """Instead of a quantity: spend or earn this much, market orders on spot."""
    price: Decimal | None = None
    """Limit price; without one it trades at the market."""
    trigger: Trigger | None = None
    """Wait for `stop_price`, or for a move of `trail_bps`."""
    stop_price: Decimal | None = None
    trail_bps: Decimal | None = None
    """Trigger after a turn of this many hundredths of a percent from the best price seen."""
    time_in_force: Literal["GTC", "IOC", "FOK", "GTD", "GTX"] = "GTC"
    good_till_ms: int = 0
    """When a GTD order expires."""
    post_only: bool = False
    reduce_only: bool = False
    close_position: bool = False
    """Close whatever is held when it triggers; it has no quantity of its own."""
    external: bool = False
    extra: dict[str, str] = field(default_factory=dict)
    """What the dialect wants to find again."""

    @property
    def is_market(self) -> bool:
        """Tell whether it trades at any price."""
        return self.price is None

    @property
    def sign(self) -> int:
        """Return 1 for buys and -1 for sells."""
        return 1 if self.side == "buy" else -1


@dataclass(slots=True, kw_only=True, eq=False)
class SimOrder:
    """One accepted order. Only the exchange changes it, under its lock."""

    id: int
    account: str
    request: OrderRequest
    market: SimMarket
    quantity: Decimal
    created_ms: int
    updated_ms: int
    status: Status = "new"
    filled: Decimal = ZERO
    quote_filled: Decimal = ZERO
    locked: Decimal = ZERO
    """Set aside for it: quote currency for buys, base for sells; 0 on perpetuals."""
    working: bool = True
    """On the book, or at the market; a conditional order is not until it triggers."""
    working_ms: int = -1
    best: Decimal | None = None
    """Best price since a trailing order became active."""
    list_id: int | None = None
    parent_id: int | None = None
    """The conditional order whose trigger made this one."""
    fills: list[FillTruth] = field(default_factory=list)
    expiry: str = ""
    """Why it expired, in the dialect's word."""
    cancel_id: str = ""
    """The id of its cancel, on markets where that takes the place of its own."""

    @property
    def open(self) -> bool:
        """Tell whether it may still fill."""
        return self.status not in DONE

    @property
    def ended_unfilled(self) -> bool:
        """Tell whether it ended, and nothing of it was filled."""
        return self.status in {"canceled", "expired", "rejected"} and not self.filled

    @property
    def remaining(self) -> Decimal:
        """Return what is not yet filled."""
        return self.quantity - self.filled

    @property
    def client_order_id(self) -> str:
        """Return the id that its owner gave it."""
        return self.request.client_order_id

    @property
    def known_as(self) -> str:
        """Return the client id under which it is found by now."""
        return self.cancel_id or self.client_order_id

    @property
    def average(self) -> Decimal:
        """Return the average price of what is filled, 0 before."""
        return self.quote_filled / self.filled if self.filled else ZERO

    def truth(self) -> OrderTruth:
        """Return it as it stands, frozen."""
        asked = self.request
        return OrderTruth(
            id=self.id,
            client_order_id=asked.client_order_id,
            symbol=asked.symbol,
            side=asked.side,
            type=asked.type,
            status=self.status,
            quantity=self.quantity,
            filled=self.filled,
            quote_filled=self.quote_filled,
            price=asked.price,
            stop_price=asked.stop_price,
            time_in_force=asked.time_in_force,
            reduce_only=asked.reduce_only,
            list_id=self.list_id,
            external=asked.external,
            created_ms=self.created_ms,
            updated_ms=self.updated_ms,
        )
