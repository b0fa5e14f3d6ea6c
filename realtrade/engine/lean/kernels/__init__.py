"""Faster arithmetic for the building blocks Backtrader's indicators are made of.

A kernel is called with an indicator and the range of bars to fill. It answers `True` when it
has filled them, or `False`, having written nothing, when it cannot promise Backtrader's exact
result; Backtrader's own method then runs. All of Backtrader's indicators are trees of these
blocks (an RSI is two smoothings, two maxima and five operations), so all of them profit, and a
user's own indicators too. Only exact classes have a kernel: a subclass may mean something else.

| block | used by | method | equal to Backtrader |
|---|---|---|---|
| `Average`, `SumN` | SMA, StdDev, Bollinger, CCI, Stochastic | exact window sums | every bit |
| `WeightedAverage` | WMA, HMA | exact row sums, below 64 bars | every bit |
| | | exact running sums, from 64 bars on | to 2**-52: see `weighted` |
| `ExponentialSmoothing` | EMA, SMMA, DEMA, TEMA, MACD, ATR, RSI, ADX | plain loop | every bit |
| `ExponentialSmoothingDynamic` | KAMA | plain loop | every bit |
| `Accum` | cumulative sums | plain loop | every bit |
| `Highest`, `Lowest` | Stochastic, Ichimoku, Williams %R | block maxima | every bit |
| operations, `And Or Max Min Sum If Cmp …` | everything | numpy, or `map` | every bit |
| `NonZeroDifference` | CrossOver, CrossUp, CrossDown | numpy | every bit |
| `ParabolicSAR` | PSAR | plain loop | every bit |
| any class with `next` only | users' indicators | its own `next` | every bit |

Live, bars come one by one. There `sliding` keeps `Average`, `WeightedAverage`, `SumN`, `Highest`
and `Lowest` in constant time (CCI's mean deviation is an `Average`, too); smoothings, operations,
crossings and PSAR are so by nature. `PercentRank`, the Aroons, `AnyN`, `AllN` and what fits a line
look at their whole window on every bar.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import backtrader as bt
from backtrader import functions as logic_of
from backtrader.linebuffer import (
    LineOwnOperation,
    LinesOperation,
    _LineDelay,
    _LineForward,
)

from realtrade.engine.lean.kernels import averages, extremes, logic, operations, psar, shifts
from realtrade.engine.lean.kernels.stepping import is_stepped, step

if TYPE_CHECKING:
    from realtrade.engine.lean.kernels.columns import Kernel


def kernel_of(indicator: Any) -> Kernel | None:
    """Return the kernel for the exact class of `indicator`, if there is one."""
    kind: Any = type(indicator)
    if vars(kind).get("aliased"):  # `Mean` is `Average` under another name, made by Backtrader
        kind = kind.__base__
    found = _table().get(kind)
    return step if found is None and is_stepped(kind) else found


@lru_cache(maxsize=1)
def _table() -> dict[Any, Kernel]:
    return {
        bt.ind.Average: averages.average,
        bt.ind.SumN: averages.total,
        bt.ind.WeightedAverage: averages.weighted,
        bt.ind.ExponentialSmoothing: averages.exponential,
        bt.ind.ExponentialSmoothingDynamic: averages.dynamic,
        bt.ind.Accum: averages.accumulated,
        bt.ind.Highest: extremes.highest,
        bt.ind.Lowest: extremes.lowest,
        bt.ind.NonZeroDifference: logic.nonzero_difference,
        bt.ind.ParabolicSAR: psar.parabolic_sar,
        LinesOperation: operations.binary,
        LineOwnOperation: operations.unary,
        _LineDelay: shifts.delay,
        _LineForward: shifts.lead,
        logic_of.And: logic.both,
        logic_of.Or: logic.either,
        logic_of.Max: logic.largest,
        logic_of.Min: logic.smallest,
        logic_of.Sum: logic.summed,
        logic_of.If: logic.chosen,
        logic_of.Cmp: logic.compared,
        logic_of.CmpEx: logic.compared_choice,
        logic_of.DivByZero: logic.safe_ratio,
        logic_of.DivZeroByZero: logic.safe_ratio_of_zeros,
    }
