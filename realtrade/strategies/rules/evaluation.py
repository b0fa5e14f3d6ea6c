"""A plan calculated bar by bar, as live trading needs it: nothing is ever looked up in the past."""

from __future__ import annotations

from collections import deque
from math import nan
from typing import TYPE_CHECKING

from realtrade.strategies.rules.elementwise import ELEMENTWISE
from realtrade.strategies.rules.memories import MEMORIES
from realtrade.strategies.rules.plan import FIELDS, MAIN

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from realtrade.strategies.rules.plan import Plan, Step

    Run = Callable[[], float]


class Evaluation:
    """The values of all steps of a plan after the bars seen so far."""

    def __init__(self, plan: Plan) -> None:
        self._answers = plan.answers
        self._values = [nan] * len(plan.steps)
        self._bars: dict[str, list[float]] = {}
        self._runs: dict[str, list[tuple[int, Run]]] = {}
        for index, step in enumerate(plan.steps):
            if step.clock is None:
                self._values[index] = step.numbers[0]
            else:
                run = self._run(step)
                self._runs.setdefault(step.clock, []).append((index, run))

    def bar(self, values: Sequence[float], clock: str = MAIN) -> None:
        """Take in the next bar of a feed: open, high, low, close, volume.

        Bars of other feeds that are known by then come before the main feed's.
        """
        self._bars[clock][:] = values
        results = self._values
        for index, run in self._runs.get(clock, ()):
            results[index] = run()

    def answers(self) -> dict[str, bool]:
        """Return which rules hold after the newest bar; undefined ones do not."""
        return {key: self._values[index] == 1.0 for key, index in self._answers.items()}

    def value(self, index: int) -> float:
        """Return what a step came to; not a number where that is undefined."""
        return self._values[index]

    def _run(self, step: Step) -> Run:
        if step.op == "field":
            bar = self._bars.setdefault(str(step.clock), [nan] * len(FIELDS))
            column = FIELDS.index(step.field)
            return lambda: bar[column]
        if step.op == "shift":
            return self._shift(step)
        if step.op in MEMORIES:
            return self._remembering(step)
        return self._elementwise(step)

    def _elementwise(self, step: Step) -> Run:
        values, inputs, work = self._values, step.inputs, ELEMENTWISE[step.op]

        def run() -> float:
            given = [values[index] for index in inputs]
            return work(*given) if _defined(given) else nan

        return run

    def _remembering(self, step: Step) -> Run:
        values, inputs, memory = self._values, step.inputs, MEMORIES[step.op](step)

        def run() -> float:
            given = [values[index] for index in inputs]
            if _defined(given):
                return memory.push(*given)
            memory.forget()
            return nan

        return run

    def _shift(self, step: Step) -> Run:
        values, (source,) = self._values, step.inputs
        past = deque([nan] * (step.period + 1), maxlen=step.period + 1)

        def run() -> float:
            past.append(values[source])
            return past[0]

        return run


def _defined(values: list[float]) -> bool:
    """Tell whether no value is undefined: no value is infinite, so their sum tells."""
    total = sum(values)
    return total == total  # noqa: PLR0124 - only a NaN differs from itself
