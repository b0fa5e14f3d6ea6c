"""Doing what risk rules want done when nobody placed an order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtrade.common.broker.account import exact
from realtrade.model.order import OrderType, Side
from realtrade.model.verdict import ActionKind

if TYPE_CHECKING:
    from realtrade.common.base_broker import BaseBroker
    from realtrade.common.broker.listing import Listing
    from realtrade.common.broker.questions import Questions
    from realtrade.model.order import OrderIntent
    from realtrade.model.verdict import Action

_FLATTENS = frozenset({ActionKind.FLATTEN, ActionKind.FLATTEN_AND_HALT})


def perform(broker: BaseBroker, action: Action) -> None:
    """Carry out one action: cancel what is in its way, then close at market, reduce-only.

    A halt cancels open orders that would add exposure and leaves protective ones resting. Closing
    cancels the symbol's orders first, so that nothing of the old plan is executed afterwards.
    """
    if action.kind is ActionKind.HALT:
        for intent in broker.open_intents():
            if not is_exit(broker, intent):
                broker.cancel_now(broker.order(intent.client_order_id))
        return
    for symbol in _symbols(broker, action):
        if action.fraction >= 1:
            _cancel_all(broker, symbol)
        _close(broker, symbol, action)


def is_exit(broker: Questions, intent: OrderIntent) -> bool:
    """Tell whether an order can only take off what is held.

    So does one that sells what nobody can be short of: exits of a bracket are of the size that was
    asked for, which fees leave less of; to be sold is what is left.
    """
    listing = broker.listings.of_symbol(intent.symbol)
    sells_own = intent.side is Side.SELL and listing is not None and not listing.may_short
    return sells_own or broker.reduces(intent)


def _symbols(broker: BaseBroker, action: Action) -> list[str]:
    if action.kind not in _FLATTENS:
        return [action.symbol] if action.symbol is not None else []
    held = list(broker.account.positions)
    waiting = [intent.symbol for intent in broker.open_intents() if intent.symbol not in held]
    return list(dict.fromkeys(held + waiting))


def _cancel_all(broker: BaseBroker, symbol: str) -> None:
    for intent in broker.open_intents():
        if intent.symbol == symbol and not _leaves_now(intent):
            broker.cancel_now(broker.order(intent.client_order_id))


def _leaves_now(intent: OrderIntent) -> bool:
    """Tell whether an order is leaving the position, not waiting for a price to do so."""
    return intent.reduce_only and intent.type is OrderType.MARKET


def _close(broker: BaseBroker, symbol: str, action: Action) -> None:
    """Send one reduce-only market order for what no order on its way takes already."""
    listing = broker.listings.of_symbol(symbol)
    if listing is None or not listing.position.size:
        return
    wanted = exact(abs(listing.position.size)) * action.fraction
    under_way = [
        intent.quantity
        for intent in broker.open_intents()
        if intent.symbol == symbol and _leaves_now(intent)
    ]
    left = wanted - sum(under_way)
    if left > 0:
        _send(broker, listing, float(left), action)


def _send(broker: BaseBroker, listing: Listing, size: float, action: Action) -> None:
    place = broker.sell if listing.position.size > 0 else broker.buy
    place(None, listing.data, size, reduce_only=True, rule=action.rule, reason=action.reason)
