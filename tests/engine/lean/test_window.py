"""Lines that keep their newest values, held against arrays that keep all."""

from __future__ import annotations

from array import array
from typing import Any

import backtrader as bt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtrade.common import BaseBroker, BaseData, FeedHub
from realtrade.common.simulated import SimulatedVenue
from realtrade.engine.cerebro import LeanCerebro
from realtrade.engine.lean import window
from realtrade.engine.lean.window import Growing, NotKept
from realtrade.model.bar import Bar
from realtrade.utils.timeframes import Timeframe

MINUTE = Timeframe.parse("1m")
BARS, KEPT = 400, 80


def filled(count: int, kept: int) -> tuple[Growing, array[float]]:
    """Return a window after so many values, and an array of all of them."""
    values = array("d", map(float, range(count)))
    made = Growing((), kept)
    for value in values:
        made.append(value)
        made.let_go()
    return made, values


PLACES = st.integers(-150, 150)


@given(count=st.integers(0, 120), kept=st.integers(1, 60), place=PLACES)
def test_a_value_is_that_of_an_array_or_refused(count: int, kept: int, place: int) -> None:
    made, values = filled(count, kept)
    oldest = count - kept

    assert len(made) == count
    if -count <= place < count:
        try:
            assert made[place] == values[place]
        except NotKept:
            assert place % count < oldest
    else:
        with pytest.raises(IndexError):
            made[place]


@given(
    count=st.integers(0, 120),
    kept=st.integers(1, 60),
    part=st.slices(130),
)
def test_a_part_is_that_of_an_array_or_refused(count: int, kept: int, part: slice) -> None:
    made, values = filled(count, kept)
    step = abs(part.step or 1)
    part = slice(part.start, part.stop, step)

    try:
        assert made[part] == values[part]
    except NotKept:
        start, _, _ = part.indices(count)
        assert start < count - kept


@given(st.lists(st.one_of(st.floats(0, 9), st.none()), max_size=200), st.integers(30, 60))
def test_what_is_written_and_taken_off_again_is_as_in_an_array(does: Any, kept: int) -> None:
    made, values = Growing((), kept), array("d")
    for value in does:
        if value is not None:
            made.append(value)
            values.append(value)
            made.let_go()
            made[-1] = values[-1] = value / 2
            made[len(values) // 2] += 0.0 if len(values) > kept else 1.0
            values[len(values) // 2] += 0.0 if len(values) > kept else 1.0
        elif len(values) % 5:
            assert made.pop() == values.pop()

    assert len(made) == len(values)
    assert made[-kept:] == values[-kept:]


def test_it_keeps_no_more_than_asked_for_and_an_eighth() -> None:
    made, _ = filled(100_000, 800)

    assert 800 <= len(made.tobytes()) / 8 <= 900


def test_going_through_all_of_it_is_refused_once_some_are_gone() -> None:
    short, values = filled(30, 40)
    long, _ = filled(100, 40)

    assert list(short) == list(values)
    with pytest.raises(NotKept, match=r"value 0 of a line of 100 is asked for; .* newest 40"):
        list(long)


class Far(bt.Strategy):
    """Looks ever further back."""

    params = (("back", 0),)

    def __init__(self) -> None:
        self.average = bt.ind.SMA(self.data, period=30)
        self.seen: list[float] = []

    def next(self) -> None:
        if len(self) > self.p.back:
            self.seen.append(self.data.close[-self.p.back])


def run(cerebro: Any, back: int) -> Any:
    """Run `Far` on a feed that closes higher by one on every bar, from 0 on."""
    hub = FeedHub(capacity=BARS)
    cerebro.adddata(BaseData.live(hub, name="btc", timeframe=MINUTE))
    for number in range(BARS):
        at_ms, price = 60_000 * number, float(number)
        hub.publish([("btc", Bar(at_ms, at_ms + 60_000, price, price, price, price, 1.0))])
    hub.finish()
    cerebro.broker = BaseBroker(SimulatedVenue(cash=1_000))
    cerebro.addstrategy(Far, back=back)
    (done,) = cerebro.run()
    return done


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep little, and look often whether there is more."""
    monkeypatch.setattr(window, "KEPT", KEPT)
    monkeypatch.setattr("realtrade.engine.lean.live._FORGET_EVERY", 1)


@pytest.mark.usefixtures("short")
def test_every_line_of_a_live_run_is_bounded_and_looks_back_all_the_same() -> None:
    cerebro = LeanCerebro(stdstats=False)

    done = run(cerebro, back=KEPT - 1)

    assert cerebro.path == "fast", cerebro.path_reason
    assert done.seen == [float(number) for number in range(BARS - KEPT + 1)]
    lines = [line for owner in (done.data, done, done.average) for line in owner.lines]
    assert len(lines) == 9
    assert {len(line.array) for line in lines} == {BARS}
    assert all(KEPT <= len(line.array.tobytes()) / 8 <= KEPT * 9 / 8 for line in lines)


@pytest.mark.usefixtures("short")
def test_a_bar_that_is_gone_is_refused_and_no_other_given_for_it() -> None:
    with pytest.raises(NotKept, match="a live run keeps the newest 80"):
        run(LeanCerebro(stdstats=False), back=KEPT + KEPT // 8 + 1)
