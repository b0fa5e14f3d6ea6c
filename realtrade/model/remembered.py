"""What risk rules look back on: entries, closed trades, periods, halts."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An open position with its past, from the fill that opened it on."""

    symbol: str
    quantity: Decimal
    """Signed, as held now."""
    price: Decimal
    """Average price paid, in quote currency; exits do not move it."""
    opened_ms: int
    largest: Decimal
    """Greatest unsigned quantity held so far."""
    notional: Decimal
    """Value of everything bought into it (sold, when short), at the prices paid."""
    highest: Decimal
    """Highest price seen since it was opened."""
    lowest: Decimal
    seen_ms: int = -1
    """Open time of the last bar taken into `highest` and `lowest`."""
    realised: Decimal = Decimal(0)
    """Profit of the part closed so far, less all fees paid so far."""

    @property
    def direction(self) -> int:
        """Return 1 when long, -1 when short."""
        return 1 if self.quantity > 0 else -1

    def gain(self, price: Decimal) -> Decimal:
        """Return the fraction won (negative: lost) per unit at `price`, before fees."""
        return self.direction * (price / self.price - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedTrade:
    """A position that has come back to zero."""

    symbol: str
    opened_ms: int
    closed_ms: int
    pnl: Decimal
    """Profit after fees, in quote currency."""
    gain: Decimal
    """`pnl` as a fraction of the value bought (sold, when short)."""


@dataclass(frozen=True, slots=True)
class Period:
    """A day or a week of some time zone, `(start_ms, end_ms]`: a bar belongs to where it ends."""

    start_ms: int
    end_ms: int
    equity: Decimal
    """What the account was worth when it began."""


@dataclass(frozen=True, slots=True)
class Halt:
    """No new exposure, since when, why and until when."""

    rule: str
    reason: str
    since_ms: int
    until_ms: int | None
    """None: until a person resumes it."""
    flatten: bool
    """Every position has to be closed as well, however many tries and starts that takes."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """The end of a halt, by a person or by its time: its rule measures anew from here."""

    time_ms: int
    equity: Decimal
    peak: Decimal
    """Highest equity since."""
