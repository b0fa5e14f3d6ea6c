"""How much worse than at their signals executions were, by hand and through both loops."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import backtrader as bt
import numpy as np
import pytest

from realtrade.model.order import Side
from realtrade.monitor import PerformanceTracker
from realtrade.monitor.analyzer import signal_price
from realtrade.monitor.slippage import slippage

if TYPE_CHECKING:
    from collections.abc import Callable


def test_worse_is_dearer_when_buying_and_cheaper_when_selling() -> None:
    found = slippage([1, -1, 1, -1], [101, 99, 99, 101], [100, 100, 100, 100])

    assert found is not None
    assert (found.fills, found.mean_bps, found.median_bps) == (4, 0.0, 0.0)
    assert found.p95_bps == pytest.approx(100)


def test_the_mean_is_what_slippage_has_cost_of_all_that_was_traded() -> None:
    found = slippage([9, -1], [100.1, 199.0], [100, 200])

    assert found is not None
    cost, traded = 9 * 0.1 + 1 * 1.0, 9 * 100 + 1 * 200
    assert found.mean_bps == pytest.approx(cost / traded * 10_000)
    assert found.median_bps == pytest.approx((10 + 50) / 2)


def test_the_tail_is_numpys_quantile() -> None:
    prices = np.linspace(100, 101, 101)
    found = slippage(np.ones(101), prices, np.full(101, 100.0))

    assert found is not None
    assert found.p95_bps == pytest.approx(95)


@pytest.mark.parametrize("wanted", [[0.0, 0.0], [float("nan"), 0.0]])
def test_without_a_signals_price_there_is_no_measure(wanted: list[float]) -> None:
    assert slippage([1, 1], [100, 100], wanted) is None
    assert slippage([], [], []) is None


def test_only_executions_whose_signal_is_known_count() -> None:
    found = slippage([1, 1], [100, 102], [0.0, 100])

    assert found is not None
    assert found.fills == 1
    assert found.median_bps == pytest.approx(200)


def an_order(kind: int | None, price: float | None) -> Any:
    return SimpleNamespace(exectype=kind, created=SimpleNamespace(price=price, pclose=100.0))


@pytest.mark.parametrize(
    ("kind", "price", "expected"),
    [
        (bt.Order.Market, None, 100.0),
        (None, None, 100.0),
        (bt.Order.Market, 90.0, 100.0),
        (bt.Order.Close, 90.0, 100.0),
        (bt.Order.Limit, 90.0, 90.0),
        (bt.Order.Stop, 110.0, 110.0),
        (bt.Order.StopTrail, 95.0, 95.0),
        (bt.Order.StopLimit, None, 100.0),
    ],
)
def test_the_signals_price_is_what_the_order_asked_for(
    kind: int | None, price: float | None, expected: float
) -> None:
    assert signal_price(an_order(kind, price)) == expected


def test_the_tracker_measures_anew_when_something_was_executed() -> None:
    tracker = PerformanceTracker(1_000)
    before = tracker.slippage
    for wanted in (100.0, 101.0, 0.0):
        tracker.record_fill("a", Side.BUY, quantity=1, price=101, fee=0, time_ms=1, wanted=wanted)
    found, again = tracker.slippage, tracker.slippage

    assert before is None
    assert found is not None
    assert found == again
    assert found.fills == 2
    assert found.p95_bps == pytest.approx(95)
    assert [fill.slippage_bps for fill in tracker.fills] == [pytest.approx(100), 0.0, None]
    assert tracker.copy().slippage == found


def test_a_sale_below_its_signal_is_worse() -> None:
    tracker = PerformanceTracker(1_000)
    tracker.record_fill("a", Side.SELL, quantity=1, price=99, fee=0, time_ms=1, wanted=100)

    (fill,) = tracker.last_fills(5)
    assert fill.slippage_bps == pytest.approx(100)


def test_a_run_of_stock_backtrader_slips_as_its_broker_was_told_to(
    run_on_sample: Callable[..., Any],
) -> None:
    """Every order of the strategy is a market order, filled at the next bar's open, slipped."""
    run = run_on_sample(800, slips=0.001)
    bars, expected = run.bars, []
    place = {time_ms: at for at, time_ms in enumerate(bars.time_ms.tolist())}
    for fill in run.tracker.fills:
        at = place[fill.time_ms]
        buys = fill.side is Side.BUY
        slipped = bars.open[at] * (1.001 if buys else 0.999)
        worse = min(slipped, bars.high[at]) if buys else max(slipped, bars.low[at])
        worse -= bars.close[at - 1]
        expected.append((worse if buys else -worse) / bars.close[at - 1] * 10_000)

    found = run.tracker.slippage
    assert found.fills == len(expected) > 20
    assert max(expected) == pytest.approx(10, abs=0.01)
    assert found.median_bps == pytest.approx(np.median(expected), abs=1e-9)
    assert found.p95_bps == pytest.approx(np.quantile(expected, 0.95))
