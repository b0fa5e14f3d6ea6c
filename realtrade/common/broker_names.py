"""Which order of its strategy on its bar an order is, and the client order id that follows."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple

from realtrade.common.data_tape import to_ms

if TYPE_CHECKING:
    from realtrade.common.broker_listing import Listing
    from realtrade.common.broker_order import LightOrder
    from realtrade.execution import Naming

_NEVER = -inf
"""The bar of an order placed before its feed's first."""


class Numbered(NamedTuple):
    """Where an order was placed: enough to name it, for whoever asks."""

    queue: Queue
    bar: float
    ordinal: int

    def client_order_id(self) -> str:
        """Return the order's name: hashing it out takes longer than matching the order."""
        queue = self.queue
        return queue.naming.client_order_id(
            queue.place, queue.symbol, to_ms(self.bar), self.ordinal
        )


class Queue:
    """The orders of one strategy on one feed."""

    __slots__ = ("bar", "naming", "ordinal", "place", "symbol")

    def __init__(self, naming: Naming, place: str, symbol: str) -> None:
        self.naming = naming
        self.place = place
        self.symbol = symbol
        self.bar = _NEVER
        self.ordinal = -1

    def number(self, bar: float) -> Numbered:
        """Return the next number on `bar`."""
        self.ordinal = self.ordinal + 1 if bar == self.bar else 0
        self.bar = bar
        return Numbered(self, bar, self.ordinal)


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
        order.numbered = queue.number(order.created.dt if len(listing.tape) else _NEVER)

    def _queue(self, owner: Any, listing: Listing) -> Queue:
        name = "risk" if owner is None else f"{type(owner).__name__}-{getattr(owner, '_id', 0)}"
        place = f"{name}:{listing.feed}"
        return self._by_place.setdefault(place, Queue(self._naming, place, listing.symbol))
