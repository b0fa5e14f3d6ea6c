from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtrade.engine.sweep.errors import SweepRefused
from realtrade.engine.sweep.objective import Objective, pareto

MEASURES = {"sharpe": 1.5, "max_drawdown": 0.2, "total_return": 0.5, "trades": 7, "calmar": None}


@pytest.mark.parametrize(
    ("text", "described", "value"),
    [
        ("sharpe", "max:sharpe", 1.5),
        ("max_drawdown", "min:max_drawdown", 0.2),
        ("max:max_drawdown", "max:max_drawdown", 0.2),
        ("min: trades", "min:trades", 7),
        ("sharpe - 2 * max_drawdown", "max:sharpe - 2 * max_drawdown", 1.5 - 2 * 0.2),
        ("-sharpe / (1 + total_return)", "max:-sharpe / (1 + total_return)", -1.5 / 1.5),
        ("min(sharpe, 1, trades)", "max:min(sharpe, 1, trades)", 1),
        ("abs(0.2 - sharpe)", "max:abs(0.2 - sharpe)", 1.3),
        ("+sharpe", "max:+sharpe", 1.5),
        ("calmar", "max:calmar", None),
        ("sharpe + calmar", "max:sharpe + calmar", None),
        ("sharpe / (max_drawdown - 0.2)", "max:sharpe / (max_drawdown - 0.2)", None),
    ],
)
def test_an_objective_has_a_direction_and_a_value(
    text: str, described: str, value: float | None
) -> None:
    objective = Objective.parse(text)

    assert objective.described == described
    assert objective.value(MEASURES) == (None if value is None else pytest.approx(value))


@pytest.mark.parametrize(
    ("text", "why", "hint"),
    [
        ("sharp", "'sharp' is no measure", "did you mean 'sharpe'?"),
        ("zzz", "'zzz' is no measure", "known: bars"),
        ("sharpe +", "no expression", ""),
        ("sharpe ** 2", "may hold", ""),
        ("__import__('os').system('true')", "may hold", ""),
        ("sharpe.real", "may hold", ""),
        ("[sharpe][0]", "may hold", ""),
        ("(lambda: 1)()", "may hold", ""),
        ("'text'", "may hold", ""),
        ("True", "may hold", ""),
        ("min(sharpe)", "may hold", ""),
        ("abs(sharpe, 1)", "may hold", ""),
        ("max(sharpe, *trades)", "may hold", ""),
        ("min(sharpe, 1, key=abs)", "may hold", ""),
        ("sharpe" + "+1" * 200, "at most 300 characters", ""),
    ],
)
def test_nothing_but_arithmetic_over_measures_is_taken(text: str, why: str, hint: str) -> None:
    with pytest.raises(SweepRefused, match=why) as refused:
        Objective.parse(text)

    assert hint in refused.value.hint


def test_the_best_come_first_and_what_has_no_value_last() -> None:
    largest, smallest = Objective.parse("sharpe"), Objective.parse("min:sharpe")

    assert sorted([1.0, None, 3.0, -2.0], key=largest.rank) == [3.0, 1.0, -2.0, None]
    assert sorted([1.0, None, 3.0, -2.0], key=smallest.rank) == [-2.0, 1.0, 3.0, None]


POINTS = st.lists(
    st.tuples(st.one_of(st.none(), st.integers(-3, 3)), st.integers(-3, 3)), max_size=12
)


@given(POINTS)
def test_the_front_is_what_no_other_point_beats(points: list[tuple[float | None, float]]) -> None:
    objectives = (Objective.parse("sharpe"), Objective.parse("max_drawdown"))

    front = pareto(objectives, points)

    def beaten(one: tuple[float | None, float]) -> bool:
        mine = one[0]
        return mine is None or any(
            sharpe is not None
            and sharpe >= mine
            and fall <= one[1]
            and (sharpe > mine or fall < one[1])
            for sharpe, fall in points
        )

    assert front == [index for index, one in enumerate(points) if not beaten(one)]
