"""The account and the memory as one: everything a rule may look at."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from realtrade.model.order import Side
from realtrade.risk import orders_at_work
from realtrade.risk.entries import adopted, is_new, with_bar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from realtrade.model.bar import Bar
    from realtrade.model.instrument import Instrument
    from realtrade.model.order import OrderIntent, Position
    from realtrade.model.remembered import ClosedTrade, Entry, Halt, Period, Resumed
    from realtrade.plugins.ports.account import AccountView
    from realtrade.plugins.ports.risk import Unit
    from realtrade.risk.memory import RiskMemory

_MS = timedelta(milliseconds=1)


class View:
    """A `RiskView` of one moment, made for one question: what rules ask again is read once."""

    __slots__ = ("_account", "_entries", "_equity", "_extended", "_memory", "_now", "_orders")

    def __init__(self, account: AccountView, memory: RiskMemory) -> None:
        self._account = account
        self._memory = memory
        self._now: int | None = None
        self._orders: Sequence[OrderIntent] | None = None
        self._equity: Decimal | None = None
        self._entries: list[Entry] | None = None
        self._extended: dict[str, tuple[Entry, Entry]] = {}

    @property
    def now_ms(self) -> int:
        """The moment of decision, milliseconds since the epoch, UTC."""
        if self._now is None:
            self._now = self._account.now_ms
        return self._now

    @property
    def cash(self) -> Decimal:
        """Money not tied up in positions or margin."""
        return self._account.cash

    @property
    def equity(self) -> Decimal:
        """Balance plus unrealised profit and loss."""
        if self._equity is None:
            self._equity = self._account.equity
        return self._equity

    @property
    def positions(self) -> Mapping[str, Position]:
        """Open positions by symbol."""
        return self._account.positions

    @property
    def open_orders(self) -> Sequence[OrderIntent]:
        """Orders not yet over."""
        if self._orders is None:
            self._orders = self._account.open_orders
        return self._orders

    def position(self, symbol: str) -> Position:
        """Return what is held of `symbol`."""
        return self._account.position(symbol)

    def price(self, symbol: str) -> Decimal:
        """Return the last close of `symbol`."""
        return self._account.price(symbol)

    def instrument(self, symbol: str) -> Instrument:
        """Return the instrument behind `symbol`."""
        return self._account.instrument(symbol)

    def bar(self, symbol: str) -> Bar:
        """Return the last closed bar of `symbol`."""
        return self._account.bar(symbol)

    def bars(self, symbol: str, count: int) -> Sequence[Bar]:
        """Return the last `count` closed bars of `symbol`, oldest first."""
        return self._account.bars(symbol, count)

    def spread(self, symbol: str) -> Decimal | None:
        """Return ask minus bid as a fraction of their middle, or None."""
        return self._account.spread(symbol)

    @property
    def peak_equity(self) -> Decimal:
        """Highest equity seen since the start, now included."""
        peak = self._memory.peak
        return self.equity if peak is None else max(peak, self.equity)

    @property
    def drawdown(self) -> Decimal:
        """Fall from peak equity, a positive fraction."""
        peak = self.peak_equity
        return 1 - self.equity / peak if peak > 0 else Decimal(0)

    @property
    def entries(self) -> Sequence[Entry]:
        """Open positions, each with its past."""
        if self._entries is None:
            found = [self.entry(symbol) for symbol in self.positions]
            self._entries = [entry for entry in found if entry is not None]
        return self._entries

    @property
    def trades(self) -> Sequence[ClosedTrade]:
        """Closed trades, oldest first."""
        return self._memory.trades

    @property
    def halts(self) -> Mapping[str, Halt]:
        """Halts in force, by rule."""
        return self._memory.halts

    def reduces(self, intent: OrderIntent) -> bool:
        """Tell whether `intent` only brings a position closer to zero; see the port."""
        held = self.position(intent.symbol).quantity
        if intent.parent_id is not None and orders_at_work.undoes_parent(self.open_orders, intent):
            return True
        if held * intent.signed_quantity >= 0:
            return False
        leaving = orders_at_work.leaving(self.open_orders, intent)
        at_once = orders_at_work.is_at_once(intent)
        if intent.reduce_only and not (at_once and leaving):
            return True
        return intent.quantity + leaving <= abs(held)

    def pending(
        self,
        symbol: str,
        side: Side,
        *,
        beside: OrderIntent | None = None,
        resting: bool = False,
    ) -> Decimal:
        """Return what the open orders on one side would move at most; see the port."""
        return orders_at_work.pending(
            self.open_orders, symbol, side, beside=beside, resting=resting
        )

    def closing(self, symbol: str) -> bool:
        """Tell whether a market order against the position of `symbol` is on its way."""
        side = Side.SELL if self.position(symbol).quantity > 0 else Side.BUY
        return orders_at_work.closing(self.open_orders, symbol, side)

    def entry(self, symbol: str) -> Entry | None:
        """Return the open position of `symbol` with its past, or None when flat.

        One that was not seen to be opened starts its past now.
        """
        position = self.position(symbol)
        if not position.quantity:
            return None
        known = self._memory.entries.get(symbol)
        if known is not None and known.quantity == position.quantity:
            return known
        entry = self._caught_up(known, symbol, position)
        self._memory.entries[symbol] = entry
        return entry

    def _caught_up(self, known: Entry | None, symbol: str, position: Position) -> Entry:
        if known is None or known.quantity * position.quantity < 0:
            return adopted(symbol, position, self.now_ms, self.instrument(symbol))
        held = position.quantity
        return replace(known, quantity=held, largest=max(known.largest, abs(held)))

    def extended(self, entry: Entry) -> Entry:
        """Return `entry` with this bar's high and low taken in."""
        extended = self._extended.get(entry.symbol)
        if extended is None or extended[0] is not entry:
            extended = self._extended[entry.symbol] = (
                entry,
                with_bar(entry, self.bar(entry.symbol)),
            )
        return extended[1]

    def missed(self) -> list[Entry]:
        """Return the positions that have lived through the newest bar while nobody watched."""
        known = self._memory.entries
        return [
            known[symbol]
            for symbol, held in self.positions.items()
            if symbol in known and known[symbol].quantity == held.quantity
            if any(is_new(bar, known[symbol]) for bar in self.bars(symbol, 1))
        ]

    def level(self, rule: str, symbol: str) -> Decimal | None:
        """Return where `rule`'s stop stood after the last bar."""
        levels = self._memory.levels.get(rule)
        return levels.get(symbol) if levels else None

    def orders_since(self, time_ms: int) -> int:
        """Return how many orders were let through after `time_ms`."""
        orders = self._memory.orders
        return len(orders) - bisect_right(orders, time_ms)

    def period(self, unit: Unit, timezone: str) -> Period:
        """Return the present day or week with the equity at its start."""
        return self._memory.period(unit, timezone, self.equity, self.now_ms)

    def peak_within(self, window: timedelta) -> Decimal:
        """Return the highest equity of the last `window`, now included."""
        after_ms = self.now_ms - window // _MS
        for time_ms, equity in self._memory.peaks:
            if time_ms >= after_ms:
                return max(equity, self.equity)
        return self.equity

    def resumed(self, rule: str) -> Resumed | None:
        """Return when a person last lifted a halt of `rule`."""
        return self._memory.resumed.get(rule)
