"""Bars due at one instant, brought together: a strategy of several feeds sees them in one call."""

from __future__ import annotations

from bisect import bisect_right, insort
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from realtrade.model.bar import Bar
    from realtrade.utils.timeframes import Timeframe

Batch = list[tuple[str, "Bar"]]


class _Group:
    """Bars due at one instant, since when, and who is still awaited."""

    __slots__ = ("bars", "missing", "since_s")

    def __init__(self, since_s: float, missing: set[str]) -> None:
        self.bars: dict[str, Bar] = {}
        self.since_s = since_s
        self.missing = missing


class Gatherer:
    """Holds bars until every feed with a bar due at that instant has brought it, or for a while.

    A feed that was waited for in vain is not waited for again until it brings a bar. No thread.
    """

    def __init__(self, timeframes: Mapping[str, Timeframe], *, wait_s: float) -> None:
        self._order = {name: number for number, name in enumerate(timeframes)}
        self._alike: dict[Timeframe, set[str]] = {}
        for name, timeframe in timeframes.items():
            self._alike.setdefault(timeframe, set()).add(name)
        self._wait_s = wait_s
        self._groups: dict[int, _Group] = {}
        self._dues: list[int] = []
        """The keys of `_groups`, rising: there are thousands of them after a long outage."""
        self._seen_ms: dict[str, int] = {}
        self._late: set[str] = set()

    def add(self, name: str, bars: Iterable[Bar], now_s: float) -> None:
        """Hold bars of a feed, which come in order."""
        for bar in bars:
            self._late.discard(name)
            group = self._groups.get(bar.due_ms)
            if group is None:
                group = self._groups[bar.due_ms] = _Group(now_s, self._expected(bar.due_ms))
                insort(self._dues, bar.due_ms)
            group.bars[name] = bar
            first = bisect_right(self._dues, self._seen_ms.get(name, -1))
            for due_ms in self._dues[first : bisect_right(self._dues, bar.due_ms)]:
                self._groups[due_ms].missing.discard(name)
            self._seen_ms[name] = bar.due_ms

    def ready(self, now_s: float) -> list[Batch]:
        """Return the batches that are whole or have waited enough, oldest first."""
        batches: list[Batch] = []
        done = 0
        for due_ms in self._dues:
            group = self._groups[due_ms]
            group.missing -= self._late
            if group.missing and now_s < group.since_s + self._wait_s:
                break
            del self._groups[due_ms]
            done += 1
            self._late |= group.missing
            batches.append(sorted(group.bars.items(), key=self._place))
        del self._dues[:done]
        return batches

    def until_s(self) -> float | None:
        """Return when the oldest batch has waited enough, or None when there is none."""
        return self._groups[self._dues[0]].since_s + self._wait_s if self._dues else None

    def _place(self, item: tuple[str, Bar]) -> int:
        return self._order[item[0]]

    def _expected(self, due_ms: int) -> set[str]:
        """Return who has a bar due then and may still bring it."""
        names: set[str] = set()
        for timeframe, alike in self._alike.items():
            if timeframe.close_ms(due_ms - 1) == due_ms:
                names |= alike
        return {name for name in names - self._late if self._seen_ms.get(name, -1) < due_ms}
