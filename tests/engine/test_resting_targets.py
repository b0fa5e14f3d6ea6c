"""`place: exchange` of a take_profit: limit orders that take gains home within the bar."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from realtrade.engine.build import StageFailed
from realtrade.recipe import RecipeInvalid
from tests.engine.runs import REPLAY

if TYPE_CHECKING:
    from tests.engine.conftest import Bench

TREND = """strategy: {type: ma_cross, params: {fast: 5, slow: 20}}
sizing: {type: fixed_quantity, quantity: 1}
"""
SWAP = "feeds: {btc: {type: file, path: btc.csv, symbol: BTC/USD, timeframe: 1h, market: swap}}\n"
STEPS = (
    "feeds: {btc: {type: file, path: btc.csv, symbol: BTC/USD, timeframe: 1h, tick: 0.5, "
    "lot: 0.01}}\n"
)
ONE = "risk: {target: {type: take_profit, at: 1.5%, place: PLACE}}\n"
PARTS = """risk:
  target:
    type: take_profit
    place: exchange
    targets: [{at: 1%, close: 50%}, {at: 2.5%, close: 30%}]
"""
BESIDE = """risk:
  target: {type: take_profit, at: 3%, place: exchange}
  stop: {type: stop_loss, distance: 1.5%, place: exchange}
"""


def _rows(bench: Bench, path: str) -> list[dict[str, str]]:
    with (bench.folder / path).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _run(bench: Bench, text: str, out: str, *sets: str) -> list[dict[str, str]]:
    outcome = bench.run(bench.recipe(text, name=f"{out}-bot"), out, *sets)
    assert outcome.crash is None
    return _rows(bench, f"{out}/trades.csv")


def _gain(trade: dict[str, str]) -> float:
    side = 1 if trade["side"] == "long" else -1
    return side * (float(trade["exit_price"]) / float(trade["entry_price"]) - 1)


@pytest.mark.parametrize(
    ("head", "direction"),
    [("", "long"), (STEPS, "long"), (SWAP, "long"), (SWAP, "short")],
    ids=["spot", "steps", "long", "short"],
)
def test_takes_the_gain_within_the_bar_at_the_target_or_better(
    bench: Bench, head: str, direction: str
) -> None:
    sets = (f"strategy.params.direction={direction}",)

    resting = _run(bench, head + TREND + ONE.replace("PLACE", "exchange"), "exchange", *sets)
    local = _run(bench, head + TREND + ONE.replace("PLACE", "local"), "local", *sets)

    prices = {row["time"]: row for row in _rows(bench, "btc.csv")}
    watched = {trade["opened"]: trade for trade in local}
    earlier = [
        trade
        for trade in resting
        if trade["closed"] < watched.get(trade["opened"], trade)["closed"]
    ]
    assert len(earlier) > 3
    for trade in earlier:
        bar, price = prices[trade["closed"]], float(trade["exit_price"])
        assert _gain(trade) >= 0.015 - 1e-12
        assert float(bar["low"]) <= price <= float(bar["high"])
    assert {trade["side"] for trade in resting} == {direction}


def test_takes_it_in_parts_and_never_more_than_is_held(bench: Bench) -> None:
    recipe = bench.recipe(SWAP + TREND + PARTS)

    backtest = bench.run(recipe, "backtest")
    replay = bench.run(recipe, "replay", *REPLAY)

    for file in ("trades.csv", "equity.csv"):
        one, other = ((bench.folder / run / file).read_bytes() for run in ("backtest", "replay"))
        assert one == other
    assert backtest.crash is replay.crash is None
    trades = _rows(bench, "backtest/trades.csv")
    assert {trade["side"] for trade in trades} == {"long"}
    assert any(_gain(trade) > 0.01 for trade in trades)


def test_stops_and_targets_rest_beside_each_other_on_swaps(bench: Bench) -> None:
    trades = _run(bench, SWAP + TREND + BESIDE, "both")

    gains = [round(_gain(trade), 4) for trade in trades]
    assert gains.count(0.03) > 0
    assert gains.count(-0.015) > 0
    assert min(gains) >= -0.04
    assert {trade["side"] for trade in trades} == {"long"}


def test_on_spot_one_holding_is_not_promised_twice(bench: Bench) -> None:
    with pytest.raises(StageFailed) as refused:
        bench.run(bench.recipe(TREND + BESIDE))

    invalid = refused.value.__cause__
    assert isinstance(invalid, RecipeInvalid)
    (finding,) = invalid.diagnostics
    assert finding.path == "risk.target.place"
    assert finding.source.strip().startswith("target:")
    assert "BTC/USD on spot can be promised to one order only" in finding.message
    assert "place: local" in finding.hint
