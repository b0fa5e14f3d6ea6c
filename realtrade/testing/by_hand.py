"""What people and exchanges do besides a bot: manual orders, deposits, funding, new filters."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING, Any, Literal

from realtrade.testing.exchange.order import OrderRequest

if TYPE_CHECKING:
    from realtrade.testing.exchange.core import Core
    from realtrade.testing.exchange.market import SimMarket
    from realtrade.testing.exchange.order import SimOrder
    from realtrade.testing.exchange.truth import OrderTruth

Number = Decimal | str | int


class ByHand:
    """Acts on accounts and markets directly. Safe to use from any thread."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._ids = count(1)

    def order(
        self,
        key: str,
        symbol: str,
        side: Literal["buy", "sell"],
        quantity: Number,
        price: Number | None = None,
        *,
        client_order_id: str | None = None,
    ) -> OrderTruth:
        """Place a market order, or a limit order at `price`, as from the exchange's own page.

        Raises:
            Refused: the exchange would not take it.
        """
        asked = OrderRequest(
            symbol=symbol,
            side=side,
            type="MARKET" if price is None else "LIMIT",
            client_order_id=client_order_id or f"web_{next(self._ids)}",
            quantity=Decimal(quantity),
            price=None if price is None else Decimal(price),
            external=True,
        )
        return self._core.place(self._core.accounts[key], asked).truth()

    def liquidate(self, key: str, symbol: str) -> OrderTruth:
        """Close a perpetual position as the exchange does when margin is gone.

        The order has a client id that begins with `autoclose-`, as Binance's have.

        Raises:
            Refused: there is no position.
        """
        with self._core.lock:
            account = self._core.accounts[key]
            held = account.position(symbol).quantity
            asked = OrderRequest(
                symbol=symbol,
                side="sell" if held > 0 else "buy",
                type="MARKET",
                client_order_id=f"autoclose-{next(self._ids)}",
                quantity=abs(held),
                reduce_only=True,
                external=True,
            )
            return self._core.place(account, asked).truth()

    def cancel(self, key: str, order_id: int) -> None:
        """Cancel any order of the account, whoever placed it.

        Raises:
            KeyError: no such order is open.
            Refused: it has just ended.
        """
        with self._core.lock:
            account = self._core.accounts[key]
            self._core.cancel(account, account.open[order_id], "web_cancel")

    def fill(
        self, key: str, order_id: int, quantity: Number, price: Number | None = None
    ) -> OrderTruth:
        """Fill a part of an order, at its own price unless another is given.

        An order that was canceled or has expired may fill too: such a fill was on its way when
        the order ended, and is money all the same.

        Raises:
            KeyError: there is no such order.
            Refused: a late fill costs more than is free by now.
        """
        with self._core.lock:
            order = self._found(key, order_id)
            at = order.request.price if price is None else Decimal(price)
            if at is None:
                at = self._core.desk(order.market.symbol).price
            self._core.engine.fill(order, Decimal(quantity), at, maker=True)
            return order.truth()

    def expire(self, key: str, order_id: int, reason: str = "EXCHANGE_CANCELED") -> None:
        """Let the exchange end an open order on its own account.

        Raises:
            KeyError: no such order is open.
        """
        with self._core.lock:
            account = self._core.accounts[key]
            self._core.engine.end(account, account.open[order_id], "expired", expiry=reason)

    def deposit(self, key: str, asset: str, amount: Number, *, futures: bool = False) -> None:
        """Move currency in; negative moves it out, whether or not there was enough."""
        account = self._core.accounts[key]
        self._core.transfer(account, asset, Decimal(amount), futures=futures)

    def fund(self, symbol: str, rate: Number) -> None:
        """Let every position in a perpetual pay or get funding at `rate`."""
        self._core.fund(symbol, Decimal(rate))

    def revoke(self, key: str, revoked: bool = True) -> None:
        """Take an API key's rights away, or give them back."""
        self._core.accounts[key].revoked = revoked

    def market(self, symbol: str, **changes: Any) -> SimMarket:
        """Change tick, lot, fees and the like of a market from now on; return it."""
        with self._core.lock:
            desk = self._core.desk(symbol)
            desk.market = replace(desk.market, **changes)
            return desk.market

    def close_market(self, symbol: str, closed: bool = True) -> None:
        """Let a market accept no new orders, or accept them again."""
        self._core.desk(symbol).closed = closed

    def depth(self, symbol: str, quantity: Number | None) -> None:
        """Let no order fill more than `quantity` at one price step; None lifts that."""
        self._core.desk(symbol).depth = None if quantity is None else Decimal(quantity)

    def parts(self, symbol: str, number: int) -> None:
        """Cut every execution into up to `number` fills."""
        self._core.desk(symbol).parts = number

    def reject_at_trigger(self, number: int = 1) -> None:
        """Let the next `number` orders that trigger be rejected then."""
        self._core.engine.reject_at_trigger = number

    def _found(self, key: str, order_id: int) -> SimOrder:
        for order in reversed(self._core.accounts[key].orders):
            if order.id == order_id:
                return order
        raise KeyError(order_id)
