"""Strategies made of strategies, against votes, filters and views counted independently."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import backtrader as bt
import numpy as np
import pandas as pd
import pytest
import talib

from realtrade.strategies import (
    Macd,
    MaCross,
    MultiTimeframe,
    Regime,
    RsiMomentum,
    RsiReversion,
    Signal,
    StanceStrategy,
    Vote,
)
from realtrade.strategies.composite.members import Member

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.strategies.conftest import Stood

BOTH = {"direction": "both"}
CROSS = (MaCross, {"fast": 12, "slow": 40, **BOTH})
MACD = (Macd, {"fast": 10, "slow": 24, "signal": 7, **BOTH})
RSI = (RsiMomentum, {"period": 14, "strong": 65.0, "middle": 55.0, **BOTH})
REVERSION = (RsiReversion, {"period": 14, **BOTH})


def _sides(cls: Any, params: dict[str, Any], bars: pd.DataFrame, stand: Any) -> list[int]:
    """Return the stance after each bar; test_signals holds it against TA-Lib and pandas."""
    held = stand(cls, bars, **params).sides[:, 0].tolist()
    return [*held[1:], held[-1]]


def _from(stances: Sequence[int], first: int) -> list[int]:
    """Return the side held on each bar by who takes stances from bar `first` on."""
    return [*[0] * (first + 1), *stances[first:-1]]


def _voted(votes: Sequence[float], entry: float, leave: float) -> list[int]:
    now, taken = 0, []
    for vote in votes:
        if vote >= entry or vote <= -entry:
            now = 1 if vote > 0 else -1
        elif (vote if now > 0 else -vote) <= leave:
            now = 0
        taken.append(now)
    return taken


@pytest.mark.parametrize(("entry", "leave"), [(0.5, 0.0), (1.0, 0.25), (0.25, -0.5)])
def test_holds_the_side_with_enough_votes(
    entry: float, leave: float, hours: pd.DataFrame, stand: Callable[..., Stood]
) -> None:
    parts = [CROSS, MACD, RSI]
    one, two, three = (np.array(_sides(cls, params, hours, stand)) for cls, params in parts)
    votes = (2 * one + two + three) / 4
    members = [(*CROSS, 2.0), (*MACD, 1.0), (*RSI, 1.0)]

    stood = stand(Vote, hours, members=members, entry=entry, leave=leave, **BOTH)

    # A member only begins when all have their bars; by then none of these is where it began.
    expected = _from(_voted(votes.tolist(), entry, leave), 0)
    made = stood.sides[:, 0].tolist()
    assert made[200:] == expected[200:]
    assert np.count_nonzero(np.diff(expected)) > 30
    assert set(expected) == {-1, 0, 1}


def test_a_vote_of_one_is_that_one(hours: pd.DataFrame, stand: Callable[..., Stood]) -> None:
    stood = stand(Vote, hours, members=[(*CROSS, 3.0)], entry=1.0, **BOTH)

    assert stood.fills == stand(MaCross, hours, **CROSS[1]).fills


def test_a_member_takes_only_the_sides_it_may(
    hours: pd.DataFrame, stand: Callable[..., Stood]
) -> None:
    long_only = (MaCross, {"fast": 12, "slow": 40}, 1.0)

    stood = stand(Vote, hours, members=[long_only], entry=1.0, **BOTH)

    assert set(stood.sides[:, 0].tolist()) == {0, 1}


def _adx(bars: pd.DataFrame) -> Any:
    return np.asarray(talib.ADX(bars["high"], bars["low"], bars["close"], 14))


def _volatility(bars: pd.DataFrame) -> Any:
    ranges = talib.ATR(bars["high"], bars["low"], bars["close"], 14)
    return (100 * ranges / bars["close"]).to_numpy()


def _distance(bars: pd.DataFrame) -> Any:
    return (100 * (bars["close"] / bars["close"].rolling(14).mean() - 1)).to_numpy()


MEASURES = {
    "adx": (_adx, 20.0, 35.0),
    "volatility": (_volatility, 1.0, 1.5),
    "distance": (_distance, -1.0, 1.0),
}


@pytest.mark.parametrize("by", MEASURES)
def test_trades_by_the_strategy_of_the_regime(
    by: str,
    hours: pd.DataFrame,
    stand: Callable[..., Stood],
) -> None:
    measure, low, high = MEASURES[by]
    above, below = (_sides(cls, params, hours, stand) for cls, params in (MACD, REVERSION))
    is_high, expected = False, []
    for at, value in enumerate(measure(hours)):
        is_high = value >= high or (is_high and not value < low)
        expected.append(above[at] if is_high else below[at])
    params = {"filter": by, "period": 14, "low": low, "high": high}

    stood = stand(Regime, hours, above=MACD, below=REVERSION, **params, **BOTH)

    assert stood.sides[200:, 0].tolist() == _from(expected, 0)[200:]
    assert np.count_nonzero(np.diff(expected)) > 50


@pytest.mark.parametrize("only", ["above", "below"])
def test_is_out_where_a_regime_has_no_strategy(
    only: str, hours: pd.DataFrame, stand: Callable[..., Stood]
) -> None:
    member = {only: MACD}

    stood = stand(Regime, hours, **member, high=25.0, low=25.0, **BOTH)

    out = _adx(hours) < 25.0 if only == "above" else _adx(hours) >= 25.0
    assert set(stood.sides[1:, 0][out[:-1]].tolist()) == {0}
    assert set(stood.sides[1:, 0][~out[:-1]].tolist()) >= {1, -1}


def _by_day(hours: pd.DataFrame) -> pd.DataFrame:
    how = {"open": "first", "high": "max", "low": "min", "close": "last", "volume": "sum"}
    days = hours.resample("1D").agg(how)
    days.index += pd.Timedelta(hours=23)
    return days


def _run(cls: Any, *frames: pd.DataFrame, **params: Any) -> dict[pd.Timestamp, int]:
    """Return the side held at each bar of the first feed."""
    held: dict[pd.Timestamp, int] = {}

    class Noted(cls):
        def next(self) -> None:
            moment = pd.Timestamp(self.data.datetime.datetime(0)).round("s")
            held[moment] = int(np.sign(self.getposition(self.data).size))
            assert all(not self.getposition(data).size for data in self.datas[1:])
            super().next()

    cerebro = bt.Cerebro(stdstats=False)
    for number, frame in enumerate(frames):
        feed = bt.feeds.PandasData(
            dataname=frame,
            timeframe=bt.TimeFrame.Minutes,
            compression=1440 if number else 60,
        )
        cerebro.adddata(feed)
    cerebro.broker.setcash(1e9)
    cerebro.addstrategy(Noted, **params)
    cerebro.run()
    return held


@pytest.mark.parametrize("leave", ["either", "entry"])
def test_takes_short_entries_on_the_side_of_the_long_view(
    leave: str, hours: pd.DataFrame, stand: Callable[..., Stood]
) -> None:
    bars = hours.iloc[9:]  # from midnight on
    days = _by_day(bars).iloc[:-1]
    trend = (MaCross, {"fast": 2, "slow": 5, **BOTH})
    entries = _sides(*RSI, bars, stand)
    views = pd.Series(_sides(*trend, days, stand), index=days.index)
    now, expected = 0, {}
    for moment, entry in zip(bars.index, entries, strict=True):
        expected[moment] = now
        known = views[:moment]
        view = known.iloc[-1] if len(known) else 0
        stays = leave == "entry" and now == entry
        now = entry if entry == view else now if stays else 0

    held = _run(MultiTimeframe, bars, days, entry=RSI, trend=trend, leave=leave, **BOTH)

    late = [moment for moment in held if moment > bars.index[24 * 12]]
    assert [held[moment] for moment in late] == [expected[moment] for moment in late]
    assert set(held.values()) == {-1, 0, 1}


def test_a_strategy_of_ones_own_may_be_combined(
    hours: pd.DataFrame, stand: Callable[..., Stood]
) -> None:
    class Above(Signal):
        def __init__(self, datas: Sequence[Any], p: Any) -> None:
            super().__init__(datas, p)
            self._averages = [bt.ind.SMA(data, period=p.period) for data in datas]

        def stance(self, index: int, now: int) -> int:
            return int(self.datas[index].close[0] > self._averages[index][0])

    class HoldAbove(StanceStrategy):
        params = (("period", 50),)
        signal = Above

    alone = stand(HoldAbove, hours, period=20)
    voted = stand(Vote, hours, members=[(HoldAbove, {"period": 20}, 1.0)])

    assert alone.fills == voted.fills
    assert len(alone.fills) > 100


def test_a_class_below_may_say_its_stance_itself(
    hours: pd.DataFrame, stand: Callable[..., Stood]
) -> None:
    class Never(MaCross):
        def stance(self, index: int, now: int) -> int:
            return 0

    assert stand(Never, hours.iloc[:300]).fills == []


@pytest.mark.parametrize(
    ("part", "error", "message"),
    [
        ((bt.Strategy, {}), TypeError, "Strategy cannot be combined"),
        ((StanceStrategy, {}), TypeError, "StanceStrategy cannot be combined"),
        ((MaCross, {"fats": 3}), ValueError, "MaCross has no parameter 'fats'"),
    ],
)
def test_names_what_cannot_be_combined(part: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        Member(part, [])


@pytest.mark.parametrize(
    ("cls", "params", "message"),
    [
        (Vote, {}, "nobody votes"),
        (MultiTimeframe, {"entry": RSI, "trend": MACD}, "two feeds"),
        (MultiTimeframe, {"entry": RSI}, "two feeds"),
    ],
)
def test_says_what_it_lacks(
    cls: Any,
    params: dict[str, Any],
    message: str,
    hours: pd.DataFrame,
    stand: Callable[..., Stood],
) -> None:
    with pytest.raises(ValueError, match=message):
        stand(cls, hours.iloc[:100], **params)


def test_a_signal_says_nothing_by_itself() -> None:
    with pytest.raises(NotImplementedError):
        Signal([], None).stance(0, 0)
