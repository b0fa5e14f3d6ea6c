"""Buying in parts, against simulations of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import backtrader as bt
import pytest

from realtrade.strategies import DcaDrop, DcaSchedule
from realtrade.strategies.rhythm import Rhythm

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from tests.strategies.conftest import Stood

Fills = list[tuple[int, float]]


def test_buys_every_day_whatever_the_price(
    hours: pd.DataFrame, stand: Callable[..., Stood]
) -> None:
    bars = hours.iloc[:240]
    midnights = [at for at, time in enumerate(bars.index) if time.hour == 0]

    stood = stand(DcaSchedule, bars, every=24)

    assert stood.fills == [(at + 2, 1.0) for at in midnights]
    assert len(midnights) == 10


@pytest.mark.parametrize("start", [0, 7, 30])
def test_a_restart_keeps_the_schedule(
    start: int, hours: pd.DataFrame, stand: Callable[..., Stood]
) -> None:
    whole, later = hours.iloc[:240], hours.iloc[start:240]

    before, after = stand(DcaSchedule, whole, every=24), stand(DcaSchedule, later, every=24)

    bought = [whole.index[bar - 1] for bar, _ in before.fills]
    assert [later.index[bar - 1] for bar, _ in after.fills] == [
        time for time in bought if time > later.index[1]
    ]


def test_a_missing_bar_delays_a_purchase_and_skips_none(
    hours: pd.DataFrame, stand: Callable[..., Stood]
) -> None:
    holes = hours.iloc[:240]
    holes = holes[(holes.index.hour != 0) & (holes.index.hour != 1)]

    stood = stand(DcaSchedule, holes, every=24)

    assert {holes.index[bar - 1].hour for bar, _ in stood.fills} == {3}
    assert len(stood.fills) == 10


def _scheduled(bars: pd.DataFrame, gain: float) -> Fills:
    fills: Fills = []
    units, paid, waiting = 0, 0.0, False
    rows = list(bars.itertuples())
    for at, row in enumerate(rows[:-1]):
        waiting |= at > 0 and row.Index.hour == 0
        price = rows[at + 1].open
        if units and row.close >= paid / units * (1 + gain):
            fills.append((at + 2, float(-units)))
            units, paid = 0, 0.0
        elif waiting:
            fills.append((at + 2, 1.0))
            units, paid, waiting = units + 1, paid + price, False
    return fills


def test_sells_all_at_the_gain(hours: pd.DataFrame, stand: Callable[..., Stood]) -> None:
    expected = _scheduled(hours, 0.08)

    stood = stand(DcaSchedule, hours, every=24, take_profit=0.08)

    assert stood.fills == expected
    assert sum(size < 0 for _, size in expected) > 4


def _dropped(bars: pd.DataFrame, *, drop: float, most: int, gain: float) -> Fills:
    fills: Fills = []
    lots: list[float] = []
    highs = bars["high"].rolling(48).max().to_list()
    rows = list(bars.itertuples())
    for at in range(47, len(rows) - 1):
        close, price = rows[at].close, rows[at + 1].open
        if lots and close >= sum(lots) / len(lots) * (1 + gain):
            fills.append((at + 2, float(-len(lots))))
            lots = []
        elif len(lots) < most and close <= (lots[-1] if lots else highs[at]) * (1 - drop):
            fills.append((at + 2, 1.0))
            lots.append(price)
    return fills


def test_buys_at_drops_and_sells_at_the_gain(
    hours: pd.DataFrame, stand: Callable[..., Stood]
) -> None:
    expected = _dropped(hours, drop=0.04, most=3, gain=0.02)

    stood = stand(DcaDrop, hours, period=48, drop=0.04, most=3, take_profit=0.02)

    assert stood.fills == expected
    assert sum(size < 0 for _, size in expected) > 20
    assert min(size for _, size in expected) == -3.0


def test_feeds_are_counted_apart(
    days: dict[str, pd.DataFrame], stand: Callable[..., Stood]
) -> None:
    params = {"period": 10, "drop": 0.1, "most": 4, "take_profit": 0.05}

    alone = [stand(DcaDrop, days[name], **params).fills for name in ("eth", "ltc")]
    together = stand(DcaDrop, days["eth"], days["ltc"], **params)

    assert sorted(together.fills) == sorted(alone[0] + alone[1])


def test_a_position_found_is_sold_at_its_gain_and_not_added_to(
    hours: pd.DataFrame, stand: Callable[..., Stood]
) -> None:
    class Restarted(DcaDrop):
        def start(self) -> None:
            self.broker.getposition(self.data).update(5, hours["close"].iloc[0])

    bars = hours.iloc[:300]

    stood = stand(Restarted, bars, period=10, drop=0.01, take_profit=0.03)

    first = next(
        at
        for at, close in enumerate(bars["close"])
        if at >= 9 and close >= bars["close"].iloc[0] * 1.03
    )
    assert stood.fills[0] == (first + 2, -5.0)


def test_where_bars_have_no_fixed_length_they_are_counted() -> None:
    class Month:
        _timeframe, _compression, count = bt.TimeFrame.Months, 1, 0

        def __len__(self) -> int:
            return self.count

    month: Any = Month()
    rhythm = Rhythm(month, 3)
    seen = []
    for month.count in range(1, 10):
        seen.append(rhythm.begins())

    assert [at for at, begins in enumerate(seen, start=1) if begins] == [3, 6, 9]
