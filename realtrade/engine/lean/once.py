"""Calculating all indicators before the first bar: `LineIterator._once` with faster arithmetic."""

from __future__ import annotations

from array import array
from math import nan
from typing import TYPE_CHECKING, Any

from backtrader.linebuffer import LineActions
from backtrader.lineiterator import LineIterator

from realtrade.engine.lean.kernels import kernel_of
from realtrade.engine.lean.lines import lines_of

if TYPE_CHECKING:
    from collections.abc import Iterator


def calculate(strategy: Any, *, vectorised: bool) -> None:
    """Fill the lines of every indicator of `strategy`, whose own lines are left for the loop.

    Raises what Backtrader raises: `IndexError` when there are fewer bars than an indicator
    needs, `ZeroDivisionError` where an operation divides by zero.
    """
    # With Backtrader's cache of objects, a part of one indicator may be a part of others, too.
    once = _Once(vectorised=vectorised, frees=vectorised and not strategy.cerebro.p.objcache)
    count = strategy._clock.buflen()
    once.grow(strategy, count)
    indicators = strategy.getindicators()
    for indicator in indicators:
        once.calculate(indicator)
    for observer in strategy.getobservers():
        once.grow(observer, count)
    for owner in (*strategy.datas, *indicators, *strategy.getobservers(), strategy):
        owner.home()


class _Once:
    def __init__(self, *, vectorised: bool, frees: bool) -> None:
        self._vectorised, self._frees = vectorised, frees

    @staticmethod
    def grow(owner: Any, size: int) -> None:
        """Append `size` missing values to the lines of `owner`: its `forward`, all at once."""
        for line in lines_of(owner):
            line.idx += size
            line.lencount += size
            _append_missing(line.array, size)

    def calculate(self, indicator: Any) -> None:
        """Fill the lines of `indicator`, those it is made of first."""
        kind: Any = type(indicator)
        if kind._once is LineIterator._once:
            self._iterator(indicator)
        elif kind._once is LineActions._once:
            self._action(indicator)
        else:
            indicator._once()

    def _iterator(self, indicator: Any) -> None:
        self.grow(indicator, indicator._clock.buflen())
        parts = indicator.getindicators()
        for part in parts:
            self.calculate(part)
        for owner in (*indicator.datas, *parts, indicator):
            owner.home()
        self._fill(indicator)
        for line in indicator.lines:
            _bind(line)
        if self._frees:
            _let_go(indicator, parts)

    def _action(self, action: Any) -> None:
        self.grow(action, action._clock.buflen())
        action.home()
        self._fill(action)
        _bind(action)

    def _fill(self, indicator: Any) -> None:
        period, count = indicator._minperiod, indicator.buflen()
        if self._vectorised and 0 < period <= count:
            kernel = kernel_of(indicator)
            if kernel is not None and kernel(indicator, period - 1, count):
                return
        indicator.preonce(0, period - 1)
        indicator.oncestart(period - 1, period)
        indicator.once(period, count)


def _bind(line: Any) -> None:
    """Give a line's values to those bound to it: its `oncebinding`, without a copy in between."""
    size = line.buflen()
    for bound in line.bindings:
        if size and len(bound.array) >= size:
            memoryview(bound.array)[:size] = memoryview(line.array)[:size]
        else:
            bound.array[0:size] = line.array[0:size]


def _append_missing(values: array[float], size: int) -> None:
    if values:
        values.extend(array("d", (nan,)) * size)
    elif size:
        values.append(nan)
        values *= size  # in place: no second array of that length


def _let_go(owner: Any, parts: list[Any]) -> None:
    """Free the values of the parts of `owner` that nothing names.

    Backtrader never moves an indicator's parts along with the bars, so only `owner` could read
    them, and it has. A part kept in an attribute may be the input of something else: it stays.
    """
    attributes = [held for name, held in vars(owner).items() if name != "_lineiterators"]
    named = {id(thing) for thing in _named(attributes)}
    for part in parts:
        lines = lines_of(part)
        if named.isdisjoint({id(part), *map(id, lines)}):
            for line in lines:
                line.array = array("d")


def _named(thing: Any) -> Iterator[Any]:
    """Yield what `thing` holds, in containers too."""
    if isinstance(thing, dict):
        thing = thing.values()
    for held in thing:
        yield held
        if isinstance(held, (list, tuple, set, dict)):
            yield from _named(held)
