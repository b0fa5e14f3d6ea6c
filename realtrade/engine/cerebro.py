"""`LeanCerebro`: Backtrader's Cerebro with a loop that does only what somebody asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import backtrader as bt
from backtrader.feed import DataClone

from realtrade.engine.lean.delivery import deliver
from realtrade.engine.lean.heap import old_objects_aside
from realtrade.engine.lean.idle import gate_of
from realtrade.engine.lean.live import LiveRun
from realtrade.engine.lean.loop import run_many, run_one
from realtrade.engine.lean.objections import live_objection, objection, too_few_bars
from realtrade.engine.lean.once import calculate
from realtrade.engine.lean.seats import Seats
from realtrade.engine.lean.steps import Unsteppable
from realtrade.engine.lean.ticks import watch_ticks

if TYPE_CHECKING:
    from collections.abc import Iterable

_LIVE = "a feed or a setting asks for live mode"


class LeanCerebro(bt.Cerebro):
    """A drop-in `bt.Cerebro`: the same calls, the same results, a fraction of the time.

    Whatever the fast loop cannot do exactly as Backtrader does runs in Backtrader's own loop:
    `path` and `path_reason` say which one ran and why.

    Params:
        indicators: calculate Backtrader's own indicators with numpy where the result is proven
            equal (default); `False` calculates them all as Backtrader does.
    """

    params = (("indicators", True),)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.path = ""
        """Which loop the last run took in this process: `fast`, `stock`, empty before the first."""
        self.path_reason = ""
        """Why it took Backtrader's own loop, empty if it did not."""

    def run(self, **kwargs: Any) -> Any:
        """Run all strategies over all feeds; see `bt.Cerebro.run`."""
        self.path = self.path_reason = ""
        return super().run(**kwargs)

    def _take_stock(self, reason: str) -> None:
        self.path, self.path_reason = "stock", reason

    def _brokernotify(self) -> None:
        deliver(self)

    def _runnext(self, runstrats: list[Any]) -> None:
        reason = self._why_next_mode()
        if reason == _LIVE and not (reason := self._run_live(runstrats)):
            return
        self._take_stock(reason)
        super()._runnext(runstrats)

    def _run_live(self, runstrats: list[Any]) -> str:
        """Run live in the lean loop; return why it cannot be, having done nothing, or nothing."""
        datas = self._in_order()
        if reason := live_objection(self, datas, runstrats):
            return f"{_LIVE}, and {reason}"
        try:
            run = LiveRun(self, datas, runstrats)
        except Unsteppable as unsteppable:
            return f"{_LIVE}, and {unsteppable}"
        self.path = "fast"
        with run:
            run.run()
        return ""

    def _in_order(self) -> list[Any]:
        """Return the feeds as the loop goes through them; strategies keep them as added."""
        return sorted(self.datas, key=lambda data: (data._timeframe, data._compression))

    def _runnext_old(self, runstrats: list[Any]) -> None:
        self._take_stock("oldsync is set")
        super()._runnext_old(runstrats)

    def _runonce_old(self, runstrats: list[Any]) -> None:
        self._take_stock("oldsync is set")
        super()._runonce_old(runstrats)

    def _runonce(self, runstrats: list[Any]) -> None:
        if reason := too_few_bars(runstrats):
            # Calculated in one go, an indicator would reach behind the last bar and raise.
            self._take_stock(reason)
            super()._runnext(runstrats)
            return
        if reason := objection(self.datas, runstrats):
            self._take_stock(reason)
            super()._runonce(runstrats)
            return
        self.path = "fast"
        for strategy in runstrats:
            calculate(strategy, vectorised=self.p.indicators)
            strategy.reset()
        self._loop(runstrats)

    def _loop(self, runstrats: list[Any]) -> None:
        datas = self._in_order()
        for data in datas:
            watch_ticks(data)
        gate = gate_of(self._broker, datas)
        with old_objects_aside(), Seats(datas, runstrats) as seats:
            # A broker that asks may spare itself copies of orders nobody looks at.
            self._broker.tells_steps = any(seat.listeners.orders for seat in seats.strategies)
            if len(seats.feeds) == len(seats.strategies) == 1 and not self._asks_for_more():
                run_one(self, seats.feeds[0], seats.strategies[0], gate)
            else:
                run_many(self, seats.feeds, seats.strategies, gate)
        _settle_clones(datas)

    def _asks_for_more(self) -> bool:
        extras = (self._timers, self._timerscheat, self.runwriters, self.p.cheat_on_open)
        return any(extras)

    def _why_next_mode(self) -> str:
        reasons = {
            _LIVE: self._dolive or self.p.live,
            "Backtrader resamples or replays a feed": self._doreplay,
            "exactbars saves memory": self._exactbars,
            "preload is off": not self.p.preload,
            "runonce is off": not self.p.runonce,
        }
        told = (reason for reason, holds in reasons.items() if holds)
        return next(told, "an indicator can only be calculated bar by bar")


def _settle_clones(datas: Iterable[Any]) -> None:
    for data in datas:
        if isinstance(data, DataClone):
            data._dlen += len(data)
