"""Long weighted averages: the same bits before a run and live, and Backtrader's to 1e-12."""

from __future__ import annotations

from fractions import Fraction
from itertools import starmap
from math import inf, nan
from types import SimpleNamespace
from typing import Any

import backtrader as bt
import numpy as np
import pytest

from realtrade.engine.cerebro import LeanCerebro
from realtrade.engine.lean.kernels.weighted import LinearWindow, is_linear, linear
from tests.engine.lean.test_live import Market, run

PERIOD = 70


class Own(bt.Indicator):
    """A user's indicator with nothing but `next`: we do not know what it does with its past."""

    lines: Any = ("own",)

    def next(self) -> None:
        self.lines.own[0] = self.data[0] * 1.01


OWN: Any = Own  # Backtrader's metaclass takes the data
AVERAGES: dict[str, Any] = {
    "wma": lambda d: bt.ind.WMA(d, period=PERIOD),
    "hma": lambda d: bt.ind.HMA(d, period=140),
    "of an indicator": lambda d: bt.ind.WMA(bt.ind.RSI(d, safediv=True), period=65),
    "of a user's indicator": lambda d: bt.ind.WMA(OWN(d), period=64),
    "of volume": lambda d: bt.ind.WMA(d.volume, period=PERIOD),
}


def _prices(rows: Any, name: str) -> Any:
    walk = rows(420, seed=8)
    if name == "flat":
        return [(*row[:1], 1.1, 1.1, 1.1, 1.1, 0.1) for row in walk]
    if name == "huge, then tiny":
        scales = [1e9 if number < 200 else 1e-3 for number in range(len(walk))]
        return [
            (row[0], *(value * scale for value in row[1:]))
            for row, scale in zip(walk, scales, strict=True)
        ]
    if name == "odd":  # in the volume, which only its own average looks at
        odd = {110: 1e250, 115: 5e-324, 205: -0.0, 206: inf, 310: nan}
        return [(*row[:5], odd.get(number, row[5])) for number, row in enumerate(walk)]
    return walk


def _values(cerebro: Any, feeds: list[Any], make: Any) -> Any:
    class Probe(bt.Strategy):
        def __init__(self) -> None:
            self.made = make(self.data)

    line = run(cerebro, feeds, Probe).made.lines[0]
    return np.frombuffer(line.array).copy()


@pytest.mark.parametrize("name", AVERAGES)
@pytest.mark.parametrize("prices", ["random", "flat", "huge, then tiny", "odd"])
def test_live_and_backtest_have_the_same_bits_and_backtrader_nearly(
    rows: Any, name: str, prices: str
) -> None:
    market, make = Market(btc=("1m", _prices(rows, prices))), AVERAGES[name]
    live, history = LeanCerebro(stdstats=False), LeanCerebro(stdstats=False)

    bar_by_bar = _values(live, market.live(), make)
    at_once = _values(history, market.history(), make)

    assert (live.path, history.path) == ("fast", "fast"), (live.path_reason, history.path_reason)
    assert bar_by_bar.tobytes() == at_once.tobytes()
    stock = _values(bt.Cerebro(stdstats=False), market.history(), make)
    np.testing.assert_allclose(at_once, stock, rtol=1e-12, atol=0.0)
    assert np.isfinite(at_once[-60:]).all() or prices == "odd"


def test_switched_off_it_is_backtraders(rows: Any) -> None:
    market = Market(btc=("1m", rows(300, seed=3)))

    def bits(cerebro: Any) -> bytes:
        values = _values(cerebro, market.live(), AVERAGES["hma"])
        return bytes(values.tobytes())

    stock = bits(bt.Cerebro(stdstats=False))
    assert bits(LeanCerebro(stdstats=False, indicators=False)) == stock
    assert bits(LeanCerebro(stdstats=False)) != stock  # or there would be nothing to switch off


def _indicator(period: int, coef: Any = 0.25, weights: Any = None) -> Any:
    linear_weights = tuple(float(number) for number in range(1, period + 1))
    given = linear_weights if weights is None else weights
    return SimpleNamespace(p=SimpleNamespace(period=period, coef=coef, weights=given))


def _walk(count: int, seed: int) -> Any:
    return 60_000.0 * np.exp(np.cumsum(np.random.default_rng(seed).normal(0.0, 1e-3, count)))


@pytest.mark.parametrize(
    "scales", [[1.0], [1e9, 1e-3], [1e-9, 1.0, 1e12, 3.3e-5], [-1.0, 1.0, 0.0], [1e-40], [1e205]]
)
def test_a_sum_is_rounded_once(scales: list[float]) -> None:
    values = _walk(300, seed=4) * np.resize(np.repeat(scales, 40), 300)
    weights = range(1, PERIOD + 1)

    seen = linear(_indicator(PERIOD, coef=1.0), values)

    exact = [Fraction(value) for value in values.tolist()]
    windows = [exact[last - PERIOD : last] for last in range(PERIOD, len(exact) + 1)]
    assert seen.tolist() == [
        float(sum(starmap(lambda a, b: a * b, zip(weights, window, strict=True))))
        for window in windows
    ]


@pytest.mark.untraced
def test_a_million_bars_leave_nothing_behind() -> None:
    values = _walk(1_000_000, seed=5)
    values[300_000:300_400] *= 1e9
    values[300_400:600_000] *= 1e-6
    window, period = LinearWindow(PERIOD), PERIOD

    live = [window.total() for value in values.tolist() if window.take(value)]

    at_once = linear(_indicator(period, coef=1.0), values)
    np.testing.assert_array_equal(live[period - 1 :], at_once)
    fresh = LinearWindow(period)
    assert all(map(fresh.take, values[-period:].tolist()))
    assert vars(window) == vars(fresh)


@pytest.mark.parametrize(
    ("indicator", "expected"),
    [
        (_indicator(64), True),
        (_indicator(63), False),
        (_indicator(64, coef=1), False),
        (_indicator(64, weights=(1.0,) * 64), False),
        (_indicator(64, weights=tuple(range(1, 66))), False),
        (_indicator(64, weights=()), False),
    ],
)
def test_long_linear_windows_are_known(indicator: Any, expected: bool) -> None:
    assert is_linear(indicator) is expected


PACK: dict[str, Any] = {
    "sma": lambda d: bt.ind.SMA(d, period=200),
    "ema": lambda d: bt.ind.EMA(d, period=200),
    "wma": lambda d: bt.ind.WMA(d, period=200),
    "smma": lambda d: bt.ind.SMMA(d, period=200),
    "dema": lambda d: bt.ind.DEMA(d, period=100),
    "tema": lambda d: bt.ind.TEMA(d, period=80),
    "hma": lambda d: bt.ind.HMA(d, period=200),
    "kama": lambda d: bt.ind.KAMA(d, period=200),
    "highest": lambda d: bt.ind.Highest(d, period=200),
    "lowest": lambda d: bt.ind.Lowest(d, period=200),
    "deviation": lambda d: bt.ind.StdDev(d, period=200),
    "atr": lambda d: bt.ind.ATR(d, period=200),
    "rsi": lambda d: bt.ind.RSI(d, period=200),
    "macd": lambda d: bt.ind.MACDHisto(d, period_me1=80, period_me2=150, period_signal=70),
    "bollinger": lambda d: bt.ind.BollingerBandsPct(d, period=200),
    "stochastic": lambda d: bt.ind.Stochastic(d, period=100, period_dfast=90, period_dslow=70),
    "cci": lambda d: bt.ind.CCI(d, period=150),
    "adx": lambda d: bt.ind.DMI(d, period=100),
    "roc": lambda d: bt.ind.ROC(d, period=200),
    "momentum": lambda d: bt.ind.MomentumOscillator(d, period=200),
    "crossover": lambda d: bt.ind.CrossOver(d.close, bt.ind.WMA(d, period=200)),
    "ichimoku": lambda d: bt.ind.Ichimoku(d, kijun=100, senkou=150, senkou_lead=100),
    "psar": lambda d: bt.ind.PSAR(d, period=100),
}


@pytest.mark.parametrize("name", PACK)
def test_live_nothing_of_the_pack_looks_at_a_long_window(
    rows: Any, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[int] = []
    buffer: Any = bt.linebuffer.LineBuffer
    stock = buffer.get

    def get(self: Any, ago: int = 0, size: int = 1) -> Any:
        looks.append(size)
        return stock(self, ago, size)

    monkeypatch.setattr(buffer, "get", get)
    market = Market(btc=("1m", rows(480, seed=6)))

    _values(LeanCerebro(stdstats=False), market.live(), PACK[name])

    assert len([size for size in looks if size > 63]) <= 4  # first values: one a smoothing
