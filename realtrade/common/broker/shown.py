"""What strategies see of a live account's books: what can be traded, in Backtrader's floats.

The ledger is exact, to the last digit of a fee taken out of what was bought. What is left below one
lot can be neither sold nor closed: strategies, trades and risk rules are shown a flat position, and
the rest again as soon as it is part of something that can be traded.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from realtrade.execution import Holding
from realtrade.model.order import Booking, Position

if TYPE_CHECKING:
    from realtrade.model.instrument import Instrument

_ZERO = Decimal(0)


def tradable(quantity: Decimal, instrument: Instrument) -> Decimal:
    """Return a signed quantity, or zero where it is less than one lot."""
    return quantity if abs(quantity) >= instrument.lot else _ZERO


class Shown:
    """One symbol's position as it is shown; booking by booking."""

    __slots__ = ("_instrument", "_quantity", "_traded")

    def __init__(self, instrument: Instrument, position: Position | None = None) -> None:
        held = _ZERO if position is None else position.quantity
        self._instrument = instrument
        self._quantity = tradable(held, instrument)
        self._traded = float(self._quantity)
        """The sum of what was shown, as Backtrader's trades add it up: closing must take it to
        zero exactly, or a trade never ends."""

    @property
    def quantity(self) -> Decimal:
        """What is shown as held, signed."""
        return self._quantity

    def book(self, booking: Booking[Decimal]) -> Booking[float]:
        """Return what strategies are told of a booking."""
        before, after = self._quantity, tradable(booking.held, self._instrument)
        closed, opened = Holding(before, _ZERO).split(after - before)
        entry, size = _entry_before(booking, self._instrument), self._instrument.contract_size
        fee = booking.closed_fee + booking.opened_fee
        moved = closed + opened
        closed_fee = fee * closed / moved if moved else fee
        self._quantity = after
        return Booking(
            quantity=float(booking.quantity),
            price=float(booking.price),
            closed=self._add(closed, ends=bool(closed) and closed == -before),
            opened=self._add(opened),
            closed_value=float(-closed * entry * size),
            opened_value=float(opened * booking.price * size),
            closed_fee=float(closed_fee),
            opened_fee=float(fee - closed_fee),
            pnl=float(-closed * (booking.price - entry) * size),
            held=float(after),
            entry=float(booking.entry) if after else 0.0,
            maker=booking.maker,
            time_ms=booking.time_ms,
        )

    def _add(self, quantity: Decimal, *, ends: bool = False) -> float:
        part = -self._traded if ends else float(quantity)
        self._traded += part
        return part


def _entry_before(booking: Booking[Decimal], instrument: Instrument) -> Decimal:
    """Return the average entry price a booking's closed part was bought at."""
    if not booking.closed:
        return booking.entry
    return -booking.closed_value / (booking.closed * instrument.contract_size)
