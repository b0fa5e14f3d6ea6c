from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtrade.engine.sweep.errors import SweepRefused
from realtrade.engine.sweep.space import Axis, Space, axis


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("p=5..20:5", ("5", "10", "15", "20")),
        ("p=5..9:2", ("5", "7", "9")),
        ("p=5..8:2", ("5", "7")),
        ("p=3..5", ("3", "4", "5")),
        ("p=-2..2:2", ("-2", "0", "2")),
        ("p=0.1..0.3:0.1", ("0.1", "0.2", "0.3")),
        ("p=5%..25%:10%", ("5%", "15%", "25%")),
        ("p=0.5%..1.5%:0.5%", ("0.5%", "1.0%", "1.5%")),
        ("p=1h..3h:1h", ("1h", "2h", "3h")),
        ("p=2 ticks..4 ticks:1 ticks", ("2 ticks", "3 ticks", "4 ticks")),
        ("p=1..1000:x10", ("1", "10", "100", "1000")),
        ("p=20,50,100", ("20", "50", "100")),
        ("p=7", ("7",)),
        ("p=sma, ema ,wma", ("sma", "ema", "wma")),
        ("p=sma(close, 5),sma(close, 10)", ("sma(close, 5)", "sma(close, 10)")),
        ("p={type: a, x: 1},{type: b}", ("{type: a, x: 1}", "{type: b}")),
        ("p='a,b',c", ("'a,b'", "c")),
        ("p=1,2,1", ("1", "2")),
    ],
)
def test_values_keep_the_form_they_are_written_in(text: str, values: tuple[str, ...]) -> None:
    assert axis(text).values == values


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("fast", "is not path=values"),
        ("=1,2", "is not path=values"),
        ("p=", "is not path=values"),
        ("p=1,,2", "empty value"),
        ("p=0.1..0.5", "needs a step"),
        ("p=5%..25:5%", "mixes units"),
        ("p=5%..25%:5h", "mixes units"),
        ("p=9..5:1", "runs downwards"),
        ("p=1..9:0", "never gets on"),
        ("p=1..9:-1", "never gets on"),
        ("p=0..9:x2", "never gets on"),
        ("p=1..9:x1", "never gets on"),
        ("p=1..900000:1", "more than 100,000 values"),
    ],
)
def test_what_cannot_be_understood_is_refused(text: str, why: str) -> None:
    with pytest.raises(SweepRefused, match=why):
        axis(text)


@pytest.mark.parametrize(
    ("params", "why"),
    [
        ([], "at least one parameter"),
        (["a.b=1", "a.b=2"], "named twice"),
        (["mode=live,paper"], "a sweep is a backtest"),
        (["name=a,b"], "a sweep is a backtest"),
        (["environments.prod.mode=live"], "a sweep is a backtest"),
    ],
)
def test_some_spaces_make_no_sense(params: list[str], why: str) -> None:
    with pytest.raises(SweepRefused, match=why):
        Space.parse(params)


def test_combinations_count_as_a_counter_does() -> None:
    space = Space.parse(["a.params.x=1,2", "b=5..7"])

    found = [space.params(space.choices(number)) for number in range(space.size)]

    assert found == [
        ("a.params.x=1", "b=5"),
        ("a.params.x=1", "b=6"),
        ("a.params.x=1", "b=7"),
        ("a.params.x=2", "b=5"),
        ("a.params.x=2", "b=6"),
        ("a.params.x=2", "b=7"),
    ]
    assert [one.label for one in space.axes] == ["x", "b"]


@given(st.lists(st.integers(1, 9), min_size=1, max_size=5), st.integers(0, 10**6))
def test_a_number_and_its_choices_are_inverses(lengths: list[int], number: int) -> None:
    axes = [Axis(f"p{i}", tuple(map(str, range(n)))) for i, n in enumerate(lengths)]
    space = Space(axes)
    number %= space.size

    assert space.number(space.choices(number)) == number


def test_neighbours_are_one_step_away_along_numbers_only() -> None:
    space = Space.parse(["a=1,2,3", "kind=sma,ema", "b=5%,10%"])

    assert sorted(space.neighbours((0, 1, 1))) == [(0, 1, 0), (1, 1, 1)]
    assert sorted(space.neighbours((1, 0, 0))) == [(0, 0, 0), (1, 0, 1), (2, 0, 0)]


@pytest.mark.parametrize(
    ("values", "numbers"),
    [
        (("1", "2.5"), (1.0, 2.5)),
        (("5%", "10%"), (5.0, 10.0)),
        (("5%", "10"), None),
        (("a",), None),
    ],
)
def test_an_axis_knows_whether_it_is_one_of_numbers(
    values: tuple[str, ...], numbers: tuple[float, ...] | None
) -> None:
    assert Axis("p", values).numbers == numbers
