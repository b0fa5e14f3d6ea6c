"""`place: exchange` in a recipe: the same trades as local, as far as a bar can tell."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.engine.runs import REPLAY

if TYPE_CHECKING:
    from tests.engine.conftest import Bench

SIZED = "sizing: {type: fixed_quantity, quantity: 1}\n"
TREND = "strategy: {type: ma_cross, params: {fast: 5, slow: 20}}\n" + SIZED
STOPS = {
    "stop_loss": "{type: stop_loss, distance: 1.5%, place: PLACE}",
    "trailing_stop": "{type: trailing_stop, distance: 2%, place: PLACE}",
    "atr_stop": "{type: atr_stop, multiple: 2, place: PLACE}",
    "atr_trailing_stop": "{type: atr_trailing_stop, multiple: 2, place: PLACE}",
    "chandelier_stop": "{type: chandelier_stop, multiple: 3, place: PLACE}",
    "break_even": "{type: break_even, at: 2%, offset: 20 bps, place: PLACE}",
}
SWAP = "feeds: {btc: {type: file, path: btc.csv, symbol: BTC/USD, timeframe: 1h, market: swap}}\n"
STEPS = (
    "feeds: {btc: {type: file, path: btc.csv, symbol: BTC/USD, timeframe: 1h, tick: 0.5, "
    "lot: 0.01}}\n"
)


def _trades(bench: Bench, out: str) -> list[dict[str, str]]:
    with (bench.folder / out / "trades.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _bars(bench: Bench) -> dict[str, dict[str, float]]:
    with (bench.folder / "btc.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {row["time"]: {k: float(v) for k, v in row.items() if k != "time"} for row in rows}


def test_what_a_rule_closes_is_not_closed_again_by_the_strategy(bench: Bench) -> None:
    """Both decide on the same bar: without care a long position would be sold twice."""
    sides = set()
    for stop in ("stop_loss", "trailing_stop"):
        sides |= {trade["side"] for trade in _run(bench, stop, "local", SWAP)}

    assert sides == {"long"}


def _an_hour_later(moment: str) -> str:
    return f"{datetime.fromisoformat(moment) + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"


def _run(bench: Bench, stop: str, place: str, head: str = "", *sets: str) -> list[dict[str, str]]:
    text = head + TREND + f"risk: {{stop: {STOPS[stop].replace('PLACE', place)}}}\n"
    outcome = bench.run(bench.recipe(text, name=f"{place}-bot"), place, *sets)
    assert outcome.crash is None
    return _trades(bench, place)


@pytest.mark.parametrize(
    ("stop", "direction"),
    [*((stop, "long") for stop in STOPS), ("trailing_stop", "short"), ("chandelier_stop", "short")],
)
def test_enters_and_leaves_as_the_watched_stop_does(
    bench: Bench, stop: str, direction: str
) -> None:
    sets = (f"strategy.params.direction={direction}",)
    local = _run(bench, stop, "local", SWAP, *sets)
    resting = _run(bench, stop, "exchange", SWAP, *sets)
    bars, side = _bars(bench), 1 if direction == "long" else -1

    # A strategy that sees itself out a bar earlier may enter again a bar earlier, or at all.
    by_entry = {trade["opened"]: trade for trade in resting}
    pairs = [(trade, by_entry[trade["opened"]]) for trade in local if trade["opened"] in by_entry]
    assert len(pairs) >= len(local) - 1 > 5
    assert len(resting) - len(local) in {0, 1}
    earlier = 0
    for here, there in pairs:
        assert here["entry_price"] == there["entry_price"]
        if here["closed"] == there["closed"]:
            assert here["exit_price"] == there["exit_price"]
            continue
        earlier += 1
        bar, price = bars[there["closed"]], float(there["exit_price"])
        assert here["closed"] == _an_hour_later(there["closed"])
        # At the stop, which the bar has met, or at the open behind a gap: never better than it.
        worst = bar["low"] if side > 0 else bar["high"]
        assert (price - worst) * side >= 0
        assert (bar["open"] - price) * side >= 0
    assert earlier > (0 if stop == "break_even" else 3)


@pytest.mark.parametrize(
    ("stop", "head"),
    [("trailing_stop", ""), ("trailing_stop", STEPS), ("stop_loss", SWAP)],
    ids=["spot", "steps", "swap"],
)
def test_a_replay_makes_the_trades_of_a_backtest(bench: Bench, stop: str, head: str) -> None:
    text = head + TREND + f"risk: {{stop: {STOPS[stop].replace('PLACE', 'exchange')}}}\n"
    recipe = bench.recipe(text)

    backtest = bench.run(recipe, "backtest")
    replay = bench.run(recipe, "replay", *REPLAY)

    for file in ("trades.csv", "equity.csv"):
        one, other = ((bench.folder / run / file).read_bytes() for run in ("backtest", "replay"))
        assert one == other
    assert backtest.crash is replay.crash is None
    assert backtest.summary["trades"] > 5


def test_styles_and_resting_stops_go_together(bench: Bench) -> None:
    orders = """orders:
  entry: {type: limit, offset: 0.2%, replace_after: 2h}
  exit: {type: limit, offset: 0.1%, replace_after: 1h}
"""
    text = (
        TREND + orders + f"risk: {{stop: {STOPS['trailing_stop'].replace('PLACE', 'exchange')}}}\n"
    )
    recipe = bench.recipe(text)

    backtest = bench.run(recipe, "backtest")
    bench.run(recipe, "replay", *REPLAY)

    one, other = (
        (bench.folder / run / "trades.csv").read_bytes() for run in ("backtest", "replay")
    )
    assert one == other
    assert backtest.crash is None
    assert backtest.summary["trades"] > 3


def test_the_account_is_flat_when_its_trades_are(bench: Bench) -> None:
    trades = _run(bench, "trailing_stop", "exchange")
    paid: Any = sum(float(trade["pnl"]) for trade in trades)

    with (bench.folder / "exchange" / "equity.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    closed = next(row for row in rows if row["time"] == trades[-1]["closed"])
    assert float(closed["cash"]) == pytest.approx(10_000 + paid)
