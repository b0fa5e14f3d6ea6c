"""Small sweeps over a small market."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.engine.sweep import Space, Sweep, SweepOutcome, SweepPlan
from realtrade.recipe import Variants

if TYPE_CHECKING:
    from pathlib import Path

RECIPE = "strategy: {type: ma_cross, params: {fast: 5, slow: 20}}\n"
SPACE = ["strategy.params.fast=4..12:4", "strategy.params.slow=8,20,40"]


class Watch:
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.begun: tuple[int, int, int] | None = None
        self.told: list[tuple[int, int, str]] = []
        self.on_progress: Any = None

    def log(self, line: str) -> None:
        self.lines.append(line)

    def begin(self, done: int, total: int, workers: int) -> None:
        self.begun = (done, total, workers)

    def progress(self, done: int, total: int, best: str) -> None:
        self.told.append((done, total, best))
        if self.on_progress is not None:
            self.on_progress(done)


class Sweeper:
    """Makes plans for one recipe and runs them."""

    def __init__(self, recipe: Path, out: Path) -> None:
        self.recipe = recipe
        self.out = out

    def plan(self, *params: str, **words: Any) -> SweepPlan:
        given: dict[str, Any] = {"workers": 2, "out": self.out, **words}
        return SweepPlan(
            variants=Variants(self.recipe), space=Space.parse(params or SPACE), **given
        )

    def run(self, plan: SweepPlan, watch: Watch | None = None, **changes: Any) -> SweepOutcome:
        return Sweep(replace(plan, **changes), watch=watch or Watch()).run()


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def sweeper(bench: Any, tmp_path: Path) -> Sweeper:
    return Sweeper(bench.recipe(RECIPE), tmp_path / "sweep")
