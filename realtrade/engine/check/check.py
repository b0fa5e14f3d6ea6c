"""One check of one recipe: look-ahead, then warm-up, each by running the strategy again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from realtrade.engine.check.lookahead import (
    TOLERANCE,
    FickleRuns,
    choose_cuts,
    look_ahead,
)
from realtrade.engine.check.outcome import CheckOutcome
from realtrade.engine.check.runs import Laboratory
from realtrade.engine.check.signals import first_difference
from realtrade.engine.check.starts import choose_starts, least_history
from realtrade.engine.check.warmup import warm_up
from realtrade.engine.observer import Silent
from realtrade.plugins.ports.feed import FeedError
from realtrade.plugins.registry import Registry
from realtrade.utils.clock import Clock, SystemClock

if TYPE_CHECKING:
    from realtrade.engine.check.market import Market
    from realtrade.engine.check.outcome import LookAhead, WarmUp
    from realtrade.engine.check.runs import Trace
    from realtrade.engine.check.signals import Difference
    from realtrade.engine.observer import RunObserver
    from realtrade.recipe import Recipe

Part = Literal["look-ahead", "warm-up"]
PARTS: tuple[Part, ...] = ("look-ahead", "warm-up")


class RecipeCheck:
    """Whether a strategy decides by what it can know, and from how much history.

    ```python
    outcome = RecipeCheck(load_recipe("recipes/quickstart.yaml")).run()
    print(outcome.clean, outcome.warm_up.recommended)
    ```

    Every recipe is checked as a backtest over its bars. What a strategy reads from elsewhere, such
    as a file of its own, is not seen; what it prints or writes, it does in every rerun.
    """

    def __init__(
        self,
        recipe: Recipe,
        *,
        bars: int = 5_000,
        cuts: int = 20,
        seed: int = 0,
        parts: tuple[Part, ...] = PARTS,
        registry: Registry | None = None,
        clock: Clock | None = None,
        observer: RunObserver | None = None,
    ) -> None:
        """Take what a check needs; nothing is run before `run`.

        Args:
            recipe: checked and frozen.
            bars: how many of the finest feed's newest bars are looked at.
            cuts: signals after which the future is changed, half as many bars by chance are added;
                and half as many live starts.
            seed: of that chance.
            parts: what is checked.
            registry: the plugins there are.
            clock: time for plugins that ask; the bars bring their own.
            observer: who is told how it goes, in bars run.
        """
        self._recipe = recipe
        self._bars = bars
        self._cuts = cuts
        self._seed = seed
        self._wanted = parts
        self._observer = observer or Silent()
        self._done = 0
        self._total: int | None = None
        self._laboratory = Laboratory(
            recipe, registry or Registry(), clock or SystemClock(), bars=bars, ran=self._ran
        )

    def run(self) -> CheckOutcome:
        """Run the strategy as often as it takes.

        Raises:
            StageFailed: the bot cannot be built or its bars cannot be had.
            FeedError: they are fewer than the strategy's indicators must have.
        """
        self._observer.stage("reading")
        market = self._laboratory.market().last(self._bars)
        whole = self._laboratory.run(market)
        _enough(market, whole)
        apart = self._twice(market, whole)
        if apart is not None:
            return self._outcome(market, whole, apart=apart)
        try:
            ahead = self._look_ahead(market, whole)
        except FickleRuns as fickle:
            return self._outcome(market, whole, apart=fickle.where)
        warm = None if whole.crash else self._warm_up(market, whole)
        return self._outcome(market, whole, ahead=ahead, warm=warm)

    def _twice(self, market: Market, whole: Trace) -> Difference | None:
        again = self._laboratory.run(market)
        return first_difference(whole.signals, again.signals, TOLERANCE)

    def _look_ahead(self, market: Market, whole: Trace) -> LookAhead | None:
        if "look-ahead" not in self._wanted:
            return None
        cuts = choose_cuts(market, whole, self._cuts, self._seed)
        self._begin("look-ahead", sum(len(market.until(cut)) + len(market) for cut in cuts))
        return look_ahead(self._laboratory, market, whole, cuts)

    def _warm_up(self, market: Market, whole: Trace) -> WarmUp | None:
        if "warm-up" not in self._wanted:
            return None
        self._begin("warm-up", None)
        starts = choose_starts(market, whole, (self._cuts + 1) // 2)
        return warm_up(self._laboratory, market, whole, starts, self._recipe)

    def _begin(self, part: Part, total: int | None) -> None:
        self._done, self._total = 0, total
        self._observer.stage(part)

    def _ran(self, bars: int) -> None:
        self._done += bars
        self._observer.progress(self._done, self._total)

    def _outcome(
        self,
        market: Market,
        whole: Trace,
        *,
        apart: Difference | None = None,
        ahead: LookAhead | None = None,
        warm: WarmUp | None = None,
    ) -> CheckOutcome:
        return CheckOutcome(
            bars=len(market.ticks()),
            signals=len(whole.signals),
            seed=self._seed,
            fickle=apart,
            look_ahead=ahead,
            warm_up=warm,
            crash=whole.crash,
        )


def _enough(market: Market, whole: Trace) -> None:
    """Refuse to check a strategy that has never traded a bar."""
    if whole.least_ms and whole.ready_ms is None:
        least, there = least_history(market, whole), len(market.ticks())
        msg = (
            f"the indicators must have {least:,} bars of feed '{market.clock}', "
            f"and {there:,} are looked at: look at more"
        )
        raise FeedError(msg)
