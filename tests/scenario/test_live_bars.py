"""A recipe on live bars, with a bad line: the strategy sees what the exchange has closed."""

from __future__ import annotations

from random import Random
from time import sleep  # noqa: TID251 - a test's own patience
from typing import TYPE_CHECKING

import pytest

from realtrade.model.bar import Bar
from realtrade.testing import SimExchange
from realtrade.utils.clock import SystemClock
from tests.patience import wait_for
from tests.scenario.bar_recorder import BarRecorder
from tests.scenario.running import Running

if TYPE_CHECKING:
    from pathlib import Path

MINUTE_MS, DAY_MS = 60_000, 86_400_000
SYMBOLS = {
    "spot": {"btc": "BTC/USDT", "eth": "ETH/USDT", "sol": "SOL/USDT"},
    "swap": {"btc": "BTC/USDT:USDT", "eth": "ETH/USDT:USDT", "sol": "SOL/USDT:USDT"},
}
FAULTS = ("ws_skip", "ws_duplicate", "ws_reorder", "ws_garbage", "ws_half", "ws_drop", "ws_torn")
RECIPE = """\
realtrade: v1
name: live-bars
mode: paper
exchange: {{type: binance, market: {market}, endpoints: "{url}"}}
feeds:
  btc: {{symbol: "{btc}", timeframe: 1m, history: 20 bars}}
  eth: {{symbol: "{eth}", timeframe: 1m, history: 20 bars}}
  sol: {{symbol: "{sol}", timeframe: 5m, history: 4 bars}}
  long: {{resample: eth, timeframe: 15m}}
strategy: {{type: python, class: "tests.scenario.bar_recorder:BarRecorder"}}
paper: {{cash: 10000 USDT}}
"""


class Market:
    """Three symbols that trade every minute."""

    def __init__(self, exchange: SimExchange, market: str, start_ms: int) -> None:
        self.exchange = exchange
        self.symbols = SYMBOLS[market]
        self.minute = 0
        self._start_ms = start_ms
        self._random = Random(11)  # noqa: S311 - prices of a test

    def play(self, minutes: int) -> None:
        for _ in range(minutes):
            at_ms = self._start_ms + self.minute * MINUTE_MS
            bars = {symbol: [self._bar(at_ms)] for symbol in self.symbols.values()}
            self.exchange.play(bars, "1m")
            self.minute += 1

    def _bar(self, at_ms: int) -> Bar:
        cents = sorted(self._random.randrange(10_000, 11_000) for _ in range(4))
        low, opened, close, high = (value / 100 for value in cents)
        return Bar(at_ms, at_ms + MINUTE_MS, opened, high, low, close, 5)

    def truth(self, name: str, timeframe: str) -> list[tuple[int, float, float]]:
        """Return all closed bars of a feed as the strategy is to see them."""
        return [
            (bar.close_ms - MINUTE_MS, float(bar.open), float(bar.close))
            for bar in self.exchange.bars(self.symbols[name], timeframe)
        ]


def newest() -> list[int]:
    """Return the stamp of the newest bar seen of each of the four feeds."""
    return [bars[-1][0] for bars in BarRecorder.bars.values()]


@pytest.mark.parametrize("market", ["spot", "swap"])
def test_a_strategy_sees_every_closed_bar_once_and_in_order(market: str, tmp_path: Path) -> None:
    start_ms = SystemClock().now_ms() // DAY_MS * DAY_MS - 30 * DAY_MS
    chance = Random(4)  # noqa: S311 - faults of a test
    recipe = tmp_path / "recipe.yaml"
    with SimExchange([*SYMBOLS[market].values()], start_ms=start_ms) as exchange:
        world = Market(exchange, market, start_ms)
        world.play(60)
        recipe.write_text(RECIPE.format(market=market, url=exchange.url, **world.symbols))
        with Running(recipe, BarRecorder) as bot:
            bot.wait_until_live()
            for _ in range(6):
                exchange.arm(chance.choice(FAULTS), times=2, match={"closed": "true"})
                world.play(100)
                sleep(0.2)
            world.play(60)
            bot.wait_for(lambda: newest() == [start_ms + (world.minute - 1) * MINUTE_MS] * 4)

        seen = BarRecorder.bars
        assert bot.failures == []
        assert seen["btc"] == world.truth("btc", "1m")[40:]
        assert seen["eth"] == world.truth("eth", "1m")[40:]
        assert seen["sol"] == world.truth("sol", "5m")[8:]
        # The first bar is of what the history has of it.
        assert seen["long"][1:] == world.truth("eth", "15m")[3:]
    assert sum(map(len, seen.values())) > 1_500
    assert set(BarRecorder.statuses) == {"CONNECTED", "DELAYED", "LIVE", "DISCONNECTED"}


@pytest.mark.parametrize("market", ["spot", "swap"])
def test_a_bar_that_is_not_closed_is_shown_to_nobody(market: str, tmp_path: Path) -> None:
    start_ms = SystemClock().now_ms() // DAY_MS * DAY_MS - 30 * DAY_MS
    recipe = tmp_path / "recipe.yaml"
    with SimExchange([*SYMBOLS[market].values()], start_ms=start_ms) as exchange:
        world = Market(exchange, market, start_ms)
        world.play(60)
        recipe.write_text(RECIPE.format(market=market, url=exchange.url, **world.symbols))
        with Running(recipe, BarRecorder) as bot:
            bot.wait_until_live()
            world.play(30)
            bot.wait_for(lambda: newest() == [start_ms + (world.minute - 1) * MINUTE_MS] * 4)
            exchange.advance(20)
            before = {name: list(bars) for name, bars in BarRecorder.bars.items()}
            growing = exchange.arm("ws_duplicate", -1, match={"closed": "false"})
            for price in (150, 90, 120):
                exchange.move(world.symbols["btc"], price)
            wait_for(lambda: growing.struck >= 3)
            sleep(0.3)

            assert {name: list(bars) for name, bars in BarRecorder.bars.items()} == before
            exchange.advance(40)
            wait_for(lambda: len(BarRecorder.bars["btc"]) == len(before["btc"]) + 1)
        assert bot.failures == []
        assert BarRecorder.bars["btc"] == world.truth("btc", "1m")[40:]
        high = exchange.bars(world.symbols["btc"], "1m")[-1].high
        assert high == 150
