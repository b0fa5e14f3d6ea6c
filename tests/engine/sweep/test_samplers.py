from __future__ import annotations

import sys

import pytest

from realtrade.engine.sweep.errors import SweepRefused
from realtrade.engine.sweep.objective import Objective
from realtrade.engine.sweep.optuna_sampler import OptunaSampler
from realtrade.engine.sweep.samplers import Choices, Grid, Sampler, Shuffled
from realtrade.engine.sweep.space import Space

SPACE = Space.parse(["x=0..30", "y=0..30", "kind=a,b"])


def height(choices: Choices) -> float:
    """A hill with its top at (20, 10) on kind b."""
    x, y, kind = choices
    return kind * 10.0 - ((x - 20) ** 2 + (y - 10) ** 2) / 10


def drawn(sampler: Sampler, count: int, *, first: int = 0) -> list[Choices]:
    found: list[Choices] = []
    for number in range(first, first + count):
        choices = sampler.ask(number)
        assert choices is not None
        sampler.tell(number, choices, [height(choices)])
        found.append(choices)
    return found


def tpe(seed: int = 1, **words: bool) -> OptunaSampler:
    return OptunaSampler(SPACE, (Objective.parse("sharpe"),), name="tpe", seed=seed, **words)


def test_a_grid_is_every_combination_in_order() -> None:
    space = Space.parse(["x=1,2", "y=1,2"])
    grid = Grid(space)

    assert [grid.ask(number) for number in range(5)] == [(0, 0), (0, 1), (1, 0), (1, 1), None]
    assert not grid.step(0, 0, 1.0)


def test_random_draws_each_once_and_the_same_for_a_seed() -> None:
    space = Space.parse(["x=0..9", "y=0..9"])
    whole = [Shuffled(space, 5).ask(number) for number in (99, 100)]
    sampler = Shuffled(space, 5)
    all_of_them = [sampler.ask(number) for number in range(100)]

    assert len(set(all_of_them)) == 100
    assert all_of_them != sorted(all_of_them, key=lambda one: one or ())
    assert whole == [all_of_them[99], None], "asking out of order changes nothing"
    assert Shuffled(space, 6).ask(0) != all_of_them[0]


def test_more_trials_begin_as_fewer_do() -> None:
    assert drawn(Shuffled(SPACE, 1), 5) == drawn(Shuffled(SPACE, 1), 9)[:5]


def test_optuna_learns_where_the_hill_is() -> None:
    learnt = max(map(height, drawn(tpe(), 60)))
    blind = max(map(height, drawn(Shuffled(SPACE, 1), 60)))

    assert learnt > blind
    assert learnt > 8


def test_optuna_tries_nothing_twice_and_stops_when_all_is_tried() -> None:
    space = Space.parse(["x=0..2", "kind=a,b"])
    sampler = OptunaSampler(space, (Objective.parse("sharpe"),), name="tpe", seed=0)

    found: list[Choices] = []
    while (choices := sampler.ask(len(found))) is not None:
        sampler.tell(len(found), choices, None)
        found.append(choices)

    assert len(found) == len(set(found)) == 6


def test_optuna_goes_on_from_trials_it_is_told_of() -> None:
    earlier = drawn(tpe(), 40)
    again = tpe(seed=2)
    for number, choices in enumerate(earlier):
        again.tell(number, choices, [height(choices)])

    more = drawn(again, 20, first=40)

    assert not set(more) & set(earlier)
    blind = drawn(tpe(seed=2), 20)
    assert sum(map(height, more)) > sum(map(height, blind)), "it knows the hill already"


def test_optuna_gives_up_what_begins_worse_than_the_rest() -> None:
    sampler = tpe(prune=True)
    for number in range(6):
        choices = sampler.ask(number)
        assert choices is not None
        assert not sampler.step(number, 0, 1.0)
        sampler.tell(number, choices, [1.0])

    sampler.ask(6)
    sampler.ask(7)

    assert sampler.step(6, 0, -5.0)
    assert not sampler.step(7, 0, 5.0)
    assert not sampler.step(7, 1, None)


def test_several_objectives_are_nsga2s_business() -> None:
    objectives = (Objective.parse("sharpe"), Objective.parse("max_drawdown"))
    sampler = OptunaSampler(SPACE, objectives, name="nsga2", seed=0)

    for number in range(10):
        choices = sampler.ask(number)
        assert choices is not None
        sampler.tell(number, choices, [1.0, None] if number % 2 else [1.0, 2.0])

    with pytest.raises(SweepRefused, match="single objective"):
        OptunaSampler(SPACE, objectives, name="tpe", seed=0, prune=True)


def test_without_optuna_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)

    with pytest.raises(SweepRefused, match="needs Optuna") as refused:
        tpe()

    assert refused.value.hint == "pip install 'realtrade[sweep]'"
