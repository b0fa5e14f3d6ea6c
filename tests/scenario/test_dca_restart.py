"""Buying in parts, killed at the exchange: it ends up with what one never killed does."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

import pytest

from tests.scenario.kill_points import KillPoint
from tests.scenario.restarts import Ended, Minutes, played

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Whole = Callable[[str, str, tuple[int, ...]], Ended]

pytestmark = pytest.mark.untraced  # traced would be the exchange only, which its own tests cover
SIZING = "sizing: {type: fixed_quantity, quantity: 0.05}"
SCHEDULE = f"strategy: {{type: dca_schedule, params: {{every: 3}}}}\n{SIZING}"
DROP = (
    "strategy: {type: dca_drop, params: {period: 5, drop: 0.01, most: 3, take_profit: 0.02}}\n"
    f"{SIZING}"
)
# A purchase is due with the first minute, and with every third behind it.
UP_AND_DOWN = (1003, 999, 1004, 1007, 1001, 998, 1002)
# Bought below 992, then below each purchase, all sold 2 % above their average; bought again.
FALLING = (989, 985, 978, 973, 968, 999, 1002, 990)
ASKS = {
    "in time": ("1003.01", "1007.01", "1002.01"),
    "late": ("1003.01", "998.01", "1002.01"),
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """Return what one comes to that is never killed; each is played once."""

    @cache
    def play(market: str, strategy: str, closes: tuple[int, ...]) -> Ended:
        folder = tmp_path_factory.mktemp("whole") / "never-killed"
        return played(folder, market, strategy, Minutes(closes=closes))

    return play


@pytest.mark.parametrize(
    "minutes",
    [
        Minutes(closes=UP_AND_DOWN, dead=range(3, 4)),
        Minutes(closes=UP_AND_DOWN, point=KillPoint("intent", after=True, nth=1)),
        Minutes(closes=UP_AND_DOWN, point=KillPoint("place", after=True, nth=2)),
    ],
    ids=["dead as one is due", "killed before one is sent", "killed as one was sent"],
)
def test_a_schedule_neither_skips_nor_repeats(
    minutes: Minutes, whole: Whole, tmp_path: Path
) -> None:
    expected = whole("swap", SCHEDULE, UP_AND_DOWN)

    again = played(tmp_path / "killed", "swap", SCHEDULE, minutes)

    assert again == expected
    assert [side for side, _, _ in expected.fills] == ["buy"] * 3
    assert expected.held == Decimal("0.15")


def test_what_was_due_in_a_longer_absence_is_bought_late(whole: Whole, tmp_path: Path) -> None:
    """At another price, but bought: missed minutes are history, and nothing is bought in them."""
    expected = whole("swap", SCHEDULE, UP_AND_DOWN)
    minutes = Minutes(closes=UP_AND_DOWN, dead=range(2, 5))

    again = played(tmp_path / "absent", "swap", SCHEDULE, minutes)

    assert (again.held, again.orders) == (expected.held, expected.orders)
    assert [price for _, _, price in expected.fills] == list(map(Decimal, ASKS["in time"]))
    assert [price for _, _, price in again.fills] == list(map(Decimal, ASKS["late"]))


@pytest.mark.parametrize(
    "minutes",
    [
        Minutes(closes=FALLING, dead=range(1, 2)),
        Minutes(closes=FALLING, dead=range(5, 6)),
        Minutes(closes=FALLING, point=KillPoint("fill", after=True, nth=2)),
    ],
    ids=["killed behind a purchase", "dead as all is sold", "killed as one is booked"],
)
def test_drops_are_counted_on(minutes: Minutes, whole: Whole, tmp_path: Path) -> None:
    """On spot the fee is taken in coins: what is held is never quite what was bought."""
    expected = whole("spot", DROP, FALLING)

    again = played(tmp_path / "killed", "spot", DROP, minutes)

    assert again == expected
    sides = [side for side, _, _ in expected.fills]
    assert sides == ["buy", "buy", "buy", "sell", "buy"]
