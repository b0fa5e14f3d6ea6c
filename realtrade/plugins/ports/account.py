"""The account as the desk, the risk rules and the sizers see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from realtrade.model.instrument import Instrument
    from realtrade.model.order import OrderIntent, Position


class AccountView(Protocol):
    """Facts of this moment; money in the account's currency, read anew at each access."""

    @property
    def now_ms(self) -> int:
        """Time of the bar being traded, milliseconds since the epoch, UTC."""
        ...

    @property
    def cash(self) -> Decimal:
        """Money not tied up in positions or margin."""
        ...

    @property
    def equity(self) -> Decimal:
        """Balance plus unrealised profit and loss."""
        ...

    @property
    def positions(self) -> Mapping[str, Position]:
        """Open positions by symbol."""
        ...

    @property
    def open_orders(self) -> Sequence[OrderIntent]:
        """Orders submitted and not yet over."""
        ...

    def position(self, symbol: str) -> Position:
        """Return what is held of `symbol`; an empty position when nothing is."""
        ...

    def price(self, symbol: str) -> Decimal:
        """Return the last close of `symbol`."""
        ...

    def instrument(self, symbol: str) -> Instrument:
        """Return the instrument behind `symbol`."""
        ...
