"""The range of the bars before this one."""

from __future__ import annotations

from typing import Any

import backtrader as bt


class Donchian(bt.Indicator):
    """Highest high and lowest low of the `period` bars before this one, which is left out.

    So a close above `upper` is a breakout. Source: Richard Donchian's channel, one bar back.
    """

    lines: Any = ("upper", "lower")
    params = (("period", 20),)

    def __init__(self, *_data: Any, **_params: Any) -> None:
        self.lines.upper = bt.ind.Highest(self.data.high(-1), period=self.p.period)
        self.lines.lower = bt.ind.Lowest(self.data.low(-1), period=self.p.period)
        super().__init__()
