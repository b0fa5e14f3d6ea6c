"""What is to be done next, and what every trial has come to."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from realtrade.engine.sweep.objective import pareto
from realtrade.engine.sweep.trials import Trial, train

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from realtrade.engine.sweep.plan import SweepPlan
    from realtrade.engine.sweep.samplers import Choices, Sampler
    from realtrade.engine.sweep.splits import Fold
    from realtrade.engine.sweep.trial import Result, Task

TESTED = 10
"""Of the best trials, so many are run on what was held out."""


class Board:
    """Gives tasks out and takes results in; it knows nothing of who does the work."""

    def __init__(self, plan: SweepPlan, sampler: Sampler, folds: Sequence[Fold]) -> None:
        self._plan = plan
        self._sampler = sampler
        self._folds = folds
        self._ready: deque[Task] = deque()
        self._next = 0
        self._exhausted = False
        self._tests = 0
        self.trials: dict[int, Trial] = {}
        """By number."""
        self.done = 0
        """Results there are."""

    @property
    def total(self) -> int:
        """Results there will be, as far as that is known."""
        trials = len(self.trials) if self._exhausted else self._plan.wanted
        return max(trials * len(self._folds) + self._tests, self.done)

    def recall(self, results: Iterable[Result]) -> None:
        """Take in results of an earlier run of the same study, and go on with what was begun."""
        for result in results:
            if result.number not in self.trials:
                self._add(result.number, self._choices(result.params))
            self.trials[result.number].results[result.part] = result
            self.done += 1
        for trial in self.trials.values():
            if trial.over:
                self._told(trial)
            else:
                folds = trial.missing()[: 1 if self._plan.prune else None]
                self._ready.extend(trial.task(fold, self._folds) for fold in folds)

    def next_task(self) -> Task | None:
        """Return what is to be run next; None when there is nothing, or nothing yet."""
        while not self._ready and self._begin():
            pass
        return self._ready.popleft() if self._ready else None

    def take(self, result: Result) -> list[Result]:
        """Take in a result, and return what is to be kept: it, and what it leads to at once.

        One that is there already changes nothing.
        """
        trial = self.trials[result.number]
        if result.part in trial.results:
            return []
        was_over = trial.over
        trial.results[result.part] = result
        self.done += 1
        if was_over or not result.part.startswith("train"):
            return [result]
        noted = self._go_on(trial)
        if trial.over:
            self._told(trial)
        return [result, *noted]

    def choose(self) -> None:
        """Have the best trials run on what they have not seen."""
        pairs = self._chosen_by_fold() if len(self._folds) > 1 else self._chosen_at_all()
        tasks = [self.trials[number].test(fold, self._folds) for number, fold in pairs]
        self._ready.clear()
        self._exhausted = True
        self._ready.extend(task for task in tasks if task is not None)
        self._tests = len(self._ready)

    def best_text(self) -> str:
        """Say the best value of the first objective so far."""
        ranked = self._ranked()
        if not ranked:
            return ""
        best = self.trials[ranked[0]]
        first = self._plan.objectives[0]
        (value,) = best.values((first,))
        axes = zip(self._plan.space.axes, self._plan.space.values(best.choices), strict=True)
        values = " ".join(f"{axis.label}={text}" for axis, text in axes)
        return f"{first.text} {value:.4g} at {values}"

    def _begin(self) -> bool:
        """Begin the next trial; return False when there is none."""
        while self._next in self.trials:
            self._next += 1
        if self._exhausted or self._next >= self._plan.wanted:
            return False
        choices = self._sampler.ask(self._next)
        if choices is None:
            self._exhausted = True
            return False
        trial = self._add(self._next, choices)
        folds = [0] if self._plan.prune else range(len(self._folds))
        self._ready.extend(trial.task(fold, self._folds) for fold in folds)
        return True

    def _add(self, number: int, choices: Choices) -> Trial:
        params = self._plan.space.params(choices)
        trial = self.trials[number] = Trial(number, choices, params, len(self._folds))
        return trial

    def _choices(self, params: Sequence[str]) -> Choices:
        pairs = zip(self._plan.space.axes, params, strict=True)
        return tuple(axis.values.index(text.partition("=")[2]) for axis, text in pairs)

    def _go_on(self, trial: Trial) -> list[Result]:
        """Have the trial's next fold run, when they are run one by one, or note it is no use."""
        if not self._plan.prune or trial.over:
            return []
        fold = len(trial.trained) - 1
        value = trial.on_fold(self._plan.objectives[0], train(fold))
        if self._sampler.step(trial.number, fold, value):
            self.done += 1
            return [trial.give_up()]
        self._ready.append(trial.task(fold + 1, self._folds))
        return []

    def _told(self, trial: Trial) -> None:
        values = trial.values(self._plan.objectives) if trial.state == "done" else None
        first = self._plan.objectives[0]
        folds = [trial.on_fold(first, train(fold)) for fold in range(trial.folds)]
        self._sampler.tell(trial.number, trial.choices, values, folds)

    def _ranked(self) -> list[int]:
        """Return the numbers of the trials that have a value, the best first."""
        first = self._plan.objectives[0]
        values = {n: one.values((first,))[0] for n, one in sorted(self.trials.items())}
        known = [number for number, value in values.items() if value is not None]
        return sorted(known, key=lambda number: (first.rank(values[number]), number))

    def _chosen_at_all(self) -> list[tuple[int, int]]:
        objectives = self._plan.objectives
        numbers = sorted(self.trials)
        points = [self.trials[number].values(objectives) for number in numbers]
        front = [numbers[index] for index in pareto(objectives, points)]
        best = dict.fromkeys([*self._ranked()[:TESTED], *(front if len(objectives) > 1 else ())])
        return [(number, 0) for number in best]

    def _chosen_by_fold(self) -> list[tuple[int, int]]:
        found = [chosen(self.trials, self._plan, fold) for fold in range(len(self._folds))]
        return [(number, fold) for fold, number in enumerate(found) if number is not None]


def chosen(trials: dict[int, Trial], plan: SweepPlan, fold: int) -> int | None:
    """Return the number of the trial that is best on the first part of a fold."""
    first = plan.objectives[0]
    values = {n: one.on_fold(first, train(fold)) for n, one in sorted(trials.items())}
    known = [number for number, value in values.items() if value is not None]
    return min(known, key=lambda number: (first.rank(values[number]), number), default=None)
