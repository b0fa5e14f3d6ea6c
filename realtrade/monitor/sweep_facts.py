"""What a sweep found, in plain values: what its table, file and page are made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepAxis:
    """One parameter that was tried."""

    path: str
    """Where it stands in the recipe."""
    label: str
    """Its short name."""
    values: tuple[str, ...]
    """As the recipe would write them, in order."""
    ordered: bool
    """True for numbers: neighbours then lie beside each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepTrial:
    """One combination and what came of it."""

    number: int
    choices: tuple[int, ...]
    """Which value of each axis."""
    values: tuple[str, ...]
    """These values."""
    state: str
    """`done`, `failed`, `refused`, `pruned` or `unfinished`."""
    objectives: tuple[float | None, ...]
    """In-sample, a mean over folds."""
    measures: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Statistics by part of history (`train 0`, `test 0`), then by name."""
    tested: tuple[float | None, ...] = ()
    """The objectives out of sample, a mean over the folds it was tested on; empty if it was not."""
    deflated_sharpe: float | None = None
    """Probability that the true Sharpe ratio is above what luck gives the best of all trials."""
    stability: float | None = None
    """1 where the first objective is the same next door, 0 where it differs by all there is."""
    beside: float | None = None
    """Mean of the first objective next door."""
    front: bool = False
    """True when no other trial is better in one objective and as good in all."""
    message: str = ""
    """Why it failed or was refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepFold:
    """One choice of a walk forward, and its judgement."""

    train: tuple[str, str]
    """First and last moment, ISO 8601 UTC."""
    test: tuple[str, str]
    trial: int
    """Number of the trial that was chosen."""
    values: tuple[str, ...]
    chosen: float | None
    """The first objective in sample."""
    judged: float | None
    """The first objective out of sample."""
    judged_return: float | None
    """Total return out of sample."""
    judged_trades: int | None
    """Trades closed out of sample."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepFacts:
    """A whole sweep."""

    name: str
    """The recipe's."""
    recipe_hash: str
    """Of the recipe with the first value of each parameter."""
    axes: tuple[SweepAxis, ...]
    objectives: tuple[tuple[str, bool], ...]
    """Expression, and whether smaller is better."""
    split: str
    """How history was divided; empty when it was not."""
    sampler: str
    trials: tuple[SweepTrial, ...]
    """The best first; those without a value last."""
    wanted: int
    """Trials asked for."""
    folds: tuple[SweepFold, ...] = ()
    idle: tuple[str, ...] = ()
    """Paths of parameters whose values made no difference at all."""
    luck: float | None = None
    """Sharpe ratio, annualised, that the best of as many tries has without any merit."""

    @property
    def best(self) -> SweepTrial | None:
        """The best trial, or None when none has a value."""
        first = self.trials[0] if self.trials else None
        return first if first is not None and first.objectives[0] is not None else None
