"""How often the exchange is looked at while nothing is wrong."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.common.live.rounds import Rounds

if TYPE_CHECKING:
    from collections.abc import Callable


class Timer:
    """A dispatch of which only the timer and the orders matter."""

    def __init__(self, *, rests: bool = False) -> None:
        self.orders = {"rt-1": SimpleNamespace(may_be_there=rests)}
        self.waits: list[float] = []
        self.due: list[Callable[[], object]] = []

    def later(self, seconds: float, do: Callable[[], object]) -> None:
        self.waits.append(seconds)
        self.due.append(do)


@pytest.mark.parametrize(
    ("rests", "calm", "waits"),
    [
        (False, [True] * 5, [60, 120, 240, 480, 480]),
        (True, [True] * 5, [60, 120, 120, 120, 120]),
        (False, [True, True, False, True, True], [60, 120, 60, 60, 120]),
    ],
    ids=["calm", "calm with an order there", "a difference in between"],
)
def test_the_longer_nothing_is_wrong_the_longer_it_waits(
    rests: bool, calm: list[bool], waits: list[float]
) -> None:
    timer: Any = Timer(rests=rests)
    rounds = Rounds(timer, lambda: None)

    for one in calm:
        rounds.again(calm=one)

    assert timer.waits == waits


def test_a_look_that_another_has_overtaken_is_left_out() -> None:
    timer: Any = Timer()
    looks: list[str] = []
    rounds = Rounds(timer, lambda: looks.append("looked"))
    rounds.again(calm=True)
    rounds.again(calm=True)

    timer.due[0]()
    assert looks == []
    timer.due[1]()
    rounds.turn()
    assert looks == ["looked", "looked"]
