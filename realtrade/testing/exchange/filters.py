"""The filters of a market: steps, ranges, least value. They run before anything is matched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtrade.testing.exchange.refusal import Reason, Refused

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from realtrade.testing.exchange.market import SimMarket
    from realtrade.testing.exchange.order import OrderRequest, SimOrder


def check(asked: OrderRequest, market: SimMarket, price: Decimal) -> None:
    """Refuse what the filters of `market` do not let pass.

    Raises:
        Refused: with the filter's reason.
    """
    for given in (asked.price, asked.stop_price):
        if given is not None and (given <= 0 or given % market.tick):
            raise Refused(Reason.PRICE_STEP)
    if asked.quote_quantity or asked.close_position:
        return
    if asked.quantity % market.lot:
        raise Refused(Reason.QUANTITY_STEP)
    if not market.min_quantity <= asked.quantity <= market.max_quantity:
        raise Refused(Reason.QUANTITY_RANGE)
    value = (asked.price or asked.stop_price or price) * asked.quantity
    if value < market.min_notional and not asked.reduce_only:
        raise Refused(Reason.NOTIONAL)


def check_count(
    asked: OrderRequest,
    market: SimMarket,
    others: Sequence[SimOrder],
    beside: Sequence[SimOrder],
) -> None:
    """Refuse an order too many beside the open `others` of the same account and market.

    Args:
        asked: The order.
        market: Its market.
        others: What is open there.
        beside: Among what those that wait for a trigger are counted: on perpetuals everything.

    Raises:
        Refused: too many of all, or of those that wait for a trigger.
    """
    if len(others) >= market.max_orders:
        raise Refused(Reason.TOO_MANY_ORDERS)
    alike = [one for one in beside if one.market.is_spot is market.is_spot]
    waiting = sum(one.request.trigger is not None for one in alike)
    if asked.trigger is not None and waiting >= market.max_conditional:
        raise Refused(Reason.TOO_MANY_CONDITIONAL)
