"""Which order of its strategy on its bar an order is, and the client order id that follows."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any

from realtrade.common.data_tape import to_ms

if TYPE_CHECKING:
    from realtrade.common.broker.listing import Listing
    from realtrade.common.broker.order import LightOrder
    from realtrade.common.data_tape import DataTape
    from realtrade.execution import Naming

_NEVER = -inf
"""The bar of an order placed before its feed's first."""


class Queue:
    """The orders of one strategy on one feed."""

    __slots__ = ("_bar", "_naming", "_ordinal", "_place", "_started", "_symbol")

    def __init__(self, naming: Naming, place: str, symbol: str) -> None:
        self._naming = naming
        self._place = place
        self._symbol = symbol
        self._started = False
        self._bar = _NEVER
        self._ordinal = -1

    def number(self, bar: float, tape: DataTape) -> Numbered:
        """Return where an order decided on `bar` stands."""
        if not self._started:
            self._started = len(tape) > 0
            bar = bar if self._started else _NEVER
        self._ordinal = self._ordinal + 1 if bar == self._bar else 0
        self._bar = bar
        return self, bar, self._ordinal

    def name(self, bar: float, ordinal: int) -> str:
        """Return a client order id; hashing one out takes longer than matching the order."""
        return self._naming.client_order_id(self._place, self._symbol, to_ms(bar), ordinal)


Numbered = tuple[Queue, float, int]
"""Queue, bar and ordinal: enough to name an order, for whoever asks."""


def name_of(numbered: Numbered) -> str:
    """Return the client order id of a numbered order."""
    queue, bar, ordinal = numbered
    return queue.name(bar, ordinal)


class Names:
    """Numbers every order when it is placed, so that names do not depend on when they are asked."""

    def __init__(self, naming: Naming) -> None:
        self._naming = naming
        self._queues: dict[tuple[Any, Listing], Queue] = {}
        self._by_place: dict[str, Queue] = {}

    def number(self, order: LightOrder, listing: Listing) -> None:
        """Number an order: the n-th of its strategy on this bar of this feed."""
        key = (order.owner, listing)
        queue = self._queues.get(key)
        if queue is None:
            queue = self._queues[key] = self._queue(order.owner, listing)
        order.numbered = queue.number(order.created.dt, listing.tape)

    def renumber(self, order: LightOrder, listing: Listing) -> None:
        """Number an order that is placed anew: apart, so that its strategy's numbers stay."""
        place = f"anew:{listing.feed}"
        queue = self._by_place.setdefault(place, Queue(self._naming, place, listing.symbol))
        order.numbered = queue.number(order.created.dt, listing.tape)
        order.__dict__.pop("client_order_id", None)

    def _queue(self, owner: Any, listing: Listing) -> Queue:
        name = "risk" if owner is None else f"{type(owner).__name__}-{getattr(owner, '_id', 0)}"
        place = f"{name}:{listing.feed}"
        return self._by_place.setdefault(place, Queue(self._naming, place, listing.symbol))
