"""The life of an order in values: intent → order → fill → position."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Generic, NamedTuple, TypeVar

N = TypeVar("N", Decimal, float)


class Side(StrEnum):
    """Which way an order moves the position."""

    BUY = "buy"
    SELL = "sell"


class OrderType(StrEnum):
    """How an order is executed."""

    MARKET = "market"
    CLOSE = "close"
    """Executed at the close of the bar, or of the session."""
    LIMIT = "limit"
    STOP = "stop"
    """A market order once the stop price is touched."""
    STOP_LIMIT = "stop_limit"
    TRAILING_STOP = "trailing_stop"
    TRAILING_STOP_LIMIT = "trailing_stop_limit"

    __hash__ = str.__hash__  # an enum's own hash is a Python call, and types are looked up a lot


class TimeInForce(StrEnum):
    """How long an order may wait; until a moment is said by `OrderIntent.valid_until_ms`."""

    GTC = "gtc"
    """Until cancelled."""
    IOC = "ioc"
    """What is not executed at once is cancelled."""
    FOK = "fok"
    """All of it at once, or nothing."""


class OrderStatus(StrEnum):
    """Where an order stands; `realtrade.execution.lifecycle` holds the table of moves."""

    CREATED = "created"
    SUBMITTED = "submitted"
    """Journaled; the venue may or may not have it."""
    ACCEPTED = "accepted"
    PARTIALLY_FILLED = "partially_filled"
    FILLED = "filled"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    DENIED = "denied"
    """Refused by one of our own risk rules; it never left."""
    REJECTED = "rejected"
    """Refused by the venue."""
    MARGIN = "margin"
    """Refused by the venue for want of money."""

    __hash__ = str.__hash__  # an enum's own hash is a Python call, and statuses are looked up a lot


class SimulationHints(NamedTuple):
    """What only a simulated venue reads, so that it fills as Backtrader's broker does."""

    valued_at: float | None = None
    """Price a market order is valued at on submission, when the strategy named one."""
    next_open: bool = False
    """Do not fill at the close of the deciding bar, even where the venue cheats on close."""
    session_end_ms: int = 0
    """When the session ends that an order of type `close` waits for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderIntent:
    """What a strategy wants: decided, named, not yet sent.

    Prices are in quote currency, quantities in base units or contracts.
    """

    client_order_id: str
    """Derived, so that the same bar run again gives the same id."""
    symbol: str
    feed: str
    """Feed the strategy placed it on: a simulated venue fills it from that feed's bars."""
    side: Side
    type: OrderType
    quantity: Decimal
    """Unsigned."""
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    trail_amount: Decimal | None = None
    trail_percent: Decimal | None = None
    """A fraction: `0.03` trails by 3 %."""
    valid_until_ms: int | None = None
    time_in_force: TimeInForce = TimeInForce.GTC
    post_only: bool = False
    """Refused instead of executed when it would take liquidity."""
    reduce_only: bool = False
    parent_id: str | None = None
    """Bracket children name their parent and wake when it is filled."""
    oco_id: str | None = None
    """One-cancels-other: the first order of the group."""
    reference_price: Decimal = Decimal(0)
    """Last close when the order was decided: what market orders are valued at."""
    created_ms: int = 0
    """Time of the bar it was decided on, milliseconds since the epoch, UTC."""
    hints: SimulationHints | None = None

    @property
    def signed_quantity(self) -> Decimal:
        """Quantity, negative for a sale."""
        return self.quantity if self.side is Side.BUY else -self.quantity

    @property
    def price(self) -> Decimal:
        """Best known price: limit, else stop, else reference."""
        return self.limit_price or self.stop_price or self.reference_price


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """One execution, as the venue reported it. `trade_id` makes applying it twice a no-op."""

    trade_id: str
    client_order_id: str
    symbol: str
    side: Side
    quantity: Decimal
    price: Decimal
    fee: Decimal
    """Positive is paid, in `fee_currency`."""
    fee_currency: str
    maker: bool
    time_ms: int


@dataclass(slots=True)
class Booking(Generic[N]):
    """What one fill did to its order and to the position: `Decimal` live, `float` simulated.

    Quantities are signed, positive for a purchase. `closed` and `opened` are the parts of the
    execution that brought the position towards zero and away from it, net of a fee paid in the
    base asset. Values and fees are in quote currency.
    """

    quantity: N
    """Executed."""
    price: N
    closed: N
    opened: N
    closed_value: N
    opened_value: N
    closed_fee: N
    opened_fee: N
    pnl: N
    """Realised on the closed part, before fees."""
    held: N
    """Position after the fill."""
    entry: N
    """Average entry price after the fill."""
    maker: bool
    time_ms: int


@dataclass(frozen=True, slots=True)
class Position:
    """What is held of one instrument. `quantity` is signed; `price` is the average entry."""

    quantity: Decimal = Decimal(0)
    price: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of one currency."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"
