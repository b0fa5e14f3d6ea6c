"""An order as it rests at the simulated venue."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from realtrade.model.order import OrderType, Side, SimulationHints

if TYPE_CHECKING:
    from realtrade.common.simulated.market import Market
    from realtrade.model.order import OrderIntent

_NO_HINTS = SimulationHints()
_TRAILING = frozenset({OrderType.TRAILING_STOP, OrderType.TRAILING_STOP_LIMIT})
_STOPS = _TRAILING | {OrderType.STOP, OrderType.STOP_LIMIT}


class RestingOrder:
    """One order's prices and state, in floats, as matching needs them."""

    __slots__ = (
        "active",
        "alive",
        "buys",
        "children",
        "created_ms",
        "deciding_close",
        "filled",
        "group",
        "hints",
        "id",
        "intent",
        "limit",
        "limit_offset",
        "maker",
        "market",
        "parent",
        "previous_close",
        "remaining",
        "rested",
        "stop",
        "trail_amount",
        "trail_fraction",
        "trails",
        "triggered",
        "type",
        "valid_ms",
    )

    def __init__(
        self, intent: OrderIntent, market: Market, parent: RestingOrder | None = None
    ) -> None:
        self.intent = intent
        self.id = intent.client_order_id
        self.market = market
        self.type = intent.type
        self.buys = intent.side is Side.BUY
        self.hints = intent.hints or _NO_HINTS
        quantity = float(intent.quantity)
        self.remaining = quantity if self.buys else -quantity
        self.created_ms = intent.created_ms
        self.valid_ms = intent.valid_until_ms if self.type is not OrderType.MARKET else None
        self.deciding_close = float(intent.reference_price)
        self.previous_close: float | None = None
        self.alive = True
        self.filled = False
        self.maker = False
        self.rested = False
        self.triggered = False
        self.group: str | None = None
        self.parent = parent
        self.children: list[RestingOrder] = []
        self.active = parent is None or parent.filled
        self._prices(intent)

    def _prices(self, intent: OrderIntent) -> None:
        self.limit = float(intent.limit_price) if intent.limit_price is not None else 0.0
        self.stop = float(intent.stop_price) if intent.stop_price is not None else 0.0
        self.trails = self.type in _TRAILING
        if self.trails:
            self.limit_offset = self.stop - self.limit
            self.trail_amount = float(intent.trail_amount or 0)
            self.trail_fraction = float(intent.trail_percent or 0)

    @property
    def valuation(self) -> float:
        """Price the order is valued at when it is submitted."""
        if self.type is OrderType.LIMIT:
            return self.limit
        if self.type in _STOPS:
            return self.stop
        valued_at = self.hints.valued_at
        return self.deciding_close if valued_at is None else valued_at

    def trail(self, price: float) -> bool:
        """Follow `price` at the set distance, in our favour only; tell whether the stop moved."""
        distance = self.trail_amount or price * self.trail_fraction
        stop = price + distance if self.buys else price - distance
        if (stop < self.stop) if self.buys else (stop > self.stop):
            self.stop = stop
            if self.type is OrderType.TRAILING_STOP_LIMIT:
                self.limit = stop - self.limit_offset
            return True
        return False

    def has_expired(self, now_ms: int) -> bool:
        """Tell whether its time has passed; market orders never expire."""
        return now_ms > (self.valid_ms or inf)
