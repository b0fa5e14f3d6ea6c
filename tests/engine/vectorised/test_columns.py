"""Every function of the rules' language: columns against bar by bar, Backtrader and TA-Lib."""

from __future__ import annotations

import csv
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import backtrader as bt
import numpy as np
import pytest
import talib
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from realtrade.common import BaseData
from realtrade.engine.vectorised.columns import answers, calculate
from realtrade.model.bar import BarColumns
from realtrade.strategies.rules.compiling import compile_rules
from realtrade.strategies.rules.evaluation import Evaluation
from realtrade.strategies.rules.functions import FUNCTIONS
from realtrade.utils.timeframes import Timeframe

Floats = NDArray[np.float64]
DATA = Path(__file__).parents[3] / "recipes/data/coinbase-btc-usd-1h.csv"
HOUR_MS = 3_600_000

EVERY = (
    "sma(close, 10)", "ema(close, 10)", "rma(close, 10)", "wma(close, 10)", "wma(close, 1)",
    "stdev(close, 20)", "highest(high, 12)", "lowest(low, 12)", "roc(close, 5)",
    "momentum(close, 5)", "change(close)", "rsi(close, 14)", "macd(close)", "macd_signal(close)",
    "macd_histogram(close, 5, 13, 4)", "bollinger_upper(close)", "bollinger_middle(close)",
    "bollinger_lower(close, 20, 1.5)", "true_range()", "atr(14)", "plus_di(14)", "minus_di(14)",
    "adx(14)", "cci(20)", "stochastic_k(14)", "stochastic_d(14)", "abs(change(close))",
    "min(open, close, sma(close, 3))", "max(open, close[1], 3)",
    "sma(sma(close, 5) / volume, 3)", "ema(rsi(close, 5)[2], 7) * -0.5", "sma(close, 500)",
    "wma(volume, 300)", "highest(-close, 2)", "sma(volume / (close - open), 4)",
    "ema(1 / (close - close[1]), 3)",
)  # fmt: skip
CONDITIONS = (
    "close > open", "close <= sma(close, 5)", "close == open", "close != open[1]",
    "crossover(sma(close, 5), sma(close, 20))", "crossunder(close, ema(close, 9))",
    "not close > open and volume >= volume[1] or crossover(close, 4000)",
    "(close < open)[3]", "crossover(1 / (close - open), 0)",
    "rsi(close, 3) < 20 or close / 0.5 < 1",
)  # fmt: skip


@lru_cache
def real_bars(count: int = 3_000) -> BarColumns:
    """Return real hourly bars."""
    with DATA.open(encoding="utf-8") as file:
        rows = [row for _, row in zip(range(count), csv.DictReader(file), strict=False)]
    names = ("open", "high", "low", "close", "volume")
    return as_bars(*(np.array([float(row[name]) for row in rows]) for name in names))


def as_bars(*columns: Floats) -> BarColumns:
    times = np.arange(len(columns[0]), dtype=np.int64) * HOUR_MS
    return BarColumns(times, times + HOUR_MS, *columns)


def both_forms(text: str, bars: BarColumns) -> tuple[Floats, Floats]:
    """Return what an expression comes to on every bar: in columns, and bar by bar."""
    compiled = compile_rules({}, {"entry": text})
    if compiled.wrong:
        compiled = compile_rules({}, {"entry": f"{text} > 0"})
    assert not compiled.wrong, compiled.wrong
    plan = compiled.plan
    evaluation = Evaluation(plan)
    wanted = range(len(plan.steps))
    each: list[list[float]] = [[] for _ in wanted]
    for row in zip(*(getattr(bars, name) for name in FIELDS), strict=True):
        evaluation.bar([float(value) for value in row])
        for index in wanted:
            each[index].append(evaluation.value(index))
    columns = calculate(plan, bars, list(wanted))
    for index in wanted:
        same_bits(columns[index], np.array(each[index]), str(plan.steps[index]))
    index = plan.answers["entry"]
    return columns[index], np.array(each[index])


FIELDS = ("open", "high", "low", "close", "volume")


def same_bits(one: Floats, other: Floats, what: str) -> None:
    """Insist on the very same doubles; one undefined value is like another."""
    missing = np.isnan(one)
    assert np.array_equal(missing, np.isnan(other)), what
    assert np.array_equal(one[~missing].view(np.int64), other[~missing].view(np.int64)), what


@pytest.mark.parametrize("text", [*EVERY, *CONDITIONS])
def test_both_forms_agree_to_the_last_bit_on_real_bars(text: str) -> None:
    both_forms(text, real_bars(1_200))


def test_every_function_is_among_them() -> None:
    used = " ".join([*EVERY, *CONDITIONS])

    assert [name for name in FUNCTIONS if f"{name}(" not in used] == []


PRICES = st.one_of(
    st.floats(1e-6, 1e6), st.sampled_from([0.0, 1.0, 100.0, 100.1, 1e-300, 1e90, 5e-324])
)
ROWS = st.lists(st.tuples(PRICES, PRICES, PRICES, PRICES, PRICES), min_size=1, max_size=40)
SHORT = (
    "sma(close, 3)", "ema(close, 2)", "wma(close, 3)", "stdev(volume, 3)", "rsi(close, 2)",
    "highest(close - open, 3)", "lowest(open - close, 2)", "cci(3)", "adx(2)", "stochastic_d(3)",
    "macd_histogram(close, 2, 3, 2)", "sma(1 / (close - open), 2)", "roc(volume, 2)",
    "crossover(close, open) or crossunder(close / volume, open)[1]", "-max(close, -open) * close",
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(rows=ROWS, text=st.sampled_from(SHORT))
def test_both_forms_agree_on_the_strangest_bars(rows: list[tuple[float, ...]], text: str) -> None:
    both_forms(text, as_bars(*np.array(rows).T))


def test_undefined_does_not_hold() -> None:
    bars = real_bars(300)
    plan = compile_rules({}, {"entry": "not sma(close, 50) > 0", "exit": "sma(close, 50) > 0"}).plan

    found = answers(plan, bars)

    assert not found["entry"].any()
    assert found["exit"].tolist() == [False] * 49 + [True] * 251


# -- Backtrader ------------------------------------------------------------------------------------

Made = Callable[[Any], Any]
THEIRS: dict[str, Made] = {
    "sma(close, 10)": lambda data: bt.ind.SMA(data, period=10),
    "ema(close, 10)": lambda data: bt.ind.EMA(data, period=10),
    "rma(close, 10)": lambda data: bt.ind.SMMA(data, period=10),
    "wma(close, 10)": lambda data: bt.ind.WMA(data, period=10),
    "stdev(close, 20)": lambda data: bt.ind.StdDev(data, period=20),
    "highest(high, 12)": lambda data: bt.ind.Highest(data.high, period=12),
    "lowest(low, 12)": lambda data: bt.ind.Lowest(data.low, period=12),
    "roc(close, 5)": lambda data: bt.ind.ROC100(data, period=5),
    "momentum(close, 5)": lambda data: bt.ind.Momentum(data, period=5),
    "rsi(close, 14)": lambda data: bt.ind.RSI(data, period=14),
    "macd(close)": lambda data: bt.ind.MACD(data).lines.macd,
    "macd_signal(close)": lambda data: bt.ind.MACD(data).lines.signal,
    "macd_histogram(close)": lambda data: bt.ind.MACDHisto(data).lines.histo,
    "bollinger_upper(close, 20, 1.5)": lambda data: bt.ind.BBands(data, devfactor=1.5).lines.top,
    "bollinger_middle(close)": lambda data: bt.ind.BBands(data).lines.mid,
    "bollinger_lower(close)": lambda data: bt.ind.BBands(data).lines.bot,
    "true_range()": bt.ind.TrueRange,
    "atr(14)": lambda data: bt.ind.ATR(data, period=14),
    "plus_di(14)": lambda data: bt.ind.PlusDI(data, period=14),
    "minus_di(14)": lambda data: bt.ind.MinusDI(data, period=14),
    "adx(14)": lambda data: bt.ind.ADX(data, period=14),
    "stochastic_k(14)": lambda data: bt.ind.Stochastic(data).lines.percK,
    "stochastic_d(14)": lambda data: bt.ind.Stochastic(data).lines.percD,
    "crossover(ema(close, 5), sma(close, 20))": lambda data: bt.ind.CrossUp(
        bt.ind.EMA(data, period=5), bt.ind.SMA(data, period=20)
    ),
    "crossunder(close, sma(close, 20))": lambda data: bt.ind.CrossDown(
        data, bt.ind.SMA(data, period=20)
    ),
}


@pytest.fixture(scope="module")
def theirs() -> dict[str, Floats]:
    """Calculate all of them in Backtrader's own engine."""

    class Shown(bt.Strategy):
        def __init__(self) -> None:
            self.shown = {text: make(self.data) for text, make in THEIRS.items()}

    cerebro = bt.Cerebro(stdstats=False)
    hour = Timeframe.parse("1h")
    cerebro.adddata(BaseData.historical(real_bars(), name="btc", timeframe=hour))
    cerebro.addstrategy(Shown)
    (strategy,) = cerebro.run()
    return {text: np.array(_line(shown).array) for text, shown in strategy.shown.items()}


def _line(shown: Any) -> Any:
    return shown.lines[0] if hasattr(shown, "lines") else shown


@pytest.mark.parametrize("text", THEIRS)
def test_warms_up_and_comes_out_as_backtrader_s(text: str, theirs: dict[str, Floats]) -> None:
    ours, expected = _ours(text, real_bars()), theirs[text]

    warm = np.isnan(expected)
    if "cross" in text:
        warm[: np.argmax(~np.isnan(ours))] = True
    assert np.array_equal(np.isnan(ours[~warm]), np.zeros((~warm).sum(), bool))
    assert np.array_equal(np.isnan(ours), warm) or "cross" in text
    assert ours[~warm] == pytest.approx(expected[~warm], rel=1e-12, abs=1e-9)


def _ours(text: str, bars: BarColumns) -> Floats:
    compiled = compile_rules({}, {"entry": text})
    if not compiled.wrong:
        return calculate(compiled.plan, bars, [compiled.plan.answers["entry"]]).popitem()[1]
    plan = compile_rules({}, {"entry": f"{text} > 0"}).plan
    index = plan.steps[plan.answers["entry"]].inputs[0]
    return calculate(plan, bars, [index])[index]


# -- TA-Lib ----------------------------------------------------------------------------------------


def _hlc(bars: BarColumns) -> tuple[Floats, Floats, Floats]:
    return bars.high, bars.low, bars.close


def _stochastic(bars: BarColumns) -> tuple[Floats, Floats]:
    plain: Any = 0  # TA-Lib's number of the simple average
    return talib.STOCH(*_hlc(bars), 14, 3, plain, 3, plain)


TALIB: dict[str, Callable[[BarColumns], Floats]] = {
    "sma(close, 10)": lambda bars: talib.SMA(bars.close, 10),
    "ema(close, 10)": lambda bars: talib.EMA(bars.close, 10),
    "wma(close, 10)": lambda bars: talib.WMA(bars.close, 10),
    "stdev(close, 20)": lambda bars: talib.STDDEV(bars.close, 20),
    "highest(high, 12)": lambda bars: talib.MAX(bars.high, 12),
    "lowest(low, 12)": lambda bars: talib.MIN(bars.low, 12),
    "roc(close, 5)": lambda bars: talib.ROC(bars.close, 5),
    "momentum(close, 5)": lambda bars: talib.MOM(bars.close, 5),
    "rsi(close, 14)": lambda bars: talib.RSI(bars.close, 14),
    "bollinger_upper(close, 20, 1.5)": lambda bars: talib.BBANDS(bars.close, 20, 1.5, 1.5)[0],
    "bollinger_lower(close, 20, 1.5)": lambda bars: talib.BBANDS(bars.close, 20, 1.5, 1.5)[2],
    "true_range()": lambda bars: talib.TRANGE(*_hlc(bars)),
    "atr(14)": lambda bars: talib.ATR(*_hlc(bars), 14),
    "cci(20)": lambda bars: talib.CCI(*_hlc(bars), 20),
}
LATER: dict[str, Callable[[BarColumns], Floats]] = {
    "macd(close)": lambda bars: talib.MACD(bars.close)[0],
    "macd_signal(close)": lambda bars: talib.MACD(bars.close)[1],
    "macd_histogram(close)": lambda bars: talib.MACD(bars.close)[2],
    "plus_di(14)": lambda bars: talib.PLUS_DI(*_hlc(bars), 14),
    "minus_di(14)": lambda bars: talib.MINUS_DI(*_hlc(bars), 14),
    "adx(14)": lambda bars: talib.ADX(*_hlc(bars), 14),
    "stochastic_k(14)": lambda bars: _stochastic(bars)[0],
    "stochastic_d(14)": lambda bars: _stochastic(bars)[1],
}
"""Begun otherwise by TA-Lib (from another seed, or with all lines at once): equal after a while."""


@pytest.mark.parametrize("text", TALIB)
def test_comes_out_as_ta_lib_s(text: str) -> None:
    bars = real_bars()
    ours, expected = _ours(text, bars), TALIB[text](bars)

    assert np.array_equal(np.isnan(ours), np.isnan(expected))
    known = ~np.isnan(expected)
    assert ours[known] == pytest.approx(expected[known], rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("text", LATER)
def test_comes_out_as_ta_lib_s_once_warm(text: str) -> None:
    bars, warm = real_bars(), 600

    assert _ours(text, bars)[warm:] == pytest.approx(LATER[text](bars)[warm:], rel=1e-6, abs=1e-6)
