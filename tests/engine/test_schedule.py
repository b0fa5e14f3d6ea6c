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


BLACKOUT = "schedule: {timezone: Europe/Berlin, blackout: {noon: {cron: '0 12 * * *', for: 6h}}}\n"
FLATTEN = (
    "schedule: {timezone: Europe/Berlin, flatten: {night: '0 22 * * *', noon: '0 12 * * 3'}}\n"
)


@pytest.mark.parametrize("schedule", [BLACKOUT, FLATTEN], ids=["blackout", "flatten"])
def test_a_replay_keeps_to_the_same_times_as_the_backtest(bench: Bench, schedule: str) -> None:
    recipe = bench.recipe(MA_CROSS + SIZING + schedule)
    anytime = bench.recipe(MA_CROSS + SIZING, name="anytime")

    bench.run(recipe, "past")
    bench.run(recipe, "live", *REPLAY)
    bench.run(anytime, "free")

    past, live, free = (
        (bench.folder / out / "trades.csv").read_bytes() for out in ("past", "live", "free")
    )
    assert past == live
    assert past != free


def test_nothing_is_entered_in_a_blackout(bench: Bench) -> None:
    bench.run(bench.recipe(MA_CROSS + SIZING + BLACKOUT), "kept")

    # Decided on a bar known by then, filled on the next: 12:00 in Berlin is 11:00 UTC in winter.
    hours = {time.hour for time in opened(bench, "kept")}
    assert hours
    assert not hours & {12, 13, 14, 15, 16}


def test_nothing_is_held_after_the_bar_that_closes_everything(bench: Bench) -> None:
    bench.run(bench.recipe(MA_CROSS + SIZING + FLATTEN), "kept")

    with (bench.folder / "kept" / "trades.csv").open() as file:
        spans = [
            (datetime.fromisoformat(row["opened"]), datetime.fromisoformat(row["closed"]))
            for row in csv.DictReader(file)
        ]
    # 22:00 in Berlin is 21:00 UTC: what is held then is closed at the open of the bar after.
    nights = [(a, b) for a, b in spans if a.date() != b.date()]
    assert spans
    assert not [(a, b) for a, b in nights if a.hour <= 20]
