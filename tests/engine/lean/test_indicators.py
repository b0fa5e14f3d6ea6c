"""Every indicator, calculated by the kernels and by Backtrader: the same bits on every bar."""

from __future__ import annotations

import math
from typing import Any

import backtrader as bt
import numpy as np
import pytest

from realtrade.engine.cerebro import LeanCerebro

I = bt.ind  # noqa: E741 (as Backtrader users abbreviate it)

SINGLE = {
    "sma": lambda d: I.SMA(d, period=10),
    "sma long": lambda d: I.SMA(d, period=97),
    "sma of one": lambda d: I.SMA(d, period=1),
    "mean": lambda d: I.Mean(d, period=7),
    "sum": lambda d: I.SumN(d, period=13),
    "accum": lambda d: I.Accum(d, seed=2.5),
    "ema": lambda d: I.EMA(d, period=21),
    "smma": lambda d: I.SMMA(d, period=14),
    "wma": lambda d: I.WMA(d, period=15),
    "dema": lambda d: I.DEMA(d, period=9),
    "tema": lambda d: I.TEMA(d, period=9),
    "hma": lambda d: I.HMA(d, period=16),
    "kama": lambda d: I.KAMA(d, period=12),
    "zlema": lambda d: I.ZLEMA(d, period=12),
    "highest": lambda d: I.Highest(d, period=20),
    "lowest": lambda d: I.Lowest(d, period=3),
    "highest of one": lambda d: I.MaxN(d, period=1),
    "stddev": lambda d: I.StdDev(d, period=20),
    "atr": I.ATR,
    "atr simple": lambda d: I.ATR(d, movav=I.SMA),
    "rsi": I.RSI,
    "rsi safe": lambda d: I.RSI_Safe(d, period=3),
    "rsi ema": I.RSI_EMA,
    "macd": I.MACDHisto,
    "bollinger": I.BollingerBandsPct,
    "stochastic": I.Stochastic,
    "stochastic full": lambda d: I.StochasticFull(d, safediv=True),
    "cci": I.CCI,
    "adx": I.ADX,
    "directional": I.DirectionalMovement,
    "dmi": lambda d: I.DMI(d, period=5),
    "roc": I.ROC100,
    "momentum": I.MomentumOscillator,
    "crossover": lambda d: I.CrossOver(d.close, d.open),
    "cross up": lambda d: I.CrossUp(d.close, I.SMA(d, period=5)),
    "cross down": lambda d: I.CrossDown(I.EMA(d, period=5), d.low),
    "ichimoku": I.Ichimoku,
    "psar": I.PSAR,
    "psar late": lambda d: I.PSAR(d, period=9, af=0.03, afmax=0.1),
    "williams": I.WilliamsR,
    "trix": lambda d: I.TRIX(d, period=5),
    "aroon": I.AroonUpDown,
    "ultimate": I.UltimateOscillator,
    "heikin ashi": I.HeikinAshi,
    "percent rank": lambda d: I.PercentRank(d, period=20),
    "sma of rsi": lambda d: I.SMA(I.RSI(d), period=5),
    "plus": lambda d: d.close + d.open,
    "minus number": lambda d: 3 - d.close,
    "times": lambda d: d.close * 2.5 - d.volume / 7,
    "inverse": lambda d: 1 / d.close,
    "floor": lambda d: d.close // 3,
    "power": lambda d: d.close**0.5,
    "compare": lambda d: (d.close >= d.open) * (d.low != d.open),
    "absolute": lambda d: abs(d.close - d.open),
    "negative": lambda d: -d.close,
    "delay": lambda d: d.close(-3),
    "lead": lambda d: d.close(4),
    "and": lambda d: bt.And(d.close > d.open, d.volume > 100, d.low),
    "or": lambda d: bt.Or(d.close > d.open, d.volume > 250),
    "and one": lambda d: bt.And(d.close),
    "max": lambda d: bt.Max(d.close, d.open, 100.2),
    "min": lambda d: bt.Min(d.close - d.open, 0.0, d.high - d.close),
    "if": lambda d: bt.If(d.close > d.open, d.high, -1),
    "sum of": lambda d: bt.Sum(d.close, d.open, d.low, 0.1),
    "all": lambda d: bt.All(d.close > d.open, d.volume),
    "cmp": lambda d: bt.Cmp(d.close, d.open),
    "cmp ex": lambda d: I.CmpEx(d.close, d.open, -1.0, d.low, 1.0),
    "divide": lambda d: bt.DivByZero(d.close, d.close - d.open, zero=-7.0),
    "divide zeros": lambda d: bt.DivZeroByZero(d.close - d.open, d.close - d.open),
    "time": lambda d: d.close > d.close(-1),
}  # fmt: skip


def _values(kind: type, data: Any, make: Any, **run: Any) -> tuple[Any, Any]:
    class Probe(bt.Strategy):
        def __init__(self) -> None:
            self.made = make(self.data)

        def next(self) -> None:
            self.cerebro.runstop()  # everything has been calculated by now

    cerebro = kind(stdstats=False)
    cerebro.adddata(data)
    cerebro.addstrategy(Probe)
    try:
        (strategy,) = cerebro.run(**run)
    except Exception as error:  # noqa: BLE001 (both must raise the same)
        return repr(error), cerebro
    made = strategy.made
    lines = [made] if isinstance(made.lines, list) else list(made.lines)
    return [np.frombuffer(line.array).copy() for line in lines], cerebro


def _same(expected: Any, seen: Any) -> None:
    if isinstance(expected, str) or isinstance(seen, str):
        assert seen == expected
        return
    assert len(seen) == len(expected)
    for want, have in zip(expected, seen, strict=True):
        np.testing.assert_array_equal(have, want)
        missing = np.isnan(want)
        np.testing.assert_array_equal(np.signbit(have[~missing]), np.signbit(want[~missing]))


@pytest.mark.parametrize("name", SINGLE)
@pytest.mark.parametrize("prices", ["random", "flat", "short", "holes", "wild"])
def test_equals_backtrader_bit_for_bit(feed, rows, name, prices) -> None:
    data = {
        "random": lambda: rows(500, seed=8),
        "flat": lambda: [(*row[:1], 5.0, 5.0, 5.0, 5.0, 0.0) for row in rows(150)],
        "short": lambda: rows(4),
        "holes": lambda: _with_holes(rows(300, seed=2)),
        "wild": lambda: _wild(rows(300, seed=3)),
    }[prices]()
    expected, _ = _values(bt.Cerebro, feed(data), SINGLE[name])
    seen, cerebro = _values(LeanCerebro, feed(data), SINGLE[name])

    if prices == "short" and isinstance(expected, str) and "IndexError" in expected:
        # Too few bars for the indicator: Backtrader can only calculate it bar by bar, and so do we.
        expected, _ = _values(bt.Cerebro, feed(data), SINGLE[name], runonce=False)
        assert "bars, and there are 4" in cerebro.path_reason
        _same(expected, seen)
        return
    _same(expected, seen)
    assert isinstance(seen, str) or (cerebro.path == "fast") == (name != "heikin ashi")


def _with_holes(rows: Any) -> Any:
    return [
        (*row[:4], math.nan if number % 41 == 7 else row[4], row[5])
        for number, row in enumerate(rows)
    ]


def _wild(rows: Any) -> Any:
    """Prices from 1e-9 to 1e12: sums that no pair of doubles can hold."""
    scales = [1e-9, 1.0, 1e12, 3.3e-5]
    return [
        (row[0], *(price * scales[number % 4] for price in row[1:]))
        for number, row in enumerate(rows)
    ]
