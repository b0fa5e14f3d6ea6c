"""From a kill switch's trigger to the last entry and the last cancel that were sent after it.

    python tests/benchmarks/kill_switch.py [--times 50] [--market spot]

The real command trades the simulated exchange at ten bars a second: every bar it sends an order at
market and rests another far below, up to ten. Then it is halted, by each of the four ways in turn:
a command's file, SIGUSR1, `realtrade halt`, `POST /do/halt`. The exchange notes when requests
arrive. A way's time includes all of it: of the command line a new process with its imports. Run it
from the repository's root.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

sys.path.insert(0, str(Path(__file__).parents[2]))

from realtrade.engine.state import Command, StateFolder
from realtrade.testing import SimExchange
from realtrade.utils.clock import SystemClock
from tests.scenario.kill_bot import Bot
from tests.scenario.kill_market import Market

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CLOCK = SystemClock()
KEY, SECRET = "key-of-a-kill-switch", "secret-of-a-test"
SYMBOLS = {"spot": "BTC/USDT", "swap": "BTC/USDT:USDT"}
RESTING = 10
QUIET_S = 0.4
PACE_S = 0.1
HEADS = (("entry p50", 14), ("p99", 8), ("cancel p50", 14), ("p99", 8), ("cancels", 10))
STRATEGY = f"""
import backtrader as bt


class Eager(bt.Strategy):
    def next(self):
        resting = [o for o in self.broker.get_orders_open() if o.isbuy()]
        if len(resting) < {RESTING}:
            price = self.data.close[0] * 0.7
            self.buy(size=0.02, exectype=bt.Order.Limit, price=price)
        self.buy(size=0.01)
"""
RECIPE = """\
realtrade: v1
name: eager
mode: live
exchange:
  type: binance
  market: {market}
  endpoints: {url}
  api_key: {{file: key.txt}}
  secret: {{file: secret.txt}}
feeds: {{btc: {{symbol: "{symbol}", timeframe: 1m, history: 2 bars}}}}
strategy: {{type: python, class: "eager:Eager"}}
orders: {{on_stop: keep_orders}}
monitor: {{http: "127.0.0.1:0"}}
"""


class Scene:
    """An exchange, a market that goes on, and a bot that is halted again and again."""

    def __init__(self, exchange: SimExchange, folder: Path, market: str) -> None:
        money = {"USDT": "10000000"}
        exchange.add_account(KEY, SECRET, money, futures=money)
        for limits in (
            exchange.dialect.services.spot_limits,
            exchange.dialect.services.usdm_limits,
        ):
            limits.order_limits = ()
        self.exchange = exchange
        words = {"market": market, "url": exchange.url, "symbol": SYMBOLS[market]}
        (folder / "eager.yaml").write_text(RECIPE.format(**words))
        (folder / "eager.py").write_text(STRATEGY)
        (folder / "key.txt").write_text(KEY)
        (folder / "secret.txt").write_text(SECRET)
        self.bot = Bot(folder / "eager.yaml")
        self.state = StateFolder(folder / "state" / "eager")
        self._asked = 0

    def ready(self) -> bool:
        """Tell whether the bot trades: enough rests, and the newest order is young."""
        services = self.exchange.dialect.services
        for limits in (services.spot_limits, services.usdm_limits):
            limits.weight.used = 0
        truth = self.exchange.truth(KEY)
        young = bool(truth.orders) and CLOCK.now_ms() - truth.orders[-1].created_ms < 300
        return young and len(truth.open_orders) >= RESTING

    def ask(self, verb: str) -> None:
        """Leave a command as a file."""
        self._asked += 1
        self.state.ask(Command(verb=verb, number=f"n{self._asked}"))  # type: ignore[arg-type]  # one of the verbs

    def halted(self, trigger: Callable[[], None]) -> tuple[float, float, int]:
        """Halt once; return ms to the last entry and to the last cancel, and how many of these."""
        wait(self.ready)
        self.exchange.requests.clear()
        begun_ms = CLOCK.now_ms()
        trigger()
        wait(lambda: not self.exchange.truth(KEY).open_orders)
        CLOCK.sleep(QUIET_S)
        sent = [(one.method, one.time_ms) for one in self.exchange.requests if "order" in one.path]
        entries = [at for method, at in sent if method == "POST" and at >= begun_ms]
        cancels = [at for method, at in sent if method == "DELETE" and at >= begun_ms]
        self.ask("resume")
        last = max(entries, default=begun_ms) - begun_ms
        return float(last), float(max(cancels) - begun_ms), len(cancels)

    def ways(self) -> Iterator[tuple[str, Callable[[], None]]]:
        """Return every way to halt it."""
        running = self.state.running()
        assert running is not None
        assert running.address is not None
        process, address, token = running.pid, running.address, self.state.token()
        command = [sys.executable, "-m", "realtrade", "halt", str(self.state.path)]

        def post() -> None:
            headers = {"Authorization": f"Bearer {token}"}
            with urlopen(Request(f"http://{address}/do/halt", b"{}", headers), timeout=30):
                pass

        yield "file", lambda: self.ask("halt")
        yield "signal", lambda: os.kill(process, signal.SIGUSR1)
        yield "HTTP", post

        def type_it() -> None:
            subprocess.run(command, check=True, capture_output=True)

        yield "CLI", type_it


def wait(true: Callable[[], bool], seconds: float = 120) -> None:
    """Wait until something is so."""
    ends_s = CLOCK.monotonic_s() + seconds
    while not true():
        assert CLOCK.monotonic_s() < ends_s, "it does not come about"
        CLOCK.sleep(0.005)


def measure(times: int, market: str) -> dict[str, list[tuple[float, float, int]]]:
    """Return what each halt of each way took."""
    found: defaultdict[str, list[tuple[float, float, int]]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder, SimExchange() as exchange:
        scene = Scene(exchange, Path(folder), market)
        prices = Market(exchange, [SYMBOLS[market]], seed=5, pace_s=PACE_S)
        prices.play(10)
        scene.bot.start()
        try:
            with prices:
                assert scene.bot.says("event=started")
                for _ in range(times):
                    for way, trigger in scene.ways():
                        found[way].append(scene.halted(trigger))
        finally:
            scene.bot.kill()
    return found


def main() -> None:
    """Measure and print a table."""
    options = argparse.ArgumentParser(description="How quickly each kill switch holds.")
    options.add_argument("--times", type=int, default=50)
    options.add_argument("--market", choices=SYMBOLS, default="spot")
    asked = options.parse_args()
    heads = "".join(f"{head:>{width}}" for head, width in HEADS)
    print(f"{'ms to last':<10}{heads}")  # noqa: T201 - for people
    for way, halts in measure(asked.times, asked.market).items():
        entries, cancels, many = (sorted(each) for each in zip(*halts, strict=True))
        figures = [
            ordered[min(len(ordered) - 1, len(ordered) * share // 100)]
            for ordered in (entries, cancels)
            for share in (50, 99)
        ]
        widths = [width for _, width in HEADS]
        told = "".join(f"{one:>{width}.0f}" for one, width in zip(figures, widths, strict=False))
        print(f"{way:<10}{told}{many[len(many) // 2]:>10}")  # noqa: T201 - for people


if __name__ == "__main__":
    main()
