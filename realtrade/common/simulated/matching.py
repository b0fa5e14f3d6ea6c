"""When a bar fills an order, and at what price: one rule per order type, but market orders.

A rule returns the price of the fill, or None. The rules are those of Backtrader's own simulated
broker; the differential test holds them to it.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from realtrade.model.order import OrderType

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from realtrade.common.simulated.market import Quote
    from realtrade.common.simulated.order import RestingOrder
    from realtrade.common.simulated.slippage import Slippage

    Rule = Callable[[RestingOrder, Quote, Slippage], float | None]


def at_open(order: RestingOrder, quote: Quote, slippage: Slippage, price: float) -> float | None:
    """Fill at a price that counts as the bar's first."""
    if order.buys:
        return slippage.up(quote.high, price, at_open=True)
    return slippage.down(quote.low, price, at_open=True)


def limit(order: RestingOrder, quote: Quote, slippage: Slippage) -> float | None:
    """Fill at the open when it is better than the limit, else at the limit when the bar met it.

    An order that crosses at its first bar's open takes liquidity; any later fill was resting.
    """
    price, opened = order.limit, quote.open
    order.maker = order.rested or ((price < opened) if order.buys else (price > opened))
    if order.buys:
        if price >= opened:
            return slippage.up(min(quote.high, price), opened, at_open=True, limit=True)
        return price if price >= quote.low else None
    if price <= opened:
        return slippage.down(price, opened, at_open=True, limit=True)
    return price if price <= quote.high else None


def stop(order: RestingOrder, quote: Quote, slippage: Slippage) -> float | None:
    """Fill at the open after a gap through the stop, else at the stop when the bar touched it."""
    price = order.stop
    if order.buys:
        if quote.open >= price:
            return slippage.up(quote.high, quote.open, at_open=True)
        return slippage.up(quote.high, price) if quote.high >= price else None
    if quote.open <= price:
        return slippage.down(quote.low, quote.open, at_open=True)
    return slippage.down(quote.low, price) if quote.low <= price else None


def stop_limit(order: RestingOrder, quote: Quote, slippage: Slippage) -> float | None:
    """Wake the limit when the bar touches the stop; fill in that bar where its path is known."""
    if order.triggered:
        return limit(order, quote, slippage)
    if (quote.open >= order.stop) if order.buys else (quote.open <= order.stop):
        order.triggered = True
        return limit(order, quote, slippage)
    if (quote.high < order.stop) if order.buys else (quote.low > order.stop):
        return None
    order.triggered = True
    return _within(order, quote, slippage)


def _within(order: RestingOrder, quote: Quote, slippage: Slippage) -> float | None:
    """Return the price of a limit woken inside the bar.

    The price went from the stop to the close, so a limit between the two was surely met
    only if the bar turned back from the stop.
    """
    if order.buys:
        if order.limit >= order.stop:
            return slippage.up(quote.high, order.stop, limit=True)
        turned = quote.open > quote.close and order.limit >= quote.close
    else:
        if order.limit <= order.stop:
            return slippage.down(quote.low, order.stop, limit=True)
        turned = quote.open <= quote.close and order.limit <= quote.close
    return order.limit if turned else None


def close(order: RestingOrder, quote: Quote, slippage: Slippage) -> float | None:
    """Fill at the close of the session's last bar.

    That a bar was the last is known only once the next has come: then the fill is at the close
    that was noted, and dated back to its bar.
    """
    if quote.time_ms > order.created_ms and quote.time_ms >= order.hints.session_end_ms:
        if dated_back(order, quote):
            return order.previous_close
        return quote.close
    order.previous_close = quote.close
    return None


def dated_back(order: RestingOrder, quote: Quote) -> bool:
    """Tell whether a `close` order is filled at the close of the bar before this one."""
    return bool(order.previous_close) and quote.time_ms > order.hints.session_end_ms


RULES: Mapping[OrderType, Rule] = MappingProxyType(
    {
        OrderType.CLOSE: close,
        OrderType.LIMIT: limit,
        OrderType.STOP: stop,
        OrderType.STOP_LIMIT: stop_limit,
        OrderType.TRAILING_STOP: stop,
        OrderType.TRAILING_STOP_LIMIT: stop_limit,
    }
)
