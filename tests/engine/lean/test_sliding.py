"""Long windows in constant time are, bit for bit, what Backtrader works out anew on every bar."""

from __future__ import annotations

from typing import Any

import backtrader as bt
import numpy as np
import pytest

from realtrade.engine.cerebro import LeanCerebro
from realtrade.engine.lean.kernels import sliding
from tests.engine.lean.test_live import Market, run


class Painter(bt.Indicator):
    """Writes over what it has said before."""

    lines: Any = ("painted",)

    def __init__(self) -> None:
        self.addminperiod(3)

    def next(self) -> None:
        self.lines.painted[0] = self.data[0]
        self.lines.painted[-2] = self.data[0] * 2


class Doubled(bt.Indicator):
    """Made of parts only."""

    lines: Any = ("doubled",)

    def __init__(self) -> None:
        self.lines.doubled = self.data.close * 2 + self.data.open


DOUBLED: Any = Doubled  # Backtrader's metaclass takes the data
PAINTER: Any = Painter
LONG: dict[str, Any] = {
    "sma": lambda d: bt.ind.SMA(d, period=100),
    "average by its other name": lambda d: bt.ind.Mean(d, period=64),
    "sum": lambda d: bt.ind.SumN(d.volume, period=70),
    "highest": lambda d: bt.ind.MaxN(d.high, period=48),
    "lowest": lambda d: bt.ind.Lowest(d.low, period=90),
    "deviation": lambda d: bt.ind.StdDev(d, period=80),
    "bands": lambda d: bt.ind.BollingerBands(d, period=75),
    "stochastic": lambda d: bt.ind.Stochastic(d, period=60),
    "cci": lambda d: bt.ind.CCI(d, period=66),
    "cloud": lambda d: bt.ind.Ichimoku(d, senkou=52),
    "of an indicator": lambda d: bt.ind.SMA(bt.ind.RSI(d, period=14), period=65),
    "of parts": lambda d: bt.ind.Highest(DOUBLED(d), period=50),
    "of what is delayed": lambda d: bt.ind.SMA(d.close(-3), period=64),
}
"""At least one window of each is long."""
KEPT: dict[str, Any] = {
    "short": lambda d: bt.ind.SMA(d, period=9),
    "painted over": lambda d: bt.ind.SMA(PAINTER(d), period=64),
    "of a subclass": lambda d: type("Own", (bt.ind.Average,), {"plotname": "own"})(d, period=64),
    "weighted, short": lambda d: bt.ind.WMA(d, period=63),
}
"""Left to Backtrader."""


def values(cerebro: Any, market: Market, make: Any) -> list[bytes]:
    class Probe(bt.Strategy):
        def __init__(self) -> None:
            self.made = make(self.data)

    made = run(cerebro, market.live(), Probe).made
    lines = [made] if isinstance(made.lines, list) else list(made.lines)
    return [np.frombuffer(line.array).tobytes() for line in lines]


@pytest.fixture
def refills(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the bars on which a window was looked at whole."""
    seen: list[int] = []
    refill = sliding._Sliding._refill

    def note(self: Any, index: int) -> bool:
        seen.append(index)
        return refill(self, index)

    monkeypatch.setattr(sliding._Sliding, "_refill", note)
    return seen


@pytest.mark.parametrize("name", LONG)
@pytest.mark.parametrize("prices", ["random", "odd"])
def test_a_long_window_is_backtraders(
    rows: Any, name: str, prices: str, refills: list[int]
) -> None:
    walk = rows(330, seed=8)
    if prices == "odd":  # in the volume, which only a sum looks at
        odd = {120: 1e250, 125: 5e-324, 200: -0.0, 201: float("inf"), 290: float("nan")}
        walk = [(*row[:5], odd.get(number, row[5])) for number, row in enumerate(walk)]
    market = Market(btc=("1m", walk))
    lean = LeanCerebro(stdstats=False)

    seen = values(lean, market, LONG[name])

    assert lean.path == "fast", lean.path_reason
    assert 1 <= len(refills) <= 8
    assert seen == values(bt.Cerebro(stdstats=False), market, LONG[name])


@pytest.mark.parametrize("prices", [(-0.0, 0.0), (float("nan"), 7.0), (0.0, -0.0)])
@pytest.mark.parametrize("kind", [bt.ind.Highest, bt.ind.Lowest, bt.ind.Average])
def test_what_has_no_order_counts_by_its_place(rows: Any, prices: Any, kind: Any) -> None:
    walk = [
        (*row[:5], prices[number % 2] if 90 < number < 150 else 0.0)
        for number, row in enumerate(rows(260, seed=8))
    ]
    market = Market(btc=("1m", walk))

    def make(data: Any) -> Any:
        return kind(data.volume, period=64)

    seen = values(LeanCerebro(stdstats=False), market, make)
    assert seen == values(bt.Cerebro(stdstats=False), market, make)


@pytest.mark.parametrize("name", KEPT)
def test_what_may_not_be_known_is_left_to_backtrader(
    rows: Any, name: str, refills: list[int]
) -> None:
    market = Market(btc=("1m", rows(200, seed=9)))

    seen = values(LeanCerebro(stdstats=False), market, KEPT[name])

    assert refills == []
    assert seen == values(bt.Cerebro(stdstats=False), market, KEPT[name])


def test_it_can_be_switched_off(rows: Any, refills: list[int]) -> None:
    market = Market(btc=("1m", rows(200, seed=9)))

    values(LeanCerebro(stdstats=False, indicators=False), market, LONG["sma"])

    assert refills == []
