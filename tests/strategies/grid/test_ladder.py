"""Which orders must rest, from what is held alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtrade.strategies.grid.ladder import Reach, Want, reach, wanted, whole_lots, zero_at
from realtrade.strategies.grid.lines import (
    Caps,
    EvenLines,
    FixedLines,
    even_lines_of,
    line_of,
    zero_of_holding,
    zero_of_orders,
)

PRICES = [100.0, 110.0, 120.0, 130.0]


@pytest.mark.parametrize(
    ("lots", "expected"),
    [
        (0.0, [(1, 6), (1, 5)]),
        (1.0, [(1, 5), (1, 4), (-1, 7)]),
        (3.0, [(1, 3), (1, 2), (-1, 5), (-1, 6)]),
        (0.99, [(1, 5), (1, 4), (-1, 7)]),
        (-2.0, [(1, 8), (1, 7), (-1, 10)]),
    ],
)
def test_wants_purchases_below_and_sales_above_the_line_traded_last(
    lots: float, expected: list[tuple[int, int]]
) -> None:
    wants = wanted(lots, 7, Reach(0, 7 if lots >= 0 else 10), resting=2)

    assert wants == [Want(side, line, 1.0) for side, line in expected]


@pytest.mark.parametrize(
    ("lots", "rest"), [(0.5, Want(-1, 7, 0.5)), (1.4, Want(-1, 6, 0.4)), (-0.5, Want(1, 7, 0.5))]
)
def test_brings_back_what_was_traded_in_part(lots: float, rest: Want) -> None:
    (last,) = wanted(lots, 7, Reach(0, 10), resting=2)[-1:]

    assert (last.side, last.line) == (rest.side, rest.line)
    assert last.lots == pytest.approx(rest.lots)


@given(
    held=st.integers(-30, 30),
    zero=st.integers(0, 40),
    most=st.integers(1, 30),
    resting=st.integers(1, 10),
    direction=st.sampled_from(["long", "short", "both"]),
)
def test_never_holds_more_than_allowed_however_many_fill(
    held: int, zero: int, most: int, resting: int, direction: str
) -> None:
    """Every order wanted, filled together, keeps the inventory within its caps."""
    least_held = -min(most, 40 - zero) if direction != "long" else 0
    most_held = min(most, zero) if direction != "short" else 0
    held = min(max(held, least_held), most_held)

    wants = wanted(held, zero, reach(direction, zero, most, Reach(0, 40)), resting)

    buys, sells = ([one for one in wants if one.side == side] for side in (1, -1))
    assert held + len(buys) <= most_held
    assert held - len(sells) >= least_held
    assert len(buys) == min(resting, most_held - held)
    assert len(sells) == min(resting, held - least_held)
    assert {one.line for one in buys}.isdisjoint(one.line for one in sells)


@pytest.mark.parametrize(
    ("close", "direction", "zero"),
    [
        (115.0, "long", 2),
        (110.0, "long", 2),
        (99.0, "long", 0),
        (140.0, "long", 3),
        (115.0, "short", 1),
        (110.0, "short", 0),
        (90.0, "short", 0),
        (140.0, "short", 3),
        (114.0, "both", 1),
        (116.0, "both", 2),
    ],
)
def test_starts_from_the_next_line_against_it(close: float, direction: str, zero: int) -> None:
    assert zero_at(PRICES, close, direction) == zero


@pytest.mark.parametrize(
    ("lots", "whole"),
    [(0.0, (0, 0)), (0.3, (1, 0)), (0.8, (1, 1)), (2.2, (2, 2)), (-0.5, (0, -1)), (-0.9, (-1, -1))],
)
def test_counts_lots(lots: float, whole: tuple[int, int]) -> None:
    assert whole_lots(lots) == whole


def test_lines_lie_at_equal_steps_or_equal_ratios() -> None:
    assert FixedLines(100.0, 130.0, 4, "arithmetic").prices == PRICES
    assert FixedLines(100.0, 800.0, 4, "geometric").prices == pytest.approx([100, 200, 400, 800])


@pytest.mark.parametrize(
    ("price", "line"),
    [(100.0, 0), (110.001, 1), (112.9, 1), (115.0, None), (127.5, 3), (139.9, 4), (80.0, -2)],
)
def test_a_price_belongs_to_the_line_it_is_near(price: float, line: int | None) -> None:
    assert line_of(FixedLines(100.0, 130.0, 4, "arithmetic"), price) == line
    assert line_of(EvenLines(100.0, 10.0), price) == line


@pytest.mark.parametrize("held", [1, 2, 5, -1, -4])
def test_the_average_price_of_lots_tells_where_nothing_was_held(held: int) -> None:
    zero = 20
    lines = [zero - lot if held > 0 else zero + lot for lot in range(1, abs(held) + 1)]

    assert zero_of_holding(held, sum(lines) / len(lines)) == zero


LONG = Caps(least=0, most=6, resting=2)


@pytest.mark.parametrize("lots", range(7))
@pytest.mark.parametrize("unseen", range(-2, 3))
def test_orders_tell_where_nothing_was_held(lots: int, unseen: int) -> None:
    """Whichever orders were filled while nobody looked, sales (positive) or purchases."""
    wants = wanted(lots, 20, reach("long", 20, 6, Reach(0, 40)), resting=2)
    buys = [one.line for one in wants if one.side > 0][max(0, -unseen) :]
    sells = [one.line for one in wants if one.side < 0][max(0, unseen) :]
    filled = 2 * len(wants) - 2 * len(buys + sells)
    lots -= filled // 2 if unseen > 0 else -filled // 2
    if not (buys and sells):
        return

    assert zero_of_orders(lots, buys, sells, LONG) == 20


def test_no_orders_tell_nothing_and_one_side_is_believed() -> None:
    assert zero_of_orders(2.0, [], [], LONG) is None
    assert zero_of_orders(2.0, [7, 6], [], LONG) == 10
    assert zero_of_orders(2.0, [], [9, 10], LONG) == 10


@pytest.mark.parametrize(
    ("lots", "buys", "sells", "centre", "step"),
    [
        (2, [970.0, 960.0], [990.0, 1000.0], 990.0, 10.0),
        (2, [966.0], [990.0], 990.0, 12.0),
        (2, [970.0], [], 970.0, 8.0),
        (2, [], [], 997.0, 8.0),
        (-1, [], [], 977.0, 8.0),
    ],
)
def test_finds_even_lines_by_the_orders_on_them(
    lots: int, buys: list[float], sells: list[float], centre: float, step: float
) -> None:
    lines = even_lines_of(lots, 985.0, buys, sells, step=8.0)

    assert (lines.centre, lines.step) == (centre, step)
