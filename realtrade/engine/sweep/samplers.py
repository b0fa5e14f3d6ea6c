"""Which combination is tried next: all of them, some at random, or what Optuna thinks of."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.engine.sweep.space import Space

SamplerName = Literal["grid", "random", "tpe", "nsga2"]
Choices = tuple[int, ...]


class Sampler(Protocol):
    """Asked for combinations, told what became of them."""

    def ask(self, number: int) -> Choices | None:
        """Return the combination of trial `number`; None when there is none left."""
        ...

    def step(self, number: int, fold: int, value: float | None) -> bool:
        """Take the objective of one fold; return True when the trial's other folds are no use."""
        ...

    def tell(
        self,
        number: int,
        choices: Choices,
        values: Sequence[float | None] | None,
        folds: Sequence[float | None] = (),
    ) -> None:
        """Take the objectives of a trial; None for one that failed, was refused or was pruned.

        `folds` are the first objective's values that they are a mean of.
        """
        ...


class Grid:
    """Every combination, in order."""

    def __init__(self, space: Space) -> None:
        self._space = space

    def ask(self, number: int) -> Choices | None:
        """Return the combination that has this number."""
        return self._space.choices(number) if number < self._space.size else None

    def step(self, number: int, fold: int, value: float | None) -> bool:
        """Go on."""
        return False

    def tell(
        self,
        number: int,
        choices: Choices,
        values: Sequence[float | None] | None,
        folds: Sequence[float | None] = (),
    ) -> None:
        """Learn nothing."""


class Shuffled(Grid):
    """Combinations at random, each once; the same ones in the same order for the same seed."""

    def __init__(self, space: Space, seed: int) -> None:
        super().__init__(space)
        self._random = Random(seed)  # noqa: S311 - a sample, no secret
        self._drawn: dict[int, None] = {}

    def ask(self, number: int) -> Choices | None:
        """Return the next combination not drawn before."""
        size = self._space.size
        while len(self._drawn) <= number:
            if len(self._drawn) >= size:
                return None
            self._draw(size)
        return self._space.choices(list(self._drawn)[number])

    def _draw(self, size: int) -> None:
        drawn = self._random.randrange(size)
        while drawn in self._drawn:
            drawn = (
                (drawn + 1) % size if len(self._drawn) * 2 > size else self._random.randrange(size)
            )
        self._drawn[drawn] = None
