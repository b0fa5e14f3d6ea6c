"""What happens on the exchange, as values; dialects turn them into messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from realtrade.testing.exchange.account import SimAccount
    from realtrade.testing.exchange.bars import SimBar
    from realtrade.testing.exchange.market import SimMarket
    from realtrade.testing.exchange.order import SimOrder
    from realtrade.testing.exchange.truth import FillTruth, OrderTruth

Execution = Literal["new", "trade", "canceled", "expired", "rejected", "triggered"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderChanged:
    """An order came to be, filled, or ended."""

    account: SimAccount
    order: SimOrder
    now: OrderTruth
    """The order right after this change; `order` itself may have moved on."""
    execution: Execution
    fill: FillTruth | None = None
    cancel_id: str = ""
    """The client id of the request that canceled it."""
    time_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BalancesChanged:
    """Currencies moved because of orders and fills, or because of a transfer."""

    account: SimAccount
    market: SimMarket | None
    """None for a transfer."""
    assets: tuple[str, ...]
    delta: Decimal | None = None
    """How much a transfer moved; None for all else."""
    futures: bool = False
    cause: str = "ORDER"
    time_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PairChanged:
    """A pair of orders, of which one cancels the other, began or ended."""

    account: SimAccount
    orders: tuple[SimOrder, SimOrder]
    list_id: int
    list_client_id: str
    done: bool
    time_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceMoved:
    """A public trade at a price."""

    market: SimMarket
    trade_id: int
    price: Decimal
    quantity: Decimal
    buyer_is_maker: bool
    time_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BarsChanged:
    """Bars of one market grew, or closed."""

    market: SimMarket
    bars: Mapping[str, SimBar]
    """By timeframe."""
    closed: bool
    time_ms: int


Event = OrderChanged | BalancesChanged | PairChanged | PriceMoved | BarsChanged
