"""The side each strategy is on, bar for bar, against indicators of TA-Lib and pandas."""

from __future__ import annotations

from math import isnan, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import talib
from numpy.typing import NDArray

from realtrade.strategies import (
    AdxTrend,
    Bollinger,
    DonchianBreakout,
    Macd,
    MaCross,
    RsiMomentum,
    RsiReversion,
    SupertrendStrategy,
    VolumeBreakout,
    Zscore,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from tests.strategies.conftest import Stood

Line = NDArray[np.float64]


def _walk(rule: Callable[[int, int], int], count: int) -> list[int]:
    """Return the stance after each bar; `rule` gets the bar's index and the stance before."""
    stance, taken = 0, []
    for at in range(count):
        stance = rule(at, stance)
        taken.append(stance)
    return taken


def _crossing(gap: Line) -> list[int]:
    """Return the side a gap has crossed to, 0 before its first crossing."""
    side, taken, before = 0, [], 0.0
    for value in gap:
        if not isnan(value) and value:
            if before * value < 0:
                side = 1 if value > 0 else -1
            before = value
        taken.append(side)
    return taken


def _hull(close: Line, length: int) -> Line:
    raw = 2 * talib.WMA(close, length // 2) - talib.WMA(close, length)
    hull: Line = talib.WMA(raw, int(sqrt(length)))
    return hull


AVERAGES: dict[str, Callable[[Line, int], Line]] = {
    "sma": talib.SMA,
    "ema": talib.EMA,
    "wma": talib.WMA,
    "hma": _hull,
    "kama": talib.KAMA,
}


def _ma_cross(kind: str) -> Callable[[pd.DataFrame], list[int]]:
    average = AVERAGES[kind]
    return lambda bars: _crossing(
        average(bars["close"].to_numpy(), 12) - average(bars["close"].to_numpy(), 40)
    )


def _macd(bars: pd.DataFrame) -> list[int]:
    close = bars["close"].to_numpy()
    gap = talib.EMA(close, 10) - talib.EMA(close, 24)
    signal = np.full(len(close), np.nan)
    signal[23:] = talib.EMA(gap[23:], 7)
    return _crossing(gap - signal)


def _supertrend(bars: pd.DataFrame) -> list[int]:
    """Work the two bands out first, each from its own past alone, then see which were crossed."""
    high, low, close = (bars[name].to_numpy() for name in ("high", "low", "close"))
    away = 2.5 * talib.ATR(high, low, close, 10)
    middle = (high + low) / 2
    upper = -_rising(-middle - away, -close)
    lower = _rising(middle - away, close)
    side = 1 if close[10] >= middle[10] else -1
    sides = np.zeros(len(close))
    for at in range(10, len(close)):
        if at > 10 and (close[at] < lower[at] if side > 0 else close[at] > upper[at]):
            side = -side
        sides[at] = side
    return _crossing(sides)


def _rising(band: Line, close: Line) -> Line:
    """Let a band below the price rise only, until the price has closed below it."""
    held = band.copy()
    for at in range(11, len(band)):
        if close[at - 1] >= held[at - 1]:
            held[at] = max(band[at], held[at - 1])
    return held


def _donchian(bars: pd.DataFrame) -> list[int]:
    close = bars["close"]
    before = bars.shift(1)
    entry_high, entry_low = before["high"].rolling(30).max(), before["low"].rolling(30).min()
    exit_high, exit_low = before["high"].rolling(12).max(), before["low"].rolling(12).min()

    def rule(at: int, now: int) -> int:
        price = close.iloc[at]
        if price > entry_high.iloc[at] or price < entry_low.iloc[at]:
            return 1 if price > entry_high.iloc[at] else -1
        left = price < exit_low.iloc[at] if now == 1 else price > exit_high.iloc[at]
        return 0 if left else now

    return _walk(rule, len(bars))


def _adx_trend(bars: pd.DataFrame) -> list[int]:
    high, low, close = (bars[name].to_numpy() for name in ("high", "low", "close"))
    adx = talib.ADX(high, low, close, 14)
    plus, minus = talib.PLUS_DI(high, low, close, 14), talib.MINUS_DI(high, low, close, 14)

    def rule(at: int, now: int) -> int:
        if isnan(adx[at]) or adx[at] < 20:
            return 0
        side = int(np.sign(plus[at] - minus[at]))
        return side if adx[at] >= 30 or side == now else 0

    return _walk(rule, len(bars))


def _bollinger(leave: str) -> Callable[[pd.DataFrame], list[int]]:
    def sides(bars: pd.DataFrame) -> list[int]:
        close = bars["close"].to_numpy()
        upper, middle, lower = talib.BBANDS(close, 20, 2.0, 2.0)
        high_goal, low_goal = (middle, middle) if leave == "middle" else (upper, lower)

        def rule(at: int, now: int) -> int:
            if at < 20:
                return 0
            if now:
                done = close[at] >= high_goal[at] if now > 0 else close[at] <= low_goal[at]
                return 0 if done else now
            if close[at - 1] < lower[at - 1] and close[at] > lower[at]:
                return 1
            return -1 if close[at - 1] > upper[at - 1] and close[at] < upper[at] else 0

        return _walk(rule, len(bars))

    return sides


def _rsi_reversion(bars: pd.DataFrame) -> list[int]:
    rsi = talib.RSI(bars["close"].to_numpy(), 14)

    def rule(at: int, now: int) -> int:
        if now == 0:
            return 1 if rsi[at] < 30 else -1 if rsi[at] > 70 else 0
        return 0 if (rsi[at] - 50) * now >= 0 else now

    return _walk(rule, len(bars))


def _zscore(bars: pd.DataFrame) -> list[int]:
    rolling = bars["close"].rolling(40)
    z = ((bars["close"] - rolling.mean()) / rolling.std(ddof=0)).to_numpy()

    def rule(at: int, now: int) -> int:
        if now == 0:
            return 1 if z[at] <= -2 else -1 if z[at] >= 2 else 0
        return now if z[at] * now < -0.5 else 0

    return _walk(rule, len(bars))


def _rsi_momentum(bars: pd.DataFrame) -> list[int]:
    rsi = talib.RSI(bars["close"].to_numpy(), 14)

    def rule(at: int, now: int) -> int:
        if rsi[at] > 65 or rsi[at] < 35:
            return 1 if rsi[at] > 65 else -1
        left = rsi[at] < 55 if now == 1 else rsi[at] > 45
        return 0 if left else now

    return _walk(rule, len(bars))


def _volume_breakout(bars: pd.DataFrame) -> list[int]:
    before = bars.shift(1)
    high, low = before["high"].rolling(20).max(), before["low"].rolling(20).min()
    exit_high, exit_low = before["high"].rolling(10).max(), before["low"].rolling(10).min()
    loud = bars["volume"] > 1.5 * before["volume"].rolling(20).mean()
    close = bars["close"]

    def rule(at: int, now: int) -> int:
        price = close.iloc[at]
        if loud.iloc[at] and price > high.iloc[at]:
            return 1
        if loud.iloc[at] and price < low.iloc[at]:
            return -1
        left = price < exit_low.iloc[at] if now == 1 else price > exit_high.iloc[at]
        return 0 if left else now

    return _walk(rule, len(bars))


CASES: dict[str, tuple[Any, dict[str, Any], Callable[[pd.DataFrame], list[int]], int]] = {
    **{
        f"ma_cross {kind}": (
            MaCross,
            {"fast": 12, "slow": 40, "average": kind},
            _ma_cross(kind),
            30,
        )
        for kind in AVERAGES
    },
    "macd": (Macd, {"fast": 10, "slow": 24, "signal": 7}, _macd, 100),
    "supertrend": (SupertrendStrategy, {"period": 10, "factor": 2.5}, _supertrend, 50),
    "donchian": (DonchianBreakout, {"entry": 30, "leave": 12}, _donchian, 50),
    "adx_trend": (AdxTrend, {"period": 14, "strong": 30.0, "weak": 20.0}, _adx_trend, 50),
    "bollinger": (Bollinger, {"period": 20, "width": 2.0}, _bollinger("middle"), 50),
    "bollinger opposite": (
        Bollinger,
        {"period": 20, "width": 2.0, "leave": "opposite"},
        _bollinger("opposite"),
        30,
    ),
    "rsi_reversion": (RsiReversion, {"period": 14}, _rsi_reversion, 50),
    "zscore": (Zscore, {"period": 40}, _zscore, 50),
    "rsi_momentum": (
        RsiMomentum,
        {"period": 14, "strong": 65.0, "middle": 55.0},
        _rsi_momentum,
        50,
    ),
    "volume_breakout": (
        VolumeBreakout,
        {"period": 20, "factor": 1.5, "leave": 10},
        _volume_breakout,
        50,
    ),
}


def _follows(expected: list[int]) -> list[int]:
    """Return the side held on each bar: a stance is taken at the open of the next."""
    return [0, *expected[:-1]]


@pytest.mark.untraced
@pytest.mark.parametrize("kind", CASES)
def test_is_on_the_side_an_independent_computation_says(
    kind: str, hours: pd.DataFrame, stand: Callable[..., Stood]
) -> None:
    cls, params, sides, turns = CASES[kind]
    expected = _follows(sides(hours))

    stood = stand(cls, hours, **{"direction": "both", **params})

    assert stood.sides[:, 0].tolist() == expected
    assert np.count_nonzero(np.diff(expected)) > turns
    assert {-1, 1} <= set(expected)


@pytest.mark.untraced
@pytest.mark.parametrize("kind", CASES)
@pytest.mark.parametrize("direction", ["long", "short"])
def test_takes_only_the_side_it_may(
    kind: str, direction: str, hours: pd.DataFrame, stand: Callable[..., Stood]
) -> None:
    cls, params, _, _ = CASES[kind]

    stood = stand(cls, hours.iloc[:1200], **params, direction=direction)

    assert set(stood.sides[:, 0].tolist()) == {0, 1 if direction == "long" else -1}


@pytest.mark.parametrize("kind", CASES)
def test_bar_by_bar_is_as_vectorised(
    kind: str, hours: pd.DataFrame, stand: Callable[..., Stood]
) -> None:
    cls, params, _, _ = CASES[kind]
    bars = hours.iloc[:400]

    vectorised = stand(cls, bars, **params)
    incremental = stand(cls, bars, once=False, **params)

    assert vectorised.fills == incremental.fills
    assert len(vectorised.fills) > 1
