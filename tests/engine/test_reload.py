from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.engine.reload import changes
from realtrade.recipe import load_recipe
from tests.engine.runs import MA_CROSS, MINE, REPLAY
from tests.engine.test_operations import runner_of

if TYPE_CHECKING:
    from tests.engine.conftest import Bench


@pytest.mark.parametrize(
    ("sets", "changed"),
    [
        ((), []),
        (("schedule.trade.days=mon-fri",), ["schedule"]),
        (("monitor.log.level=debug",), ["monitor.log.level"]),
        (("monitor.report=daily",), ["monitor"]),
        (("monitor.log.level=debug", "monitor.log.format=json"), ["monitor.log.level", "monitor"]),
        (("strategy.params.fast=6", "backtest.cash=1 USD"), ["strategy", "backtest"]),
    ],
)
def test_tells_what_has_changed(bench: Bench, sets: tuple[str, ...], changed: list[str]) -> None:
    path = bench.recipe(MA_CROSS)

    found = list(changes(load_recipe(path), load_recipe(path, sets=sets)))

    assert found == changed


def test_a_running_bot_keeps_new_hours_from_the_next_order_on(bench: Bench) -> None:
    orders: dict[int, Any] = {}
    told: list[str] = []

    def hook(strategy: Any) -> None:
        bar = len(strategy)
        if bar in {100, 102, 122, 142}:
            orders[bar] = strategy.buy(size=0.1)
        if bar == 101:
            told.extend(_reload(bench, runner, "schedule.trade.hours=00:00-01:00"))
        if bar == 121:
            told.extend(_reload(bench, runner, "monitor.log.level=debug", "strategy.feeds=[btc]"))
        if bar == 141:
            told.extend(_reload(bench, runner))

    level = logging.getLogger("realtrade").level
    runner, notes = runner_of(bench, hook, "")
    outcome = runner.run()
    logging.getLogger("realtrade").setLevel(level)

    assert outcome.crash is None
    statuses = {bar: order.getstatusname() for bar, order in orders.items()}
    assert statuses == {100: "Completed", 102: "Rejected", 122: "Completed", 142: "Completed"}
    assert told == [
        "schedule has changed: taken over",
        "strategy has changed: restart needed",
        "schedule has changed: taken over",
        "monitor.log.level has changed: taken over",
        "monitor.log.level has changed: taken over",
    ]
    assert ("warning", "recipe: strategy has changed: restart needed") in notes.lines


def _reload(bench: Bench, runner: Any, *sets: str) -> list[str]:
    path = bench.folder / "bot.yaml"
    swap = "feeds.btc.market=swap"
    recipe = load_recipe(path, sets=(swap, *REPLAY, *sets))
    assert MINE in path.read_text()
    return list(runner.reload(recipe))
