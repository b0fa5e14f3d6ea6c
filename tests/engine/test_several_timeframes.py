"""Orders on a longer feed, between its bars."""

from __future__ import annotations

import csv
from datetime import datetime
from typing import Any

import pytest

RECIPES = {
    "backtest": "mode: backtest",
    "replay": "mode: paper\nexchange: {type: replay, speed: max}",
}


@pytest.mark.parametrize("mode", RECIPES)
def test_no_order_is_filled_from_a_bar_that_was_over_when_it_was_decided(
    bench: Any, mode: str
) -> None:
    """The first day traded below its close: a limit at its close would find that in its bar."""
    bench.strategy(
        "patient",
        """
        import backtrader as bt

        class Patient(bt.Strategy):
            def next(self):
                day = self.datas[1]
                if len(day) == 1 and not self.position and not hasattr(self, "asked"):
                    self.asked = self.buy(day, size=1, exectype=bt.Order.Limit, price=day.close[0])
                elif self.getposition(day).size and len(self.datas[0]) > 200:
                    self.close(day)
        """,
    )
    recipe = bench.recipe(
        RECIPES[mode]
        + """
feeds:
  btc: {type: file, path: btc.csv, symbol: BTC/USD, timeframe: 1h}
  day: {resample: btc, timeframe: 1d}
strategy: {type: python, class: "patient:Patient"}
"""
    )

    bench.run(recipe)

    rows = list(csv.DictReader((bench.folder / "out" / "trades.csv").read_text().splitlines()))
    opened = datetime.fromisoformat(rows[0]["opened"])
    assert len(rows) == 1
    assert opened > datetime.fromisoformat("2024-01-01T23:00:00+00:00")
