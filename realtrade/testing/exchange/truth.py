"""What the ledger holds, as frozen values: the oracle that tests compare a client's books with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from decimal import Decimal

Side = Literal["buy", "sell"]
Status = Literal[
    "new", "partially_filled", "filled", "canceled", "expired", "rejected", "triggered"
]
DONE: frozenset[str] = frozenset({"filled", "canceled", "expired", "rejected", "triggered"})
"""States that an order never leaves. `triggered`: the conditional order ended, a child works."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FillTruth:
    """One trade of one account."""

    id: int
    """Unique and rising within its market."""
    order_id: int
    client_order_id: str
    symbol: str
    side: Side
    price: Decimal
    quantity: Decimal
    fee: Decimal
    fee_asset: str
    maker: bool
    realised: Decimal
    """Profit that the fill realised, in quote currency before fees; 0 on spot."""
    time_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTruth:
    """One order that the exchange has accepted, as it stands."""

    id: int
    client_order_id: str
    symbol: str
    side: Side
    type: str
    """As the wire protocol named it: `MARKET`, `LIMIT_MAKER`, `STOP_LOSS_LIMIT`."""
    status: Status
    quantity: Decimal
    filled: Decimal
    quote_filled: Decimal
    price: Decimal | None
    stop_price: Decimal | None
    time_in_force: str
    reduce_only: bool
    list_id: int | None
    external: bool
    """Placed by hand on the exchange, not through its wire protocol."""
    created_ms: int
    updated_ms: int

    @property
    def open(self) -> bool:
        """Tell whether the order may still fill."""
        return self.status not in DONE


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceTruth:
    """One currency of one wallet."""

    asset: str
    free: Decimal
    locked: Decimal

    @property
    def total(self) -> Decimal:
        """Return all of it."""
        return self.free + self.locked


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionTruth:
    """One perpetual position, one-way mode."""

    symbol: str
    quantity: Decimal
    """Negative when short."""
    entry_price: Decimal
    leverage: int
    unrealised: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferTruth:
    """Currency that came or went without a trade: a deposit, a withdrawal, funding."""

    asset: str
    amount: Decimal
    """Negative when it went."""
    futures: bool
    cause: str
    """`DEPOSIT`, `WITHDRAW` or `FUNDING_FEE`."""
    symbol: str
    """Of the position that was funded; empty otherwise."""
    time_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountTruth:
    """All that the exchange knows of one account at one moment."""

    orders: tuple[OrderTruth, ...]
    """All ever accepted, oldest first."""
    fills: tuple[FillTruth, ...]
    balances: dict[str, BalanceTruth]
    """The spot wallet, by currency."""
    futures: dict[str, BalanceTruth]
    """The wallet of perpetuals, by currency; unrealised profit not counted."""
    positions: dict[str, PositionTruth]
    """Only those that are not flat, by symbol."""
    transfers: tuple[TransferTruth, ...] = ()
    """Beginning with what the account was opened with."""

    @property
    def open_orders(self) -> tuple[OrderTruth, ...]:
        """Return the orders that may still fill."""
        return tuple(order for order in self.orders if order.open)

    def order(self, client_order_id: str) -> OrderTruth:
        """Return the newest order of that client id.

        Raises:
            KeyError: there is none.
        """
        for order in reversed(self.orders):
            if order.client_order_id == client_order_id:
                return order
        raise KeyError(client_order_id)
