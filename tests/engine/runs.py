"""What the tests of runs share: an observer that writes down what it is told, and recipe parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtrade.engine.observer import Silent

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.engine import RunOutcome
    from realtrade.engine.observer import Level
    from tests.engine.conftest import Bench

REPLAY = ("mode=paper", "exchange={type: replay}")
MA_CROSS = "strategy: {type: ma_cross, params: {fast: 5, slow: 20}}\n"
MINE = "strategy: {type: python, class: 'mine:Mine'}\n"
ARTIFACTS = ["equity.csv", "report.html", "summary.json", "trades.csv"]

STOPPING = """
    import backtrader as bt

    class Mine(bt.Strategy):
        params = (("hook", None),)
        stops = 0
        hook = None

        def next(self):
            if len(self) == 50:
                self.buy(size=1)
            if type(self).hook:
                type(self).hook(self)

        def stop(self):
            type(self).stops += 1
"""


class Notes(Silent):
    """Writes down what it is told."""

    def __init__(self, on_stage: Callable[[str], object] = str) -> None:
        self.stages: list[str] = []
        self.lines: list[tuple[Level, str]] = []
        self.progressed: list[tuple[int, int | None]] = []
        self.outcomes: list[RunOutcome] = []
        self._on_stage = on_stage

    def stage(self, name: str) -> None:
        self.stages.append(name)
        self._on_stage(name)

    def progress(self, done: int, total: int | None) -> None:
        self.progressed.append((done, total))

    def log(self, level: Level, line: str) -> None:
        self.lines.append((level, line))

    def finished(self, outcome: RunOutcome) -> None:
        self.outcomes.append(outcome)


def written(bench: Bench, out: str = "out") -> list[str]:
    return sorted(path.name for path in (bench.folder / out).iterdir())
