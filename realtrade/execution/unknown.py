"""Looking for an order that may or may not exist, until one of the two is certain.

An order found anywhere is found: that ends a search at once. That it is nowhere is believed only
when the exchange can no longer act on the request, three clean looks some time apart found nothing,
the user stream was there to hear of it all the while, and a last look through open orders and
executions agrees. Without a connection nothing is concluded, however long it takes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

_LOOKS_S = (0.5, 1.0, 2.0, 4.0, 8.0)
MISSES = 3
"""Clean looks without a find that are needed."""
APART_S = 2.0
"""A look sooner after the last one that counted does not count."""
ALERT_AFTER_S = 60.0
"""People are told when the outcome of an order is unknown for this long."""


class Next(StrEnum):
    """What a search wants now."""

    LOOK = "look"
    """Ask for the order by its id."""
    SWEEP = "sweep"
    """Look through open orders and executions: the last look."""
    GIVE_UP = "give_up"
    """It was never placed; keep a tombstone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """How far the search for one order has come. Seconds are of our monotonic clock."""

    dead_at_ms: int
    """From then on, on the exchange's clock, the request can no longer take effect."""
    began_s: float
    looks: int = 0
    misses: int = 0
    """Clean looks that count, since the user stream was last interrupted."""
    first_miss_s: float = 0.0
    last_miss_s: float = 0.0
    dead: bool = False
    """At least one look that counts was made after `dead_at_ms`."""
    alerted: bool = False

    def pause_s(self, exchange_ms: int) -> float:
        """Return how long to wait before the next look.

        Once only the end of the request's life is missing, the next look is right behind it.
        """
        pause_s = _LOOKS_S[min(self.looks, len(_LOOKS_S) - 1)]
        if self.misses < MISSES:
            return pause_s
        left_s = (self.dead_at_ms + 1 - exchange_ms) / 1000
        return min(pause_s, max(left_s, APART_S))


def looked(search: Search) -> Search:
    """Return the search after a look that told nothing: no connection, an unclear answer."""
    return replace(search, looks=search.looks + 1)


def missed(
    search: Search, *, now_s: float, exchange_ms: int, healthy_since_s: float | None
) -> Search:
    """Return the search after a clean look that found nothing.

    Args:
        search: as it was.
        now_s: our monotonic clock when the answer was asked for.
        exchange_ms: the exchange's clock at the same moment.
        healthy_since_s: since when the user stream flows, None while it does not.
    """
    search = looked(search)
    if healthy_since_s is None:
        return replace(search, misses=0, dead=False)
    if search.misses and search.first_miss_s < healthy_since_s:
        # The stream was interrupted in between: what it may have told then was not heard.
        search = replace(search, misses=0, dead=False)
    if search.misses and now_s - search.last_miss_s < APART_S:
        return search
    return replace(
        search,
        misses=search.misses + 1,
        first_miss_s=search.first_miss_s if search.misses else now_s,
        last_miss_s=now_s,
        dead=search.dead or exchange_ms > search.dead_at_ms,
    )


def wants(search: Search, *, swept: bool = False) -> Next:
    """Return what a search needs next; `swept` says that the last look was through everything.

    A sweep that is not clean is not passed here: it is `looked`.
    """
    if search.misses < MISSES or not search.dead:
        return Next.LOOK
    return Next.GIVE_UP if swept else Next.SWEEP


def overdue(search: Search, now_s: float) -> tuple[Search, bool]:
    """Return the search, and whether people have to be told now that it takes too long."""
    if search.alerted or now_s - search.began_s < ALERT_AFTER_S:
        return search, False
    return replace(search, alerted=True), True
