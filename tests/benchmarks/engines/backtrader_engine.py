"""Backtrader, or backtrader-next, as their users run them: a row-by-row feed and defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

try:
    import backtrader_next as bt
except ImportError:
    import backtrader as bt
from bt_work import strategy
from turn import CASH, FEE, Outcome, asked, take

if TYPE_CHECKING:
    from collections.abc import Iterator


class Rows(bt.feed.DataBase):
    """Rows in memory, delivered one at a time: the cheapest feed a user can write."""

    params = (("rows", None),)

    def start(self) -> None:
        """Begin at the first row."""
        super().start()
        self._rows = _lists(self.p.rows)

    def _load(self) -> bool:
        row = next(self._rows, None)
        if row is None:
            return False
        lines = self.lines
        lines.datetime[0], lines.open[0], lines.high[0], lines.low[0] = row[:4]
        lines.close[0], lines.volume[0] = row[4:]
        lines.openinterest[0] = 0.0
        return True


def _lists(rows: Any) -> Iterator[list[float]]:
    for first in range(0, len(rows), 4096):
        yield from rows[first : first + 4096].tolist()


def work(bars: Any) -> Any:
    """Prepare a run over all bars."""
    rows = bars.T.copy()
    rows[:, 0] = rows[:, 0] / 86_400_000 + 719_163  # days since the year 1, as Backtrader counts
    cerebro = bt.Cerebro(stdstats=not asked("--no-observers"))
    cerebro.adddata(Rows(rows=rows, timeframe=bt.TimeFrame.Minutes))
    cerebro.addstrategy(strategy(bt, idle=asked("--idle")))
    cerebro.broker.setcash(CASH)
    cerebro.broker.setcommission(FEE)

    def run() -> Outcome:
        (done,) = cerebro.run()
        return done.closed, cerebro.broker.getvalue()

    return run


if __name__ == "__main__":
    take(work)
