"""Trials while a sweep is on: what each still needs, and what it came to."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import fmean
from typing import TYPE_CHECKING

from realtrade.engine.sweep.trial import Result, Task

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from realtrade.engine.sweep.objective import Objective
    from realtrade.engine.sweep.samplers import Choices
    from realtrade.engine.sweep.splits import Fold


def train(fold: int) -> str:
    """Return the name of a fold's first part."""
    return f"train {fold}"


def test(fold: int) -> str:
    """Return the name of a fold's second part."""
    return f"test {fold}"


@dataclass(slots=True)
class Trial:
    """One combination, fold by fold."""

    number: int
    choices: Choices
    params: tuple[str, ...]
    folds: int
    results: dict[str, Result] = field(default_factory=dict)
    """By part."""

    @property
    def trained(self) -> list[Result]:
        """Its in-sample results so far, in the order of folds."""
        parts = (train(fold) for fold in range(self.folds))
        return [self.results[part] for part in parts if part in self.results]

    @property
    def over(self) -> bool:
        """Tell whether nothing is left to be done in sample."""
        stopped = any(one.state != "done" for one in self.trained)
        return stopped or len(self.trained) == self.folds

    @property
    def state(self) -> str:
        """What has become of it."""
        odd = next((one.state for one in self.trained if one.state != "done"), None)
        if odd is not None:
            return odd
        return "done" if len(self.trained) == self.folds else "unfinished"

    @property
    def message(self) -> str:
        """Why it has no value."""
        return next((one.message for one in self.trained if one.message), "")

    def missing(self) -> list[int]:
        """Return the folds that have no in-sample result yet."""
        return [fold for fold in range(self.folds) if train(fold) not in self.results]

    def give_up(self) -> Result:
        """Note, in place of the next fold, that the other folds are not worth their time."""
        part = train(self.missing()[0])
        noted = self.results[part] = Result(self.number, self.params, part, "pruned")
        return noted

    def task(self, fold: int, folds: Sequence[Fold]) -> Task:
        """Return the in-sample task of a fold."""
        return Task(self.number, self.params, train(fold), folds[fold].train)

    def test(self, fold: int, folds: Sequence[Fold]) -> Task | None:
        """Return the out-of-sample task of a fold, unless there is none or it is done."""
        span = folds[fold].test
        if span is None or test(fold) in self.results:
            return None
        return Task(self.number, self.params, test(fold), span)

    def values(self, objectives: Iterable[Objective]) -> tuple[float | None, ...]:
        """Return each objective in sample, a mean over folds; None unless all folds have it."""
        if self.state != "done":
            return tuple(None for _ in objectives)
        return tuple(_mean(one, self.trained) for one in objectives)

    def tested(self, objectives: Iterable[Objective]) -> tuple[float | None, ...]:
        """Return each objective out of sample, a mean over the folds there are; else nothing."""
        parts = [test(fold) for fold in range(self.folds)]
        results = [self.results[part] for part in parts if part in self.results]
        return tuple(_mean(one, results) for one in objectives) if results else ()

    def on_fold(self, objective: Objective, part: str) -> float | None:
        """Return an objective on one part of history; None where there is none."""
        result = self.results.get(part)
        return objective.value(result.measures) if result and result.state == "done" else None


def _mean(objective: Objective, results: Sequence[Result]) -> float | None:
    values = [objective.value(one.measures) for one in results if one.state == "done"]
    known = [value for value in values if value is not None]
    return fmean(known) if known and len(known) == len(results) else None
