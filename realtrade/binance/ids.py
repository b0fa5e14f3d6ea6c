"""Which order of Binance's is which of ours, and for how long that has been known."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from realtrade.utils.recent import Recent

if TYPE_CHECKING:
    from realtrade.utils.clock import Clock

_REMEMBERED = 20_000


class Known(NamedTuple):
    """An order that Binance has had."""

    venue_order_id: str
    since_s: float
    """Since when that is known, on our monotonic clock."""


class Ids:
    """Remembers the ids of the latest orders."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ours: Recent[tuple[str, str], str] = Recent(_REMEMBERED)
        self._theirs: Recent[tuple[str, str], Known] = Recent(_REMEMBERED)

    def learn(self, symbol: str, venue_order_id: str, client_order_id: str) -> None:
        """Remember the ids of an order."""
        known = self._theirs.get((symbol, client_order_id))
        since_s = self._clock.monotonic_s() if known is None else known.since_s
        self._ours.put((symbol, venue_order_id), client_order_id)
        self._theirs.put((symbol, client_order_id), Known(venue_order_id, since_s))

    def ours(self, symbol: str, venue_order_id: str) -> str | None:
        """Return our id of an order of theirs, or None."""
        return self._ours.get((symbol, venue_order_id))

    def theirs(self, symbol: str, client_order_id: str) -> str | None:
        """Return their id of an order of ours, or None."""
        known = self._theirs.get((symbol, client_order_id))
        return None if known is None else known.venue_order_id

    def known_s(self, symbol: str, client_order_id: str) -> float:
        """Return for how long an order of ours is known to have been there; 0: it is not."""
        known = self._theirs.get((symbol, client_order_id))
        return 0.0 if known is None else self._clock.monotonic_s() - known.since_s
