"""Post-only and time in force, as far as bars tell: at once is where an order meets the market.

An order comes to the market at the open of the bar after its decision; a stop-limit one where its
stop is touched: at the open after a gap, else at the stop. There its limit either meets the price
or it does not. Whoever is post-only is refused if it does; whoever may not wait is over if it does
not. What is refused here is what exchanges refuse, too, for nothing may be dropped in silence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from realtrade.model.order import OrderType, TimeInForce
from realtrade.plugins.ports.venue import ReportKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from realtrade.common.simulated.market import Quote
    from realtrade.common.simulated.order import RestingOrder

    Filler = Callable[[str, float, int], float]
    """How much of an order (its id) is executed at a price, on the bar `ago`; unsigned."""

_LIMITED = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT})
_TAKES = "post-only: it would have been executed at once"
_WAITS = "not executed at once"


class Terms(NamedTuple):
    """What an order wants beside its price; only orders that want something have any."""

    post_only: bool
    time_in_force: TimeInForce

    @property
    def may_wait(self) -> bool:
        """Tell whether what is not executed at once may rest."""
        return self.time_in_force is TimeInForce.GTC


def terms(post_only: bool, time_in_force: TimeInForce) -> Terms | None:
    """Return an order's terms, or None where it has none worth a look."""
    plain = not post_only and time_in_force is TimeInForce.GTC
    return None if plain else Terms(post_only, time_in_force)


def refusal(order: RestingOrder) -> str:
    """Return why an order of such terms is none that an exchange takes, or nothing."""
    return "" if order.terms is None else next(_refusals(order, order.terms), "")


def _refusals(order: RestingOrder, wants: Terms) -> Iterator[str]:
    if wants.post_only and order.type not in _LIMITED:
        yield f"a {order.type} order cannot be post-only"
    if wants.post_only and not wants.may_wait:
        yield "a post-only order has no other time in force"
    if order.type not in _LIMITED:
        yield f"a {order.type} order has no time in force '{wants.time_in_force}'"
    if not wants.may_wait and order.valid_ms is not None:
        yield f"an order is '{wants.time_in_force}' or valid until a time, not both"


def ending(
    order: RestingOrder,
    quote: Quote,
    price: float | None,
    *,
    was_triggered: bool,
    filler: Filler | None,
) -> tuple[ReportKind, str] | None:
    """Return how a bar ends an order by its terms before anything of it is executed, or None.

    Args:
        order: after its rule was asked about the bar.
        quote: the bar.
        price: what its rule found for it, if anything.
        was_triggered: its stop was touched by an earlier bar.
        filler: says how much of it could be executed now; all of it without one.
    """
    wants = order.terms
    if wants is None or not _arrives(order, was_triggered=was_triggered):
        return None
    meets = _meets(order, quote)
    if wants.post_only:
        return (ReportKind.REJECTED, _TAKES) if meets else None
    meets = meets and price is not None
    if meets and filler is not None and wants.time_in_force is TimeInForce.FOK:
        meets = filler(order.id, price or 0.0, 0) >= abs(order.remaining)
    return None if meets else (ReportKind.EXPIRED, f"{wants.time_in_force}: {_WAITS}")


def _arrives(order: RestingOrder, *, was_triggered: bool) -> bool:
    if order.type is OrderType.LIMIT:
        return not order.rested
    return order.triggered and not was_triggered


def _meets(order: RestingOrder, quote: Quote) -> bool:
    if order.type is OrderType.LIMIT:
        price = quote.open
    elif order.buys:
        price = max(quote.open, order.stop)
    else:
        price = min(quote.open, order.stop)
    return order.limit >= price if order.buys else order.limit <= price
