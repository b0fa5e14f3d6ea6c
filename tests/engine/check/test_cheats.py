from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.engine.check.conftest import LOOK_AHEAD

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.engine.check.conftest import Checked

TRADE = """
def next(self):
    if self.up() and not self.position:
        self.buy(size=1)
    elif not self.up() and self.position:
        self.close()
"""

CHEATS = {
    "the next close": (
        """
        def next(self):
            if len(self.data) == self.data.buflen():
                return
            rises = self.data.close[1] > self.data.close[0]
            if rises and not self.position:
                self.buy(size=1)
            elif not rises and self.position:
                self.close()
        """,
        "",
    ),
    "the next close, caught when there is none": (
        """
        def next(self):
            try:
                rises = self.data.close[3] > self.data.close[0]
            except IndexError:
                rises = False
            if rises and not self.position:
                self.buy(size=1)
            elif not rises and self.position:
                self.close()
        """,
        "",
    ),
    "a line read ahead of its time": (
        f"""
        def __init__(self):
            self.ahead = self.data.close(2)
        def up(self):
            return self.ahead[0] > self.data.close[0]
        {TRADE.replace(chr(10), chr(10) + " " * 8)}
        """,
        "",
    ),
    "the mean of all closes": (
        f"""
        def __init__(self):
            self.mean = np.mean(self.data.close.array)
        def up(self):
            return self.data.close[0] < self.mean
        {TRADE.replace(chr(10), chr(10) + " " * 8)}
        """,
        "",
    ),
    "today's high before the day is over": (
        f"""
        def __init__(self):
            days = [int(number) for number in self.data.datetime.array]
            self.highs = {{}}
            for day, high in zip(days, self.data.high.array):
                self.highs[day] = max(high, self.highs.get(day, high))
        def up(self):
            return self.data.close[0] < self.highs[int(self.data.datetime[0])] * 0.98
        {TRADE.replace(chr(10), chr(10) + " " * 8)}
        """,
        "",
    ),
    "a centred moving average": (
        f"""
        def __init__(self):
            self.centred = Centred(self.data)
        def up(self):
            return self.data.close[0] < self.centred[0]
        {TRADE.replace(chr(10), chr(10) + " " * 8)}
        """,
        """
        class Centred(bt.Indicator):
            lines = ("centred",)

            def once(self, start, end):
                closes = np.array(self.data.close.array)
                for bar in range(start, end):
                    self.lines.centred.array[bar] = closes[max(bar - 4, 0) : bar + 5].mean()
        """,
    ),
    "keeping still before a fall": (
        """
        def next(self):
            bar = len(self.data) - 1
            coming = self.data.close.array[bar + 1 : bar + 4]
            if len(self.data) % 4 == 0 and min(coming, default=1e9) > self.data.close[0] * 0.99:
                self.buy(size=0.1)
        """,
        "",
    ),
    "the price of tomorrow as a limit": (
        """
        def next(self):
            bar = len(self.data) - 1
            if len(self.data) % 10 == 0:
                low = min(self.data.low.array[bar + 1 : bar + 10], default=self.data.close[0])
                self.buy(size=0.01, exectype=bt.Order.Limit, price=low)
        """,
        "",
    ),
}


@pytest.mark.parametrize(("body", "before"), CHEATS.values(), ids=CHEATS)
def test_a_cheat_is_caught(
    strategy: Callable[..., Path], checked: Checked, body: str, before: str
) -> None:
    outcome = checked(strategy(body, before=before), parts=LOOK_AHEAD, bars=300)

    assert outcome.look_ahead is not None
    assert outcome.fickle is None
    assert outcome.look_ahead.findings
    assert not outcome.clean
