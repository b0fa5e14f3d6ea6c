"""Doing what risk rules want done when nobody placed an order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtrade.common.broker_account import exact
from realtrade.model.verdict import ActionKind

if TYPE_CHECKING:
    from realtrade.common.base_broker import BaseBroker
    from realtrade.common.broker_listing import Listing
    from realtrade.model.verdict import Action

_FLATTENS = frozenset({ActionKind.FLATTEN, ActionKind.FLATTEN_AND_HALT})


def perform(broker: BaseBroker, action: Action) -> None:
    """Carry out one action: cancel what is in its way, then close at market, reduce-only.

    A halt cancels open orders that would add exposure and leaves protective ones resting. Closing
    cancels the symbol's orders first, so that nothing of the old plan is executed afterwards.
    """
    if action.kind is ActionKind.HALT:
        for intent in broker.open_intents():
            if not broker.reduces(intent):
                broker.cancel(broker.order(intent.client_order_id))
        return
    for symbol in _symbols(broker, action):
        if action.fraction >= 1:
            _cancel_all(broker, symbol)
        _close(broker, symbol, action)


def _symbols(broker: BaseBroker, action: Action) -> list[str]:
    if action.kind not in _FLATTENS:
        return [action.symbol] if action.symbol is not None else []
    held = list(broker.account.positions)
    waiting = [intent.symbol for intent in broker.open_intents() if intent.symbol not in held]
    return list(dict.fromkeys(held + waiting))


def _cancel_all(broker: BaseBroker, symbol: str) -> None:
    for intent in broker.open_intents():
        if intent.symbol == symbol and not intent.reduce_only:
            broker.cancel(broker.order(intent.client_order_id))


def _close(broker: BaseBroker, symbol: str, action: Action) -> None:
    """Send one reduce-only market order, unless one is on its way already."""
    listing = broker.listings.of_symbol(symbol)
    size = 0.0 if listing is None else listing.position.size
    under_way = any(
        intent.symbol == symbol and intent.reduce_only for intent in broker.open_intents()
    )
    if listing is None or not size or under_way:
        return
    _send(broker, listing, float(exact(abs(size)) * action.fraction), action)


def _send(broker: BaseBroker, listing: Listing, size: float, action: Action) -> None:
    place = broker.sell if listing.position.size > 0 else broker.buy
    place(None, listing.data, size, reduce_only=True, rule=action.rule, reason=action.reason)
