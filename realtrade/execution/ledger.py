"""What fills do to orders and positions: one rule book, for `Decimal` and for `float`.

Live accounts are kept in `Decimal`. Simulated accounts are kept in `float`, operation for
operation as Backtrader's positions are, so that its users find their figures again.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Generic

from realtrade.model.order import Booking, N, Position, Side
from realtrade.utils.recent import Recent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from realtrade.model.instrument import Instrument
    from realtrade.model.order import Fill

_ZERO = Decimal(0)
_REMEMBERED = 20_000
"""The most fills told apart here; the journal tells all of them apart, and is asked first."""


class Holding(Generic[N]):
    """How much of one instrument is held, signed, and at what average entry price."""

    __slots__ = ("price", "quantity")

    def __init__(self, quantity: N, price: N) -> None:
        self.quantity: N = quantity
        self.price: N = price

    def split(self, quantity: N) -> tuple[N, N]:
        """Return which part of a signed execution would close and which would open."""
        held = self.quantity
        left = held + quantity
        if not left:
            return quantity, left
        if not held or (held > 0) == (quantity > 0):
            return left - left, quantity
        if (held > 0) == (left > 0):
            return quantity, left - left
        return -held, left

    def price_after(self, quantity: N, price: N) -> N:
        """Return the average entry price once a signed `quantity` is executed at `price`."""
        held = self.quantity
        left = held + quantity
        if not left:
            return left
        if not held or (held > 0) != (left > 0):
            return price
        if quantity and (held > 0) == (quantity > 0):
            return (self.price * held + quantity * price) / left
        return self.price

    def apply(self, quantity: N, price: N) -> None:
        """Execute a signed `quantity` at `price`."""
        self.price = self.price_after(quantity, price)
        self.quantity += quantity


class Ledger:
    """The books of a live account: positions by fills from any source, each fill once.

    A fill may come by the answer to an order, by the user stream and by a poll; symbol and trade
    id tell that it is the same one. That of long ago is forgotten here: whoever books asks the
    journal first, where there is one.
    """

    def __init__(
        self,
        instrument: Callable[[str], Instrument],
        positions: Mapping[str, Position] | None = None,
        *,
        seen: Iterable[tuple[str, str]] = (),
    ) -> None:
        """Start from what was recovered.

        Args:
            instrument: looks a symbol up.
            positions: held, by symbol.
            seen: symbol and trade id of the newest fills that are in `positions` already.
        """
        self._instrument = instrument
        self._holdings = {
            symbol: Holding(held.quantity, held.price) for symbol, held in (positions or {}).items()
        }
        self._seen: Recent[tuple[str, str], None] = Recent(_REMEMBERED)
        for key in seen:
            self._seen.put(key, None)

    def knows(self, fill: Fill) -> bool:
        """Tell whether a fill was booked, unless that is so long ago that it is forgotten."""
        return (fill.symbol, fill.trade_id) in self._seen

    def apply(self, fill: Fill) -> Booking[Decimal] | None:
        """Book one fill and return what it did, or None when it was booked before."""
        if self.knows(fill):
            return None
        self._seen.put((fill.symbol, fill.trade_id), None)
        return self._book(fill, self._instrument(fill.symbol))

    def set(self, symbol: str, position: Position) -> None:
        """Hold something else from now on, by what no fill of ours tells: an adjustment."""
        self._holdings[symbol] = Holding(position.quantity, position.price)

    def position(self, symbol: str) -> Position:
        """Return what is held of `symbol`; an empty position when nothing is."""
        holding = self._holdings.get(symbol)
        return Position(holding.quantity, holding.price) if holding else Position()

    def positions(self) -> dict[str, Position]:
        """Return open positions by symbol."""
        return {
            symbol: self.position(symbol)
            for symbol, held in self._holdings.items()
            if held.quantity
        }

    def _book(self, fill: Fill, instrument: Instrument) -> Booking[Decimal]:
        holding = self._holdings.setdefault(fill.symbol, Holding(_ZERO, _ZERO))
        executed = fill.quantity if fill.side is Side.BUY else -fill.quantity
        moved, fee = executed, fill.fee
        if fill.fee_currency == instrument.base:
            # Paid out of what was bought: less is held, and that much less can be sold.
            moved, fee = executed - fill.fee, fill.fee * fill.price
        elif fill.fee_currency != instrument.quote:
            fee = _ZERO  # paid in something else, which is no money of this account
        closed, opened = holding.split(moved)
        entry, size = holding.price, instrument.contract_size
        holding.apply(moved, fill.price)
        closed_fee = fee * closed / moved if moved else fee
        return Booking(
            quantity=executed,
            price=fill.price,
            closed=closed,
            opened=opened,
            closed_value=-closed * entry * size,
            opened_value=opened * fill.price * size,
            closed_fee=closed_fee,
            opened_fee=fee - closed_fee,
            pnl=-closed * (fill.price - entry) * size,
            held=holding.quantity,
            entry=holding.price,
            maker=fill.maker,
            time_ms=fill.time_ms,
        )
