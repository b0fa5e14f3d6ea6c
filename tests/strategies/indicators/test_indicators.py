from __future__ import annotations

from typing import TYPE_CHECKING, Any

import backtrader as bt
import numpy as np
import pytest
import talib
from numpy.typing import NDArray

from realtrade.strategies.indicators import Adx, Donchian, Kama, RollingScore, SuperTrend

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

Lines = list[NDArray[np.float64]]
KINDS: dict[str, tuple[Any, dict[str, Any]]] = {
    "adx": (Adx, {"period": 9}),
    "adx shortest": (Adx, {"period": 2}),
    "donchian": (Donchian, {"period": 13}),
    "kama": (Kama, {"period": 10}),
    "kama of one bar": (Kama, {"period": 1}),
    "rolling score": (RollingScore, {"period": 21}),
    "super trend": (SuperTrend, {"period": 7, "factor": 2.0}),
    "super trend of one bar": (SuperTrend, {"period": 1, "factor": 0.5}),
}


def _lines(cls: Any, frame: pd.DataFrame, *, once: bool, **params: Any) -> Lines:
    class Holds(bt.Strategy):
        def __init__(self) -> None:
            self.indicator = cls(self.data, **params)

    cerebro = bt.Cerebro(stdstats=False, runonce=once)
    cerebro.adddata(bt.feeds.PandasData(dataname=frame))
    cerebro.addstrategy(Holds)
    (strategy,) = cerebro.run()
    return [np.array(line.array) for line in strategy.indicator.lines]


def _ohlc(frame: pd.DataFrame) -> list[NDArray[np.float64]]:
    return [frame[name].to_numpy() for name in ("open", "high", "low", "close")]


@pytest.fixture(scope="module")
def bars(hours: pd.DataFrame) -> pd.DataFrame:
    return hours.iloc[:1000]


@pytest.fixture(scope="module")
def flat(bars: pd.DataFrame) -> pd.DataFrame:
    """A price that stands still, one that floats cannot hold exactly."""
    frame = bars.iloc[:60].copy()
    frame.loc[:, ["open", "high", "low", "close"]] = 0.1
    return frame


@pytest.mark.parametrize("kind", KINDS)
def test_both_ways_are_equal_bit_for_bit(kind: str, bars: pd.DataFrame) -> None:
    cls, params = KINDS[kind]

    vectorised = _lines(cls, bars, once=True, **params)
    incremental = _lines(cls, bars, once=False, **params)

    for one, other in zip(vectorised, incremental, strict=True):
        assert np.array_equal(one, other, equal_nan=True)
        assert np.isfinite(one).sum() > 950


@pytest.mark.parametrize("once", [True, False], ids=["once", "next"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_price_that_stands_still_harms_none(kind: str, once: bool, flat: pd.DataFrame) -> None:
    cls, params = KINDS[kind]

    lines = _lines(cls, flat, once=once, **params)

    assert all(np.isfinite(line[-1]) for line in lines)


def test_what_a_price_that_stands_still_comes_to(flat: pd.DataFrame) -> None:
    def last(cls: Any) -> list[float]:
        return [float(line[-1]) for line in _lines(cls, flat, once=True)]

    assert last(RollingScore) == [0.1, 0.0, 0.0]
    assert last(Kama) == [0.1]
    assert last(Adx) == [0.0, 0.0, 0.0]
    assert last(Donchian) == [0.1, 0.1]
    assert last(SuperTrend) == [0.1, 1.0]


def _adx(frame: pd.DataFrame) -> Lines:
    _, high, low, close = _ohlc(frame)
    return [
        talib.ADX(high, low, close, 14),
        talib.PLUS_DI(high, low, close, 14),
        talib.MINUS_DI(high, low, close, 14),
    ]


def _bands(frame: pd.DataFrame) -> Lines:
    close = frame["close"].to_numpy()
    mean, deviation = talib.SMA(close, 20), talib.STDDEV(close, 20)
    return [mean, deviation, (close - mean) / deviation]


def _channel(frame: pd.DataFrame) -> Lines:
    _, high, low, _ = _ohlc(frame)
    shifted = [np.roll(talib.MAX(high, 20), 1), np.roll(talib.MIN(low, 20), 1)]
    for line in shifted:
        line[0] = np.nan
    return shifted


REFERENCES: dict[str, tuple[Any, Callable[[pd.DataFrame], Lines], int]] = {
    "adx": (Adx, _adx, 27),
    "kama": (Kama, lambda frame: [talib.KAMA(frame["close"].to_numpy(), 10)], 10),
    "rolling score": (RollingScore, _bands, 19),
    "donchian": (Donchian, _channel, 20),
}


@pytest.mark.parametrize("kind", REFERENCES)
def test_values_are_ta_lib_s(kind: str, bars: pd.DataFrame) -> None:
    cls, reference, first = REFERENCES[kind]

    ours, theirs = _lines(cls, bars, once=True), reference(bars)

    for one, other in zip(ours, theirs, strict=True):
        assert np.flatnonzero(np.isfinite(one))[0] == first
        np.testing.assert_allclose(one[first:], other[first:], rtol=1e-8, atol=1e-8)


def test_super_trend_is_the_recursion_trading_view_documents(bars: pd.DataFrame) -> None:
    _, high, low, close = _ohlc(bars)
    ranges = talib.ATR(high, low, close, 10)
    upper, lower = ((high + low) / 2 + sign * 3.0 * ranges for sign in (1, -1))
    expected: list[tuple[float, int]] = [(upper[10], -1)]
    assert close[10] < (high[10] + low[10]) / 2
    for at in range(11, len(close)):
        if not (lower[at] > lower[at - 1] or close[at - 1] < lower[at - 1]):
            lower[at] = lower[at - 1]
        if not (upper[at] < upper[at - 1] or close[at - 1] > upper[at - 1]):
            upper[at] = upper[at - 1]
        rising = close[at] >= lower[at] if expected[-1][1] > 0 else close[at] > upper[at]
        expected.append((lower[at], 1) if rising else (upper[at], -1))

    line, trend = _lines(SuperTrend, bars, once=True)

    np.testing.assert_allclose(line[10:], [one for one, _ in expected], rtol=1e-12)
    assert trend[10:].tolist() == [float(side) for _, side in expected]
    assert np.count_nonzero(np.diff(trend[10:])) > 10


def test_large_values_keep_their_digits(bars: pd.DataFrame) -> None:
    """Mean of squares less square of mean would lose them all."""
    far = bars.copy()
    far[["open", "high", "low", "close"]] += 1e12

    near_line = _lines(RollingScore, bars, once=True)[1]
    far_line = _lines(RollingScore, far, once=True)[1]

    np.testing.assert_allclose(far_line[19:], near_line[19:], rtol=1e-3)


@pytest.mark.parametrize("kind", KINDS)
def test_one_value_needs_no_more_bars_than_it_says(kind: str, bars: pd.DataFrame) -> None:
    cls, params = KINDS[kind]
    first = int(np.flatnonzero(np.isfinite(_lines(cls, bars, once=True, **params)[0]))[0])

    for once in (True, False):
        for line in _lines(cls, bars.iloc[: first + 1], once=once, **params):
            assert np.flatnonzero(np.isfinite(line)).tolist()[-1:] == [first]
