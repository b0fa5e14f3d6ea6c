"""Numbers as Binance writes them."""

from __future__ import annotations

from decimal import Decimal


def eight(value: Decimal | int | None) -> str:
    """Return a number with eight decimals, `0.00000000` for None."""
    return f"{Decimal(0) if value is None else value:.8f}"


def plain(value: Decimal | int | None) -> str:
    """Return a number without needless zeros, `0` for None."""
    if value is None or not value:
        return "0"
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def places(step: Decimal) -> int:
    """Return how many decimals a step such as `0.010` needs."""
    exponent = step.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
