"""An order as it rests at the simulated venue."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from realtrade.common.simulated.terms import terms
from realtrade.model.order import OrderType, Side, SimulationHints

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.common.simulated.market import Market
    from realtrade.common.simulated.terms import Terms
    from realtrade.model.order import OrderIntent

_NO_HINTS = SimulationHints()
_TRAILING = frozenset({OrderType.TRAILING_STOP, OrderType.TRAILING_STOP_LIMIT})
_STOPS = _TRAILING | {OrderType.STOP, OrderType.STOP_LIMIT}


class RestingOrder:
    """One order's prices and state, in floats, as matching needs them.

    Most orders keep most of the values below: what they do not name costs them nothing.
    """

    limit = stop = 0.0
    trails = False
    limit_offset = trail_amount = trail_fraction = 0.0
    valid_ms: int | None = None
    reduce_only = False
    terms: Terms | None = None
    parent_id: str | None = None
    oco_id: str | None = None
    parent: RestingOrder | None = None
    children: Sequence[RestingOrder] = ()
    group: str | None = None
    previous_close: float | None = None
    active = alive = True
    filled = maker = rested = triggered = False

    def __init__(  # noqa: PLR0917  # by place: made once an order, and names cost time
        self,
        key: str,
        market: Market,
        kind: OrderType,
        size: float,
        deciding_close: float,
        created_ms: int,
        hints: SimulationHints | None = None,
    ) -> None:
        """`key` is what reports name it by; `size` is signed, positive for a purchase."""
        self.id = key
        self.market = market
        self.type = kind
        self.buys = size > 0
        self.remaining = size
        self.deciding_close = deciding_close
        self.created_ms = created_ms
        self.hints = hints or _NO_HINTS

    @classmethod
    def of(cls, intent: OrderIntent, market: Market) -> RestingOrder:
        """Return the order an intent asks for, reported on by its client order id."""
        quantity = float(intent.quantity)
        order = cls(
            intent.client_order_id,
            market,
            intent.type,
            quantity if intent.side is Side.BUY else -quantity,
            float(intent.reference_price),
            intent.created_ms,
            intent.hints,
        )
        if intent.type is not OrderType.MARKET:
            order.valid_ms = intent.valid_until_ms
        order.reduce_only = intent.reduce_only
        order.terms = terms(intent.post_only, intent.time_in_force)
        order.parent_id, order.oco_id = intent.parent_id, intent.oco_id
        order.price(float(intent.stop_price or 0), float(intent.limit_price or 0))
        if order.trails:
            order.trail_amount = float(intent.trail_amount or 0)
            order.trail_fraction = float(intent.trail_percent or 0)
        return order

    def price(self, stop: float, limit: float) -> None:
        """Set the prices of an order that is not at market; zero where it has none."""
        self.stop, self.limit = stop, limit
        self.trails = self.type in _TRAILING
        self.limit_offset = stop - limit

    def adopt(self, child: RestingOrder) -> None:
        """Let an order of a bracket wait for this one."""
        child.parent = self
        child.active = self.filled
        self.children = [*self.children, child]

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
