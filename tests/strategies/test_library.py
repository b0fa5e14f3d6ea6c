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
from realtrade.recipe.blocks import Plugged, ResampledFeed
from realtrade.utils.clock import ManualClock
from tests.strategies.golden import GOLDEN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.plugins.ports.strategy import StrategySpec

RECIPES = Path(__file__).parents[2] / "recipes"
NAMES = (
    "adx-trend",
    "atr-grid",
    "bollinger",
    "dca-drop",
    "dca-schedule",
    "donchian",
    "fixed-grid",
    "macd",
    "multi-timeframe",
    "pairs",
    "quickstart",
    "regime",
    "roc-rank",
    "rsi-momentum",
    "rsi-reversion",
    "rules-ma-cross",
    "supertrend",
    "volume-breakout",
    "vote",
    "zscore",
)
SEVERAL = ("pairs", "roc-rank")
HOURS = ("backtest.from=2017-11-01", "backtest.to=2018-03-01")
FEW_HOURS = ("backtest.from=2017-12-01", "backtest.to=2018-01-15")
PLENTY = "backtest.cash=100000000 USD"
ONE_FEE = "backtest.fees={maker: 5 bps, taker: 5 bps}"
REPLAY = ("mode=paper", "exchange={type: replay}")


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
    files = (name for name, feed in recipe.feeds.items() if isinstance(feed, Plugged))
    swaps = tuple(f"feeds.{feed}.market=swap" for feed in files)
    one_way = name.startswith(("dca", "rules"))
    return swaps if one_way else (*swaps, "strategy.params.direction=both")


def _spec(name: str, *sets: str) -> StrategySpec:
    recipe = load_recipe(RECIPES / f"{name}.yaml", sets=sets)
    build = Registry().builder(Kind.STRATEGY, recipe.strategy.type)
    context = BuildContext(name="strategy", folder=RECIPES, clock=ManualClock())
    spec: StrategySpec = build(recipe.strategy.config, context)
    return spec


@pytest.mark.parametrize("name", NAMES)
def test_makes_the_trades_it_always_made(name: str, tmp_path: Path) -> None:
    count, equity, first = GOLDEN[name]

    outcome = _run(name, tmp_path, *_span(name, HOURS))

    rows = _rows(tmp_path)
    assert outcome.crash is None
    assert [(row["symbol"], row["opened"], row["closed"]) for row in rows[:3]] == first
    assert len(rows) == outcome.summary["trades"] == count
    assert f"{float(outcome.summary['final_equity']):.2f}" == equity


@pytest.mark.untraced
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
    assert backtest.summary["trades"] > (0 if name == "atr-grid" else 1)


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
        if isinstance(feed, ResampledFeed):
            frames["BTC/USD by day"] = _by_day(frames["BTC/USD"])
            continue
        assert isinstance(feed, Plugged)
        config: Any = feed.config
        frame = pd.read_csv(RECIPES / config.path, parse_dates=["time"], index_col="time")
        frames[config.symbol] = frame.tz_localize(None).astype(float)
        if name not in SEVERAL:
            frames[config.symbol] = frames[config.symbol].loc["2017-12-01":"2018-01-14 23:59"]
    return frames


def _by_day(hours: pd.DataFrame) -> pd.DataFrame:
    """Return days, each coming with the last hour it is made of."""
    how = {"open": "first", "high": "max", "low": "min", "close": "last", "volume": "sum"}
    days = hours.resample("1D").agg(how)
    days.index += pd.Timedelta(hours=23)
    return days


@pytest.mark.untraced
@pytest.mark.parametrize("name", NAMES)
def test_makes_the_same_trades_in_a_plain_cerebro(name: str, tmp_path: Path) -> None:
    both_sides = _both_sides(name)
    text = (RECIPES / f"{name}.yaml").read_text("utf-8")
    text = re.sub(
        "^sizing: .*", "sizing: {type: fixed_quantity, quantity: 2}", text, flags=re.MULTILINE
    )
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(text.replace("path: data", f"path: {RECIPES}/data"), encoding="utf-8")
    sets = (*both_sides, PLENTY, ONE_FEE, *_span(name, FEW_HOURS))
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


def _moments(feeds: dict[str, pd.DataFrame]) -> int:
    """Return how many times there is a bar of any feed."""
    return len(set().union(*(frame.index for frame in feeds.values())))


@pytest.mark.parametrize("runonce", [True, False], ids=["once", "next"])
@pytest.mark.parametrize("name", NAMES)
def test_a_market_that_stands_still_stops_none(name: str, runonce: bool) -> None:
    feeds = _standing_still(name, 300)

    strategy = _stock(_spec(name), feeds, runonce=runonce)

    assert len(strategy) == _moments(feeds)
    bought = {data._name: strategy.getposition(data).size for data in strategy.datas}
    assert any(bought.values()) is (name == "dca-schedule")


@pytest.mark.parametrize("name", NAMES)
def test_too_few_bars_are_no_mistake(name: str) -> None:
    """Bar by bar, as live; ahead of all bars stock indicators raise, ours or not."""
    feeds = _standing_still(name, 5)

    strategy = _stock(_spec(name), feeds, runonce=False)

    assert len(strategy) == _moments(feeds)
    assert {strategy.getposition(data).size for data in strategy.datas} == {0}
