"""After every live bar: what a restart must find again is committed, once, together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import backtrader as bt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from realtrade.common import BaseBroker, FeedHub
    from realtrade.plugins.ports import Journal
    from realtrade.risk import RiskManager
    from realtrade.utils.timeframes import Timeframe

    Note = tuple[Callable[..., None], tuple[Any, ...]]
    """What writes something down, and what of."""


class BarMarks:
    """Commits how far each feed was traded, what the risk rules and the strategy remember.

    A strategy may have `remember()`, which returns plain JSON values, and `on_recover(memory)`,
    which gets them back after a restart, once history has been shown and before it trades. Plain
    `bt.Strategy` classes have neither and lose nothing but their own counters.
    """

    def __init__(
        self,
        journal: Journal,
        hub: FeedHub,
        *,
        broker: BaseBroker,
        risk: RiskManager,
        datas: Mapping[str, Any],
        memory: Mapping[str, Any] | None = None,
    ) -> None:
        """`memory` is what the strategy remembered before, or None at its first start."""
        self._journal = journal
        self._hub = hub
        self._broker = broker
        self._risk = risk
        self._datas = datas
        self._lasting = {name: one for name, one in datas.items() if not _ticks(one)}
        self._memory = memory
        self._marked = dict.fromkeys(datas, 0)
        self._kept: dict[str, Mapping[str, Any]] = {}
        self._recovered = False

    def begin(self, strategy: Any) -> None:
        """Give the strategy its memory back at once when there is no history to show first."""
        if self._hub.warm:
            self._recover(strategy)

    def after_bar(self, strategy: Any) -> None:
        """The strategy is done with a bar."""
        if not self._hub.live:
            self._marked = {name: len(data) for name, data in self._datas.items()}
            if self._hub.warm:
                self._recover(strategy)
            return
        notes = [*self._new_bars(), *self._changed("risk", self._risk.remembered)]
        remember = getattr(strategy, "remember", None)
        if remember is not None:
            notes += self._changed("strategy", remember())
        if notes:  # most ticks leave nothing to write down
            with self._journal.together():
                for write, noted in notes:
                    write(*noted)
        self._broker.end_reruns()
        self._broker.reruns.end()

    def _new_bars(self) -> Iterator[Note]:
        """Yield the newest bar of every feed; of ticks none: no tick is ever run again."""
        for name, data in self._lasting.items():
            if len(data) > self._marked[name]:
                self._marked[name] = len(data)
                newest = self._broker.listings.of(data).bar()
                yield self._journal.bar, (name, newest.time_ms)

    def _changed(self, what: str, memory: Mapping[str, Any]) -> Iterator[Note]:
        """Yield a memory that has changed."""
        if self._kept.get(what) != memory:
            self._kept[what] = memory
            yield (self._journal.risk if what == "risk" else self._journal.strategy), (memory,)

    def _recover(self, strategy: Any) -> None:
        if self._recovered:
            return
        self._recovered = True
        self._broker.reruns.shown()
        take = getattr(strategy, "on_recover", None)
        if take is not None and self._memory is not None:
            take(self._memory)


def _ticks(data: Any) -> bool:
    interval: Timeframe | None = getattr(data, "interval", None)
    return interval is not None and interval.is_tick


class Marking(bt.Analyzer):
    """Calls the marks after every bar: analyzers run when the strategy is done with it."""

    params = (("marks", None),)

    def start(self) -> None:
        """The strategy is made."""
        self.p.marks.begin(self.strategy)

    def next(self) -> None:
        """The strategy is done with a bar, also with one before its indicators are ready."""
        self.p.marks.after_bar(self.strategy)
