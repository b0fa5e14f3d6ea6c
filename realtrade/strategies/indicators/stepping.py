"""Indicators that remember: fed bar by bar from the first one, in `once` as in `next`."""

from __future__ import annotations

from typing import Any

import backtrader as bt


class SteppingIndicator(bt.Indicator):
    """Feeds high, low and close of every bar to `step` and keeps what it returns.

    One function for both of Backtrader's ways, so that they cannot differ.
    """

    def step(self, high: float, low: float, close: float) -> tuple[float, ...] | None:
        """Take in the next bar; return the value of every line, None while there is none."""
        raise NotImplementedError

    def next(self) -> None:
        """Work out one bar."""
        data = self.data
        values = self.step(data.high[0], data.low[0], data.close[0])
        if values is not None:
            for line, value in zip(self.lines, values, strict=True):
                line[0] = value

    def prenext(self) -> None:
        """Work out a bar before the first value."""
        self.next()

    def nextstart(self) -> None:
        """Work out the bar of the first value."""
        self.next()

    def once(self, start: int, end: int) -> None:
        """Work out all bars; called once for each part of the history, in order."""
        columns = [line.array[start:end] for line in self._bars()]
        targets = [line.array for line in self.lines]
        for index, bar in enumerate(zip(*columns, strict=True), start):
            values = self.step(*bar)
            if values is not None:
                for target, value in zip(targets, values, strict=True):
                    target[index] = value

    def preonce(self, start: int, end: int) -> None:
        """Take in the bars before the first value."""
        self.once(start, end)

    def oncestart(self, start: int, end: int) -> None:
        """Work out the bar of the first value."""
        self.once(start, end)

    def _bars(self) -> tuple[Any, Any, Any]:
        return self.data.high, self.data.low, self.data.close


def true_range(high: float, low: float, close_before: float) -> float:
    """Return how far the price went in a bar, the gap before it included."""
    return max(high, close_before) - min(low, close_before)
