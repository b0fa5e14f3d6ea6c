from __future__ import annotations

import io
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import backtrader as bt
import numpy as np
import pytest
from numpy.typing import NDArray
from pydantic import ValidationError

from realtrade.plugins.ports.build import BuildContext
from realtrade.strategies import MaCross
from realtrade.strategies.trend.ma_cross import build
from realtrade.strategies.trend.ma_cross_config import MaCrossConfig
from realtrade.utils.clock import ManualClock

Closes = NDArray[np.float64]
BARS = 400
CLOSES = 100 + np.cumsum(np.random.default_rng(7).normal(0, 1, BARS))


def _feed(closes: Closes = CLOSES) -> Any:
    start = datetime(2024, 1, 1, tzinfo=UTC)
    rows = [
        f"{start + timedelta(hours=n):%Y-%m-%d %H:%M},{c},{c},{c},{c},1\n"
        for n, c in enumerate(closes)
    ]
    return bt.feeds.GenericCSVData(
        dataname=io.StringIO("".join(rows)),
        name="closes",
        headers=False,
        dtformat="%Y-%m-%d %H:%M",
        timeframe=bt.TimeFrame.Minutes,
        compression=60,
        openinterest=-1,
    )


def _fills(closes: Closes = CLOSES, **params: Any) -> list[tuple[int, int]]:
    class Noted(MaCross):
        def notify_order(self, order: Any) -> None:
            super().notify_order(order)
            if order.status == order.Completed:
                size = int(order.executed.size)
                fills.append((len(self.data), size))

    fills: list[tuple[int, int]] = []
    cerebro = bt.Cerebro(stdstats=False)
    cerebro.adddata(_feed(closes))
    cerebro.addstrategy(Noted, **params)
    cerebro.run()
    return fills


def _crossings(kind: str, fast: int, slow: int) -> list[tuple[int, int]]:
    """Bars (counted from 1) whose close brings a cross, from averages by convolution."""

    def mean(length: int) -> Closes:
        weights = np.ones(length) if kind == "sma" else np.arange(length, 0, -1)
        return np.convolve(CLOSES, weights / weights.sum(), "valid")[slow - length :]

    side = np.sign(mean(fast)[: BARS - slow + 1] - mean(slow))
    flips = np.flatnonzero(np.diff(side)) + 1
    return [(int(at) + slow, int(side[at])) for at in flips]


@pytest.mark.parametrize("kind", ["sma", "wma"])
def test_is_long_between_a_cross_above_and_the_next_below(kind: str) -> None:
    expected = [(bar + 1, way) for bar, way in _crossings(kind, 5, 20) if bar < BARS]
    if expected[0][1] < 0:
        expected.pop(0)

    assert _fills(fast=5, slow=20, average=kind) == expected
    assert len(expected) > 10


def test_reverses_when_short_selling_is_on() -> None:
    crossings = [(bar, way) for bar, way in _crossings("sma", 5, 20) if bar < BARS]
    expected = [(crossings[0][0] + 1, crossings[0][1])]
    for bar, way in crossings[1:]:
        expected += [(bar + 1, way), (bar + 1, way)]

    assert _fills(fast=5, slow=20, direction="both") == expected


def test_the_exponential_kind_trades_too() -> None:
    assert len(_fills(fast=5, slow=20, average="ema")) > 10


def test_a_flat_price_makes_no_trade_and_no_error() -> None:
    assert _fills(closes=np.full(100, 50.0), fast=5, slow=20) == []


def test_a_signal_is_kept_while_an_order_is_at_work() -> None:
    """A cross that comes while an entry waits for its price takes it back, and is acted on then."""
    waits: list[int] = []

    class Slow(MaCross):
        def next(self) -> None:
            super().next()
            if self._pending:
                waits.append(len(self.data))

        def buy(self, data: Any = None, **kwargs: Any) -> Any:
            limit = data.close[0] * 0.9
            return super().buy(data=data, exectype=bt.Order.Limit, price=limit, **kwargs)

    up_and_down = (
        [100 - n / 100 for n in range(25)]
        + [101, 102, 103, 104, 105]
        + [105 - n for n in range(30)]
    )
    cerebro = bt.Cerebro(stdstats=False)
    cerebro.adddata(_feed(np.array(up_and_down)))
    cerebro.addstrategy(Slow, fast=3, slow=10)

    (strategy,) = cerebro.run()

    assert len(waits) == 1
    assert strategy.broker.get_orders_open() == []
    assert strategy.position.size == 0
    assert strategy._pending == {}


def test_every_feed_is_traded_on_its_own() -> None:
    cerebro = bt.Cerebro(stdstats=False)
    cerebro.adddata(_feed(), name="one")
    cerebro.adddata(_feed(200 - CLOSES), name="mirrored")
    cerebro.addstrategy(MaCross, fast=5, slow=20)

    (strategy,) = cerebro.run()

    sizes = [strategy.getposition(data).size for data in strategy.datas]
    assert sorted(sizes) == [0, 1]


def test_builds_from_its_settings() -> None:
    config = MaCrossConfig.model_validate({"params": {"fast": 20, "slow": 60}})

    context = BuildContext(name="strategy", folder=Path(), clock=ManualClock())

    spec = build(config, context)

    assert spec.cls is MaCross
    assert spec.params == {"fast": 20, "slow": 60, "average": "sma", "direction": "long"}


@pytest.mark.parametrize(
    ("params", "place", "message"),
    [
        ({"fast": 30, "slow": 30}, ("params",), "fast (30) must be less than slow (30)"),
        ({"fast": 50}, ("params",), "fast (50) must be less than slow (30)"),
        ({"fast": 1, "average": "hma"}, ("params",), "fast (1) must be at least 2"),
        ({"fast": 0}, ("params", "fast"), "greater than or equal to 1"),
        ({"slow": 10_001}, ("params", "slow"), "less than or equal to 10000"),
        ({"average": "hull"}, ("params", "average"), "'sma', 'ema', 'wma', 'hma' or 'kama'"),
        ({"fats": 3}, ("params", "fats"), "Extra inputs are not permitted"),
    ],
)
def test_refuses_settings_that_make_no_sense(
    params: dict[str, Any], place: tuple[str, ...], message: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        MaCrossConfig.model_validate({"params": params})

    (error,) = caught.value.errors()
    assert error["loc"] == place
    assert message in error["msg"]


def test_checking_settings_imports_no_backtrader() -> None:
    code = (
        "import sys; from realtrade.plugins import Kind, Registry; registry = Registry();"
        "[registry.config_class(Kind.STRATEGY, name) for name in ('ma_cross', 'python')];"
        "sys.exit('backtrader' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
