"""Optuna as a sampler: it learns from finished trials where better ones may be."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

from realtrade.engine.sweep.errors import SweepRefused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.engine.sweep.objective import Objective
    from realtrade.engine.sweep.samplers import Choices
    from realtrade.engine.sweep.space import Space

_PATIENCE = 20
"""Known combinations in a row after which one is drawn at random."""


class OptunaSampler:
    """Tree-structured Parzen estimation or NSGA-II, and median pruning over folds.

    Its study lives in memory: finished trials are told again after a restart.
    """

    def __init__(
        self,
        space: Space,
        objectives: Sequence[Objective],
        *,
        name: str,
        seed: int,
        prune: bool = False,
    ) -> None:
        """Make a study.

        Raises:
            SweepRefused: Optuna is not installed, or pruning has no single objective.
        """
        try:
            import optuna
        except ImportError:
            msg = f"the sampler '{name}' needs Optuna, which is not installed"
            raise SweepRefused(msg, hint="pip install 'realtrade[sweep]'") from None
        if prune and len(objectives) > 1:
            raise SweepRefused("pruning needs a single objective", hint="leave out --prune")
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self._optuna = optuna
        self._random = Random(seed)  # noqa: S311 - a sample, no secret
        self._space = space
        self._prune = prune
        self._objectives = tuple(objectives)
        self._study = optuna.create_study(
            directions=["minimize" if one.smaller else "maximize" for one in objectives],
            sampler=_sampler(optuna, name, seed),
            pruner=optuna.pruners.MedianPruner() if prune else optuna.pruners.NopPruner(),
        )
        self._open: dict[int, Any] = {}
        self._known: set[Choices] = set()
        self._given_up: set[int] = set()

    def ask(self, number: int) -> Choices | None:
        """Return a combination not tried before, or None when all were."""
        if len(self._known) >= self._space.size:
            return None
        for _ in range(_PATIENCE):
            trial = self._study.ask()
            choices = tuple(self._suggest(trial))
            if choices not in self._known:
                break
            self._study.tell(trial, state=self._optuna.trial.TrialState.FAIL)
        else:
            trial, choices = self._at_random()
        self._known.add(choices)
        self._open[number] = trial
        return choices

    def _at_random(self) -> tuple[Any, Choices]:
        """Begin a trial of a combination not tried before, whatever Optuna thinks of it."""
        number = self._random.randrange(self._space.size)
        while self._space.choices(number) in self._known:
            number = (number + 1) % self._space.size
        choices = self._space.choices(number)
        paths = [axis.path for axis in self._space.axes]
        self._study.enqueue_trial(dict(zip(paths, choices, strict=True)))
        trial = self._study.ask()
        self._suggest(trial)
        return trial, choices

    def step(self, number: int, fold: int, value: float | None) -> bool:
        """Report the objective of one fold; return True when the trial is not worth going on."""
        trial = self._open.get(number)
        if not self._prune or trial is None or value is None:
            return False
        trial.report(value, step=fold)
        if trial.should_prune():
            self._given_up.add(number)
        return number in self._given_up

    def tell(
        self,
        number: int,
        choices: Choices,
        values: Sequence[float | None] | None,
        folds: Sequence[float | None] = (),
    ) -> None:
        """Take the objectives of a trial, one of this run or of a run before."""
        trial = self._open.pop(number, None)
        self._known.add(choices)
        given = None if values is None or None in values else [float(v or 0.0) for v in values]
        state = self._optuna.trial.TrialState
        if trial is not None:
            without = state.PRUNED if number in self._given_up else state.FAIL
            self._study.tell(trial, given, state=None if given else without)
        elif given:
            self._study.add_trial(self._finished(choices, given, folds))

    def _suggest(self, trial: Any) -> list[int]:
        """Let Optuna choose among the places of ordered values, and among unordered ones."""
        found: list[int] = []
        for axis in self._space.axes:
            if axis.numbers is None:
                found.append(trial.suggest_categorical(axis.path, list(range(len(axis.values)))))
            else:
                found.append(trial.suggest_int(axis.path, 0, len(axis.values) - 1))
        return found

    def _finished(
        self, choices: Choices, values: list[float], folds: Sequence[float | None]
    ) -> Any:
        distributions = self._optuna.distributions
        names = [axis.path for axis in self._space.axes]
        ranges = {
            axis.path: distributions.CategoricalDistribution(list(range(len(axis.values))))
            if axis.numbers is None
            else distributions.IntDistribution(0, len(axis.values) - 1)
            for axis in self._space.axes
        }
        return self._optuna.trial.create_trial(
            params=dict(zip(names, choices, strict=True)),
            distributions=ranges,
            values=values,
            intermediate_values={
                fold: value for fold, value in enumerate(folds) if value is not None
            },
        )


def _sampler(optuna: Any, name: str, seed: int) -> Any:
    if name == "nsga2":
        return optuna.samplers.NSGAIISampler(seed=seed)
    return optuna.samplers.TPESampler(seed=seed, multivariate=False)
