"""What a sweep is asked to do, checked before anything runs."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from hashlib import sha256
from random import Random
from typing import TYPE_CHECKING, Any

from realtrade.engine.sweep.errors import SweepRefused
from realtrade.engine.sweep.objective import Objective
from realtrade.engine.sweep.splits import Split
from realtrade.recipe.diagnostic import RecipeInvalid

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from realtrade.engine.bank import Bank
    from realtrade.engine.sweep.samplers import Choices, Sampler, SamplerName
    from realtrade.engine.sweep.space import Space
    from realtrade.recipe import Recipe
    from realtrade.recipe.variants import Variants

DEFAULT_TRIALS = 100
_MOST_CHECKED = 60
"""Values of one axis that are checked before anything runs; the first and the last among them."""
_PROBES = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepPlan:
    """A sweep as asked for."""

    variants: Variants
    """The recipe, in mode backtest."""
    space: Space
    objectives: tuple[Objective, ...] = field(default_factory=lambda: (Objective.parse("sharpe"),))
    split: Split = field(default_factory=Split)
    sampler: SamplerName = "grid"
    trials: int | None = None
    """Trials wanted; None is every combination of a grid, `DEFAULT_TRIALS` of anything else."""
    seed: int = 0
    prune: bool = False
    workers: int = 0
    """Processes; 0 is one per core."""
    cluster: str = ""
    """A Dask scheduler, such as `tcp://127.0.0.1:8786`; processes of this machine when empty."""
    storage: str = ""
    """Database of the study; a SQLite file in `out` when empty."""
    out: Path

    @property
    def wanted(self) -> int:
        """Number of trials."""
        if self.sampler == "grid":
            return min(self.trials or self.space.size, self.space.size)
        return min(self.trials or DEFAULT_TRIALS, self.space.size)

    def make_sampler(self) -> Sampler:
        """Return the sampler.

        Raises:
            SweepRefused: it needs what is not installed, or cannot prune.
        """
        from realtrade.engine.sweep.samplers import Grid, Shuffled

        if self.sampler in ("grid", "random"):
            if self.prune:
                raise SweepRefused("only the sampler 'tpe' prunes", hint="--sampler tpe")
            return Grid(self.space) if self.sampler == "grid" else Shuffled(self.space, self.seed)
        from realtrade.engine.sweep.optuna_sampler import OptunaSampler

        return OptunaSampler(
            self.space, self.objectives, name=self.sampler, seed=self.seed, prune=self.prune
        )

    def identity(self, recipe: Recipe, bank: Bank) -> dict[str, Any]:
        """Return what must be the same for a study to be gone on with."""
        return {
            "recipe": recipe.hash,
            "market data": fingerprint(bank),
            "parameter space": self.space.described(),
            "objective": [one.described for one in self.objectives],
            "split": self.split.described,
            "sampler": [self.sampler, None if self.sampler == "grid" else self.seed, self.prune],
        }


def check_values(variants: Variants, space: Space) -> Recipe:
    """Make sure that the recipe takes every value of every parameter, with some of the others.

    Two values may exclude each other, as a fast average and a slow one do; a value that goes with
    nothing is wrong.

    Returns:
        A recipe of the space.

    Raises:
        RecipeInvalid: of a value that goes with nothing; it stands in the file `--param`.
    """
    found: Recipe | None = None
    for place, axis in enumerate(space.axes):
        for index in _checked(len(axis.values)):
            found = _taken(variants, space, place, index)
    assert found is not None  # noqa: S101 - a space has at least one value
    return found


def _taken(variants: Variants, space: Space, place: int, index: int) -> Recipe:
    refused: RecipeInvalid | None = None
    alone = f"{space.axes[place].path}={space.axes[place].values[index]}"
    try:
        return variants.recipe([alone])
    except RecipeInvalid as invalid:
        refused = invalid
    for choices in _probes(space, place, index):
        try:
            return variants.recipe(space.params(choices))
        except RecipeInvalid:
            continue
    raise refused


def _probes(space: Space, place: int, index: int) -> Iterator[Choices]:
    """Yield combinations with one value fixed: the others at their ends, then at random."""
    others = Random(place * 1_000_003 + index)  # noqa: S311 - a sample, no secret
    lengths = [len(axis.values) for axis in space.axes]
    picks = [[0] * len(lengths), [length - 1 for length in lengths]]
    picks += [[others.randrange(length) for length in lengths] for _ in range(_PROBES)]
    for pick in picks:
        yield (*pick[:place], index, *pick[place + 1 :])


def _checked(count: int) -> list[int]:
    if count <= _MOST_CHECKED:
        return list(range(count))
    step = (count - 1) / (_MOST_CHECKED - 1)
    return sorted({round(step * index) for index in range(_MOST_CHECKED)})


def fingerprint(bank: Bank) -> str:
    """Return a hash of all bars: other data, other study."""
    digest = sha256()
    for name, shelf in sorted(bank.shelves.items()):
        columns = shelf.feed().history()
        digest.update(name.encode())
        for part in fields(columns):
            digest.update(getattr(columns, part.name).tobytes())
    return digest.hexdigest()[:16]
