"""A strategy's own method at the recipe's times: the same calls and trades in all modes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from realtrade.engine.build import StageFailed
from realtrade.engine.rebalance import Calls
from tests.engine.runs import REPLAY

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.engine.conftest import Bench

STRATEGY = """
import backtrader as bt
from pathlib import Path


class Fifty(bt.Strategy):
    params = (("told", ""),)

    def __init__(self):
        self.average = bt.ind.SMA(self.data, period=30)
        self.calls = []

    def rebalance(self, name):
        now = bt.num2date(self.data.datetime[0])
        self.calls.append(f"{name} {now:%a %Y-%m-%d %H:%M} {len(self.data)}")
        self.order_target_percent(target=0.5)

    def next(self):
        self.calls and self.calls[-1].endswith(f" {len(self.data)}") and self.calls.append("next")

    def stop(self):
        Path(self.p.told).write_text("\\n".join(self.calls))
"""
RECIPE = """
strategy: {{type: python, class: "fifty:Fifty", params: {{told: {told}}}}}
schedule:
  timezone: America/New_York
  rebalance: {{weekly: "30 9 * * 1", daily: "0 0 * * *"}}
"""


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def called(bench: Bench, out: str, told: Path, *words: str) -> Sequence[str]:
    bench.strategy("fifty", STRATEGY)
    bench.run(bench.recipe(RECIPE.format(told=told)), out, *words)
    return told.read_text().splitlines()


def test_it_is_called_with_the_first_bar_known_by_the_time_and_before_next(bench: Bench) -> None:
    calls = called(bench, "out", bench.folder / "told.txt")

    # Bars of an hour, stamped when they open; 30 of them are waited for. Winter: 5 hours from UTC.
    assert calls[:4] == [
        "daily Wed 2024-01-03 04:00 53",
        "next",
        "daily Thu 2024-01-04 04:00 77",
        "next",
    ]
    # Half past nine is 14:30 UTC: the bar that ends at 15:00 is the first one known by then.
    weekly = [one for one in calls if one.startswith("weekly")]
    assert weekly[0] == "weekly Mon 2024-01-08 14:00 183"
    assert len({one for one in calls if one != "next"}) == len(calls) - calls.count("next")


def test_live_calls_and_trades_are_those_of_the_backtest(bench: Bench) -> None:
    past = called(bench, "past", bench.folder / "past.txt")
    live = called(bench, "live", bench.folder / "live.txt", *REPLAY)

    assert live == past
    assert len(past) > 20
    trades = [(bench.folder / out / "equity.csv").read_bytes() for out in ("past", "live")]
    assert trades[0] == trades[1]


def test_a_strategy_without_the_method_is_refused_at_the_recipes_line(bench: Bench) -> None:
    bench.strategy("fifty", STRATEGY.replace("def rebalance", "def balance"))
    recipe = bench.recipe(RECIPE.format(told=bench.folder / "told.txt"))

    with pytest.raises(StageFailed) as failed:
        bench.run(recipe, "out")

    assert "Fifty has no method rebalance(name)" in str(failed.value.__cause__)


@pytest.mark.parametrize(
    ("line", "asked", "due"),
    [
        # Clocks go on at 02:00 on 10 March: the time left out comes an hour later by the wall.
        ("30 2 * * *", ["2024-03-10T06:00", "2024-03-10T07:00", "2024-03-10T07:30"], [0, 0, 1]),
        # They go back at 02:00 on 3 November: what comes twice counts once.
        ("30 1 * * *", ["2024-11-03T05:00", "2024-11-03T05:30", "2024-11-03T06:30"], [0, 1, 0]),
        # After three days without a bar it is called once, not three times.
        ("0 0 * * *", ["2024-06-01T12:00", "2024-06-04T12:00", "2024-06-04T13:00"], [0, 1, 0]),
        # There is no 30 February.
        ("0 0 30 2 *", ["2024-01-01T00:00", "2026-01-01T00:00"], [0, 0]),
    ],
)
def test_over_clock_changes_and_gaps_it_is_due_once(
    line: str, asked: list[str], due: list[int]
) -> None:
    calls = Calls({"it": line}, "America/New_York")

    assert [len(calls.due(ms(moment))) for moment in asked] == due
