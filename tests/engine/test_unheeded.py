from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from realtrade.engine.unheeded import unheeded
from realtrade.recipe import load_recipe

if TYPE_CHECKING:
    from tests.engine.conftest import Bench

MA_CROSS = "strategy: {type: ma_cross}\n"
CHANNELS = "{me: {type: apprise, url: {env: URL}}}"
ROUTES = f"{{channels: {CHANNELS}, routes: {{all: {{events: [started], to: [me]}}}}}}"


@pytest.mark.parametrize(
    ("block", "backtest", "live"),
    [
        ("", [], []),
        ("orders: {entry: {type: limit, offset: 2 ticks}, exit: {type: limit}}", [], []),
        ("orders: {on_stop: keep_orders}", [], []),
        ("schedule: {trade: {days: mon-fri}}", [], []),
        (f"notify: {ROUTES}", [], ["notify"]),
        (
            "monitor: {http: '127.0.0.1:9464', report: daily}",
            [],
            ["monitor.http", "monitor.report"],
        ),
        ("monitor: {log: {level: debug}}", [], []),
        ("storage: {url: 'sqlite:///state/bot.db'}", [], []),
    ],
)
def test_names_what_has_no_effect(
    bench: Bench, block: str, backtest: list[str], live: list[str]
) -> None:
    recipe = load_recipe(bench.recipe(MA_CROSS + block + "\n"))

    said = [[line.split()[0] for line in unheeded(recipe, live=mode)] for mode in (False, True)]

    assert said == [backtest, live]
