"""Bars that come all at once, as behind a gap, are traded as in a backtest: one after the other."""

from __future__ import annotations

import json
from decimal import Decimal
from itertools import cycle
from typing import TYPE_CHECKING

import pytest

from realtrade.model.bar import Bar
from realtrade.testing import SimExchange, SimMarket
from tests.scenario.restarts import SYMBOLS, Restarted

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.untraced  # traced would be the exchange only, which its own tests cover
STRATEGY = '''
import backtrader as bt


class Flip(bt.Strategy):
    """In at one bar, out at the next; it asks only what it holds, not what is on its way."""

    def next(self):
        if not self.position:
            self.buy(size=0.05)
        else:
            self.close()
'''
MINUTE_MS = 60_000
AT_ONCE = 12


@pytest.mark.parametrize("market", ["spot", "swap"])
def test_a_strategy_knows_what_it_holds_before_the_next_bar(tmp_path: Path, market: str) -> None:
    with SimExchange([SimMarket(symbol=SYMBOLS[market], lot=Decimal("0.001"))]) as exchange:
        bot = Restarted(exchange, tmp_path, market, 'strategy: {type: python, class: "flip:Flip"}')
        (tmp_path / "flip.py").write_text(STRATEGY)
        bot.history()
        bot.begin()
        bot.minute(1001, alive=True)
        mark_ms = bot.settle(0)

        opens_ms = exchange.player.next_open_ms(bot.symbol, "1m")
        opens = range(opens_ms, opens_ms + AT_ONCE * MINUTE_MS, MINUTE_MS)
        flat = (1001.0, 1001.0, 1001.0, 1001.0, 10.0)
        burst = [Bar(open_ms, open_ms + MINUTE_MS, *flat) for open_ms in opens]
        exchange.play({bot.symbol: burst}, "1m")
        bot.until(lambda: bot.settle(mark_ms) >= opens[-1])
        sides = [fill.side for fill in exchange.truth(bot.key).fills]
        bot.ended()

    bars = json.loads((tmp_path / "out" / "summary.json").read_text())["bars"]
    assert len(sides) == bars > AT_ONCE
    assert all(side == due for side, due in zip(sides, cycle(("buy", "sell")), strict=False))
