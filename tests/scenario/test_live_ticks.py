"""A recipe on single trades: live with a bad line, from a file, and bars made of them."""

from __future__ import annotations

from decimal import Decimal
from itertools import groupby
from random import Random
from time import sleep  # noqa: TID251 - a test's own patience
from typing import TYPE_CHECKING

import pytest

from realtrade.engine import TradingRunner
from realtrade.recipe import load_recipe
from realtrade.testing import SimExchange
from realtrade.utils.clock import ManualClock
from tests.patience import wait_for
from tests.scenario.running import Running
from tests.scenario.tick_recorder import Once, TickRecorder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from realtrade.testing.exchange.events import PriceMoved

START_MS = 1_700_000_040_000  # a whole minute
FAULTS = ("ws_skip", "ws_duplicate", "ws_reorder", "ws_garbage", "ws_half", "ws_drop", "ws_torn")
SYMBOLS = {"spot": ("BTC/USDT", "ETH/USDT"), "swap": ("BTC/USDT:USDT", "ETH/USDT:USDT")}
RECIPE = """\
realtrade: v1
name: live-ticks
mode: paper
exchange: {{type: binance, market: {market}, endpoints: "{url}"}}
feeds:
  btc: {{symbol: "{btc}", timeframe: tick, history: 40 bars}}
  eth: {{symbol: "{eth}", timeframe: tick}}
  minutes: {{resample: btc, timeframe: 1m}}
  seconds: {{resample: btc, timeframe: 5s}}
strategy: {{type: python, class: "tests.scenario.tick_recorder:TickRecorder"}}
paper: {{cash: 10000 USDT}}
"""
ON_FILES = """\
realtrade: v1
name: file-ticks
mode: {mode}
{exchange}
feeds:
  btc: {{type: file, path: trades.csv, symbol: BTC/USDT, timeframe: tick}}
  minutes: {{resample: btc, timeframe: 1m}}
  seconds: {{resample: btc, timeframe: 5s}}
strategy: {{type: python, class: "tests.scenario.tick_recorder:TickRecorder"}}
"""
MIXED = """\
realtrade: v1
name: mixed
mode: paper
exchange: {{type: binance, market: {market}, endpoints: "{url}"}}
feeds:
  btc: {{symbol: "{btc}", timeframe: tick}}
  quotes: {{symbol: "{btc}", timeframe: tick, source: quotes}}
  bars: {{symbol: "{btc}", timeframe: 1m, history: 1 bars}}
strategy: {{type: python, class: "tests.scenario.tick_recorder:TickRecorder"}}
"""
GUARDED = """\
realtrade: v1
name: guarded-ticks
mode: {mode}
exchange:
  type: binance
  market: swap
  endpoints: "{url}"
  api_key: {{file: key}}
  secret: {{file: secret}}
feeds: {{btc: {{symbol: "BTC/USDT:USDT", timeframe: tick}}}}
strategy: {{type: python, class: "tests.scenario.tick_recorder:Once"}}
risk: {{stop: {{type: stop_loss, distance: 2%}}}}
"""
Row = tuple[int, float, float, float, float, float]


class Market:
    """Two symbols that trade at random; the exchange's clock is the market's."""

    def __init__(self, market: str) -> None:
        self.symbols = SYMBOLS[market]
        self.clock = ManualClock(START_MS)
        self.exchange = SimExchange([*self.symbols], clock=self.clock, start_ms=START_MS)
        self._chance = Random(5)  # noqa: S311 - prices of a test

    def trade(self, count: int) -> None:
        """Let `count` trades happen of each, now and then a while apart."""
        for _ in range(count):
            if self._chance.random() < 0.3:
                self.exchange.advance(self._chance.choice((0.001, 0.3, 2, 7, 31)))
            for symbol in self.symbols:
                price = Decimal(self._chance.randrange(10_000, 11_000)) / 100
                quantity = Decimal(self._chance.randrange(1, 9)) / 4
                self.exchange.trade(symbol, price, quantity)
        self.exchange.flush()

    def ticks(self, number: int = 0) -> list[Row]:
        """Return a symbol's trades as a strategy is to see them."""
        return [row(one) for one in self.exchange.trades(self.symbols[number])]

    def klines(self, ticks: Sequence[Row]) -> list[Row]:
        """Return the exchange's own minutes in which something was traded, with their closes.

        Without the last, of which no trade in `ticks` shows that it is over.
        """
        return [
            (
                bar.close_ms,
                *(float(bar.open), float(bar.high), float(bar.low), float(bar.close)),
                float(bar.volume),
            )
            for bar in self.exchange.bars(self.symbols[0], "1m")
            if bar.volume and bar.close_ms <= ticks[-1][0]
        ]


def row(trade: PriceMoved) -> Row:
    price = float(trade.price)
    return trade.time_ms, price, price, price, price, float(trade.quantity)


def bars_of(ticks: Sequence[Row], length_ms: int) -> list[Row]:
    """Return bars of trades with their closes, but the last: nothing shows that it is over."""
    groups = groupby(ticks, key=lambda one: one[0] // length_ms)
    return [_joined([*rows], (number + 1) * length_ms) for number, rows in groups][:-1]


def _joined(rows: Sequence[Row], closed_ms: int) -> Row:
    prices = [one[1] for one in rows]
    quantity = sum(one[5] for one in rows)
    return closed_ms, prices[0], max(prices), min(prices), prices[-1], quantity


def counted(counts: dict[str, int]) -> bool:
    """Tell whether so many rows of each of these feeds have been seen."""
    return {name: len(TickRecorder.rows.get(name, ())) for name in counts} == counts


@pytest.mark.parametrize("market", ["spot", "swap"])
def test_a_strategy_sees_every_trade_once_and_in_order(market: str, tmp_path: Path) -> None:
    chance = Random(4)  # noqa: S311 - faults of a test
    world = Market(market)
    btc, eth = world.symbols
    recipe = tmp_path / "recipe.yaml"
    with world.exchange as exchange:
        world.trade(100)
        recipe.write_text(RECIPE.format(market=market, url=exchange.url, btc=btc, eth=eth))
        with Running(recipe, TickRecorder) as bot:
            bot.wait_until_live()
            for _ in range(6):
                exchange.arm(chance.choice(FAULTS), times=2, match={"event": "aggTrade"})
                world.trade(60)
                sleep(0.2)
            world.trade(40)
            bot.wait_for(lambda: counted({"btc": 40 + 400, "eth": 400}))

        seen = TickRecorder.rows
        assert bot.failures == []
        assert seen["btc"] == world.ticks()[60:]
        assert seen["eth"] == world.ticks(1)[100:]
        assert seen["seconds"] == bars_of(seen["btc"], 5_000)
        # The first bar is of what the history has of it.
        assert seen["minutes"][1:] == world.klines(seen["btc"])[-len(seen["minutes"]) + 1 :]
        assert len(seen["minutes"]) > 10
        assert TickRecorder.live_during_history == 0
    assert set(TickRecorder.statuses) == {"CONNECTED", "DELAYED", "LIVE", "DISCONNECTED"}


@pytest.mark.parametrize("market", ["spot", "swap"])
def test_a_backtest_of_the_last_trades_of_an_exchange(market: str, tmp_path: Path) -> None:
    world = Market(market)
    btc, eth = world.symbols
    recipe = tmp_path / "recipe.yaml"
    with world.exchange as exchange:
        world.trade(300)
        text = RECIPE.format(market=market, url=exchange.url, btc=btc, eth=eth)
        text = text.replace("mode: paper", "mode: backtest").replace("40 bars", "250 bars")
        recipe.write_text(text.replace("timeframe: tick}", "timeframe: tick, history: 1 bars}"))
        TickRecorder.forget()
        TradingRunner(load_recipe(recipe), out=tmp_path / "out").run()

    assert TickRecorder.rows["btc"] == world.ticks()[50:]
    assert TickRecorder.rows["eth"] == world.ticks(1)[-1:]
    assert TickRecorder.rows["seconds"] == bars_of(world.ticks()[50:], 5_000)


@pytest.mark.parametrize("exchange", ["", "exchange: {type: replay}"])
def test_the_same_trades_from_a_file_make_the_same_ticks_and_bars(
    exchange: str, tmp_path: Path
) -> None:
    world = Market("spot")
    world.trade(300)
    trades = world.exchange.trades("BTC/USDT")
    lines = [f"{one.time_ms},{one.price},{one.quantity}" for one in trades]
    (tmp_path / "trades.csv").write_text("\n".join(["time,price,quantity", *lines]) + "\n")
    recipe = tmp_path / "recipe.yaml"
    mode = "paper" if exchange else "backtest"
    recipe.write_text(ON_FILES.format(mode=mode, exchange=exchange))

    TickRecorder.forget()
    TradingRunner(load_recipe(recipe), out=tmp_path / "out").run()

    assert TickRecorder.rows["btc"] == world.ticks()
    assert TickRecorder.rows["seconds"] == bars_of(world.ticks(), 5_000)
    assert TickRecorder.rows["minutes"] == world.klines(world.ticks())
    assert len(TickRecorder.rows["minutes"]) > 5


@pytest.mark.parametrize("market", ["spot", "swap"])
def test_trades_quotes_and_bars_come_side_by_side(market: str, tmp_path: Path) -> None:
    recipe, btc = tmp_path / "recipe.yaml", SYMBOLS[market][0]
    with SimExchange([btc]) as exchange:
        exchange.make_up_history(3)
        before = len(exchange.trades(btc))
        recipe.write_text(MIXED.format(market=market, url=exchange.url, btc=btc))
        with Running(recipe, TickRecorder) as bot:
            wait_for(lambda: heard(exchange, market) >= {"aggTrade", "bookTicker", "kline_1m"})
            exchange.make_up_history(10)
            exchange.drop_connections()
            exchange.make_up_history(5)
            bot.wait_for(lambda: counted({"bars": 16}))
            wait_for(lambda: heard(exchange, market) >= {"aggTrade", "bookTicker", "kline_1m"})
            exchange.make_up_history(10)
            ticks = [row(one) for one in exchange.trades(btc)[before:]]
            bot.wait_for(lambda: counted({"btc": len(ticks), "bars": 26}))
            wait_for(lambda: len(TickRecorder.rows["quotes"]) >= 80)

    seen, step = TickRecorder.rows, float(exchange.core.desk(btc).market.tick)
    assert bot.failures == []
    assert seen["btc"] == ticks
    # Old days are played: the bars are stamped so, and a strategy's own time is that of the trades.
    assert [(one[0], one[4]) for one in seen["bars"]] == [
        (bar.close_ms, float(bar.close)) for bar in exchange.bars(btc, "1m")[2:]
    ]
    bids = [one[3] for one in seen["quotes"]]
    assert bids[:40] == [one[1] for one in ticks[:40]]
    assert bids[-40:] == [one[1] for one in ticks[-40:]], "only quotes of the outage are gone"
    assert {round((one[2] - one[3]) / step) for one in seen["quotes"]} == {1}
    assert {one[5] for one in seen["quotes"]} == {0.0}


def heard(exchange: SimExchange, market: str) -> set[str]:
    """Return the kinds of streams of the market that somebody listens to."""
    return {*exchange.dialect.streams._wanted(market == "spot", "BTCUSDT")}


@pytest.mark.parametrize("mode", ["paper", "live"])
def test_a_stop_is_met_by_a_tick_within_the_minute(mode: str, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("k" * 20)
    (tmp_path / "secret").write_text("s" * 20)
    recipe = tmp_path / "recipe.yaml"
    with SimExchange() as exchange:
        exchange.add_account("k" * 20, "s" * 20, futures={"USDT": "10000"})
        exchange.move(SWAP, "1000")
        recipe.write_text(GUARDED.format(mode=mode, url=exchange.url))
        with Running(recipe, Once) as bot:
            bot.wait_until_live()
            exchange.move(SWAP, "1000")
            bot.wait_for(lambda: mode == "paper" or held(exchange) == 2)
            for price in range(999, 975, -1):
                exchange.move(SWAP, str(price))
                sleep(0.01)
            bot.wait_for(lambda: len(Once.filled) == 2)

        assert bot.failures == []
        (_, _, bought), (side, size, sold) = Once.filled
        assert (side, size) == ("sell", -2)
        # Met by the first trade at 2 % below, filled by what comes next, which live is whenever.
        assert sold < bought * 0.98
        assert (sold > bought * 0.978) or mode == "live"
        assert mode == "paper" or held(exchange) == 0
        assert exchange.bars(SWAP, "1m") == []


SWAP = "BTC/USDT:USDT"


def held(exchange: SimExchange) -> Decimal:
    position = exchange.truth("k" * 20).positions.get(SWAP)
    return Decimal(0) if position is None else position.quantity
