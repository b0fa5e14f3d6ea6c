"""Running a recipe's strategy on a market, for nothing but its signals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from realtrade.common.stamps import stamp_times
from realtrade.engine.bank import Shelf
from realtrade.engine.build import build
from realtrade.engine.check.lines import lines_of
from realtrade.engine.check.market import Market
from realtrade.engine.check.recorder import Recorder
from realtrade.engine.guard import Crash, wind_down
from realtrade.engine.observer import Silent
from realtrade.engine.parts import Parts
from realtrade.engine.stages import STAGES
from realtrade.recipe.blocks import ExchangeFeed, Mode

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.engine.check.lines import Line
    from realtrade.engine.check.signals import Signal
    from realtrade.plugins.registry import Registry
    from realtrade.recipe.blocks import Recipe
    from realtrade.utils.clock import Clock

_READING = STAGES[: [stage.name for stage in STAGES].index("feeds") + 1]


@dataclass(frozen=True, slots=True)
class Trace:
    """What one run decided."""

    signals: tuple[Signal, ...]
    ready_ms: int | None
    """Stamp of the first bar for which every indicator has its bars; None when there is none."""
    least_ms: int
    """Length of the bars that indicators must have, of the feed that has to be the longest."""
    crash: Crash | None = None
    lines: tuple[Line, ...] = ()
    """What its indicators drew; empty when it crashed."""


class Laboratory:
    """Runs of one recipe as a backtest, whatever its mode; nothing is written, nothing is sent."""

    def __init__(
        self,
        recipe: Recipe,
        registry: Registry,
        clock: Clock,
        *,
        bars: int,
        ran: Callable[[int], None],
    ) -> None:
        """Wish for `bars` of history from exchanges; `ran` is told the bars of every run."""
        self._recipe = as_backtest(recipe, bars)
        self._registry = registry
        self._clock = clock
        self._ran = ran

    def market(self) -> Market:
        """Read the bars of the recipe's span.

        Raises:
            StageFailed: they cannot be had.
        """
        parts = self._parts(self._recipe)
        with build(_READING, parts, _unwatched):
            shelves = {
                name: Shelf(
                    parts.recipe.feeds[name], feed.instrument, feed.timeframe, parts.columns[name]
                )
                for name, feed in parts.sources.items()
            }
        return Market(shelves, parts.finest)

    def run(self, market: Market, *, live_from_ms: int | None = None) -> Trace:
        """Run the strategy on `market`; before `live_from_ms` its orders are denied.

        Raises:
            StageFailed: the bot could not be built.
        """
        span: dict[str, Any] = {"start": None, "end": None}
        money = self._recipe.backtest.model_copy(update=span)
        parts = self._parts(self._recipe.model_copy(update={"backtest": money}))
        parts.bank = market.bank()
        with build(STAGES, parts, _unwatched):
            recorder = Recorder(parts, live_from_ms)
            crash = _traded(parts, recorder)
        self._ran(len(market))
        ready_ms, least_ms = _readiness(parts)
        lines = () if crash else lines_of(parts.cerebro.runningstrats[0])
        return Trace(tuple(recorder.signals), ready_ms, least_ms, crash, lines)

    def _parts(self, recipe: Recipe) -> Parts:
        return Parts(recipe=recipe, registry=self._registry, clock=self._clock, observer=Silent())


def _unwatched(stage: str) -> None:
    """Let a stage begin without a word: there are hundreds."""


def as_backtest(recipe: Recipe, bars: int) -> Recipe:
    """Return the recipe with mode backtest and at least `bars` of history of exchange feeds.

    A paper recipe brings its money along.
    """
    money, feeds = recipe.backtest, dict(recipe.feeds)
    if recipe.mode is Mode.PAPER:
        paper = recipe.paper
        money = money.model_copy(
            update={"cash": paper.cash, "fees": paper.fees, "slippage": paper.slippage}
        )
    for name, feed in recipe.feeds.items():
        if isinstance(feed, ExchangeFeed):
            feeds[name] = feed.model_copy(update={"history": max(feed.history, bars)})
    return recipe.model_copy(update={"mode": Mode.BACKTEST, "backtest": money, "feeds": feeds})


def _traded(parts: Parts, recorder: Recorder) -> Crash | None:
    try:
        parts.cerebro.run()
    except Exception as error:  # noqa: BLE001 - a user's code, or anything below it: it is a finding
        recorder.failed(error)
        wind_down(getattr(parts.cerebro, "runningstrats", ()))
        return Crash.of(error, parts.folder, parts.spec.cls, redact=parts.redactor.redact)
    return None


def _readiness(parts: Parts) -> tuple[int | None, int]:
    strategies = getattr(parts.cerebro, "runningstrats", ())
    if not strategies:
        return None, 0
    periods = strategies[0]._minperiods  # noqa: SLF001 - Backtrader has no public name for it
    wanted = {name: max(int(bars), 1) for name, bars in zip(parts.datas, periods, strict=True)}
    least_ms = max(
        bars * parts.datas[name].interval.approximate_ms for name, bars in wanted.items()
    )
    known = [
        stamp_times(parts.columns[name].due_ms, parts.finest)[bars - 1 : bars]
        for name, bars in wanted.items()
    ]
    if not all(len(stamps) for stamps in known):
        return None, least_ms
    return max(int(stamps[0]) for stamps in known), least_ms
