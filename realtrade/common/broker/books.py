"""The books of a live account: exact in the ledger, and as strategies are shown them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtrade.common.broker.account import BrokerAccount
from realtrade.common.broker.shown import Shown
from realtrade.execution import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from realtrade.model.instrument import Instrument
    from realtrade.model.order import Booking, Fill, Position


def _as_new(_: Fill) -> bool:
    return True


class Books:
    """Books every fill once; what it did is told as strategies are to see it."""

    def __init__(
        self,
        instrument: Callable[[str], Instrument],
        positions: Mapping[str, Position] | None = None,
        *,
        seen: Iterable[tuple[str, str]] = (),
    ) -> None:
        """Start from `positions`, in which the fills `seen` are booked already."""
        self.ledger = Ledger(instrument, positions, seen=seen)
        self._instrument = instrument
        self._shown: dict[str, Shown] = {}

    def apply(
        self, fill: Fill, remember: Callable[[Fill], bool] = _as_new
    ) -> Booking[float] | None:
        """Book one fill and return what strategies are told, or None when it was booked before.

        `remember` is the journal: of what was forgotten here it tells whether it is new.
        """
        shown = self.shown(fill.symbol)
        if self.ledger.knows(fill) or not remember(fill):
            return None
        booked = self.ledger.apply(fill)
        return None if booked is None else shown.book(booked)

    def set(self, symbol: str, position: Position) -> Shown:
        """Hold something else from now on; return what is shown of it."""
        self.ledger.set(symbol, position)
        self._shown.pop(symbol, None)
        return self.shown(symbol)

    def shown(self, symbol: str) -> Shown:
        """Return what is shown of a symbol."""
        known = self._shown.get(symbol)
        if known is None:
            instrument, held = self._instrument(symbol), self.ledger.position(symbol)
            known = self._shown[symbol] = Shown(instrument, held)
        return known


class ExactAccount(BrokerAccount):
    """The account with positions to the last digit, as it is compared with an exchange's."""

    @property
    def positions(self) -> Mapping[str, Position]:
        """Everything held by our own fills, by symbol, also what nobody could trade."""
        return self._broker.books.ledger.positions()

    def position(self, symbol: str) -> Position:
        """Return what is held of `symbol`; an empty position when nothing is."""
        return self._broker.books.ledger.position(symbol)
