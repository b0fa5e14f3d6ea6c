"""From trials to what is told of them: order, luck, stability, judgement."""

from __future__ import annotations

from statistics import fmean
from typing import TYPE_CHECKING, Any

from realtrade.engine.sweep.board import chosen
from realtrade.engine.sweep.objective import pareto
from realtrade.engine.sweep.splits import told_apart
from realtrade.engine.sweep.trials import Trial, test, train
from realtrade.monitor.overfitting import Moments, deflated_sharpe, expected_best
from realtrade.monitor.sweep_facts import SweepAxis, SweepFacts, SweepFold, SweepTrial
from realtrade.monitor.texts import iso_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from realtrade.engine.sweep.plan import SweepPlan
    from realtrade.engine.sweep.splits import Fold, Span
    from realtrade.recipe import Recipe


def facts_of(
    plan: SweepPlan, recipe: Recipe, folds: Sequence[Fold], trials: Mapping[int, Trial]
) -> SweepFacts:
    """Return everything a sweep found, the best trial first."""
    objectives = plan.objectives
    moments = {number: _moments(one, folds) for number, one in sorted(trials.items())}
    sharpes = [one.sharpe for one in moments.values()]
    luck = expected_best([value for value in sharpes if value is not None])
    values = {number: one.values(objectives) for number, one in sorted(trials.items())}
    numbers = list(values)
    front = {numbers[index] for index in pareto(objectives, list(values.values()))}
    lands = _Lands(plan, {trials[number].choices: values[number][0] for number in numbers})
    ranked = sorted(numbers, key=lambda one: (objectives[0].rank(values[one][0]), one))
    told = [
        SweepTrial(
            number=number,
            choices=trials[number].choices,
            values=plan.space.values(trials[number].choices),
            state=trials[number].state,
            objectives=values[number],
            measures=_measures(trials[number]),
            tested=trials[number].tested(objectives),
            deflated_sharpe=deflated_sharpe(moments[number], luck),
            stability=lands.stability(trials[number].choices),
            beside=lands.beside(trials[number].choices),
            front=number in front,
            message=trials[number].message,
        )
        for number in ranked
    ]
    return SweepFacts(
        name=recipe.name,
        recipe_hash=recipe.hash,
        axes=tuple(
            SweepAxis(
                path=one.path, label=one.label, values=one.values, ordered=one.numbers is not None
            )
            for one in plan.space.axes
        ),
        objectives=tuple((one.text, one.smaller) for one in objectives),
        split=plan.split.described,
        sampler=plan.sampler,
        trials=tuple(told),
        wanted=plan.wanted,
        folds=tuple(_folds(plan, folds, dict(trials))),
        idle=tuple(_idle(plan, told)),
        luck=_annualised(luck, trials) if luck else None,
    )


def _measures(trial: Trial) -> dict[str, Mapping[str, Any]]:
    """Return what was measured by part, in the order of folds: not in that of coming in."""
    parts = (name for fold in range(trial.folds) for name in (train(fold), test(fold)))
    return {part: trial.results[part].measures for part in parts if part in trial.results}


def _moments(trial: Trial, folds: Sequence[Fold]) -> Moments:
    """Return the moments of all in-sample returns; bars that folds share count once."""
    if trial.state != "done":
        return Moments()
    share = told_apart([fold.train for fold in folds])
    return Moments.together([one.moments for one in trial.trained], share=share)


def _annualised(per_bar: float, trials: Mapping[int, Trial]) -> float | None:
    """Return a Sharpe ratio per bar as one per year, by what any run's two ratios tell."""
    for trial in trials.values():
        for one in trial.trained:
            yearly, own = one.measures.get("sharpe"), one.moments.sharpe
            if yearly and own:
                return per_bar * float(yearly) / own
    return None


def _idle(plan: SweepPlan, trials: Sequence[SweepTrial]) -> Iterator[str]:
    """Yield the paths of parameters that changed nothing while all others stayed the same."""
    done = [trial for trial in trials if trial.state == "done"]
    for place, axis in enumerate(plan.space.axes):
        groups: dict[tuple[int, ...], list[SweepTrial]] = {}
        for trial in done:
            others = (*trial.choices[:place], *trial.choices[place + 1 :])
            groups.setdefault(others, []).append(trial)
        compared = [group for group in groups.values() if len(group) > 1]
        if compared and all(_alike(group[0], one) for group in compared for one in group):
            yield axis.path


def _alike(one: SweepTrial, other: SweepTrial) -> bool:
    parts = (part for part in one.measures if part.startswith("train"))
    return all(one.measures[part] == other.measures.get(part) for part in parts)


class _Lands:
    """The first objective over the space, as a landscape."""

    def __init__(self, plan: SweepPlan, heights: Mapping[tuple[int, ...], float | None]) -> None:
        self._space = plan.space
        self._heights = {at: height for at, height in heights.items() if height is not None}
        known = self._heights.values()
        self._relief = max(known) - min(known) if known else 0.0

    def beside(self, at: tuple[int, ...]) -> float | None:
        """Return the mean height next door, None where nothing is known there."""
        near = self._near(at)
        return fmean(near) if near else None

    def stability(self, at: tuple[int, ...]) -> float | None:
        """Return 1 less the mean difference to next door, as a share of the whole relief."""
        near, height = self._near(at), self._heights.get(at)
        if height is None or not near:
            return None
        if not self._relief:
            return 1.0
        return 1 - fmean(abs(one - height) for one in near) / self._relief

    def _near(self, at: tuple[int, ...]) -> list[float]:
        near = self._space.neighbours(at)
        return [self._heights[one] for one in near if one in self._heights]


def _folds(plan: SweepPlan, folds: Sequence[Fold], trials: dict[int, Trial]) -> list[SweepFold]:
    found: list[SweepFold] = []
    for index, fold in enumerate(folds):
        number = chosen(trials, plan, index)
        if fold.test is None or number is None:
            continue
        trial, first = trials[number], plan.objectives[0]
        judged = trial.results.get(test(index))
        measures = judged.measures if judged is not None else {}
        found.append(
            SweepFold(
                train=_texts(fold.train),
                test=_texts(fold.test),
                trial=number,
                values=plan.space.values(trial.choices),
                chosen=trial.on_fold(first, train(index)),
                judged=trial.on_fold(first, test(index)),
                judged_return=measures.get("total_return"),
                judged_trades=measures.get("trades"),
            )
        )
    return found


def _texts(span: Span) -> tuple[str, str]:
    return iso_text(span.start_ms or 0), iso_text(span.end_ms or 0)
