"""What sizers have in common: exits are the position itself, entries fit cash and lot."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from realtrade.model.order import Side
from realtrade.risk.steps import tradable

if TYPE_CHECKING:
    from realtrade.plugins.ports.account import AccountView
    from realtrade.plugins.ports.risk import SizingRequest

NOTHING = Decimal(0)


def closing(request: SizingRequest, account: AccountView) -> Decimal | None:
    """Return the position itself when the order closes it, nothing when there is no entry to size.

    None means: size the entry. Spot cannot be sold short, and without a price nothing is bought.
    """
    if request.closes:
        return abs(account.position(request.symbol).quantity)
    short = request.side is Side.SELL and not account.instrument(request.symbol).may_short
    return NOTHING if short or request.price <= 0 else None


def entry(
    wanted: Decimal,
    request: SizingRequest,
    account: AccountView,
    *,
    slippage: Decimal,
    leverage: Decimal = Decimal(1),
) -> Decimal:
    """Return at most `wanted` units: what the free cash pays for, in whole lots, or nothing.

    Fee and slippage are set aside first. On spot the cash itself is the limit, on a swap `leverage`
    times the cash; less than may be traded is nothing.
    """
    instrument = account.instrument(request.symbol)
    times = leverage if instrument.may_short else Decimal(1)
    unit = request.price * instrument.contract_size * (1 + slippage)
    affordable = max(account.cash, NOTHING) / (unit * (1 / times + request.fee_rate))
    return tradable(min(wanted, affordable), request.price, instrument)
