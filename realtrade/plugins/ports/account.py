"""The account as the desk, the risk rules and the sizers see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from realtrade.model.bar import Bar
    from realtrade.model.instrument import Instrument
    from realtrade.model.order import OrderIntent, Position


class AccountView(Protocol):
    """Facts of this moment; money in the account's currency, read anew at each access."""

    @property
    def now_ms(self) -> int:
        """Return the moment of decision, milliseconds since the epoch, UTC.

        When the newest bar of any feed was known: its `due_ms`.
        """
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
        """Return the orders not yet over; the `quantity` of each is what is still unfilled.

        A bracket's parent is among them before its children are assessed.
        """
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

    def bar(self, symbol: str) -> Bar:
        """Return the last closed bar of `symbol`, of its shortest feed."""
        ...

    def bars(self, symbol: str, count: int) -> Sequence[Bar]:
        """Return the last `count` closed bars of `symbol`, oldest first, or all there are."""
        ...

    def spread(self, symbol: str) -> Decimal | None:
        """Return ask minus bid as a fraction of their middle; None where no book is known."""
        ...
