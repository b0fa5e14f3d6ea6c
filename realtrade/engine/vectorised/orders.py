"""How much an order of a rule is for: the sizer's word, then the desk's steps and limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from realtrade.execution.desk import step_down
from realtrade.model.order import Side
from realtrade.plugins.ports.risk import SizingRequest
from realtrade.risk.steps import exact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from decimal import Decimal

    from realtrade.engine.vectorised.account import LeanAccount
    from realtrade.model.instrument import Instrument
    from realtrade.strategies.rules.decision import Move

    Sizing = Callable[[SizingRequest, Any], Decimal]

_STAKE = 1.0
"""What Backtrader trades where nobody says how much."""


class OrderDesk:
    """Turns moves into signed quantities, smaller or none where the instrument asks for it."""

    def __init__(
        self,
        account: LeanAccount,
        instrument: Instrument,
        *,
        sizing: Sizing | None,
        fee_rate: Decimal,
    ) -> None:
        """`sizing` answers how much an entry is; None takes Backtrader's stake of one unit."""
        self._account = account
        self._instrument = instrument
        self._sizing = sizing
        self._fee_rate = fee_rate
        self._plain = not (instrument.lot or instrument.min_quantity or instrument.min_notional)
        self.plain_stake = _STAKE if self._plain and sizing is None else 0.0
        """What every entry is for, where nobody and nothing has a say in it; else zero."""

    def quantities(self, moves: Iterable[Move]) -> list[float]:
        """Return the signed quantity of each order that goes out, in order."""
        wanted = [size for move in moves if (size := self._wanted(move))]
        if self._plain:
            return wanted
        return [size for one in wanted if (size := self._let_through(one))]

    def _wanted(self, move: Move) -> float:
        held = self._account.held.quantity
        if move == "close":
            return -held
        if move == "sell" and not self._instrument.may_short:
            return 0.0  # spot: nothing is held, or all of it is promised to the order that closes
        size = _STAKE if self._sizing is None else self._sized(move, held, self._sizing)
        return size if move == "buy" else -size

    def _sized(self, move: Move, held: float, sizing: Sizing) -> float:
        account, symbol = self._account, self._instrument.symbol
        request = SizingRequest(
            symbol=symbol,
            side=Side.BUY if move == "buy" else Side.SELL,
            price=account.price(symbol),
            fee_rate=self._fee_rate,
            closes=held < 0 if move == "buy" else held > 0,
        )
        return float(sizing(request, account))

    def _let_through(self, size: float) -> float:
        """Return what the desk makes of a signed quantity; zero where it would deny it."""
        instrument, quantity = self._instrument, exact(abs(size))
        if instrument.lot:
            quantity = step_down(quantity, instrument.lot)
        notional = quantity * exact(self._account.close) * instrument.contract_size
        small = quantity < instrument.min_quantity or notional < instrument.min_notional
        if quantity <= 0 or small:
            return 0.0
        return float(quantity) if size > 0 else -float(quantity)
