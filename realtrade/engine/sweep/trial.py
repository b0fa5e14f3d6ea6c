"""One backtest of a sweep: built as every run is, measured, and nothing written."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from realtrade.engine import equity
from realtrade.engine.build import StageFailed, build
from realtrade.engine.guard import Crash, wind_down
from realtrade.engine.observer import Silent
from realtrade.engine.parts import Parts
from realtrade.engine.stages import STAGES
from realtrade.engine.sweep.code import Code
from realtrade.engine.vectorised.run import run_bars
from realtrade.monitor.overfitting import Moments
from realtrade.plugins.registry import Registry
from realtrade.recipe.blocks import Mode
from realtrade.recipe.diagnostic import RecipeInvalid
from realtrade.utils.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from realtrade.engine.bank import Bank
    from realtrade.engine.sweep.splits import Span
    from realtrade.recipe import Recipe
    from realtrade.recipe.variants import Variants

State = Literal["done", "failed", "refused", "pruned"]
"""`refused`: the recipe's loader does not take these values together."""


@dataclass(frozen=True, slots=True)
class Task:
    """One combination on one span of history."""

    number: int
    """Of the trial, from 0."""
    params: tuple[str, ...]
    """`path=value` texts."""
    part: str
    """Which span of the trial: `train 0`, `test 3`."""
    span: Span

    @property
    def key(self) -> tuple[int, str]:
        """What makes its result the result of this task, whoever worked it out."""
        return self.number, self.part


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a task."""

    number: int
    params: tuple[str, ...]
    part: str
    state: State
    measures: Mapping[str, Any] = field(default_factory=dict)
    """Every statistic of the run by name; empty unless done."""
    moments: Moments = field(default_factory=Moments)
    """Of the run's bar returns."""
    message: str = ""
    """Why it failed or was refused."""

    @property
    def key(self) -> tuple[int, str]:
        """Of the task."""
        return self.number, self.part


@dataclass(slots=True)
class Job:
    """What all tasks of a sweep share; it can be pickled."""

    variants: Variants
    bank: Bank
    code: Code = field(default_factory=Code)
    """What the strategy is made of where the sweep was asked for."""

    def run(self, task: Task) -> Result:
        """Run one task; whatever goes wrong with it is in the result."""
        try:
            recipe = self.variants.recipe((*task.params, *task.span.params()))
        except RecipeInvalid as invalid:
            return _without(task, "refused", first_words(invalid))
        try:
            tracker = backtest(recipe, self.bank).tracker
            measures = asdict(tracker.statistics())
            moments = Moments.of(tracker)
        except Exception as error:  # noqa: BLE001 - a user's code, or anything below it: the trial has failed, the sweep goes on
            return _without(task, "failed", told(error))
        return Result(task.number, task.params, task.part, "done", measures, moments)


def backtest(recipe: Recipe, bank: Bank) -> Parts:
    """Run `recipe` on the bars of `bank`; what was tracked is in the parts returned.

    Raises:
        ValueError: it is no backtest: a sweep never trades.
        StageFailed: it could not be built.
        TrialCrashed: the strategy raised, or anything below it.
    """
    if recipe.mode is not Mode.BACKTEST:
        msg = f"a sweep never runs mode '{recipe.mode}'"
        raise ValueError(msg)
    parts = Parts(
        recipe=recipe, registry=_registry(), clock=SystemClock(), observer=Silent(), bank=bank
    )
    with build(STAGES, parts, _unheard):
        try:
            run_bars(parts)
        except Exception as error:
            wind_down(getattr(parts.cerebro, "runningstrats", ()))
            crash = Crash.of(error, parts.folder, parts.spec.cls, redact=parts.redactor.redact)
            raise TrialCrashed(crash) from error
        equity.finish(parts)
    return parts


@lru_cache(maxsize=1)
def _registry() -> Registry:
    """Return the plugins of this process: looking for them takes a tenth of a short trial."""
    return Registry()


class TrialCrashed(Exception):
    """A strategy raised."""

    def __init__(self, crash: Crash) -> None:
        super().__init__(f"{type(crash.error).__name__}: {crash.error}")
        self.crash = crash


def told(error: Exception) -> str:
    """Return what a table can say of an error: one line, and of a strategy's where it was."""
    if isinstance(error, StageFailed):
        return f"{error.stage}: {error.cause}"
    if isinstance(error, TrialCrashed):
        lines = [line.strip() for line in error.crash.text.splitlines()]
        where = [line for line in lines if ", line " in line]
        return f"{error} ({where[-1]})" if where else str(error)
    return f"{type(error).__name__}: {error}"


def first_words(invalid: RecipeInvalid) -> str:
    """Return the message of the first finding."""
    return invalid.diagnostics[0].message if invalid.diagnostics else str(invalid)


def _without(task: Task, state: State, message: str) -> Result:
    return Result(task.number, task.params, task.part, state, message=message[:500])


def _unheard(stage: str) -> None:
    """Nobody watches the stages of a trial."""
