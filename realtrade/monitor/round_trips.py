"""Fills become round trips: from flat to flat, as Backtrader's `Trade` counts them."""

from __future__ import annotations

import math
from copy import deepcopy
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

PlainFill = tuple[int, float, float, float]
"""Time in milliseconds, signed quantity, price, fee."""
_DUST = 1e-12
"""A remainder below this share of the quantities involved is float residue, not a position."""


class RoundTrip(NamedTuple):
    """One position of one symbol from flat back to flat."""

    symbol: str
    side: Literal["long", "short"]
    opened_ms: int
    """Time of the first entry fill, milliseconds since the epoch, UTC."""
    closed_ms: int
    """Time of the last exit fill."""
    quantity: float
    """Everything that was entered: base units or contracts, unsigned."""
    entry_price: float
    """Average price of all entries, weighted by quantity."""
    exit_price: float
    """Average price of all exits, weighted by quantity."""
    pnl: float
    """Profit or loss with fees taken off: Backtrader's `pnlcomm`."""
    fees: float
    """Fees of all its entries and exits."""


class _Average:
    """A quantity and its average price; one price alone stays that price to the last digit."""

    __slots__ = ("price", "quantity")

    def __init__(self) -> None:
        self.quantity = 0.0
        self.price = 0.0

    def add(self, quantity: float, price: float) -> None:
        total = self.quantity + quantity
        if not self.quantity:
            self.price = price
        elif price != self.price:
            self.price = (self.quantity * self.price + quantity * price) / total
        self.quantity = total


class OpenTrip:
    """A round trip that is not closed yet."""

    __slots__ = ("_contract_size", "_entries", "_exits", "fees", "held", "opened_ms", "symbol")

    def __init__(self, symbol: str, opened_ms: int, contract_size: float) -> None:
        self.symbol = symbol
        self.opened_ms = opened_ms
        self.held = 0.0
        """Signed quantity, negative when short."""
        self.fees = 0.0
        self._entries = _Average()
        self._exits = _Average()
        self._contract_size = contract_size

    @property
    def side(self) -> Literal["long", "short"]:
        """Which way the position points."""
        return "long" if self.held > 0 else "short"

    @property
    def entry_price(self) -> float:
        """Average price of the entries so far."""
        return self._entries.price

    def enter(self, signed_quantity: float, price: float, fee: float) -> None:
        """Add to the position."""
        self._entries.add(abs(signed_quantity), price)
        self.held += signed_quantity
        self.fees += fee

    def leave(self, quantity: float, price: float, fee: float) -> None:
        """Take `quantity`, unsigned and no more than is held, off the position."""
        self._exits.add(quantity, price)
        self.held -= quantity if self.held > 0 else -quantity
        self.fees += fee

    def close(self, quantity: float, price: float, fee: float, time_ms: int) -> RoundTrip:
        """Take off all that is left, and return the whole."""
        self._exits.add(quantity, price)
        fees = self.fees + fee
        signed = self._entries.quantity if self.held > 0 else -self._entries.quantity
        gross = signed * (self._exits.price - self._entries.price) * self._contract_size
        return RoundTrip(
            symbol=self.symbol,
            side=self.side,
            opened_ms=self.opened_ms,
            closed_ms=time_ms,
            quantity=self._entries.quantity,
            entry_price=self._entries.price,
            exit_price=self._exits.price,
            pnl=gross - fees,
            fees=fees,
        )


class RoundTrips:
    """Open and closed round trips of any number of symbols."""

    def __init__(self) -> None:
        self.closed: list[RoundTrip] = []
        """In the order in which they were closed."""
        self.open: dict[str, OpenTrip] = {}
        """By symbol."""

    def copy(self) -> RoundTrips:
        """Return the same round trips, to be read while these go on."""
        twin = RoundTrips()
        twin.closed = list(self.closed)
        twin.open = deepcopy(self.open)
        return twin

    def apply(
        self,
        symbol: str,
        signed_quantity: float,
        *,
        price: float,
        fee: float,
        time_ms: int,
        contract_size: float = 1.0,
    ) -> None:
        """Take one fill in. One that reverses the position closes one trip and opens the next.

        The fee of a reversing fill is shared between the two by quantity.
        """
        trip = self.open.get(symbol)
        if trip is None:
            trip = self.open[symbol] = OpenTrip(symbol, time_ms, contract_size)
        quantity, held = abs(signed_quantity), abs(trip.held)
        rest = quantity - held
        if trip.held * signed_quantity >= 0:
            trip.enter(signed_quantity, price, fee)
        elif abs(rest) <= _DUST * max(quantity, held):
            self._close(trip.close(held, price, fee, time_ms))
        elif rest < 0:
            trip.leave(quantity, price, fee)
        else:
            closing_fee = fee * held / quantity
            self._close(trip.close(held, price, closing_fee, time_ms))
            trip = self.open[symbol] = OpenTrip(symbol, time_ms, contract_size)
            trip.enter(math.copysign(rest, signed_quantity), price, fee - closing_fee)

    def apply_all(self, symbol: str, fills: Sequence[PlainFill], contract_size: float) -> None:
        """Take in many fills of one symbol; an entry and its whole exit become a trip at once."""
        at = 0
        while at < len(fills):
            whole = fills[at : at + 2] if symbol not in self.open else ()
            if len(whole) > 1 and whole[0][1] + whole[1][1] == 0.0:
                self.closed.append(_whole(symbol, whole[0], whole[1], contract_size))
                at += 2
                continue
            time_ms, signed, price, fee = fills[at]
            self.apply(
                symbol, signed, price=price, fee=fee, time_ms=time_ms, contract_size=contract_size
            )
            at += 1

    def _close(self, trip: RoundTrip) -> None:
        del self.open[trip.symbol]
        self.closed.append(trip)


def _whole(symbol: str, entry: PlainFill, leave: PlainFill, contract_size: float) -> RoundTrip:
    """Return the trip of one entry and one exit of all of it, digit for digit as step by step."""
    (opened_ms, held, price, entry_fee), (closed_ms, _, exit_price, exit_fee) = entry, leave
    fees = entry_fee + exit_fee
    gross = held * (exit_price - price) * contract_size
    side: Literal["long", "short"] = "long" if held > 0 else "short"
    quantity = abs(held)
    return RoundTrip(
        symbol, side, opened_ms, closed_ms, quantity, price, exit_price, gross - fees, fees
    )
