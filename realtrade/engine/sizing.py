"""Backtrader's door to our sizers."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import backtrader as bt

from realtrade.model.order import Side
from realtrade.plugins.ports.risk import SizingRequest

if TYPE_CHECKING:
    from realtrade.plugins.ports.account import AccountView
    from realtrade.plugins.ports.risk import Sizer


class PortSizer(bt.Sizer):
    """Asks a `Sizer` whenever a strategy buys or sells without saying how much.

    Params:
        port: the `Sizer`.
        account: the `AccountView` it looks at.
        fee_rate: fee as a fraction of notional, to be reserved.
    """

    params = (("port", None), ("account", None), ("fee_rate", Decimal(0)))

    def _getsizing(self, comminfo: Any, cash: float, data: Any, isbuy: bool) -> float:
        """Return an unsigned quantity; zero, and Backtrader places no order."""
        sizer: Sizer = self.p.port
        account: AccountView = self.p.account
        symbol: str = data.instrument.symbol
        held = account.position(symbol).quantity
        request = SizingRequest(
            symbol=symbol,
            side=Side.BUY if isbuy else Side.SELL,
            price=account.price(symbol),
            fee_rate=self.p.fee_rate,
            closes=held < 0 if isbuy else held > 0,
        )
        return float(sizer.quantity(request, account))
