"""The desk decides on what a strategy wants: steps, filters, what is held, what the risk rules say.

It touches nothing: the broker then remembers, sends, tells, in this order.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_DOWN, Context, Decimal
from typing import TYPE_CHECKING, Any

from realtrade.model.order import OrderType, Side
from realtrade.model.verdict import Denied, Resized

if TYPE_CHECKING:
    from collections.abc import Iterable

    from realtrade.model.instrument import Instrument
    from realtrade.model.order import OrderIntent
    from realtrade.plugins.ports.account import AccountView
    from realtrade.plugins.ports.risk import RiskGate

_ZERO = Decimal(0)
_NOISE = Decimal("1e-9")
_SHORT = Context(prec=15, rounding=ROUND_DOWN)
"""What a rule allows, short enough to come back the same from Backtrader's floats: the children of
a bracket take their size from its parent there, and must not seem a digit larger."""
_AT_ONCE = frozenset({OrderType.MARKET, OrderType.CLOSE})
_PRICES = ("limit_price", "stop_price", "trail_amount")


class Desk:
    """Judges intents one by one, for every order there is: a strategy's and a risk rule's."""

    def __init__(self, gate: RiskGate | None = None) -> None:
        self._gate = gate

    def decide(
        self, intent: OrderIntent, instrument: Instrument, account: AccountView
    ) -> OrderIntent | Denied:
        """Return the intent as it may go out, prices and quantity on steps, or why it may not.

        Quantities are only ever made smaller. A spot sale is cut to what is held and not yet
        promised to other orders: a market sale sees only other market sales as promised, so that
        a resting stop never keeps anyone from closing the position it protects.
        """
        intent = on_steps(intent, instrument)
        if not instrument.may_short and intent.side is Side.SELL and intent.parent_id is None:
            sellable = _sellable(intent, account)
            if sellable <= _ZERO:
                return Denied("spot", _nothing_to_sell(intent, account))
            if sellable < intent.quantity:
                intent = on_steps(replace(intent, quantity=sellable), instrument)
        verdict = self._gate.assess(intent, account) if self._gate is not None else None
        if isinstance(verdict, Denied):
            return verdict
        if isinstance(verdict, Resized) and verdict.quantity < intent.quantity:
            fits = _SHORT.plus(verdict.quantity)
            intent = on_steps(replace(intent, quantity=fits), instrument)
        if not instrument.min_quantity and not instrument.min_notional and intent.quantity > _ZERO:
            return intent
        return _too_small(intent, instrument) or intent


def is_free(instrument: Instrument) -> bool:
    """Tell whether an instrument trades at any price, in any quantity above zero."""
    least = instrument.min_quantity or instrument.min_notional
    return not (instrument.tick or instrument.lot or least)


def on_steps(intent: OrderIntent, instrument: Instrument) -> OrderIntent:
    """Return `intent` with prices on the tick and quantity on the lot, rounded down."""
    changes: dict[str, Any] = {}
    if instrument.lot:
        changes["quantity"] = step_down(intent.quantity, instrument.lot)
    if instrument.tick:
        for name in _PRICES:
            price: Decimal | None = getattr(intent, name)
            if price is not None:
                changes[name] = step_down(price, instrument.tick)
    return replace(intent, **changes) if changes else intent


def step_down(value: Decimal, step: Decimal) -> Decimal:
    """Return the largest multiple of `step` not above `value`.

    A value that misses a multiple by float noise, such as 0.7999999999999999 on a step of 0.1,
    is meant to be on it.
    """
    nearest = (value / step).to_integral_value() * step
    if abs(nearest - value) <= abs(value) * _NOISE:
        return nearest
    return (value // step) * step


def _sellable(intent: OrderIntent, account: AccountView) -> Decimal:
    return account.position(intent.symbol).quantity - _promised(intent, account.open_orders)


def _promised(intent: OrderIntent, orders: Iterable[OrderIntent]) -> Decimal:
    """Return how much of the symbol other open sales may still take.

    Orders of one group exclude each other, so a group counts once, with its largest order, and
    the group `intent` itself joins does not count.
    """
    own = intent.oco_id or intent.client_order_id
    groups: dict[str, Decimal] = {}
    orders = tuple(orders)
    unfilled = {order.client_order_id for order in orders}
    for order in orders:
        if order.side is Side.BUY or order.symbol != intent.symbol:
            continue
        # Children of a parent still open sell what is not bought yet.
        if order.parent_id in unfilled or (_at_once(intent) and not _at_once(order)):
            continue
        group = order.parent_id or order.oco_id or order.client_order_id
        if group != own:
            groups[group] = max(groups.get(group, _ZERO), order.quantity)
    return sum(groups.values(), _ZERO)


def _at_once(intent: OrderIntent) -> bool:
    return intent.type in _AT_ONCE


def _nothing_to_sell(intent: OrderIntent, account: AccountView) -> str:
    held = account.position(intent.symbol).quantity
    if held <= _ZERO:
        return (
            f"sell {intent.quantity} {intent.symbol}: none is held, and spot cannot be sold short"
        )
    return (
        f"sell {intent.quantity} {intent.symbol}: all {held} held is promised to open sell orders"
    )


def _too_small(intent: OrderIntent, instrument: Instrument) -> Denied | None:
    quantity, wish = intent.quantity, f"{intent.side} {intent.quantity} {intent.symbol}"
    if not quantity > _ZERO:
        return Denied("quantity", f"{wish}: nothing is left to trade on steps of {instrument.lot}")
    if quantity < instrument.min_quantity:
        return Denied("min_quantity", f"{wish}: the least is {instrument.min_quantity}")
    notional = quantity * intent.price * instrument.contract_size
    if notional < instrument.min_notional and not intent.reduce_only:
        return Denied(
            "min_notional", f"{wish}: worth {notional:f}, the least is {instrument.min_notional}"
        )
    return None
