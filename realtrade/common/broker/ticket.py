"""An order in both worlds: Backtrader's object, our intent, and the way between them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

import backtrader as bt

from realtrade.common.broker.account import exact
from realtrade.common.data_tape import to_ms
from realtrade.common.simulated.order import RestingOrder
from realtrade.common.simulated.terms import terms
from realtrade.model.order import (
    Fill,
    OrderIntent,
    OrderStatus,
    OrderType,
    Side,
    SimulationHints,
    TimeInForce,
)
from realtrade.model.verdict import Denied

if TYPE_CHECKING:
    from realtrade.common.broker.listing import Listing
    from realtrade.common.broker.order import LightOrder
    from realtrade.common.simulated import Market
    from realtrade.model.order import Booking

_ORDER = bt.Order
_ZERO = Decimal(0)
_TYPES = MappingProxyType(
    {
        _ORDER.Market: OrderType.MARKET,
        _ORDER.Close: OrderType.CLOSE,
        _ORDER.Limit: OrderType.LIMIT,
        _ORDER.Stop: OrderType.STOP,
        _ORDER.StopLimit: OrderType.STOP_LIMIT,
        _ORDER.StopTrail: OrderType.TRAILING_STOP,
        _ORDER.StopTrailLimit: OrderType.TRAILING_STOP_LIMIT,
    }
)
EXECUTION_TYPES = MappingProxyType({ours: theirs for theirs, ours in _TYPES.items()})
"""What Backtrader calls each type of order."""
_AT_MARKET = frozenset({OrderType.MARKET, OrderType.CLOSE})
_WITH_LIMIT = frozenset({OrderType.STOP_LIMIT, OrderType.TRAILING_STOP_LIMIT})
_TRAILING = frozenset({OrderType.TRAILING_STOP, OrderType.TRAILING_STOP_LIMIT})

_PLAIN = frozenset(kind for kind in _TYPES if kind not in {_ORDER.StopTrail, _ORDER.StopTrailLimit})

BACKTRADER_STATUS = MappingProxyType(
    {
        OrderStatus.CREATED: _ORDER.Created,
        OrderStatus.SUBMITTED: _ORDER.Submitted,
        OrderStatus.ACCEPTED: _ORDER.Accepted,
        OrderStatus.PARTIALLY_FILLED: _ORDER.Partial,
        OrderStatus.FILLED: _ORDER.Completed,
        OrderStatus.CANCELLED: _ORDER.Canceled,
        OrderStatus.EXPIRED: _ORDER.Expired,
        # Backtrader has no word for our own refusal; `order.info.reason` tells the two apart.
        OrderStatus.DENIED: _ORDER.Rejected,
        OrderStatus.REJECTED: _ORDER.Rejected,
        OrderStatus.MARGIN: _ORDER.Margin,
    }
)
"""What a strategy sees of each status."""
NOT_TRADED = Denied("warm_up", "bars from before the start are not traded")
"""The answer to orders of a strategy that is shown history, reductions too.

It lets indicators and a strategy's own memory settle; its prices are gone, so neither an entry nor
an exit decided on them may go out. No risk rule is asked, and nobody but the strategy is told.
Exits that rest do so until the first bar that is none of history, though the strategy cancels them:
what is to take their place is not placed before.
A broker without risk rules does as Backtrader does, and leaves it to the strategy.
"""


class Ticket:
    """One order: Backtrader's order, the intent it stands for, where it stands."""

    __slots__ = (
        *("_intent", "executed", "filled", "fills", "journaled"),
        *("key", "listing", "order", "status"),
    )

    def __init__(self, order: LightOrder, listing: Listing, key: str) -> None:
        self.order = order
        self.listing = listing
        self.key = key
        """What the venue calls the order."""
        self.status = OrderStatus.CREATED
        self.executed = False
        self.filled = _ZERO
        """How much an exchange has executed, unsigned; simulated fills are not counted."""
        self.fills = 0
        self.journaled = False
        """True once the journal knows the intent. What is denied on a bar of history can have the
        name of an order of that time, and must not change what is remembered of that one."""
        # A trailing order's price moves later: its intent is what was asked for.
        self._intent = None if order.exectype in _PLAIN else self._asked()

    @classmethod
    def known(cls, order: LightOrder, listing: Listing, intent: OrderIntent) -> Self:
        """Return the ticket of an order whose intent is known already, under its own id."""
        ticket = cls(order, listing, intent.client_order_id)
        ticket._intent = intent
        ticket.journaled = True
        return ticket

    @property
    def intent(self) -> OrderIntent:
        """What went out, or is to; written down when somebody wants to read it."""
        if self._intent is None:
            self._intent = self._asked()
        return self._intent

    def _asked(self) -> OrderIntent:
        return intent_of(self.order, self.listing, self.order.client_order_id)

    def adopt(self, decided: OrderIntent) -> None:
        """Let the strategy's order carry what the desk made of it: steps kept, perhaps smaller."""
        order, self._intent = self.order, decided
        size, created = float(decided.signed_quantity), order.created
        order.size = created.size = order.executed.remsize = size
        if decided.type is OrderType.LIMIT:
            created.price = float(decided.price)
        elif decided.stop_price is not None:
            created.price = float(decided.stop_price)
            if decided.limit_price is not None:
                created.pricelimit = float(decided.limit_price)
                order._limitoffset = created.price - created.pricelimit  # noqa: SLF001  # Backtrader's own name

    @property
    def passed_over(self) -> bool:
        """Tell whether it was decided on a bar from before the start: only its strategy hears."""
        return not self.journaled and self.order.info.get("rule") == NOT_TRADED.rule

    def now(self) -> float:
        """Return Backtrader's time of the newest bar; before the first, when it was decided on."""
        tape = self.listing.tape
        return tape.number() if len(tape) else float(self.order.created.dt)

    def left(self) -> OrderIntent:
        """Return the intent with what is left of it to execute."""
        left = abs(self.order.executed.remsize)
        return replace(self.intent, quantity=exact(left)) if self.executed else self.intent

    def fill(self, booking: Booking[float]) -> Fill:
        """Return an execution booked by a simulated venue as a fill, numbered within its order."""
        self.fills += 1
        fee = booking.closed_fee + booking.opened_fee
        return Fill(
            trade_id=f"{self.intent.client_order_id}-{self.fills}",
            client_order_id=self.intent.client_order_id,
            symbol=self.intent.symbol,
            side=self.intent.side,
            quantity=exact(abs(booking.quantity)),
            price=exact(booking.price),
            fee=exact(fee),
            fee_currency=self.listing.instrument.quote,
            maker=booking.maker,
            time_ms=booking.time_ms,
        )


def intent_of(order: LightOrder, listing: Listing, name: str) -> OrderIntent:
    """Return what a strategy's order asks for, under the client order id `name`."""
    created, size = order.created, order.size
    kind = _TYPES[order.exectype]
    limit = stop = amount = percent = None
    if kind is OrderType.LIMIT:
        limit = exact(created.price)
    elif kind not in _AT_MARKET:
        stop = exact(created.price)
        limit = exact(created.pricelimit) if kind in _WITH_LIMIT else None
        if kind in _TRAILING:
            amount = exact(created.trailamount) if created.trailamount else None
            percent = exact(created.trailpercent) if created.trailpercent else None
    return OrderIntent(
        client_order_id=name,
        symbol=listing.symbol,
        feed=listing.feed,
        side=Side.BUY if size > 0 else Side.SELL,
        type=kind,
        quantity=exact(abs(size)),
        limit_price=limit,
        stop_price=stop,
        trail_amount=amount,
        trail_percent=percent,
        valid_until_ms=_last_ms(order),
        **_terms(order),
        parent_id=None if order.parent is None else order.parent.client_order_id,
        oco_id=None if order.oco is None else _leader(order.oco).client_order_id,
        reference_price=exact(created.pclose),
        created_ms=to_ms(created.dt),
        hints=_hints(order, kind) if kind in _AT_MARKET else None,
    )


def resting_order(ticket: Ticket, market: Market) -> RestingOrder:
    """Return the order as the simulated venue rests it, under the ticket's key.

    The same numbers as in its intent, which `exact` and `float` bring over without a loss.
    """
    order, kind = ticket.order, _TYPES[ticket.order.exectype]
    created, at_market = order.created, kind in _AT_MARKET
    hints = _hints(order, kind) if at_market else None
    now_ms = ticket.listing.tape.ms(created.dt)
    left = order.executed.remsize
    resting = RestingOrder(ticket.key, market, kind, left, created.pclose, now_ms, hints)
    if order.info:
        resting.reduce_only = _reduces_only(order)
        wants = _terms(order)
        resting.terms = terms(wants["post_only"], wants.get("time_in_force", TimeInForce.GTC))
    if order.parent is not None:
        resting.parent_id = str(order.parent.ref)
    if order.oco is not None:
        resting.oco_id = str(_leader(order.oco).ref)
    if kind is not OrderType.MARKET:
        resting.valid_ms = _last_ms(order)
        _price(resting, order)
    return resting


def _price(resting: RestingOrder, order: LightOrder) -> None:
    kind, created = resting.type, order.created
    if kind is OrderType.LIMIT:
        resting.price(0.0, created.price)
    elif kind is not OrderType.CLOSE:
        resting.price(created.price, created.pricelimit if kind in _WITH_LIMIT else 0.0)
    if kind in _TRAILING:
        resting.trail_amount = created.trailamount or 0.0
        resting.trail_fraction = created.trailpercent or 0.0
        # As it was asked for: taken from the two prices again, it would be rounded once more.
        resting.limit_offset = order._limitoffset  # noqa: SLF001  # Backtrader's own name


def _last_ms(order: LightOrder) -> int | None:
    return (to_ms(order.valid) or None) if order.valid else None


def _reduces_only(order: LightOrder) -> bool:
    return bool(order.info and order.info.get("reduce_only"))


def _terms(order: LightOrder) -> dict[str, Any]:
    """Return what a strategy said beside Backtrader's own words, such as `post_only=True`.

    Raises:
        ValueError: it named a time in force that there is not.
    """
    info = order.info
    if not info:
        return {}
    terms = {"reduce_only": bool(info.get("reduce_only")), "post_only": bool(info.get("post_only"))}
    named = info.get("time_in_force")
    return terms if named is None else {**terms, "time_in_force": _time_in_force(named)}


def _time_in_force(named: str) -> TimeInForce:
    try:
        return TimeInForce(str(named).lower())
    except ValueError:
        known = ", ".join(TimeInForce)
        msg = f"time_in_force '{named}' is none: there are {known}"
        raise ValueError(msg) from None


def _leader(order: Any) -> Any:
    """Return the order that leads the group `order` belongs to."""
    while order.oco is not None:
        order = order.oco
    return order


def _hints(order: LightOrder, kind: OrderType) -> SimulationHints | None:
    created = order.created
    priced = None if created.price == created.pclose else created.price
    at_open = bool(order.info) and not order.info.get("coc", True)
    if kind is OrderType.CLOSE:
        return SimulationHints(priced, at_open, to_ms(order.dteos))
    return SimulationHints(priced, at_open) if at_open or priced is not None else None
