"""The picture of a running bot, painted on the trading thread and hung up for everybody."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from realtrade.engine.risk_facts import head_room
from realtrade.model.events import Event, EventType
from realtrade.monitor.texts import decimal_text, iso_text

if TYPE_CHECKING:
    from realtrade.engine.parts import Parts
    from realtrade.monitor.board import Board
    from realtrade.monitor.round_trips import RoundTrip
    from realtrade.monitor.slippage import Slippage
    from realtrade.monitor.tracker import PerformanceTracker

_EVERY_S = 0.2
"""The shortest time between two pictures: a replay at full speed pays for five a second."""
_FILLS = 50
_SLIPPAGE_EVERY = 1.01
"""Slippage is measured anew when there are this many times as many executions as last time, so that
an execution costs the same however many there were before."""


class Painter:
    """Looks at the account behind each turn, seldom enough to cost nothing."""

    def __init__(self, parts: Parts, board: Board) -> None:
        self._parts, self._board = parts, board
        self._painted_s = float("-inf")
        self._bar_ms = 0
        self._peak = Decimal(0)
        self._trips = 0
        self._slippage: tuple[float, Slippage | None] = (0.0, None)
        """From how many executions on it is to be measured anew, and how it was."""
        self._stale = True
        self.bars_ms: dict[str, int] = {}
        """When the newest bar of each feed was known, by its own time; read from any thread."""
        self.seen_s: dict[str, float] = {}
        """When it was taken in, on the monotonic clock."""

    def turn(self) -> None:
        """Look after a turn: new bars, closed trades, and a picture when it is time."""
        if self._note_bars():
            self._stale = True
            if not self._parts.warming_up():
                self._note_equity()
        self._tell_trades()
        if self._parts.clock.monotonic_s() - self._painted_s >= _EVERY_S:
            self.paint()

    def event(self, event: Event) -> None:
        """Something happened, so the next picture shows it."""
        self._stale = True

    def _note_bars(self) -> bool:
        now_s = self._parts.clock.monotonic_s()
        moved = False
        for name, data in self._parts.datas.items():
            if not len(data):
                continue
            due_ms = self._parts.broker.listings.of(data).due_ms()
            if self.bars_ms.get(name) != due_ms:
                self.seen_s[name] = now_s
                self.bars_ms[name] = due_ms
                moved = True
        return moved

    def _note_equity(self) -> None:
        equity = self._parts.broker.account.equity
        self._bar_ms = max(self.bars_ms.values(), default=0)
        self._peak = max(self._peak, equity)
        self._board.point(self._bar_ms, _text(equity))

    def _tell_trades(self) -> None:
        trips = self._parts.tracker.round_trips
        while self._trips < len(trips):
            trip = trips[self._trips]
            self._trips += 1
            self._parts.tell(_trade_closed(trip))

    def paint(self) -> None:
        """Hang up the account as it is now; on the trading thread, or once that has ended."""
        self._painted_s = self._parts.clock.monotonic_s()
        if self._stale:
            self._stale = False
            self._board.hang(self._account())

    def _account(self) -> dict[str, Any]:
        parts = self._parts
        account, tracker = parts.broker.account, parts.tracker
        equity = account.equity
        peak = max(self._peak, equity)
        return {
            "equity": _text(equity),
            "cash": _text(account.cash),
            "start_equity": decimal_text(tracker.start_cash),
            "peak_equity": _text(peak),
            "drawdown": _text(round(1 - equity / peak, 6)) if peak > 0 else "0",
            "fees": decimal_text(tracker.fees_paid),
            "trades": len(tracker.round_trips),
            "slippage": _slippage(self._slippage_of(tracker)),
            "bar_ms": max(self.bars_ms.values(), default=None),
            "positions": [_position(parts, symbol) for symbol in account.positions],
            "orders": [_order(intent) for intent in account.open_orders],
            "fills": [_fill(fill) for fill in tracker.last_fills(_FILLS)],
            "halts": [
                {"rule": halt.rule, "reason": halt.reason}
                for halt in parts.risk.memory.halts.values()
            ],
            "rules": head_room(parts),
        }

    def _slippage_of(self, tracker: PerformanceTracker) -> Slippage | None:
        due, found = self._slippage
        if tracker.fill_count > due:
            found = tracker.slippage
            self._slippage = (tracker.fill_count * _SLIPPAGE_EVERY, found)
        return found


def _position(parts: Parts, symbol: str) -> dict[str, str]:
    account = parts.broker.account
    held, last = account.position(symbol), account.price(symbol)
    size = account.instrument(symbol).contract_size
    pnl = (last - held.price) * held.quantity * size
    return {
        "symbol": symbol,
        "quantity": _text(held.quantity),
        "price": _text(held.price),
        "last": _text(last),
        "pnl": _text(pnl),
    }


def _order(intent: Any) -> dict[str, str | None]:
    price = intent.limit_price if intent.limit_price is not None else intent.stop_price
    return {
        "client_order_id": intent.client_order_id,
        "symbol": intent.symbol,
        "side": intent.side.value,
        "type": intent.type.value,
        "quantity": _text(intent.quantity),
        "price": None if price is None else _text(price),
    }


def _fill(fill: Any) -> dict[str, Any]:
    return {
        "time_ms": fill.time_ms,
        "symbol": fill.symbol,
        "side": fill.side.value,
        "quantity": decimal_text(fill.quantity),
        "price": decimal_text(fill.price),
        "fee": decimal_text(fill.fee),
        "slippage_bps": _bps(fill.slippage_bps),
    }


def _slippage(found: Slippage | None) -> dict[str, str | None] | None:
    if found is None:
        return None
    values = {"mean": found.mean_bps, "median": found.median_bps, "p95": found.p95_bps}
    return {name: _bps(value) for name, value in values.items()}


def _bps(value: float | None) -> str | None:
    return None if value is None else f"{value + 0.0:.2f}"


def _trade_closed(trip: RoundTrip) -> Event:
    numbers = ("quantity", "entry_price", "exit_price", "pnl", "fees")
    # Sums of floats: past eight places there is nothing that anybody was paid.
    data: dict[str, Any] = {
        name: Decimal(decimal_text(round(getattr(trip, name), 8))) for name in numbers
    }
    data |= {"symbol": trip.symbol, "side": trip.side}
    data |= {"opened": iso_text(trip.opened_ms), "closed": iso_text(trip.closed_ms)}
    message = f"{trip.symbol} {trip.side} closed: {data['pnl']} after fees of {data['fees']}"
    return Event(EventType.TRADE_CLOSED, trip.closed_ms, message, data)


def _text(value: Decimal) -> str:
    """Return a number as plain text, without an exponent or zeros that say nothing."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
