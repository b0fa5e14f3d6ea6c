"""A bot with everything around it switched on, for as long as wanted, with sinks that fail.

    python tests/benchmarks/soak.py [--minutes 60] [--out FOLDER]

A replay trades the sample market at a pace that makes it last. Alarms go to a mail server, a
webhook and an imitation of Telegram's Bot API; every 20 seconds they are up, down or slow in turn.
The page is watched, metrics are scraped, a chat is open, reports are written. Once a second memory,
threads, descriptors and queues are noted, and ten times a second how long the trading thread takes
to answer. Exits 1 when something grows, is lost, told twice, or makes trading wait.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402  - the repository's root comes first

from realtrade.engine import StateFolder, TradingRunner  # noqa: E402  - as above
from realtrade.recipe import load_recipe  # noqa: E402  - as above
from realtrade.utils.clock import SystemClock  # noqa: E402  - as above
from tests.benchmarks.soak_sinks import Sinks  # noqa: E402  - as above

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping

CLOCK = SystemClock()
PRICES = ROOT / "recipes" / "data" / "coinbase-btc-usd-1h.csv"
_BARS_A_SECOND = 4
EVENTS = "[started, stopped, order_filled, trade_closed, halted, resumed, paused, report]"
RECIPE = """\
realtrade: v1
name: soak
mode: paper
exchange: {{type: replay, speed: {speed}}}
feeds: {{btc: {{type: file, path: {prices}, symbol: BTC/USD, timeframe: 1h}}}}
strategy: {{type: ma_cross, params: {{fast: 3, slow: 8}}}}
sizing: {{type: percent_equity, percent: 50%}}
risk: {{drawdown: {{type: max_drawdown, limit: 90%}}}}
schedule: {{blackout: {{night: {{cron: "0 3 * * *", for: 1h}}}}}}
storage: {{url: "sqlite:///soak.db"}}
notify:
  channels:
    mail: {{type: apprise, url: {{env: SOAK_MAIL}}}}
    hook: {{type: apprise, url: {{env: SOAK_HOOK}}}}
    chat: {{type: apprise, url: {{env: SOAK_CHAT}}}}
  routes: {{all: {{events: {events}, to: [mail, hook, chat]}}}}
  telegram: {{token: {{env: SOAK_TOKEN}}, chats: [12345], endpoint: {api}}}
monitor: {{http: "127.0.0.1:0", report: daily, log: {{level: warning}}}}
"""
LIMITS = {
    "memory, MB an hour": 30.0,
    "threads, most above the middle": 6.0,
    "descriptors, most above the middle": 12.0,
    "messages lost": 0.0,
    "messages told twice": 0.0,
    "loop lag p99, sinks up, ms": 250.0,
    "loop lag p99, sinks down, ms": 250.0,
}


class Watch:
    """Notes once a second what must not grow, and ten times how quickly trading answers."""

    def __init__(self, runner: TradingRunner, sinks: Sinks) -> None:
        self._runner, self._sinks = runner, sinks
        self._over = threading.Event()
        self.rows: list[tuple[float, float, int, int, int]] = []
        self.lags: dict[str, list[float]] = {"up": [], "down": [], "slow": []}
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._reader = threading.Thread(target=self._look, daemon=True)

    def start(self) -> None:
        """Begin once the bot is up."""
        self._thread.start()
        self._reader.start()

    def stop(self) -> None:
        """End."""
        self._over.set()
        self._thread.join()
        self._reader.join()

    def _run(self) -> None:
        parts: Any = self._runner._parts
        while not self._over.wait(0.1):
            if parts.turns is None or not parts.started:
                continue
            began_s = CLOCK.monotonic_s()
            try:
                parts.turns.ask(lambda: None, 5.0)
            except TimeoutError:
                if self._over.is_set():
                    return
            self.lags[self._sinks.state].append((CLOCK.monotonic_s() - began_s) * 1000)
            if not self.rows or CLOCK.monotonic_s() - self.rows[-1][0] >= 1:
                waiting = parts.notifier.backlog + parts.hub.backlog
                self.rows.append((CLOCK.monotonic_s(), *_process(), waiting))

    def _look(self) -> None:
        """Scrape and read the page's stream, as Prometheus and a browser do."""
        state: Any = self._runner._parts.state
        while not self._over.wait(0.5):
            running = state.running()
            if running is None or running.address is None:
                continue
            for path in ("/metrics", "/status"):
                try:
                    with urlopen(f"http://{running.address}{path}", timeout=5) as answer:
                        answer.read()
                except OSError:
                    continue


def _process() -> tuple[float, int, int]:
    """Return memory in MB, threads and descriptors of this process."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    descriptors = len(list(Path("/proc/self/fd").iterdir()))
    return int(status["VmRSS"].split()[0]) / 1024, int(status["Threads"]), descriptors


def soak(folder: Path, minutes: float) -> dict[str, float]:
    """Run and return what was measured."""
    rows = PRICES.read_text().splitlines()[: 1 + round(minutes * 60 * _BARS_A_SECOND)]
    prices, bars = folder / "prices.csv", len(rows) - 1
    prices.write_text("\n".join(rows) + "\n")
    with Sinks(minutes * 60 - max(60.0, minutes * 12)) as sinks:
        path = folder / "soak.yaml"
        speed = round(bars * 3600 / (minutes * 60))
        values = {"speed": speed, "prices": prices, "events": EVENTS, "api": sinks.api}
        path.write_text(RECIPE.format(**values))
        state = StateFolder(folder / "state" / "soak")
        runner = TradingRunner(load_recipe(path), out=folder / "out", state=state)
        watch = Watch(runner, sinks)
        watch.start()
        reporter = threading.Timer(minutes * 6, _report, [runner])
        reporter.start()
        outcome = runner.run()
        watch.stop()
        reporter.cancel()
        sinks.state = "up"
        told = sinks.told()
    assert outcome.ending == "completed", outcome
    return _measures(watch, told, _wanted(folder), _left(folder))


def _report(runner: TradingRunner) -> None:
    from realtrade.engine.reports import Reports

    parts: Any = runner._parts
    Reports(parts, parts.turns).write()


def _left(folder: Path) -> int:
    """Return how many messages wait for the next start, of all channels: a mail takes its time."""
    import sqlite3

    with sqlite3.connect(folder / "soak.db") as connection:
        query = "SELECT count(*) FROM outbox WHERE told_ms IS NULL"
        return int(connection.execute(query).fetchone()[0])


def _wanted(folder: Path) -> int:
    """Return how many messages a channel was owed: every event the routes name."""
    import sqlite3

    named = EVENTS.strip("[]").replace(" ", "").split(",")
    with sqlite3.connect(folder / "soak.db") as connection:
        marks = ",".join("?" * len(named))
        query = f"SELECT count(*) FROM event WHERE type IN ({marks})"  # noqa: S608 - marks only
        return int(connection.execute(query, named).fetchone()[0])


def _measures(
    watch: Watch, told: Mapping[str, Counter[str]], wanted: int, left: int
) -> dict[str, float]:
    rows = np.array(watch.rows)
    late = rows[len(rows) // 3 :]
    hours = (late[:, 0] - late[0, 0]) / 3600
    slope = float(np.polyfit(hours, late[:, 1], 1)[0])
    lags = {state: np.array(found or [0.0]) for state, found in watch.lags.items()}
    down = np.concatenate([lags["down"], lags["slow"]])
    return {
        "memory, MB an hour": slope,
        "memory at the end, MB": float(rows[-1, 1]),
        "threads, most above the middle": float(late[:, 2].max() - np.median(late[:, 2])),
        "descriptors, most above the middle": float(late[:, 3].max() - np.median(late[:, 3])),
        "most waiting": float(rows[:, 4].max()),
        "messages wanted a channel": float(wanted),
        "messages left for the next start": float(left),
        "messages lost": max(0.0, sum(wanted - len(one) for one in told.values()) - left),
        "messages told twice": float(
            sum(count - 1 for one in told.values() for count in one.values())
        ),
        "loop lag p50, ms": float(np.median(np.concatenate(list(lags.values())))),
        "loop lag p99, sinks up, ms": float(np.percentile(lags["up"], 99)),
        "loop lag p99, sinks down, ms": float(np.percentile(down, 99)),
    }


def main() -> int:
    """Soak, print what was measured, and tell whether every limit holds."""
    options = argparse.ArgumentParser(description="A long run with failing sinks.")
    options.add_argument("--minutes", type=float, default=60.0)
    options.add_argument("--out", type=Path)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = soak(given.out or Path(folder), given.minutes)
    broken = [name for name, limit in LIMITS.items() if found[name] > limit]
    sys.stdout.write(json.dumps({"measured": found, "limits": LIMITS, "broken": broken}, indent=2))
    sys.stdout.write("\n")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
