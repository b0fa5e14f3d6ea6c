"""What holds of every built-in strategy, run from the recipe that comes with it."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import backtrader as bt
import pandas as pd
import pytest

from realtrade.engine import RunOutcome, TradingRunner
from realtrade.plugins import Kind, Registry
from realtrade.plugins.ports.build import BuildContext
from realtrade.recipe import load_recipe
from realtrade.recipe.blocks import Plugged
from realtrade.utils.clock import ManualClock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.plugins.ports.strategy import StrategySpec

RECIPES = Path(__file__).parents[2] / "recipes"
NAMES = (
    "adx-trend",
    "bollinger",
    "dca-drop",
    "dca-schedule",
    "donchian",
    "macd",
    "pairs",
    "roc-rank",
    "rsi-momentum",
    "rsi-reversion",
    "supertrend",
    "volume-breakout",
    "zscore",
)
SEVERAL = ("pairs", "roc-rank")
HOURS = ("backtest.from=2017-11-01", "backtest.to=2018-03-01")
FEW_HOURS = ("backtest.from=2017-12-01", "backtest.to=2018-01-15")
PLENTY = "backtest.cash=100000000 USD"
REPLAY = ("mode=paper", "exchange={type: replay}")

GOLDEN: dict[str, tuple[int, str, list[tuple[str, str, str]]]] = {
    "adx-trend": (
        4,
        "8527.79",
        [
            ("BTC/USD", "2017-11-05T00:00:00Z", "2017-11-06T00:00:00Z"),
            ("BTC/USD", "2017-11-29T09:00:00Z", "2017-11-29T20:00:00Z"),
            ("BTC/USD", "2018-02-06T22:00:00Z", "2018-02-06T23:00:00Z"),
        ],
    ),
    "bollinger": (
        8,
        "8077.36",
        [
            ("BTC/USD", "2017-11-06T16:00:00Z", "2017-11-08T13:00:00Z"),
            ("BTC/USD", "2017-11-10T09:00:00Z", "2017-11-13T13:00:00Z"),
            ("BTC/USD", "2017-11-24T03:00:00Z", "2017-11-25T09:00:00Z"),
        ],
    ),
    "dca-drop": (
        25,
        "10182.85",
        [
            ("BTC/USD", "2017-11-06T00:00:00Z", "2017-11-08T07:00:00Z"),
            ("BTC/USD", "2017-11-08T14:00:00Z", "2017-11-13T13:00:00Z"),
            ("BTC/USD", "2017-11-13T15:00:00Z", "2017-11-15T01:00:00Z"),
        ],
    ),
    "dca-schedule": (
        3,
        "8620.85",
        [
            ("BTC/USD", "2017-11-02T01:00:00Z", "2017-11-26T00:00:00Z"),
            ("BTC/USD", "2017-11-26T01:00:00Z", "2017-12-06T07:00:00Z"),
            ("BTC/USD", "2017-12-07T01:00:00Z", "2017-12-08T00:00:00Z"),
        ],
    ),
    "donchian": (
        8,
        "14161.35",
        [
            ("BTC/USD", "2017-11-08T13:00:00Z", "2017-11-10T07:00:00Z"),
            ("BTC/USD", "2017-11-15T11:00:00Z", "2017-11-24T01:00:00Z"),
            ("BTC/USD", "2017-11-25T09:00:00Z", "2017-12-10T04:00:00Z"),
        ],
    ),
    "macd": (
        45,
        "16521.65",
        [
            ("BTC/USD", "2017-11-05T07:00:00Z", "2017-11-05T17:00:00Z"),
            ("BTC/USD", "2017-11-07T21:00:00Z", "2017-11-09T03:00:00Z"),
            ("BTC/USD", "2017-11-12T11:00:00Z", "2017-11-17T10:00:00Z"),
        ],
    ),
    "pairs": (
        46,
        "18260.77",
        [
            ("ETH/USD", "2022-04-22T00:00:00Z", "2022-04-24T00:00:00Z"),
            ("LTC/USD", "2022-04-22T00:00:00Z", "2022-04-24T00:00:00Z"),
            ("ETH/USD", "2022-05-27T00:00:00Z", "2022-06-04T00:00:00Z"),
        ],
    ),
    "roc-rank": (
        26,
        "7830.91",
        [
            ("BTC/USD", "2022-06-07T00:00:00Z", "2022-06-13T00:00:00Z"),
            ("LTC/USD", "2022-06-14T00:00:00Z", "2022-06-20T00:00:00Z"),
            ("ETH/USD", "2022-06-21T00:00:00Z", "2022-06-27T00:00:00Z"),
        ],
    ),
    "rsi-momentum": (
        8,
        "13657.17",
        [
            ("BTC/USD", "2017-11-03T01:00:00Z", "2017-11-06T12:00:00Z"),
            ("BTC/USD", "2017-11-08T13:00:00Z", "2017-11-08T15:00:00Z"),
            ("BTC/USD", "2017-11-16T10:00:00Z", "2017-11-21T05:00:00Z"),
        ],
    ),
    "rsi-reversion": (
        2,
        "10727.56",
        [
            ("BTC/USD", "2018-01-16T10:00:00Z", "2018-01-17T22:00:00Z"),
            ("BTC/USD", "2018-02-05T20:00:00Z", "2018-02-06T14:00:00Z"),
        ],
    ),
    "supertrend": (
        13,
        "18259.98",
        [
            ("BTC/USD", "2017-11-08T10:00:00Z", "2017-11-08T15:00:00Z"),
            ("BTC/USD", "2017-11-13T11:00:00Z", "2017-11-21T04:00:00Z"),
            ("BTC/USD", "2017-11-21T15:00:00Z", "2017-11-29T19:00:00Z"),
        ],
    ),
    "volume-breakout": (
        4,
        "14692.61",
        [
            ("BTC/USD", "2017-11-08T13:00:00Z", "2017-11-10T07:00:00Z"),
            ("BTC/USD", "2017-11-26T17:00:00Z", "2017-12-10T04:00:00Z"),
            ("BTC/USD", "2018-01-05T10:00:00Z", "2018-01-07T18:00:00Z"),
        ],
    ),
    "zscore": (
        5,
        "8239.33",
        [
            ("BTC/USD", "2017-11-10T14:00:00Z", "2017-11-13T10:00:00Z"),
            ("BTC/USD", "2017-12-20T02:00:00Z", "2017-12-23T12:00:00Z"),
            ("BTC/USD", "2018-01-16T08:00:00Z", "2018-01-18T12:00:00Z"),
        ],
    ),
}


def _run(name: str, out: Path, *sets: str) -> RunOutcome:
    return TradingRunner(load_recipe(RECIPES / f"{name}.yaml", sets=sets), out=out).run()


def _rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "trades.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _span(name: str, span: Sequence[str]) -> tuple[str, ...]:
    return () if name in SEVERAL else tuple(span)


def _both_sides(name: str) -> tuple[str, ...]:
    """Return what lets a strategy be short too, where it can be."""
    recipe = load_recipe(RECIPES / f"{name}.yaml")
    swaps = tuple(f"feeds.{feed}.market=swap" for feed in recipe.feeds)
    return swaps if name.startswith("dca") else (*swaps, "strategy.params.direction=both")


def _spec(name: str, *sets: str) -> StrategySpec:
    recipe = load_recipe(RECIPES / f"{name}.yaml", sets=sets)
    build = Registry().builder(Kind.STRATEGY, recipe.strategy.type)
    context = BuildContext(name="strategy", folder=RECIPES, clock=ManualClock())
    spec: StrategySpec = build(recipe.strategy.config, context)
    return spec


def test_every_strategy_has_its_recipe() -> None:
    registry = Registry()
    built_in = {
        name
        for name in registry.names(Kind.STRATEGY)
        if registry.distribution(Kind.STRATEGY, name) == "realtrade"
    }

    assert {name.replace("-", "_") for name in NAMES} == built_in - {"ma_cross", "python", "rules"}


@pytest.mark.parametrize("name", NAMES)
def test_makes_the_trades_it_always_made(name: str, tmp_path: Path) -> None:
    count, equity, first = GOLDEN[name]

    outcome = _run(name, tmp_path, *_span(name, HOURS))

    rows = _rows(tmp_path)
    assert outcome.crash is None
    assert [(row["symbol"], row["opened"], row["closed"]) for row in rows[:3]] == first
    assert len(rows) == outcome.summary["trades"] == count
    assert f"{float(outcome.summary['final_equity']):.2f}" == equity


@pytest.mark.parametrize("name", NAMES)
def test_a_replay_makes_the_trades_of_a_backtest(name: str, tmp_path: Path) -> None:
    both_sides = _both_sides(name)

    backtest = _run(name, tmp_path / "backtest", *both_sides, *_span(name, FEW_HOURS))
    replay = _run(
        name,
        tmp_path / "replay",
        *both_sides,
        *_span(name, FEW_HOURS),
        "paper={cash: 10000 USD, fees: {maker: 2 bps, taker: 5 bps}}",
        *REPLAY,
    )

    for file in ("trades.csv", "equity.csv"):
        made = [(tmp_path / run / file).read_bytes() for run in ("backtest", "replay")]
        assert made[0] == made[1]
    assert backtest.crash is replay.crash is None
    assert backtest.summary["trades"] > 1


class Ledger(bt.Analyzer):
    """Closed trades as `trades.csv` tells them."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str, str, float]] = []

    def notify_trade(self, trade: Any) -> None:
        if trade.isclosed:
            times = (bt.num2date(one) for one in (trade.dtopen, trade.dtclose))
            opened, closed = (f"{time:%Y-%m-%dT%H:%M:%SZ}" for time in times)
            self.rows.append((trade.data._name, opened, closed, trade.pnlcomm))

    def get_analysis(self) -> Any:
        return self.rows


def _stock(spec: StrategySpec, feeds: dict[str, pd.DataFrame], **cerebro_params: Any) -> Any:
    """Run a strategy in a plain, stock Cerebro."""
    cerebro = bt.Cerebro(stdstats=False, **cerebro_params)
    for symbol, frame in feeds.items():
        minutes = round((frame.index[1] - frame.index[0]).total_seconds() / 60)
        feed = bt.feeds.PandasData(
            dataname=frame, timeframe=bt.TimeFrame.Minutes, compression=minutes
        )
        cerebro.adddata(feed, name=symbol)
    cerebro.broker.setcash(100_000_000)
    cerebro.broker.setcommission(commission=0.0005)
    cerebro.addsizer(bt.sizers.FixedSize, stake=2)
    cerebro.addanalyzer(Ledger, _name="ledger")
    cerebro.addstrategy(spec.cls, **spec.params)
    return cerebro.run()[0]


def _frames(name: str) -> dict[str, pd.DataFrame]:
    recipe = load_recipe(RECIPES / f"{name}.yaml")
    frames: dict[str, pd.DataFrame] = {}
    for feed in recipe.feeds.values():
        assert isinstance(feed, Plugged)
        config: Any = feed.config
        frame = pd.read_csv(RECIPES / config.path, parse_dates=["time"], index_col="time")
        frames[config.symbol] = frame.tz_localize(None).astype(float)
        if name not in SEVERAL:
            frames[config.symbol] = frames[config.symbol].loc["2017-12-01":"2018-01-14 23:59"]
    return frames


@pytest.mark.parametrize("name", NAMES)
def test_makes_the_same_trades_in_a_plain_cerebro(name: str, tmp_path: Path) -> None:
    both_sides = _both_sides(name)
    text = (RECIPES / f"{name}.yaml").read_text("utf-8")
    text = re.sub(
        "^sizing: .*", "sizing: {type: fixed_quantity, quantity: 2}", text, flags=re.MULTILINE
    )
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(text.replace("path: data", f"path: {RECIPES}/data"), encoding="utf-8")
    sets = (*both_sides, PLENTY, *_span(name, FEW_HOURS))
    outcome = TradingRunner(load_recipe(recipe, sets=sets), out=tmp_path).run()

    stock = _stock(_spec(name, *both_sides), _frames(name))

    rows = _rows(tmp_path)
    expected = stock.analyzers.ledger.get_analysis()
    assert sorted((row["symbol"], row["opened"], row["closed"]) for row in rows) == sorted(
        row[:3] for row in expected
    )
    assert sum(float(row["pnl"]) for row in rows) == pytest.approx(
        sum(row[3] for row in expected), rel=1e-9
    )
    assert float(outcome.summary["final_equity"]) == pytest.approx(
        stock.broker.getvalue(), rel=1e-12
    )


def _standing_still(name: str, count: int) -> dict[str, pd.DataFrame]:
    """Return bars of a price that does not move and is not traded."""
    frames = {}
    for symbol, frame in _frames(name).items():
        still = frame.iloc[:count].copy()
        still.loc[:, :] = 0.1
        still["volume"] = 0.0
        frames[symbol] = still
    return frames


@pytest.mark.parametrize("runonce", [True, False], ids=["once", "next"])
@pytest.mark.parametrize("name", NAMES)
def test_a_market_that_stands_still_stops_none(name: str, runonce: bool) -> None:
    strategy = _stock(_spec(name), _standing_still(name, 300), runonce=runonce)

    assert len(strategy) == 300
    bought = {data._name: strategy.getposition(data).size for data in strategy.datas}
    assert any(bought.values()) is (name == "dca-schedule")


@pytest.mark.parametrize("name", NAMES)
def test_too_few_bars_are_no_mistake(name: str) -> None:
    """Bar by bar, as live; ahead of all bars stock indicators raise, ours or not."""
    strategy = _stock(_spec(name), _standing_still(name, 5), runonce=False)

    assert len(strategy) == 5
    assert {strategy.getposition(data).size for data in strategy.datas} == {0}
