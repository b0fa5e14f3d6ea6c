"""What a check found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from realtrade.engine.check.signals import Difference, Signal
    from realtrade.engine.guard import Crash

Proof = Literal["no future", "another future"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A decision that depends on bars after its own."""

    time_ms: int
    """Stamp of the bar it was taken on, UTC."""
    symbol: str
    seeing: tuple[Signal, ...]
    """What was decided with the future there."""
    blind: tuple[Signal, ...]
    """What was decided with the future gone, or replaced by another."""
    proofs: tuple[Proof, ...]
    """Which change of the future changed the decision."""
    cuts: int
    """In how many reruns it changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """An indicator whose past is drawn anew as the future comes; no fault until it is traded on."""

    name: str
    """The strategy's attribute where it has one, its class, its line."""
    bars: int
    """How many bars back it was still changed, at most."""
    cuts: int
    """At how many cuts it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAhead:
    """Whether past decisions stand when the future is another."""

    cuts: int
    """Bars at which the future was taken away and replaced."""
    findings: tuple[Finding, ...] = ()
    leaks: tuple[Leak, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Starts with so much history, against starts with all there is."""

    history_bars: int
    starts: int
    agreeing: int
    """Starts after which every signal was the same."""
    time_ms: int | None = None
    """Stamp of the first signal that was not; None when all were."""
    symbol: str = ""
    settled: tuple[Signal, ...] = ()
    """What was decided there with all history."""
    unsettled: tuple[Signal, ...] = ()
    """What was decided there with this history."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WarmUp:
    """How much history a live start needs to decide as one with all history does."""

    feed: str
    """The feed whose bars are counted."""
    starts: int
    signals: int
    """Signals compared for each length of history; with none nothing can be told."""
    trials: tuple[Trial, ...] = ()
    """By length of history."""
    recommended: dict[str, int] | None = None
    """`history: N bars` by feed; None when no length tried was enough, or none could be tried."""
    stated: int | None = None
    """What the recipe gives that feed; None where it gives none, as for files."""

    @property
    def settles(self) -> bool:
        """Tell whether some length of history was enough, as far as could be seen."""
        return self.recommended is not None or not self.trials or not self.signals

    @property
    def enough(self) -> bool:
        """Tell whether what the recipe gives is as much as is needed."""
        if self.stated is None or self.recommended is None:
            return True
        return self.stated >= self.recommended[self.feed]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOutcome:
    """The whole check."""

    bars: int
    """Bars of the finest feed looked at."""
    signals: int
    """Decisions of the run that saw everything."""
    seed: int
    fickle: Difference | None = None
    """Where two runs on the same bars parted. Then nothing else
    was checked, or what was found before is void."""
    look_ahead: LookAhead | None = None
    warm_up: WarmUp | None = None
    crash: Crash | None = None
    """The strategy failed on all bars there are; what comes after that bar was not checked."""

    @property
    def clean(self) -> bool:
        """Tell whether no signal changed that must not."""
        if self.fickle is not None or self.crash is not None:
            return False
        seen = self.look_ahead is not None and bool(self.look_ahead.findings)
        warm = self.warm_up is None or (self.warm_up.settles and self.warm_up.enough)
        return not seen and warm
