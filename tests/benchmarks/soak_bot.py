"""The bot of a soak, in a process of its own, and what it notes about itself.

Nothing of the exchange or the sinks lives here, so what this process holds is what a bot holds.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import threading
from collections import Counter, deque
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

sys.path.insert(0, str(Path(__file__).parents[2]))

from apprise.plugins.telegram import NotifyTelegram

from realtrade.binance import ids
from realtrade.common.live import dispatch, seen
from realtrade.engine import StateFolder, TradingRunner
from realtrade.engine.lean import window
from realtrade.execution import ledger
from realtrade.recipe import load_recipe
from realtrade.storage import journal, recall
from realtrade.utils.clock import SystemClock
from realtrade.utils.malloc import share_arenas

if TYPE_CHECKING:
    from typing import TextIO

CLOCK = SystemClock()
_LAG_EVERY_S, _ROW_EVERY_S, _SCRAPE_EVERY_S = 0.1, 1.0, 1.0
_PAUSE_EVERY_S, _HALT_EVERY_S, _PATIENCE_S = 47.0, 181.0, 10.0
_REPORT_EVERY_S, _CENSUS_EVERY_S = 300.0, 60.0
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
        self._lengths: dict[int, int] = {}
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
            if self._trace and ended_s - gone_s >= _CENSUS_EVERY_S:
                gone_s = ended_s
                self._census()

    def _census(self) -> None:
        """Count objects by type, and tell which containers grow."""
        gc.collect()
        counts = Counter(type(one).__qualname__ for one in gc.get_objects())
        self._write("census", types=counts.most_common(60), grown=self._grown())

    def _grown(self) -> list[list[Any]]:
        """Return the containers that have grown most since the last look, and what holds them."""
        kinds = (list, dict, set, deque)  # not the arrays of lines: they grow by the bar
        now = {id(one): one for one in gc.get_objects() if isinstance(one, kinds)}
        before, self._lengths = self._lengths, {key: len(one) for key, one in now.items()}
        more = {key: length - before.get(key, length) for key, length in self._lengths.items()}
        most = sorted(more, key=more.__getitem__, reverse=True)[:25]
        return [[more[key], len(now[key]), _holder(now[key])] for key in most if more[key] > 20]

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
        plans = {
            self._pause: _PAUSE_EVERY_S,
            self._drill: _HALT_EVERY_S,
            self._report: _REPORT_EVERY_S,
        }
        due_s = {do: self._began_s + every_s for do, every_s in plans.items()}
        while not self._over.wait(1.0):
            if str(self._runner.lifecycle.phase).lower() == "halted":
                self._over.wait(_PATIENCE_S)
                self._runner.controls.resume(by="the soak")
            for do, every_s in plans.items():
                if CLOCK.monotonic_s() >= due_s[do]:
                    due_s[do] += every_s
                    do()

    def _pause(self) -> None:
        self._runner.pause()
        self._over.wait(3.0)
        self._runner.resume()

    def _drill(self) -> None:
        self._runner.controls.halt(by="the soak", reason="a drill")

    def _report(self) -> None:
        from realtrade.engine.reports import Reports

        try:
            Reports(self._parts, self._parts.turns).write()
        except Exception as error:  # noqa: BLE001 - noted, and the verdict is by it
            self._write("broken", why=f"{type(error).__name__}: {error}")


def _holder(one: object) -> str:
    """Return the name under which somebody holds a container, as well as can be told."""
    found = []
    for holder in gc.get_referrers(one):
        if isinstance(holder, dict) and len(holder) < 500:
            found += [str(name) for name, value in holder.items() if value is one]
        elif hasattr(type(holder), "__slots__"):
            found.append(type(holder).__qualname__)
    return f"{type(one).__name__} {', '.join(found[:4])}"


def process() -> dict[str, float]:
    """Return memory of its own in bytes, threads and descriptors of this process."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    descriptors = len(list(Path("/proc/self/fd").iterdir()))
    return {
        "memory": int(status["RssAnon"].split()[0]) * 1024,
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
    sys.path.insert(0, str(folder))
    NotifyTelegram.notify_url = os.environ["SOAK_CHAT_API"]  # noqa: TID251 - a script's own process
    NotifyTelegram.request_rate_per_sec = 0
    share_arenas()  # as `realtrade run` does
    window.KEPT = 2_000  # what is kept of bars is soon at its limit,
    dispatch._KEPT = 300  # of orders that are over,
    ids._REMEMBERED = journal._REMEMBERED = ledger._REMEMBERED = 600  # of names and executions
    seen._KEPT = recall._SEEN = 600  # wherever they are remembered
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
