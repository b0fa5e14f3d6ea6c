"""The simulated account of one instrument, paid in full, as a backtest's inner loop needs it.

Operation for operation what `realtrade.common.simulated.Account` does with market orders on a
plain commission scheme: a test holds the two together to the last digit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtrade.execution.ledger import Holding
from realtrade.model.order import Position
from realtrade.risk.steps import exact

if TYPE_CHECKING:
    from decimal import Decimal

    from realtrade.model.instrument import Instrument


class LeanAccount:
    """Cash and one position; an `AccountView` as far as sizers of entries look."""

    def __init__(self, cash: float, taker: float, instrument: Instrument) -> None:
        self.cash_now = cash
        self.held = Holding(0.0, 0.0)
        self.close = 0.0
        """Close of the newest bar."""
        self.taker = taker
        self._instrument = instrument

    # -- money ----------------------------------------------------------------------------------

    def after(self, cash: float, quantity: float, price: float, held: Holding[float]) -> float:
        """Return what `cash` would become by an order at `price` while `held` is held.

        Negative means that it cannot be paid for.
        """
        closed, opened = held.split(quantity)
        if closed:
            cash += -closed * price
            cash -= abs(closed) * self.taker * price
        if opened:
            cash -= opened * price
            cash -= abs(opened) * self.taker * price
        return cash

    def execute(self, quantity: float, price: float) -> tuple[float, float, float, float]:
        """Book a market order of signed `quantity`; what cannot be paid for is not opened.

        Returns:
            Signed quantity taken off the position, its fee, signed quantity added, its fee.
        """
        held, rate = self.held, self.taker
        closed, opened = held.split(quantity)
        closed_fee = opened_fee = 0.0
        if closed:
            profit = -closed * (price - held.price)
            closed_fee = abs(closed) * rate * price
            self.cash_now += -closed * held.price + profit
            self.cash_now -= closed_fee
        if opened:
            opened_fee = abs(opened) * rate * price
            cash = self.cash_now - opened * price
            cash -= opened_fee
            if cash < 0.0 or (opened < 0.0 and not self._instrument.may_short):
                opened = opened_fee = 0.0
            else:
                self.cash_now = cash
        if closed + opened:
            held.apply(closed + opened, price)
        return closed, closed_fee, opened, opened_fee

    # -- what a sizer sees ----------------------------------------------------------------------

    @property
    def cash(self) -> Decimal:
        """Money not tied up in the position."""
        return exact(self.cash_now)

    @property
    def equity(self) -> Decimal:
        """Cash and what the position is worth."""
        part = self.held.quantity * self.close
        profit = self.held.quantity * (self.close - self.held.price)
        return exact(self.cash_now + ((part - profit) + profit if part > 0 else part))

    def position(self, symbol: str) -> Position:
        """Return what is held."""
        return Position(exact(self.held.quantity), exact(self.held.price))

    def price(self, symbol: str) -> Decimal:
        """Return the last close."""
        return exact(self.close)

    def instrument(self, symbol: str) -> Instrument:
        """Return what is traded."""
        return self._instrument
