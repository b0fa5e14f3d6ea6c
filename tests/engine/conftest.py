"""A market on disk, recipes over it, and runs of them."""

from __future__ import annotations

import sys
import textwrap
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from realtrade.engine import RunOutcome, TradingRunner
from realtrade.recipe import load_recipe

if TYPE_CHECKING:
    from pathlib import Path

START = datetime(2024, 1, 1, tzinfo=UTC)


def write_bars(path: Path, count: int, *, seed: int, minutes: int = 60, first: int = 0) -> None:
    """Write a random walk of `count` bars; prices have two decimals, as on an exchange."""
    rng = np.random.default_rng(seed)
    closes = 1000 * np.exp(np.cumsum(rng.normal(0, 0.01, count)))
    opens = np.roll(closes, 1) * (1 + rng.normal(0, 0.001, count))
    opens[0] = 1000
    spread = np.abs(rng.normal(0, 0.004, (2, count)))
    highs = np.maximum(opens, closes) * (1 + spread[0])
    lows = np.minimum(opens, closes) * (1 - spread[1])
    rows = ["time,open,high,low,close,volume"]
    for index in range(count):
        time = START + timedelta(minutes=minutes * (first + index))
        prices = (opens[index], highs[index], lows[index], closes[index])
        numbers = ",".join(f"{price:.2f}" for price in prices)
        rows.append(f"{time:%Y-%m-%dT%H:%M:%SZ},{numbers},{1 + index % 7}")
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")


@dataclass
class Bench:
    """A folder with market data, strategies and recipes."""

    folder: Path

    def strategy(self, name: str, source: str) -> None:
        """Write a module beside the recipes."""
        (self.folder / f"{name}.py").write_text(textwrap.dedent(source), encoding="utf-8")

    def recipe(self, text: str, *, name: str = "bot") -> Path:
        """Write a recipe; `feeds` and money are filled in when left out."""
        body = textwrap.dedent(text)
        head = f"realtrade: v1\nname: {name}\n"
        defaults = {
            "mode": "mode: backtest\n",
            "feeds": "feeds: {btc: {type: file, path: btc.csv, symbol: BTC/USD, timeframe: 1h}}\n",
            "backtest": "backtest: {cash: 10000 USD, fees: {maker: 2 bps, taker: 5 bps}}\n",
            "paper": "paper: {cash: 10000 USD, fees: {maker: 2 bps, taker: 5 bps}}\n",
        }
        given = {line.partition(":")[0] for line in body.splitlines()}
        text = head + "".join(line for key, line in defaults.items() if key not in given) + body
        path = self.folder / f"{name}.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    def run(self, recipe: Path, out: str = "out", *sets: str, **extra: Any) -> RunOutcome:
        """Run a recipe to its end."""
        return self.runner(recipe, out, *sets, **extra).run()

    def runner(self, recipe: Path, out: str = "out", *sets: str, **extra: Any) -> TradingRunner:
        """Return a runner of a recipe."""
        return TradingRunner(load_recipe(recipe, sets=sets), out=self.folder / out, **extra)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A bench with 600 hourly bars of BTC and 1,200 half-hourly ones of ETH."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    write_bars(tmp_path / "btc.csv", 600, seed=1)
    write_bars(tmp_path / "eth.csv", 1200, seed=2, minutes=30, first=20)
    yield Bench(tmp_path)
    for name in set(sys.modules) - before:
        if getattr(sys.modules[name], "__file__", None) and str(tmp_path) in str(
            sys.modules[name].__file__
        ):
            del sys.modules[name]
