"""Trade by one strategy or another, as the market is."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import backtrader as bt

from realtrade.plugins.ports.strategy import StrategySpec
from realtrade.strategies.composite.assembly import part_of
from realtrade.strategies.composite.members import Member
from realtrade.strategies.indicators import Adx
from realtrade.strategies.signals import Signal
from realtrade.strategies.stances import StanceStrategy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from realtrade.plugins.ports.build import BuildContext
    from realtrade.strategies.composite.regime_config import RegimeConfig


def _adx(data: Any, period: int) -> Any:
    return Adx(data, period=period).adx


def _volatility(data: Any, period: int) -> Any:
    return 100.0 * bt.ind.ATR(data, period=period) / data.close


def _distance(data: Any, period: int) -> Any:
    average = bt.ind.SMA(data.close, period=period)
    return 100.0 * (data.close - average) / average


FILTERS: Mapping[str, Callable[[Any, int], Any]] = MappingProxyType(
    {"adx": _adx, "volatility": _volatility, "distance": _distance}
)


class RegimeSignal(Signal):
    """What the strategy of the present regime says."""

    def __init__(self, datas: Sequence[Any], p: Any) -> None:
        super().__init__(datas, p)
        self._measures = [FILTERS[p.filter](data, p.period) for data in datas]
        self._is_high = [False] * len(datas)
        self._above = None if p.above is None else Member(p.above, datas)
        self._below = None if p.below is None else Member(p.below, datas)

    def stance(self, index: int, now: int) -> int:
        """Return the present strategy's stance; the other goes on thinking meanwhile."""
        measure = self._measures[index][0]
        if measure >= self.p.high:
            self._is_high[index] = True
        elif measure < self.p.low:
            self._is_high[index] = False
        above, below = (
            0 if member is None else member.stance(index) for member in (self._above, self._below)
        )
        return above if self._is_high[index] else below


class Regime(StanceStrategy):
    """Trade by one strategy or another, as the market is.

    What it does, why, and in which markets it fails: see `RegimeConfig`.

    Example:
        ```python
        cerebro.addstrategy(Regime, above=(MaCross, {}), below=(RsiReversion, {}))
        ```
    """

    params = (
        ("filter", "adx"),
        ("period", 14),
        ("high", 25.0),
        ("low", 20.0),
        ("above", None),
        ("below", None),
    )
    signal = RegimeSignal


def build(config: RegimeConfig, context: BuildContext) -> StrategySpec:
    """Return the strategy with its members' classes and checked parameters.

    Raises:
        SettingWrong: a member's class cannot be had, or cannot be combined.
    """
    given = config.params
    params = given.model_dump(exclude={"filter", "above", "below"})
    for name, member in (("above", given.above), ("below", given.below)):
        params[name] = None if member is None else part_of(member, context, f"params.{name}")
    measure = given.filter
    params |= {"filter": measure.by, "period": measure.period}
    return StrategySpec(Regime, {**params, "high": measure.high, "low": measure.low})
