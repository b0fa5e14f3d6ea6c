"""A replay goes the live path and makes the trades a backtest makes, to the last digit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.engine.conftest import Bench

REPLAY = ("mode=paper", "exchange={type: replay}")

ONE = """
    feeds: {btc: {type: file, path: btc.csv, symbol: BTC/USD, timeframe: 1h}}
"""
SEVERAL = """
    feeds:
      eth: {type: file, path: eth.csv, symbol: ETH/USD, timeframe: 30m, market: swap}
      btc: {type: file, path: btc.csv, symbol: BTC/USD, timeframe: 1h, market: swap}
      eth_4h: {resample: eth, timeframe: 4h}
      btc_1d: {resample: btc, timeframe: 1d}
"""
MA_CROSS = """
    strategy: {type: ma_cross, params: {fast: 5, slow: 20}}
    sizing: {type: percent_equity, percent: 40%}
"""
MINE = "    strategy: {type: python, class: 'mine:Mine'}\n"

STRATEGIES = {
    "limit and stop": """
        import backtrader as bt

        class Mine(bt.Strategy):
            def next(self):
                for data in self.datas:
                    turn = len(self) % 24
                    if turn == 3 and not self.getposition(data).size:
                        self.buy(data=data, size=1, exectype=bt.Order.Limit,
                                 price=data.close[0] * 0.995, valid=data.datetime.datetime(0)
                                 + __import__("datetime").timedelta(hours=6))
                    if turn == 9 and self.getposition(data).size:
                        self.sell(data=data, size=1, exectype=bt.Order.Stop,
                                  price=data.close[0] * 0.99)
                    if turn == 20 and self.getposition(data).size:
                        for order in self.broker.get_orders_open():
                            if order.data is data:
                                self.cancel(order)
                        self.close(data=data)
    """,
    "bracket": """
        import backtrader as bt

        class Mine(bt.Strategy):
            def next(self):
                for data in self.datas:
                    if len(self) % 17 == 5 and not self.getposition(data).size:
                        close = data.close[0]
                        self.buy_bracket(data=data, size=1, price=close * 0.999,
                                         stopprice=close * 0.98, limitprice=close * 1.02)
    """,
    "trailing and groups": """
        import backtrader as bt

        class Mine(bt.Strategy):
            def next(self):
                data = self.datas[0]
                if len(self) % 31 == 7:
                    self.buy(size=2)
                if len(self) % 31 == 9 and self.position.size:
                    first = self.sell(size=1, exectype=bt.Order.StopTrail, trailpercent=0.01)
                    self.sell(size=1, exectype=bt.Order.Limit, oco=first,
                              price=data.close[0] * 1.01)
                if len(self) % 31 == 30 and self.position.size:
                    self.close()
    """,
}


def _both(bench: Bench, recipe: str, *sets: str) -> tuple[Any, Any]:
    path = bench.recipe(recipe)
    return bench.run(path, "backtest", *sets), bench.run(path, "replay", *sets, *REPLAY)


def _same(bench: Bench, name: str) -> bool:
    both = [(bench.folder / run / name).read_bytes() for run in ("backtest", "replay")]
    return both[0] == both[1]


@pytest.mark.parametrize("feeds", [ONE, SEVERAL], ids=["one feed", "two symbols, four feeds"])
def test_ma_cross_trades_alike(bench: Bench, feeds: str) -> None:
    backtest, replay = _both(bench, feeds + MA_CROSS)

    assert _same(bench, "trades.csv")
    assert _same(bench, "equity.csv")
    assert backtest.summary["trades"] > 5
    assert replay.summary["bars"] == backtest.summary["bars"]
    assert (backtest.summary["mode"], replay.summary["mode"]) == ("backtest", "paper")


@pytest.mark.parametrize("feeds", [ONE, SEVERAL], ids=["one feed", "two symbols, four feeds"])
@pytest.mark.parametrize("kind", STRATEGIES)
def test_every_kind_of_order_fills_alike(bench: Bench, kind: str, feeds: str) -> None:
    bench.strategy("mine", STRATEGIES[kind])

    backtest, replay = _both(bench, feeds + MINE)

    assert backtest.crash is None
    assert replay.crash is None
    assert _same(bench, "trades.csv")
    assert _same(bench, "equity.csv")
    assert backtest.summary["trades"] > 5


def test_slippage_and_the_span_of_the_backtest_hold_in_both(bench: Bench) -> None:
    money = "{cash: 10000 USD, fees: {taker: 10 bps}, slippage: 5 bps}"
    span = "from: 2024-01-05, to: 2024-01-20"

    backtest, _ = _both(
        bench,
        ONE + MA_CROSS + f"    backtest: {money[:-1]}, {span}}}\n    paper: {money}\n",
    )

    assert _same(bench, "trades.csv")
    assert _same(bench, "equity.csv")
    assert backtest.summary["bars"] == 15 * 24
    assert backtest.summary["first_bar"] == "2024-01-05T00:00:00Z"


def test_a_strategy_sees_the_same_bars_in_both(bench: Bench) -> None:
    bench.strategy(
        "mine",
        """
        import backtrader as bt

        class Mine(bt.Strategy):
            params = (("path", ""),)

            def start(self):
                self.file = open(self.p.path, "w")

            def next(self):
                for data in filter(len, self.datas):
                    row = (data._name, len(data), data.datetime.datetime(0), data.open[0],
                           data.high[0], data.low[0], data.close[0], data.volume[0])
                    print(*row, file=self.file)

            prenext = next

            def stop(self):
                self.file.close()
        """,
    )
    seen = [bench.folder / name for name in ("backtest.txt", "replay.txt")]
    recipe = bench.recipe(SEVERAL + MINE)

    for path, mode in zip(seen, ((), REPLAY), strict=True):
        bench.run(recipe, "out", f"strategy.params={{path: '{path}'}}", *mode)

    lines = [path.read_text().splitlines() for path in seen]
    assert lines[0] == lines[1]
    assert len(lines[0]) > 4000


def test_the_order_of_the_strategy_s_feeds_is_the_order_of_its_datas(bench: Bench) -> None:
    bench.strategy(
        "mine",
        """
        import backtrader as bt

        class Mine(bt.Strategy):
            def stop(self):
                raise ValueError(" ".join(data._name for data in self.datas))
        """,
    )
    recipe = bench.recipe(SEVERAL + MINE)

    named = bench.run(recipe, "out", "strategy.feeds=[btc_1d, eth, btc]")
    every = bench.run(recipe, "out")

    assert named.crash is not None
    assert every.crash is not None
    assert "ValueError: btc_1d eth btc\n" in named.crash.text
    assert "ValueError: eth btc eth_4h btc_1d\n" in every.crash.text
