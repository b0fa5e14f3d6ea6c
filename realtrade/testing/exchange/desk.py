"""One market as it stands: its price, its bars, how deep it is."""

from __future__ import annotations

from collections import deque
from itertools import count
from typing import TYPE_CHECKING

from realtrade.testing.exchange.bars import BarBook

if TYPE_CHECKING:
    from decimal import Decimal

    from realtrade.testing.exchange.events import PriceMoved
    from realtrade.testing.exchange.market import SimMarket
    from realtrade.testing.exchange.order import OrderRequest, SimOrder

_REMEMBERED = 20_000


class Desk:
    """Price and bars of one market, and the orders waiting there."""

    def __init__(self, market: SimMarket) -> None:
        self.market = market
        self.price: Decimal = market.price
        self.bars = BarBook()
        self.market_ms = 0
        """The market's own time, which names its bars."""
        self.waiting: dict[int, SimOrder] = {}
        self.trade_ids = count(1)
        self.trades: deque[PriceMoved] = deque(maxlen=_REMEMBERED)
        """The latest public trades, oldest first."""
        self.depth: Decimal | None = None
        """Most that an order can take, or be given, at one price step; None: any quantity."""
        self.parts = 1
        """Every execution is cut into this many fills, as far as the lot allows."""
        self.closed = False
        """A closed market accepts no orders."""
        self.funding_rate: Decimal = market.tick * 0

    @property
    def bid(self) -> Decimal:
        """Return what a seller gets now."""
        return self.price

    @property
    def ask(self) -> Decimal:
        """Return what a buyer pays now."""
        return self.price + self.market.spread_ticks * self.market.tick

    def facing(self, asked: OrderRequest) -> Decimal:
        """Return the price on the other side of `asked`."""
        return self.ask if asked.side == "buy" else self.bid

    def crosses(self, asked: OrderRequest) -> bool:
        """Tell whether a limit order would trade at once."""
        if asked.price is None:
            return True
        return asked.price >= self.ask if asked.side == "buy" else asked.price <= self.bid

    def quantity(self, asked: OrderRequest) -> Decimal:
        """Return the quantity of `asked`, worked out from a value when it names one."""
        if not asked.quote_quantity:
            return asked.quantity
        return self.market.on_lot(asked.quote_quantity / self.facing(asked))

    def room(self, order: SimOrder) -> Decimal:
        """Return how much of `order` can fill at this price step."""
        left = order.remaining
        return left if self.depth is None else min(left, self.depth)

    def fills(self, order: SimOrder) -> bool:
        """Tell whether `order` would fill whole and at once."""
        return self.crosses(order.request) and self.room(order) == order.remaining

    def cut(self, quantity: Decimal) -> list[Decimal]:
        """Return `quantity` in up to `parts` pieces, each a whole number of lots."""
        piece = self.market.on_lot(quantity / self.parts)
        if self.parts == 1 or not piece:
            return [quantity]
        pieces = [piece] * (self.parts - 1)
        return [*pieces, quantity - sum(pieces)]
