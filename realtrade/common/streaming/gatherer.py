"""Bars due at one instant, brought together: a strategy of several feeds sees them in one call."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from realtrade.model.bar import Bar
    from realtrade.utils.timeframes import Timeframe

Batch = list[tuple[str, "Bar"]]


class Gatherer:
    """Holds bars until every feed with a bar due at that instant has brought it, or for a while.

    A feed that was waited for in vain is not waited for again until it brings a bar. No thread.
    """

    def __init__(self, timeframes: Mapping[str, Timeframe], *, wait_s: float) -> None:
        self._timeframes = dict(timeframes)
        self._wait_s = wait_s
        self._groups: dict[int, dict[str, Bar]] = {}
        self._since_s: dict[int, float] = {}
        self._seen_ms: dict[str, int] = {}
        self._late: set[str] = set()

    def add(self, name: str, bars: Iterable[Bar], now_s: float) -> None:
        """Hold bars of a feed, which come in order."""
        for bar in bars:
            self._groups.setdefault(bar.due_ms, {})[name] = bar
            self._since_s.setdefault(bar.due_ms, now_s)
            self._seen_ms[name] = bar.due_ms
            self._late.discard(name)

    def ready(self, now_s: float) -> list[Batch]:
        """Return the batches that are whole or have waited enough, oldest first."""
        batches: list[Batch] = []
        while self._groups:
            due_ms = min(self._groups)
            missing = self._missing(due_ms)
            if missing and now_s < self._since_s[due_ms] + self._wait_s:
                break
            self._late |= missing
            group = self._groups.pop(due_ms)
            del self._since_s[due_ms]
            batches.append([(name, group[name]) for name in self._timeframes if name in group])
        return batches

    def until_s(self) -> float | None:
        """Return when the oldest batch has waited enough, or None when there is none."""
        return self._since_s[min(self._groups)] + self._wait_s if self._groups else None

    def _missing(self, due_ms: int) -> set[str]:
        """Return who has a bar due then and may still bring it."""
        return {
            name
            for name, timeframe in self._timeframes.items()
            if self._seen_ms.get(name, -1) < due_ms
            and name not in self._late
            and timeframe.close_ms(due_ms - 1) == due_ms
        }
