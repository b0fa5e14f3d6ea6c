"""The curve worked out afterwards is the one the broker would have told bar by bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.engine.conftest import Bench

MINE = "strategy: {type: python, class: 'mine:Mine'}\n"
SWAP = "feeds: {btc: {type: file, path: btc.csv, symbol: BTC/USD, timeframe: 1h, market: swap}}\n"
TRADING = """
    import backtrader as bt

    class Mine(bt.Strategy):
        def start(self):
            {setting}

        def next(self):
            {bar}
            turn = len(self) % 11
            if turn == 2:
                self.buy(size=1.3)
            elif turn == 4:
                self.buy(size=0.4, exectype=bt.Order.Limit, price=self.data.close[0] * 0.99)
            elif turn == 7:
                self.sell(size=2.9)
            elif turn == 10:
                self.close()
"""


@pytest.mark.parametrize(
    ("setting", "bar"),
    [
        ("pass", "pass"),
        ("self.broker.setcommission(0.001)", "pass"),
        ("self.broker.setcommission(0.001, leverage=3.0)", "pass"),
        ("self.broker.setcommission(2.0, margin=100.0, mult=2.0)", "pass"),
        ("self.broker.setcommission(0.001, interest=0.2)", "pass"),
        ("self.broker.set_shortcash(False)", "pass"),
        ("pass", "self.broker.add_cash(100) if len(self) % 50 == 1 else None"),
    ],
    ids=["plain", "commission", "leverage", "futures", "interest", "short cash", "deposits"],
)
def test_equals_what_is_told_bar_by_bar(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, setting: str, bar: str
) -> None:
    bench.strategy("mine", TRADING.format(setting=setting, bar=bar))
    recipe = bench.recipe(SWAP + MINE)

    after = bench.run(recipe, "after")
    monkeypatch.setattr("realtrade.engine.equity.afterwards", lambda parts: False)
    told = bench.run(recipe, "told")

    assert after.crash is None
    assert told.crash is None
    assert told.summary["trades"] > 30
    for name in ("equity.csv", "trades.csv"):
        one, other = ((bench.folder / out / name).read_text() for out in ("after", "told"))
        assert one == other
