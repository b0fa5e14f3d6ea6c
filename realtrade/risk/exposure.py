"""How much more a position may grow, when every order at work is counted as if filled."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from realtrade.model.order import OrderType, Side
from realtrade.model.verdict import Approved, Denied, Resized

if TYPE_CHECKING:
    from collections.abc import Collection

    from realtrade.model.order import OrderIntent
    from realtrade.model.verdict import Verdict
    from realtrade.plugins.ports.risk import RiskView
    from realtrade.risk.settings import Cut


def unit_value(intent: OrderIntent, view: RiskView) -> Decimal:
    """Return what one unit is worth at the last close, or at the intent's own price when higher.

    Raises:
        ValueError: there is no price to value it at.
    """
    price = max(view.price(intent.symbol), intent.price)
    if price <= 0:
        msg = f"{intent.symbol} has no price yet"
        raise ValueError(msg)
    return price * view.instrument(intent.symbol).contract_size


def allowed(intent: OrderIntent, view: RiskView, limit: Decimal) -> Decimal:
    """Return how much of `intent` keeps its position within `limit` units, long or short.

    What only brings the position closer to zero, orders at work included, is always allowed, and
    what adds nothing to the orders it cancels. Resting orders on one side are kept within the
    limit, or the position, by themselves: they may outlive the position they were to reduce.
    """
    symbol, side, wanted = intent.symbol, intent.side, intent.quantity
    if (intent.reduce_only or intent.parent_id is not None) and view.reduces(intent):
        return wanted
    held = view.position(symbol).quantity * (1 if side is Side.BUY else -1)
    others = view.pending(symbol, side, beside=intent)
    if held + others + wanted <= 0:
        return wanted
    limit = max(limit, Decimal(0))
    room = limit - held - others
    if intent.type not in (OrderType.MARKET, OrderType.CLOSE):
        resting = view.pending(symbol, side, beside=intent, resting=True)
        room = min(room, max(limit, -held) - resting)
    group = view.pending(symbol, side) - others
    return min(wanted, max(room, group))


def worst(symbol: str, view: RiskView) -> Decimal:
    """Return the greatest value, long or short, that orders at work can bring a symbol to."""
    held = view.position(symbol).quantity
    long = abs(held + view.pending(symbol, Side.BUY))
    short = abs(held - view.pending(symbol, Side.SELL))
    return max(long, short) * view.price(symbol) * view.instrument(symbol).contract_size


def gross(
    view: RiskView, *, among: Collection[str] | None = None, without: str | None = None
) -> Decimal:
    """Return the summed `worst` of all symbols held or ordered, or of those `among`."""
    symbols = {*view.positions, *(order.symbol for order in view.open_orders)}
    meant = symbols if among is None else symbols.intersection(among)
    return sum((worst(symbol, view) for symbol in meant if symbol != without), Decimal(0))


def cut(rule: str, intent: OrderIntent, fits: Decimal, reason: str, action: Cut) -> Verdict:
    """Return approval when all of `intent` fits, else what `action` makes of it."""
    if fits >= intent.quantity:
        return Approved()
    if fits <= 0 or action == "deny":
        return Denied(rule, reason)
    return Resized(rule, fits, reason)
