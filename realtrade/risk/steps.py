"""Exact numbers: floats of a bar as the digits they are written with, quantities in whole lots."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from realtrade.model.instrument import Instrument


def exact(value: float) -> Decimal:
    """Return a float as the shortest decimal that means it: 0.1 as 0.1."""
    return Decimal(repr(value))


def shown(value: Decimal) -> str:
    """Return a number for people: eight places at most, no trailing zeros, no exponent."""
    rounded = f"{value:.8f}".rstrip("0").rstrip(".")
    return "0" if rounded == "-0" else rounded


def tradable(quantity: Decimal, price: Decimal, instrument: Instrument) -> Decimal:
    """Return `quantity` in whole lots, rounded down; zero where that is less than may be traded."""
    lot = instrument.lot
    whole = quantity - quantity % lot if lot else quantity
    if whole <= 0 or whole < instrument.min_quantity:
        return Decimal(0)
    if whole * price * instrument.contract_size < instrument.min_notional:
        return Decimal(0)
    return whole
