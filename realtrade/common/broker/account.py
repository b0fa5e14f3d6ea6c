"""The broker's account as risk rules and sizers see it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from realtrade.model.order import Position

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from realtrade.common.base_broker import BaseBroker
    from realtrade.common.broker.listing import HeldPosition, Listing
    from realtrade.model.bar import Bar
    from realtrade.model.instrument import Instrument
    from realtrade.model.order import OrderIntent


def exact(value: float | Decimal) -> Decimal:
    """Return a float as the `Decimal` it is printed as; `float()` brings the same float back."""
    return value if isinstance(value, Decimal) else Decimal(repr(value + 0.0))


def plain(mean: float) -> Decimal:
    """Return a mean of prices, summed up in floats, as people write it: 15 digits are meant."""
    return Decimal(f"{mean:.15g}")


class BrokerAccount:
    """Facts of this moment, read from the broker at each access; an `AccountView`."""

    def __init__(self, broker: BaseBroker) -> None:
        self._broker = broker

    @property
    def now_ms(self) -> int:
        """Moment of decision, milliseconds since the epoch, UTC: when the newest bar was known."""
        return max((listing.due_ms() for listing in self._broker.listings), default=0)

    @property
    def cash(self) -> Decimal:
        """Money not tied up in positions or margin."""
        return exact(self._broker.getcash())

    @property
    def equity(self) -> Decimal:
        """Balance plus unrealised profit and loss."""
        return exact(self._broker.getvalue())

    @property
    def positions(self) -> Mapping[str, Position]:
        """Open positions by symbol."""
        return {
            listing.symbol: _position(listing.position)
            for listing in self._broker.listings
            if listing.position.size
        }

    @property
    def open_orders(self) -> Sequence[OrderIntent]:
        """Orders not yet over; `quantity` is what is left of each to execute."""
        return self._broker.open_intents()

    def position(self, symbol: str) -> Position:
        """Return what is held of `symbol`; an empty position when nothing is."""
        listing = self._broker.listings.of_symbol(symbol)
        return Position() if listing is None else _position(listing.position)

    def price(self, symbol: str) -> Decimal:
        """Return the last close of `symbol`; before the first bar of a run, its history's.

        Raises:
            KeyError: no feed carries the symbol, or none has a price yet.
        """
        listing = self._known(symbol)
        if len(listing.tape):
            return exact(listing.tape.close())
        before: float | None = getattr(listing.data, "last_close", None)
        if before is None:
            raise KeyError(symbol)
        return exact(before)

    def instrument(self, symbol: str) -> Instrument:
        """Return the instrument behind `symbol`.

        Raises:
            KeyError: no feed carries the symbol.
        """
        return self._known(symbol).instrument

    def bar(self, symbol: str) -> Bar:
        """Return the last closed bar of `symbol`, of its shortest feed.

        Raises:
            KeyError: no feed carries the symbol.
        """
        return self._known(symbol).bar()

    def bars(self, symbol: str, count: int) -> Sequence[Bar]:
        """Return the last `count` closed bars of `symbol`, oldest first, or all there are.

        Raises:
            KeyError: no feed carries the symbol.
        """
        listing = self._known(symbol)
        known = min(count, len(listing.tape))
        return [listing.bar(ago) for ago in range(1 - known, 1)]

    def spread(self, symbol: str) -> Decimal | None:
        """Return None: bars carry no order book."""
        return None

    def _known(self, symbol: str) -> Listing:
        listing = self._broker.listings.of_symbol(symbol)
        if listing is None:
            raise KeyError(symbol)
        return listing


def _position(held: HeldPosition) -> Position:
    return Position(exact(held.size), exact(held.price))
