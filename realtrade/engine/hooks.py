"""How the engine gets at a strategy that Cerebro has made."""

from __future__ import annotations

import backtrader as bt

from realtrade.engine.guard import stop_once


class Hooks(bt.Analyzer):
    """Makes sure, before the first bar, that `stop()` of its strategy does its work only once."""

    def start(self) -> None:
        """Take hold of the strategy."""
        stop_once(self.strategy)
