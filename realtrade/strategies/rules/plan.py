"""What has to be calculated, step by step: equal parts of all expressions only once.

A step's clock is the feed whose bars it counts: that of its inputs when they share one, else the
main feed's, the one that is traded. On the main feed's bars a step of another feed has the value
of that feed's newest bar.
"""

from __future__ import annotations

from typing import NamedTuple

from realtrade.strategies.rules.errors import ExpressionError

MAIN = ""
"""The clock of the feed that is traded."""
MAX_STEPS = 1_000
FIELDS = ("open", "high", "low", "close", "volume")
LIMIT = 1e100
"""A number beyond it is undefined, so that no sum or square ever overflows."""


class Step(NamedTuple):
    """One calculation; conditions are 1.0, 0.0 or undefined (not a number)."""

    op: str
    inputs: tuple[int, ...] = ()
    """Indexes of the steps it needs, all smaller than its own."""
    numbers: tuple[float, ...] = ()
    """Its fixed settings, such as a period."""
    clock: str | None = None
    """Feed whose bars it counts; None for a constant, which counts none."""
    field: str = ""
    """For `field`: which column of the feed."""

    @property
    def period(self) -> int:
        """Return the number of bars it looks at."""
        return int(self.numbers[0])


class Plan(NamedTuple):
    """All steps in order, and which of them answer the rules."""

    steps: tuple[Step, ...]
    answers: dict[str, int]
    """Index of each rule's condition, by its key in the recipe."""

    @property
    def feeds(self) -> tuple[str, ...]:
        """Return the other feeds it needs."""
        clocks = {step.clock for step in self.steps} - {None, MAIN}
        return tuple(sorted(clock for clock in clocks if clock))


class Builder:
    """Collects steps; one that is there already is not added again."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self._known: dict[Step, int] = {}

    def field(self, feed: str, name: str) -> int:
        """Return the step of a column of a feed."""
        return self._add(Step("field", clock=feed, field=name))

    def number(self, value: float) -> int:
        """Return the step of a constant."""
        return self._add(Step("number", numbers=(value,)))

    def op(self, op: str, *inputs: int, numbers: tuple[float, ...] = ()) -> int:
        """Return the step that does `op` to others."""
        clocks = {self.steps[index].clock for index in inputs} - {None}
        clock = clocks.pop() if len(clocks) == 1 else MAIN
        if op in ("crossover", "crossunder"):
            clock = MAIN  # an event of another feed happens once, on the bar that shows it
        return self._add(Step(op, inputs, numbers, clock))

    def _add(self, step: Step) -> int:
        index = self._known.get(step)
        if index is None:
            if len(self.steps) >= MAX_STEPS:
                message = f"the rules need more than {MAX_STEPS} calculations"
                raise ExpressionError(message, 0, "use fewer or simpler indicators")
            index = self._known[step] = len(self.steps)
            self.steps.append(step)
        return index
