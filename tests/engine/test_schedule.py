"""The recipe's hours in runs: the same orders denied in a backtest, vectorised or not, and live."""

from __future__ import annotations

import csv
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from tests.engine.runs import MA_CROSS, REPLAY

if TYPE_CHECKING:
    from tests.engine.conftest import Bench

RULES = (
    "strategy: {type: rules, entry: 'crossover(sma(close, 5), sma(close, 20))', "
    "exit: 'crossunder(sma(close, 5), sma(close, 20))'}\n"
)
HOURS = "schedule: {timezone: Europe/Berlin, trade: {days: mon-fri, hours: '08:00-20:00'}}\n"
SIZING = "sizing: {type: percent_equity, percent: 50%}\n"


def opened(bench: Bench, out: str) -> list[datetime]:
    with (bench.folder / out / "trades.csv").open() as file:
        return [datetime.fromisoformat(row["opened"]) for row in csv.DictReader(file)]


@pytest.mark.parametrize("strategy", [MA_CROSS, RULES], ids=["ma_cross", "rules"])
def test_nothing_is_entered_outside_the_hours(bench: Bench, strategy: str) -> None:
    recipe = bench.recipe(strategy + SIZING + HOURS)
    anytime = bench.recipe(strategy + SIZING, name="anytime")

    kept = bench.run(recipe, "kept")
    live = bench.run(recipe, "live", *REPLAY)
    free = bench.run(anytime, "free")

    # Decided on a bar known by 20:00 in Berlin (19:00 UTC in winter), filled on the next.
    times = opened(bench, "kept")
    assert times
    assert all(time.weekday() < 5 and 7 <= time.hour <= 19 for time in times)
    assert any(not 7 <= time.hour <= 19 for time in opened(bench, "free"))
    assert kept.summary["trades"] < free.summary["trades"]
    assert kept.summary["final_equity"] == live.summary["final_equity"]
