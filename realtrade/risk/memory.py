"""What a recipe's rules remember between bars, in plain values that a journal can keep."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from realtrade.model.remembered import ClosedTrade, Entry, Halt, Period, Resumed
from realtrade.plugins.ports.risk import Needs
from realtrade.risk.calendar import bounds_ms
from realtrade.risk.entries import after_fill, on_bars
from realtrade.risk.plain import number, pack, unpack

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from realtrade.model.order import Fill
    from realtrade.plugins.ports.account import AccountView
    from realtrade.plugins.ports.risk import Unit

PLENTY = Needs(
    equity=True,
    entries=True,
    actions=True,
    orders=1_000,
    trades=1_000,
    trades_within=timedelta(days=30),
    window=timedelta(days=30),
)
"""What a rule that does not say what it needs is given."""
_FORMAT = 1
_BUCKETS = 500  # a window's peaks are kept apart by 1/500 of it


class RiskMemory:
    """Peak equity, days, order times, trades, entries and halts.

    Fills, bars and orders are noted in it, and rules read it through the view. It is as deep as
    `needs` asks for. `to_dict` and `from_dict` carry it over a restart: the same verdicts follow.
    """

    def __init__(self, needs: Needs | None = None) -> None:
        self.needs = needs or Needs()
        self.equity: Decimal | None = None
        """As last seen."""
        self.peak: Decimal | None = None
        self.entries: dict[str, Entry] = {}
        self.trades: deque[ClosedTrade] = deque()
        self.orders: list[int] = []
        self.periods: dict[tuple[str, str], Period] = {}
        self.peaks: deque[tuple[int, Decimal]] = deque()
        """Highest equity by bucket of the window, at its end: times rise, equities fall."""
        self.levels: dict[str, dict[str, Decimal]] = {}
        """Where each stop stands, by rule and symbol."""
        self.halts: dict[str, Halt] = {}
        self.resumed: dict[str, Resumed] = {}

    def note_order(self, now_ms: int) -> None:
        """Remember that an order was let through."""
        if self.needs.orders:
            self.orders.append(now_ms)
            del self.orders[: -self.needs.orders]

    def note_fill(self, fill: Fill, account: AccountView) -> None:
        """Bring the symbol's entry up to the account, which has applied `fill` already.

        Times are the bars' own, as those that rules compare them with: what is filled within a bar
        counts from the bar's beginning, whether an exchange says when, or a bar is all there is.
        """
        fill = replace(fill, time_ms=on_bars(fill, account))
        now, trade = after_fill(self.entries.get(fill.symbol), fill, account)
        if now is None or trade is not None:
            self._forget(fill.symbol)
        if now is not None:
            self.entries[fill.symbol] = now
        if trade is not None:
            self._note_trade(trade)

    def _note_trade(self, trade: ClosedTrade) -> None:
        self.trades.append(trade)
        horizon_ms = trade.closed_ms - self.needs.trades_within // timedelta(milliseconds=1)
        while len(self.trades) > self.needs.trades and self.trades[0].closed_ms < horizon_ms:
            self.trades.popleft()

    def note_equity(self, equity: Decimal, now_ms: int) -> None:
        """Take in what the account is worth now: peaks, days and weeks."""
        if self.peak is None or equity > self.peak:
            self.peak = equity
        for unit, timezone in self.needs.periods:
            self.period(unit, timezone, equity, now_ms)
        for rule, since in self.resumed.items():
            if equity > since.peak:
                self.resumed[rule] = replace(since, peak=equity)
        if self.needs.window:
            self._note_peak(equity, now_ms)
        self.equity = equity

    def period(self, unit: Unit, timezone: str, equity: Decimal, now_ms: int) -> Period:
        """Return the present day or week, begun anew when `now_ms` is in the next one.

        What is seen at midnight sharp ends the old day: it is the bar up to midnight that is known
        then. A period starts with the equity last seen before it: what its first bar and a gap
        over midnight lost belongs to it.
        """
        known = self.periods.get((unit, timezone))
        if known is not None and now_ms <= known.end_ms:
            return known
        start_ms, end_ms = bounds_ms(now_ms - 1, unit, timezone)
        before = equity if self.equity is None else self.equity
        new = self.periods[unit, timezone] = Period(start_ms, end_ms, before)
        return new

    def _note_peak(self, equity: Decimal, now_ms: int) -> None:
        window_ms = self.needs.window // timedelta(milliseconds=1)
        bucket_ms = now_ms + -now_ms % max(1, window_ms // _BUCKETS)
        while self.peaks and self.peaks[-1][1] <= equity:
            self.peaks.pop()
        if not self.peaks or self.peaks[-1][0] < bucket_ms:
            self.peaks.append((bucket_ms, equity))
        while self.peaks[0][0] < now_ms - window_ms:
            self.peaks.popleft()

    def note_entries(self, entries: Iterable[Entry]) -> None:
        """Remember what is held with this bar taken in; forget what is held no longer."""
        held = {entry.symbol: entry for entry in entries}
        for symbol in [symbol for symbol in self.entries if symbol not in held]:
            self._forget(symbol)
        self.entries.update(held)

    def _forget(self, symbol: str) -> None:
        self.entries.pop(symbol, None)
        for levels in self.levels.values():
            levels.pop(symbol, None)

    def note_level(self, rule: str, symbol: str, level: Decimal) -> None:
        """Remember where a stop stands now."""
        self.levels.setdefault(rule, {})[symbol] = level

    def expire(self, now_ms: int) -> None:
        """End halts whose time is over: their rules measure anew from that time."""
        for rule, halt in list(self.halts.items()):
            if halt.until_ms is not None and now_ms >= halt.until_ms:
                self.lift(rule, self.equity or Decimal(0), halt.until_ms)

    def lift(self, rule: str, equity: Decimal, now_ms: int) -> None:
        """End a halt: its rule measures anew from `now_ms` and `equity`."""
        self.halts.pop(rule, None)
        self.resumed[rule] = Resumed(now_ms, equity, equity)

    def to_dict(self) -> dict[str, Any]:
        """Return everything remembered as JSON-ready values, Decimals as text."""
        return {
            "format": _FORMAT,
            "equity": pack(self.equity),
            "peak": pack(self.peak),
            "entries": [pack(entry) for entry in self.entries.values()],
            "trades": [pack(trade) for trade in self.trades],
            "orders": list(self.orders),
            "periods": [[*key, pack(period)] for key, period in self.periods.items()],
            "peaks": [[time_ms, pack(equity)] for time_ms, equity in self.peaks],
            "levels": {rule: pack(levels) for rule, levels in self.levels.items()},
            "halts": [pack(halt) for halt in self.halts.values()],
            "resumed": {rule: pack(since) for rule, since in self.resumed.items()},
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], needs: Needs | None = None) -> RiskMemory:
        """Return what `to_dict` was given out of.

        Raises:
            ValueError: something is missing or unreadable; trading on must then be refused.
        """
        try:
            return _restored(cls(needs), data)
        except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError) as error:
            msg = f"risk memory cannot be read: {type(error).__name__}: {error}"
            raise ValueError(msg) from error


def _restored(memory: RiskMemory, data: Mapping[str, Any]) -> RiskMemory:
    if data["format"] != _FORMAT:
        msg = f"format is {data['format']}, this realtrade reads {_FORMAT}"
        raise ValueError(msg)
    memory.equity = None if data["equity"] is None else number(data["equity"])
    memory.peak = None if data["peak"] is None else number(data["peak"])
    memory.entries = {row["symbol"]: unpack(Entry, row) for row in data["entries"]}
    memory.trades = deque(unpack(ClosedTrade, row) for row in data["trades"])
    memory.orders = [int(time_ms) for time_ms in data["orders"]]
    memory.periods = {(unit, zone): unpack(Period, row) for unit, zone, row in data["periods"]}
    memory.peaks = deque((int(time_ms), number(equity)) for time_ms, equity in data["peaks"])
    memory.levels = {
        rule: {symbol: number(level) for symbol, level in levels.items()}
        for rule, levels in data["levels"].items()
    }
    memory.halts = {row["rule"]: unpack(Halt, row) for row in data["halts"]}
    memory.resumed = {rule: unpack(Resumed, row) for rule, row in data["resumed"].items()}
    return memory
