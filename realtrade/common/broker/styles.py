"""Signals as limit orders: how a plain `buy()` or `sell()` of a strategy goes out.

Only orders for which the strategy names nothing but feed and size are shaped; whatever names a
price, a kind or a time of its own goes out as it is, and so do the orders of risk rules.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import backtrader as bt

from realtrade.common.broker.account import exact
from realtrade.common.broker.ticket import Ticket
from realtrade.common.simulated import SimulatedVenue
from realtrade.execution.desk import step_down
from realtrade.model.order import OrderType
from realtrade.model.verdict import Denied
from realtrade.plugins.ports.venue import ReportKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.common.broker.listing import Listing
    from realtrade.common.broker.order import LightOrder
    from realtrade.execution import OwnStep

_NAMED = ("price", "plimit", "exectype", "valid", "oco", "trailamount", "trailpercent", "parent")
_AT_ONCE = frozenset({OrderType.MARKET, OrderType.CLOSE})
_NOISE = Decimal("1e-9")
"""Below every lot: executions add up in floats."""
_RESTING = frozenset({bt.Order.Accepted, bt.Order.Partial})


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitStyle:
    """A limit order some way inside the last close, placed anew when it has waited too long."""

    ticks: Decimal | None = None
    """How far inside, in steps of the price."""
    fraction: Decimal | None = None
    """How far inside, as a share of the close; at the close when neither is given."""
    replace_after_ms: int | None = None
    """How long it waits unfilled; as long as the strategy lets it when None."""

    def price(self, listing: Listing, *, buys: bool) -> float:
        """Return the limit for an order decided now, on the instrument's steps."""
        close, tick = exact(listing.tape.close()), listing.instrument.tick
        distance = tick * self.ticks if self.ticks is not None else close * (self.fraction or 0)
        price = close - distance if buys else close + distance
        return float(step_down(price, tick) if tick else price)


@dataclass(frozen=True, slots=True, kw_only=True)
class Styles:
    """How orders without a kind of their own go out; None: at market, as Backtrader has them."""

    entry: LimitStyle | None = None
    """Orders that open or add to a position, or turn it around."""
    exit: LimitStyle | None = None
    """Orders that reduce or close one."""


@dataclass(slots=True)
class Waiting:
    """A shaped order until it is over."""

    order: LightOrder
    style: LimitStyle
    since_ms: int
    leaving: bool = False
    """Its cancel is asked for; what comes next is the order anew."""


class StyledOrders:
    """Mixed into a broker: shapes signals, and replaces what has waited too long.

    To its strategy such an order is one order from beginning to end, however often it is placed
    anew: the price moves, the part that is executed stays. At the venue each is an order of its
    own, with its own id, decided on by desk and risk rules like any other.
    """

    # The broker it is mixed into.
    account: Any
    listings: Any
    tickets: Any
    venue: Any
    idle: bool
    open_intents: Any
    _advance: Any
    _deny: Any
    _desk: Any
    _door: Any
    _names: Any
    _release: Any
    _take_reports: Any
    _tell: Any

    styles: Styles = Styles()
    now_ms: Callable[[], int] | None = None
    """Tells how long an order has waited; the bars' own time when None."""

    def init(self) -> None:
        """Begin anew: nothing waits."""
        self._waiting: dict[int, Waiting] = {}
        super().init()  # type: ignore[misc]  # of the broker

    def buy(self, owner: Any, data: Any, size: float, *words: Any, **wish: Any) -> LightOrder:
        """Order a purchase; see `bt.Strategy.buy` for the arguments."""
        place = super().buy  # type: ignore[misc]  # of the broker
        return self._shape(place, owner, data, size, *words, buys=True, **wish)

    def sell(self, owner: Any, data: Any, size: float, *words: Any, **wish: Any) -> LightOrder:
        """Order a sale; see `bt.Strategy.sell` for the arguments."""
        place = super().sell  # type: ignore[misc]  # of the broker
        return self._shape(place, owner, data, size, *words, buys=False, **wish)

    def _shape(
        self, place: Any, owner: Any, data: Any, size: float, *words: Any, buys: bool, **wish: Any
    ) -> LightOrder:
        style = None
        if owner is not None and not words and _is_signal(wish):
            style = self._style(self.listings.of(data), size, buys=buys)
        if style is None:
            order: LightOrder = place(owner, data, size, *words, **wish)
            return order
        limit = style.price(self.listings.of(data), buys=buys)
        order = place(owner, data, size, **{**wish, "price": limit, "exectype": bt.Order.Limit})
        if order.alive():
            self._waiting[order.ref] = Waiting(order, style, self._now())
        return order

    def _style(self, listing: Listing, size: float, *, buys: bool) -> LimitStyle | None:
        """Return the style of an exit for what no order on its way closes already."""
        held = -listing.position.size if buys else listing.position.size
        if held > 0:
            held -= sum(
                float(intent.quantity)
                for intent in self.open_intents()
                if intent.symbol == listing.symbol
                and (intent.signed_quantity > 0) is buys
                and (intent.type in _AT_ONCE or self._is_ours(intent.client_order_id))
            )
        return self.styles.exit if 0 < size <= held else self.styles.entry

    def _is_ours(self, client_order_id: str) -> bool:
        return any(
            waiting.order.client_order_id == client_order_id for waiting in self._waiting.values()
        )

    def _now(self) -> int:
        return int(self.account.now_ms if self.now_ms is None else self.now_ms())

    def cancel_now(self, order: LightOrder) -> bool:
        """Ask for a cancel; tell whether the order is cancelled by now."""
        self._waiting.pop(order.ref, None)
        return bool(super().cancel_now(order))  # type: ignore[misc]  # of the broker

    def next(self) -> None:
        """Do what the broker does on every turn, then replace what has waited too long."""
        super().next()  # type: ignore[misc]  # of the broker
        for ref, waiting in list(self._waiting.items()):
            if not waiting.order.alive():
                del self._waiting[ref]
            elif self._is_due(waiting):
                self._withdraw(waiting)

    def _is_due(self, waiting: Waiting) -> bool:
        after_ms = waiting.style.replace_after_ms
        rests = waiting.order.status in _RESTING
        return after_ms is not None and rests and self._now() - waiting.since_ms >= after_ms

    def _withdraw(self, waiting: Waiting) -> None:
        """Ask for the cancel that makes room for the order anew, unless nothing would change."""
        order = waiting.order
        waiting.since_ms = self._now()
        price = waiting.style.price(self.listings.of(order.data), buys=order.isbuy())
        if price == order.created.price and not waiting.leaving:
            return
        waiting.leaving = True
        self.venue.cancel(self._door.key(order))
        self._take_reports()

    def _move(self, ticket: Ticket, step: ReportKind | OwnStep, reason: str = "") -> None:
        waiting = self._waiting.get(ticket.order.ref)
        if waiting is None or not waiting.leaving or step is not ReportKind.CANCELLED:
            super()._move(ticket, step, reason)  # type: ignore[misc]  # of the broker
        elif self._advance(ticket, step):
            self._tell.moved(ticket, "replaced", note=False)
            waiting.leaving = False
            self._place_anew(waiting, ticket.listing)

    def _place_anew(self, waiting: Waiting, listing: Listing) -> None:
        """Send what is left of an order at its new price, as an order of its own."""
        order = waiting.order
        created, executed = order.created, order.executed
        created.dt, created.pclose = listing.tape.number(), listing.tape.close()
        created.price = waiting.style.price(listing, buys=order.isbuy())
        self._names.renumber(order, listing)
        ticket = Ticket(order, listing, self._door.key(order))
        filled = step_down(exact(abs(executed.size)), _NOISE)
        wanted = replace(ticket.intent, quantity=exact(abs(order.size)) - filled)
        decided = self._desk.decide(wanted, listing.instrument, self.account)
        self.tickets.at_work[ticket.key] = ticket
        self.idle = False
        if isinstance(decided, Denied):
            self._deny(ticket, decided)
            return
        ticket.adopt(decided)
        order.size = created.size = executed.size + executed.remsize
        self._release((ticket,))
        if isinstance(self.venue, SimulatedVenue):
            # Its strategy comes next, and must find an order that it can cancel, as it was before.
            self.venue.check_submitted()
            self._take_reports()


def _is_signal(wish: dict[str, Any]) -> bool:
    """Tell whether a strategy leaves it to us how its order goes out."""
    return wish.get("transmit", True) and all(wish.get(name) is None for name in _NAMED)
