"""The bot of a soak, in a process of its own, and what it notes about itself.

Nothing of the exchange or the sinks lives here, so what this process holds is what a bot holds.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import threading
import tracemalloc
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

sys.path.insert(0, str(Path(__file__).parents[2]))

from apprise.plugins.telegram import NotifyTelegram

from realtrade.common.live import dispatch
from realtrade.engine import StateFolder, TradingRunner
from realtrade.recipe import load_recipe
from realtrade.utils.clock import SystemClock

if TYPE_CHECKING:
    from typing import TextIO

CLOCK = SystemClock()
_LAG_EVERY_S, _ROW_EVERY_S, _SCRAPE_EVERY_S = 0.1, 1.0, 1.0
_PAUSE_EVERY_S, _HALT_EVERY_S, _PATIENCE_S = 47.0, 181.0, 10.0
_REPORT_EVERY_S = 600.0
STRATEGY = '''
import random

import backtrader as bt


class Busy(bt.Strategy):
    """Markets, limits, stops and cancels by chance, on every feed, never much held."""

    params = (("value", 60.0), ("seed", 7), ("chance", 0.35))

    def __init__(self):
        self.random = random.Random(self.p.seed)
        self.rests = {}
        self.fast = {d: bt.ind.EMA(d, period=5) for d in self.datas}
        self.slow = {d: bt.ind.SMA(d, period=20) for d in self.datas}

    def notify_order(self, order):
        if not order.alive():
            self.rests.pop(order.ref, None)

    def next(self):
        for data in self.datas:
            if self.random.random() < self.p.chance:
                self.act(data)

    def act(self, data):
        mine = [o for o, _ in self.rests.values() if o.data is data]
        for order in mine:
            if self.random.random() < 0.5:
                self.cancel(order)
        held = self.getposition(data).size
        size = round(self.p.value / data.close[0], 5)
        if held > 0 and not mine:
            self.leave(data, held)
        elif not held and not mine:
            self.enter(data, size)

    def enter(self, data, size):
        if self.random.random() < 0.6:
            self.buy(data, size=size)
        else:
            away = self.random.choice([0.9995, 0.999, 0.95])
            self.rest(self.buy(data, size=size, price=data.close[0] * away,
                               exectype=bt.Order.Limit))

    def leave(self, data, held):
        chance = self.random.random()
        if chance < 0.6:
            self.sell(data, size=held)
        elif chance < 0.8:
            self.rest(self.sell(data, size=held, price=data.close[0] * 1.0005,
                                exectype=bt.Order.Limit))
        else:
            self.rest(self.sell(data, size=held, price=data.close[0] * 0.999,
                                exectype=bt.Order.Stop))

    def rest(self, order):
        self.rests[order.ref] = (order, len(self))
'''


class Watch:
    """Notes what must not grow, how quickly trading answers, and what takes the memory."""

    def __init__(self, runner: TradingRunner, rows: TextIO, *, trace: bool) -> None:
        self._runner, self._rows, self._trace = runner, rows, trace
        self._parts: Any = runner._parts
        self._over = threading.Event()
        self._began_s = CLOCK.monotonic_s()
        loops = (self._run, self._look, self._meddle)
        self._threads = [threading.Thread(target=loop, daemon=True) for loop in loops]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End."""
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _write(self, kind: str, **what: Any) -> None:
        line = json.dumps({"kind": kind, "at_s": CLOCK.monotonic_s(), **what})
        self._rows.write(line + "\n")
        self._rows.flush()

    def _run(self) -> None:
        noted_s = gone_s = 0.0
        while not self._over.wait(_LAG_EVERY_S):
            if self._parts.turns is None or not self._parts.started:
                continue
            began_s = CLOCK.monotonic_s()
            try:
                self._parts.turns.ask(lambda: None, 30.0)
            except TimeoutError:
                if self._over.is_set():
                    return
                self._write("stuck")
            ended_s = CLOCK.monotonic_s()
            self._write("lag", began_s=began_s, ms=(ended_s - began_s) * 1000)
            if ended_s - noted_s >= _ROW_EVERY_S:
                noted_s = ended_s
                self._write("row", **process(), **queues(self._parts))
            if ended_s - gone_s >= (60.0 if self._trace else 300.0):
                gone_s = ended_s
                self._census()

    def _census(self) -> None:
        """Count objects by type; with `trace`, memory by the line that took it."""
        gc.collect()
        counts = Counter(type(one).__qualname__ for one in gc.get_objects())
        lines: list[list[Any]] = []
        if self._trace:
            taken = tracemalloc.take_snapshot().filter_traces(
                [
                    tracemalloc.Filter(False, tracemalloc.__file__),
                    tracemalloc.Filter(False, "*json*"),
                ]
            )
            found = taken.statistics("lineno")[:60]
            lines = [[str(one.traceback[0]), one.size, one.count] for one in found]
        self._write("census", types=counts.most_common(60), lines=lines)

    def _look(self) -> None:
        """Scrape and read the page, as Prometheus and a browser do."""
        while not self._over.wait(_SCRAPE_EVERY_S):
            state = self._parts.state
            running = state.running() if state is not None else None
            if running is None or running.address is None:
                continue
            for path in ("/metrics", "/status", "/readyz"):
                try:
                    with urlopen(f"http://{running.address}{path}", timeout=5) as answer:
                        answer.read()
                except OSError:
                    continue

    def _meddle(self) -> None:
        """Pause, halt, resume and ask for reports, as people do."""
        controls, paused_s, halted_s, reported_s = self._runner.controls, 0.0, 0.0, 0.0
        while not self._over.wait(1.0):
            now_s = CLOCK.monotonic_s() - self._began_s
            if str(self._runner.lifecycle.phase).lower() == "halted":
                if self._over.wait(_PATIENCE_S):
                    return
                controls.resume(by="the soak")
            elif now_s - halted_s >= _HALT_EVERY_S:
                halted_s = now_s
                controls.halt(by="the soak", reason="a drill")
            elif now_s - paused_s >= _PAUSE_EVERY_S:
                paused_s = now_s
                self._runner.pause()
                if self._over.wait(3.0):
                    return
                self._runner.resume()
            elif now_s - reported_s >= _REPORT_EVERY_S:
                reported_s = now_s
                _report(self._parts)


def _report(parts: Any) -> None:
    from realtrade.engine.reports import Reports

    Reports(parts, parts.turns).write()


def process() -> dict[str, float]:
    """Return memory in bytes, threads and descriptors of this process."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    descriptors = len(list(Path("/proc/self/fd").iterdir()))
    return {
        "memory": int(status["VmRSS"].split()[0]) * 1024,
        "threads": int(status["Threads"]),
        "descriptors": descriptors,
        "load": float(Path("/proc/loadavg").read_text().split()[0]),
    }


def queues(parts: Any) -> dict[str, float]:
    """Return how much waits in each queue, and how much has been done."""
    venue, journal = parts.broker.venue, parts.journal
    found = {
        "bars waiting": parts.hub.backlog,
        "alarms waiting": parts.notifier.backlog,
        "outbox": len(journal.undelivered()),
        "inbox": len(venue._inbox),
        "courier": len(venue.courier._later) + len(venue.courier._ready),
        "venue orders": len(venue.dispatch.orders),
        "tickets": len(parts.broker.tickets.at_work),
    }
    bars = parts.progress()[0]
    return {**found, "bars": bars, "fills": len(parts.tracker._fill_time)}


def _stop_when_asked(runner: TradingRunner) -> None:
    sys.stdin.readline()
    runner.stop()


def main() -> int:
    """Run `recipe`, noting into `rows`; a line on standard input ends it."""
    folder, trace = Path(sys.argv[1]), sys.argv[2:] == ["--trace"]
    if trace:
        tracemalloc.start(1)
    sys.path.insert(0, str(folder))
    NotifyTelegram.notify_url = os.environ["SOAK_CHAT_API"]  # noqa: TID251 - a script's own process
    NotifyTelegram.request_rate_per_sec = 0
    dispatch._KEPT = 300  # what is kept of orders that are over is soon at its limit
    state = StateFolder(folder / "state" / "soak")
    runner = TradingRunner(load_recipe(folder / "soak.yaml"), out=folder / "out", state=state)
    with (folder / "rows.jsonl").open("w") as rows:
        watch = Watch(runner, rows, trace=trace)
        watch.start()
        threading.Thread(target=_stop_when_asked, args=(runner,), daemon=True).start()
        outcome = runner.run()
        watch.stop()
        watch._write("end", ending=outcome.ending, crash=str(outcome.crash))
    return 0


if __name__ == "__main__":
    sys.exit(main())
