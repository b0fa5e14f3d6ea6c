"""Ours: `realtrade sweep` over a recipe with that strategy class, or of rules, as its command."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import mkdtemp

from sweep_values import search, values
from turn import CASH, FEE, Outcome, asked

from realtrade.engine.sweep import Space, Sweep, SweepPlan
from realtrade.engine.sweep.objective import Objective
from realtrade.recipe import Variants

BOT = f"""\
realtrade: v1
name: bench
mode: backtest
feeds: {{btc: {{type: file, path: bars.csv, symbol: BTC/USDT, timeframe: 1m}}}}
backtest: {{cash: {CASH:.0f} USDT, fees: {{maker: {FEE:.1%}, taker: {FEE:.1%}}}}}
"""
STRATEGY = 'strategy: {type: python, class: "sweep_work:Cross"}'
RULES = """\
strategy:
  type: rules
  indicators: {fast: "sma(close, 10)", slow: "sma(close, 30)"}
  entry: fast > slow
  exit: fast <= slow
"""


class Quiet:
    """Nobody watches."""

    def log(self, line: str) -> None:
        """Say nothing."""

    def begin(self, done: int, total: int, workers: int) -> None:
        """Say nothing."""

    def progress(self, done: int, total: int, best: str) -> None:
        """Say nothing."""


def work(bars: Path) -> Outcome:
    """Sweep over the bars of a file: recipe, strategy and bars lie in one folder, as users' do."""
    folder = Path(mkdtemp(prefix="realtrade-benchmark-"))
    rules = asked("--rules")
    (folder / "bench.yaml").write_text(BOT + (RULES if rules else STRATEGY), encoding="utf-8")
    shutil.copy(Path(__file__).with_name("sweep_work.py"), folder)
    shutil.copy(bars, folder / "bars.csv")
    plan = SweepPlan(
        variants=Variants(folder / "bench.yaml"),
        space=Space.parse(_space(rules=rules)),
        objectives=(Objective.parse("final_equity"),),
        out=folder / "out",
    )
    best = Sweep(plan, watch=Quiet()).run().facts.trials[0]
    measures = best.measures["train 0"]
    shutil.rmtree(folder)
    return measures["trades"], measures["final_equity"]


def _space(*, rules: bool) -> list[str]:
    named = zip(("fast", "slow"), values(), strict=True)
    if rules:
        texts = {name: (f"sma(close, {bars})" for bars in one) for name, one in named}
        return [f"strategy.indicators.{name}={','.join(one)}" for name, one in texts.items()]
    return [f"strategy.params.{name}={','.join(map(str, one))}" for name, one in named]


if __name__ == "__main__":
    search(work)
