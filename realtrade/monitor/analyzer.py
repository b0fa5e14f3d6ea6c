"""Backtrader's door to the tracker: analyzers that hand over what Cerebro tells them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import backtrader as bt

from realtrade.model.order import Side
from realtrade.monitor.tracker import FillRecord

if TYPE_CHECKING:
    from realtrade.monitor.tracker import PerformanceTracker

_EPOCH_ORDINAL = 719_163
"""1970-01-01 as Backtrader's date number."""
_DAY_MS = 86_400_000
_AT_MARKET = frozenset({None, bt.Order.Market, bt.Order.Close})


def stamp_ms(number: float) -> int:
    """Return Backtrader's date number as milliseconds since the epoch, UTC."""
    return round((number - _EPOCH_ORDINAL) * _DAY_MS)


def signal_price(order: Any) -> float:
    """Return the price a Backtrader order was decided at.

    The limit or stop price it asked for (a trailing stop's as it stands), else the close of the
    bar it was decided on.
    """
    created = order.created
    if order.exectype in _AT_MARKET or created.price is None:
        return float(created.pclose or 0.0)
    return float(created.price)


class FillAnalyzer(bt.Analyzer):
    """Hands every execution to a `PerformanceTracker`, and nothing per bar.

    For loops that record equity themselves through `PerformanceTracker.record_columns`. Where one
    feed is traded, executions are kept until `stop` and then handed over in one go.
    Works with Backtrader's own broker and with ours: both describe an execution by the bits of
    `order.executed`. A bit that reverses a position is handed over in its two parts.
    """

    only_executions = True
    """Tells a loop that this one listens to orders for what they executed, not for their steps."""

    keeps = True
    """Executions may wait for the end: nobody looks at the tracker before."""

    params: tuple[tuple[str, None], ...] = (("tracker", None), ("symbols", None))

    _ahead_ms = 0
    """How far the bar it is told with lies ahead of the one the strategy has."""

    def start(self) -> None:
        """Look up the tracker and the symbols: `symbols` maps data names to symbols."""
        self.tracker: PerformanceTracker = self.p.tracker
        self._symbol_of: dict[str, str] = dict(self.p.symbols or {})
        self._waits = self.keeps and len(self.datas) == 1
        self._kept: list[tuple[float, ...]] = []
        self._scheme: Any = None

    def notify_order(self, order: Any) -> None:
        """Record what was executed since this order was last told of."""
        for bit in order.executed.iterpending():
            if self._waits:
                self._keep(order, bit)
            else:
                self._record(order, bit)

    def stop(self) -> None:
        """Hand over what was kept."""
        kept, self._kept = self._kept, []
        if not kept:
            return
        name = self.datas[0]._name  # noqa: SLF001  # Backtrader has no public name
        fills, prices = [], []
        for number, wanted, price, *parts in kept:
            for signed, fee in (parts[:2], parts[2:]):
                if signed:
                    fills.append((stamp_ms(number), float(signed), float(price), float(fee)))
                    prices.append(wanted)
        size, symbol = float(self._scheme.p.mult), self._symbol_of.get(name, name)
        self.tracker.record_fills(symbol, fills, contract_size=size, wanted=prices)

    def get_analysis(self) -> PerformanceTracker:
        """Return the tracker."""
        return self.tracker

    def _keep(self, order: Any, bit: Any) -> None:
        if order.comminfo is not self._scheme:  # its contract size may differ
            self.stop()
            self._scheme = order.comminfo
        parts = (bit.closed, bit.closedcomm, bit.opened, bit.openedcomm)
        self._kept.append((bit.dt, signal_price(order), bit.price, *parts))

    def _record(self, order: Any, bit: Any) -> None:
        name = order.data._name  # noqa: SLF001  # Backtrader has no public name
        symbol = self._symbol_of.get(name, name)
        contract_size = float(order.comminfo.p.mult)
        time_ms = stamp_ms(bit.dt)
        bar_ms, wanted, price = self._on_the_bars_clock(time_ms), signal_price(order), bit.price
        side, fees = Side.BUY if bit.size > 0 else Side.SELL, float(bit.closedcomm + bit.openedcomm)
        whole = FillRecord(time_ms, symbol, side, abs(float(bit.size)), float(price), fees, wanted)
        self.tracker.note(whole)
        for signed, fee in ((bit.closed, bit.closedcomm), (bit.opened, bit.openedcomm)):
            if signed:
                self.tracker.record_fill(
                    symbol,
                    side,
                    quantity=abs(float(signed)),
                    price=float(price),
                    fee=float(fee),
                    time_ms=time_ms,
                    contract_size=contract_size,
                    wanted=wanted,
                    bar_ms=bar_ms,
                    note=False,
                )

    def _on_the_bars_clock(self, time_ms: int) -> int:
        """Return when something was executed as the bars have it: at the bar it is told with.

        A venue that plays bars of the past stamps executions with the time of day: then it is
        that bar's time, or positions would be held at no bar there is.
        """
        if not len(self.strategy):
            return time_ms
        bar_ms = stamp_ms(self.strategy.lines.datetime[0]) + self._ahead_ms
        frame = self.tracker.timeframe
        usual_ms = _DAY_MS + (2 * frame.approximate_ms if frame is not None else 0)
        return bar_ms if abs(time_ms - bar_ms) > usual_ms else time_ms


class TrackingAnalyzer(FillAnalyzer):
    """Hands every execution and the account after every bar to a `PerformanceTracker`.

    Bars of which `history()` holds are left out: what is held now was not held in bars from before
    a live start.

    ```python
    tracker = PerformanceTracker(10_000)
    cerebro.addanalyzer(TrackingAnalyzer, tracker=tracker, symbols={"btc_1h": "BTC/USDT"})
    ```
    """

    params = (("history", None),)

    keeps = False
    _newest_ms = 0
    _at_once = False

    def start(self) -> None:
        """Hear of executions at once where the loop can tell: live, the next bar may be far."""
        super().start()
        cerebro = self.strategy.cerebro
        if hasattr(cerebro, "on_order"):
            cerebro.on_order, self._at_once = super().notify_order, True
            frame = self.tracker.timeframe
            self._ahead_ms = 0 if frame is None else frame.approximate_ms

    def notify_order(self, order: Any) -> None:
        """Record what was executed, unless that has been heard of before the bar."""
        if not self._at_once:
            super().notify_order(order)

    def notify_cashvalue(self, cash: float, value: float) -> None:
        """Record one bar: Backtrader calls this once per bar, after orders, before the strategy."""
        if self.p.history is not None and self.p.history():
            return
        now_ms = stamp_ms(self.strategy.lines.datetime[0])
        # Live, a bar of one feed may come after a newer one of another: time does not step back.
        self._newest_ms = max(self._newest_ms, now_ms)
        self.tracker.record_bar(self._newest_ms, cash, value)
