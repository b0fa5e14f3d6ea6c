"""Ours: the common work as a recipe of rules, timed from the bars in memory."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from turn import CASH, FAST, FEE, SLOW, asked
from warm_turn import Answer, take_loaded

from realtrade.engine import TradingRunner
from realtrade.engine.build import build
from realtrade.engine.stages import STAGES
from realtrade.engine.vectorised import run
from realtrade.recipe import load_recipe

RECIPE = """\
realtrade: v1
name: common-work
mode: backtest
feeds: {{btc: {{type: file, path: "{bars}", symbol: BTC/USDT, timeframe: 1m}}}}
strategy:
  type: rules
  indicators: {{fast: sma(close, {fast}), slow: sma(close, {slow})}}
  entry: fast > slow
  exit: fast <= slow
backtest: {{cash: {cash:.0f} USDT, fees: {{taker: {fee:.1f}%}}}}
"""


def prepare(bars: Path) -> Answer:
    """Build the bot of a recipe, bars read, and return what runs it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "recipe.yaml"
        words = {"bars": bars, "fast": FAST, "slow": SLOW, "cash": CASH, "fee": FEE * 100}
        path.write_text(RECIPE.format(**words), encoding="utf-8")
        parts = TradingRunner(load_recipe(path))._parts
        build(STAGES, parts, lambda stage: None)
    if asked("--bar-by-bar"):
        run.objection = lambda parts: "the benchmark wants it so"

    def answer() -> tuple[int, float]:
        run.run_bars(parts)
        if asked("--bar-by-bar"):
            parts.broker.record_curve(parts.tracker, parts.progress()[0])
        return len(parts.tracker.round_trips), parts.tracker.final_equity

    return answer


if __name__ == "__main__":
    take_loaded(prepare, Path(sys.argv[1]), turns=1)
