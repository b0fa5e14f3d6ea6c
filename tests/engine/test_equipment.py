"""What `orders.entry` and `orders.exit` of a recipe make of a strategy's signals."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from realtrade.engine import StageFailed
from realtrade.recipe import RecipeInvalid
from tests.engine.runs import MA_CROSS, REPLAY

if TYPE_CHECKING:
    from tests.engine.conftest import Bench

SIZED = MA_CROSS + "sizing: {type: fixed_quantity, quantity: 1}\n"
PATIENT = "orders: {entry: {type: limit, offset: 0.3%}}\n"
CHASING = "orders: {entry: {type: limit, offset: 0.3%, replace_after: 3h}}\n"
BOTH = """orders:
  entry: {type: limit, offset: 20 ticks, replace_after: 2h}
  exit: {type: limit, offset: 10 ticks, replace_after: 1h}
"""
TICKED = (
    "feeds: {btc: {type: file, path: btc.csv, symbol: BTC/USD, timeframe: 1h, tick: 0.01, "
    "lot: 0.001}}\n"
)


def _trades(bench: Bench, out: str) -> list[dict[str, str]]:
    with (bench.folder / out / "trades.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _bars(bench: Bench) -> dict[str, dict[str, float]]:
    with (bench.folder / "btc.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {row["time"]: {k: float(v) for k, v in row.items() if k != "time"} for row in rows}


def test_entries_are_filled_at_their_limit_and_pay_the_makers_fee(bench: Bench) -> None:
    market = bench.run(bench.recipe(SIZED, name="market"), "market")
    limit = bench.run(bench.recipe(SIZED + PATIENT, name="limit"), "limit")

    bars, at_market, at_limit = _bars(bench), _trades(bench, "market"), _trades(bench, "limit")
    closes = [bar["close"] for bar in bars.values()]
    assert limit.crash is None
    assert market.summary["trades"] == len(at_market)
    assert 3 < len(at_limit) < len(at_market)
    for trade in at_limit:
        price, bar = float(trade["entry_price"]), bars[trade["opened"]]
        assert bar["low"] <= price
        inside = [close * 0.997 for close in closes]
        met = min(abs(price - one) for one in inside) < 1e-9
        assert met or price == bar["open"]  # a gap through the limit fills at the open


@pytest.mark.parametrize("orders", [PATIENT, CHASING, BOTH])
def test_a_replay_makes_the_trades_of_a_backtest(bench: Bench, orders: str) -> None:
    recipe = bench.recipe(TICKED + SIZED + orders)

    backtest = bench.run(recipe, "backtest")
    replay = bench.run(recipe, "replay", *REPLAY)

    for file in ("trades.csv", "equity.csv"):
        one, other = ((bench.folder / run / file).read_bytes() for run in ("backtest", "replay"))
        assert one == other
    assert backtest.crash is replay.crash is None
    assert backtest.summary["trades"] > 3


def test_what_is_placed_anew_misses_less(bench: Bench) -> None:
    patient = bench.run(bench.recipe(SIZED + PATIENT, name="patient"), "patient")
    chasing = bench.run(bench.recipe(SIZED + CHASING, name="chasing"), "chasing")

    assert chasing.summary["trades"] >= patient.summary["trades"]
    assert _trades(bench, "chasing") != _trades(bench, "patient")


def test_rules_without_code_are_shaped_too_and_told_why_they_are_slower(bench: Bench) -> None:
    rules = (
        "strategy: {type: rules, entry: 'close > sma(close, 20)', exit: 'close < sma(close, 20)'}\n"
    )
    outcome = bench.run(
        bench.recipe(rules + "sizing: {type: fixed_quantity, quantity: 1}\n" + CHASING)
    )

    assert outcome.crash is None
    assert outcome.summary["trades"] > 3
    assert outcome.summary["path_reason"] == "not vectorised: orders are not all market orders"


def test_ticks_need_an_instrument_that_has_some(bench: Bench) -> None:
    with pytest.raises(StageFailed) as failed:
        bench.run(bench.recipe(SIZED + BOTH))

    cause = failed.value.cause
    assert isinstance(cause, RecipeInvalid)
    (finding,) = cause.diagnostics
    assert (finding.code, finding.path) == ("RT801", "orders.entry.offset")
    assert "no ticks to count" in finding.message


def test_an_offset_at_market_is_refused_where_it_stands(bench: Bench) -> None:
    with pytest.raises(RecipeInvalid) as refused:
        bench.runner(bench.recipe(SIZED + "orders: {exit: {offset: 1%}}\n"))

    (finding,) = refused.value.diagnostics
    assert finding.path == "orders.exit"
    assert "are for type limit" in finding.message
