"""Strategies that look at several feeds together, against pandas and TA-Lib."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import talib

from realtrade.strategies import Pairs, RocRank

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from tests.strategies.conftest import Stood


def _ratio_sides(first: pd.Series[float], second: pd.Series[float]) -> list[int]:
    """Return the side of the first leg after each bar both have."""
    ratio = np.log(first / second)
    rolling = ratio.rolling(30)
    z = (ratio - rolling.mean()) / rolling.std(ddof=0)
    side, sides = 0, []
    for value in z:
        if side == 0:
            side = 1 if value <= -1.5 else -1 if value >= 1.5 else 0
        elif value * side >= -0.25:
            side = 0
        sides.append(side)
    return sides


PAIR = {"period": 30, "entry": 1.5, "leave": 0.25}


def test_a_pair_takes_opposite_sides(
    days: dict[str, pd.DataFrame], stand: Callable[..., Stood]
) -> None:
    expected = [0, *_ratio_sides(days["eth"]["close"], days["ltc"]["close"])[:-1]]

    stood = stand(Pairs, days["eth"], days["ltc"], **PAIR)

    assert stood.sides[:, 0].tolist() == expected
    assert stood.sides[:, 1].tolist() == [-side for side in expected]
    assert np.count_nonzero(np.diff(expected)) > 40


@pytest.mark.parametrize(("direction", "sides"), [("long", {0, 1}), ("short", {0, -1})])
def test_a_pair_takes_only_the_side_it_may(
    direction: str,
    sides: set[int],
    days: dict[str, pd.DataFrame],
    stand: Callable[..., Stood],
) -> None:
    stood = stand(Pairs, days["eth"], days["ltc"], **PAIR, direction=direction)

    assert set(stood.sides[:, 0].tolist()) == sides
    assert (stood.sides[:, 0] == -stood.sides[:, 1]).all()


def test_a_pair_looks_only_at_bars_both_have(
    days: dict[str, pd.DataFrame], stand: Callable[..., Stood]
) -> None:
    """Or a price would be set against one of another day."""
    holes = days["ltc"].drop(days["ltc"].index[40::9])
    common = days["eth"].loc[holes.index]
    after = _ratio_sides(common["close"], holes["close"])
    by_day = dict(zip(holes.index, after, strict=True))
    side, expected = 0, []
    for day in days["eth"].index:
        side = by_day.get(day, side)
        expected.append(side)

    stood = stand(Pairs, days["eth"], holes, **PAIR)

    assert stood.sides[:, 0].tolist() == [0, *expected[:-1]]


@pytest.mark.parametrize("count", [1, 3])
def test_a_pair_is_two(
    count: int, days: dict[str, pd.DataFrame], stand: Callable[..., Stood]
) -> None:
    with pytest.raises(ValueError, match=f"pairs trades two feeds, and was given {count}"):
        stand(Pairs, *[days["eth"]] * count)


def _rotation(
    days: dict[str, pd.DataFrame], *, top: int, least: float, sign: int
) -> list[list[int]]:
    """Return the sides held on each bar: sold on the first bar of a week, bought on the second."""
    frames = list(days.values())
    changes = np.array([talib.ROC(frame["close"].to_numpy(), 30) for frame in frames]) * sign
    weeks = [day.toordinal() // 7 for day in frames[0].index]
    held, queue = [0] * len(frames), [[0] * len(frames)] * 2
    rows = []
    for at in range(len(weeks)):
        rows.append(queue.pop(0))
        if at > 30 and weeks[at] != weeks[at - 1]:
            order = np.argsort(-changes[:, at])[:top]
            best = [
                sign if n in order and changes[n, at] > least else 0 for n in range(len(frames))
            ]
            queue[0] = [now if now == new else 0 for now, new in zip(held, best, strict=True)]
            held = best
        queue.append(held)
    return rows


@pytest.mark.parametrize(
    ("direction", "top", "least"), [("long", 1, 0.0), ("long", 2, 10.0), ("short", 1, 5.0)]
)
def test_rotates_into_the_strongest_and_sells_before_it_buys(
    direction: str,
    top: int,
    least: float,
    days: dict[str, pd.DataFrame],
    stand: Callable[..., Stood],
) -> None:
    sign = 1 if direction == "long" else -1
    expected = _rotation(days, top=top, least=least, sign=sign)
    params = {"period": 30, "every": 7, "top": top, "least": least, "direction": direction}

    stood = stand(RocRank, *days.values(), **params)

    assert stood.sides.tolist() == expected
    assert len({tuple(row) for row in expected}) >= 4
    assert max(np.abs(expected).sum(axis=1)) == top


def test_both_directions_hold_the_strongest_and_the_weakest(
    days: dict[str, pd.DataFrame], stand: Callable[..., Stood]
) -> None:
    stood = stand(RocRank, *days.values(), direction="both")

    rows = {tuple(row) for row in stood.sides.tolist()}
    assert any({1, -1} <= set(row) for row in rows)
    assert all(row.count(1) <= 1 and row.count(-1) <= 1 for row in rows)
