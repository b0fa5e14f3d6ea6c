"""A real strategy on real bars, run by stock Backtrader and tracked."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import backtrader as bt
import numpy as np
import pytest

from realtrade.model.bar import BarColumns
from realtrade.monitor import PerformanceTracker, RunFacts
from realtrade.monitor.analyzer import TrackingAnalyzer
from realtrade.utils.timeframes import Timeframe

if TYPE_CHECKING:
    from collections.abc import Callable

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--virtual-time-budget=10000",
)
HOUR_MS = 3_600_000
SAMPLE = Path(__file__).parents[2] / "recipes" / "data" / "coinbase-btc-usd-1h.csv"


class Reversing(bt.Strategy):
    """Long above a crossing of averages, short below; adds and reduces in between."""

    params = (("size", 1.0),)

    def __init__(self) -> None:
        averages = [bt.indicators.SMA(period=period) for period in (10, 30)]
        self.cross = bt.indicators.CrossOver(*averages)
        self.closed: list[Any] = []

    def next(self) -> None:
        if self.cross[0] > 0:
            self.buy(size=self.p.size - self.position.size)
        elif self.cross[0] < 0:
            self.sell(size=self.p.size + self.position.size)
        elif len(self) % 97 == 0 and self.position.size > 0:
            self.sell(size=self.p.size / 4)
        elif len(self) % 53 == 0 and self.position.size > 0:
            self.buy(size=self.p.size / 3)

    def notify_trade(self, trade: Any) -> None:
        if trade.isclosed:
            self.closed.append(trade)


@dataclass(frozen=True)
class Run:
    """What Backtrader says of a run, and what we tracked of it."""

    tracker: PerformanceTracker
    strategy: Any
    cerebro: Any
    bars: BarColumns


def sample_bars(count: int) -> BarColumns:
    """Return the first `count` real hourly bars."""
    with SAMPLE.open() as file:
        rows = [row for _, row in zip(range(count), csv.DictReader(file), strict=False)]
    times = [round(datetime.fromisoformat(row["time"]).timestamp() * 1000) for row in rows]
    prices = [np.array([float(row[name]) for row in rows]) for name in rows[0] if name != "time"]
    time_ms = np.array(times, dtype=np.int64)
    return BarColumns(time_ms, time_ms + HOUR_MS, *prices)


def feed_of(count: int) -> Any:
    """Return the same bars as Backtrader reads them itself."""
    last = int(sample_bars(count).time_ms[-1])
    return bt.feeds.GenericCSVData(
        dataname=str(SAMPLE),
        dtformat="%Y-%m-%dT%H:%M:%SZ",
        timeframe=bt.TimeFrame.Minutes,
        compression=60,
        openinterest=-1,
        todate=bt.num2date(719_163 + last / 86_400_000),
    )


def run_backtrader(count: int, *, filler: Any = None, slips: float = 0.0, **options: Any) -> Run:
    """Run `Reversing` on `count` bars and track it."""
    cerebro = bt.Cerebro(stdstats=False, **options)
    cerebro.broker.setcash(20_000)
    cerebro.broker.setcommission(0.001)
    cerebro.broker.set_slippage_perc(slips, slip_open=True)
    if filler is not None:
        cerebro.broker.set_filler(filler)
    cerebro.adddata(feed_of(count), name="btc_1h")
    cerebro.addstrategy(Reversing)
    tracker = PerformanceTracker(20_000, timeframe=Timeframe.parse("1h"))
    cerebro.addanalyzer(TrackingAnalyzer, tracker=tracker, symbols={"btc_1h": "BTC/USD"})
    cerebro.addanalyzer(bt.analyzers.DrawDown, _name="drawdown")
    cerebro.addanalyzer(bt.analyzers.TradeAnalyzer, _name="trades")
    return Run(tracker, cerebro.run()[0], cerebro, sample_bars(count))


@pytest.fixture(scope="session")
def run() -> Run:
    """1,500 real hourly bars."""
    return run_backtrader(1_500)


@pytest.fixture(scope="session")
def run_on_sample() -> Callable[..., Run]:
    """The way to run on as many bars, with a filler or options, as a test needs."""
    return run_backtrader


@pytest.fixture(scope="session")
def feed_on_sample() -> Callable[[int], Any]:
    """The way to give a test's own Cerebro as many bars as it needs."""
    return feed_of


@pytest.fixture
def facts() -> RunFacts:
    """What a recipe says of itself."""
    return RunFacts(
        name="quickstart",
        mode="backtest",
        recipe_hash="0123abcd",
        path="fast",
        path_reason="one clock",
        currency="USD",
        description="Averages that cross.",
    )


@pytest.fixture
def browse(tmp_path: Path) -> Callable[..., str]:
    """The way to open a page in a browser; returns what the page has become."""
    found = [path for path in map(shutil.which, BROWSERS) if path]
    if not found:
        reason = f"no browser: none of {', '.join(BROWSERS)} is installed"
        if os.environ.get("CI"):  # noqa: TID251  # tests may ask where they run
            pytest.fail(f"{reason}, and CI must open the report in one")
        pytest.skip(reason)

    def opened(page: Path, *options: str) -> str:
        profile = f"--user-data-dir={tmp_path / 'profile'}"
        command = [found[0], *QUIET, profile, *(options or ("--dump-dom",)), page.as_uri()]
        done = subprocess.run(command, capture_output=True, timeout=60, check=True)
        return done.stdout.decode()

    return opened
