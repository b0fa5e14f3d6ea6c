"""Positions in lots: floats of lots miss nothing by a little, and are taken there all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from realtrade.engine import TradingRunner
from realtrade.recipe import load_recipe

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

RECIPE = """\
realtrade: v1
name: lots
mode: backtest
feeds: {{btc: {{type: file, path: bars.csv, symbol: BTC/USD, timeframe: 1h, lot: {lot}{more}}}}}
strategy: {{type: python, class: "in_lots:Mine", params: {{folder: {folder}}}}}
backtest: {{cash: 10000000000 USD}}
"""
STRATEGY = """\
from pathlib import Path

import backtrader as bt


class Mine(bt.Strategy):
    params = (("folder", ""),)

    def __init__(self):
        self.closed = 0

    def next(self):
        sizes = {sizes}
        if len(self) <= len(sizes):
            size = sizes[len(self) - 1]
            (self.buy if size > 0 else self.sell)(size=abs(size))

    def notify_trade(self, trade):
        self.closed += trade.isclosed

    def stop(self):
        told = f"{self.position.size!r} {self.closed}"
        Path(self.p.folder, "left.txt").write_text(told)
"""


def _left(folder: Path, sizes: Sequence[float], *, lot: str, more: str = "") -> tuple[float, int]:
    """Trade sizes one after the other; return what is held then, and how many trades closed."""
    rows = [f"2024-01-01T{hour:02}:00:00Z,100,101,99,100,5" for hour in range(12)]
    (folder / "bars.csv").write_text("\n".join(["time,open,high,low,close,volume", *rows]))
    (folder / "in_lots.py").write_text(STRATEGY.replace("{sizes}", repr(tuple(sizes))))
    recipe = folder / "recipe.yaml"
    recipe.write_text(RECIPE.format(lot=lot, more=more, folder=folder))
    outcome = TradingRunner(load_recipe(recipe)).run()
    assert outcome.crash is None
    size, closed = (folder / "left.txt").read_text().split()
    return float(size), int(closed)


@pytest.mark.parametrize("more", ["", ", market: swap"], ids=["spot", "swap"])
@pytest.mark.parametrize(
    "sizes",
    [
        (0.1, 0.1, 0.1, -0.3),  # 0.30000000000000004 - 0.3
        (0.1, 0.7, -0.8),  # 0.7999999999999999 - 0.8: sold is more than is held
        (0.3, 0.4, -0.1, -0.6),
    ],
)
def test_what_adds_up_to_nothing_is_nothing(
    sizes: tuple[float, ...], more: str, tmp_path: Path
) -> None:
    left, closed = _left(tmp_path, sizes, lot="0.1", more=more)

    assert left == 0.0
    assert closed == 1


def test_a_lot_is_not_noise(tmp_path: Path) -> None:
    left, closed = _left(tmp_path, (10_000.0, -9_999.99999999), lot="0.00000001")

    assert left == 10_000.0 - 9_999.99999999
    assert closed == 0


def test_without_lots_floats_are_what_they_are_in_backtrader(tmp_path: Path) -> None:
    left, closed = _left(tmp_path, (0.1, 0.1, 0.1, -0.3), lot="0")

    assert left == 0.1 + 0.1 + 0.1 - 0.3 != 0.0
    assert closed == 0
