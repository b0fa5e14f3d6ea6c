"""The exchange: accounts, markets, orders and the one engine that matches them.

Everything happens under one lock, in whole steps: a reader that holds `lock` never sees half a
fill. Events go to listeners while the lock is held, in the order in which things happened.
"""

from __future__ import annotations

import threading
from itertools import count
from typing import TYPE_CHECKING

from realtrade.testing.exchange import filters
from realtrade.testing.exchange.desk import Desk
from realtrade.testing.exchange.engine import Engine
from realtrade.testing.exchange.events import BalancesChanged
from realtrade.testing.exchange.order import OrderRequest, SimOrder
from realtrade.testing.exchange.refusal import Reason, Refused
from realtrade.testing.exchange.truth import TransferTruth

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from decimal import Decimal

    from realtrade.testing.exchange.account import SimAccount
    from realtrade.testing.exchange.events import Event
    from realtrade.testing.exchange.market import SimMarket
    from realtrade.testing.exchange.pairs import OrderPair
    from realtrade.testing.exchange.truth import AccountTruth
    from realtrade.utils.clock import Clock


class Core:
    """Accounts and orders on one side, prices on the other, matched by `Engine`.

    Args:
        markets: What can be traded.
        clock: Stamps orders and fills.
    """

    def __init__(self, markets: Iterable[SimMarket], *, clock: Clock) -> None:
        self.lock = threading.RLock()
        self.clock = clock
        self.accounts: dict[str, SimAccount] = {}
        self.desks = {market.symbol: Desk(market) for market in markets}
        self.pairs: dict[int, OrderPair] = {}
        self._listeners: list[Callable[[Event], None]] = []
        self._ids = count(1001)
        self._list_ids = count(1)
        self.engine = Engine(self, ids=self._ids)

    def listen(self, listener: Callable[[Event], None]) -> None:
        """Let `listener` have every event from now on; it must be quick and must not raise."""
        with self.lock:
            self._listeners.append(listener)

    def emit(self, event: Event) -> None:
        """Tell every listener."""
        for listener in self._listeners:
            listener(event)

    def open_account(self, account: SimAccount) -> None:
        """Let `account` trade."""
        with self.lock:
            self.accounts[account.key] = account

    def transfer(
        self,
        account: SimAccount,
        asset: str,
        amount: Decimal,
        *,
        futures: bool = False,
        cause: str | None = None,
        symbol: str = "",
    ) -> None:
        """Move currency in, or out when negative, and tell the account's streams."""
        with self.lock:
            moved = TransferTruth(
                asset=asset,
                amount=amount,
                futures=futures,
                cause=cause or ("DEPOSIT" if amount > 0 else "WITHDRAW"),
                symbol=symbol,
                time_ms=self.clock.now_ms(),
            )
            account.transfer(moved)
            self.emit(
                BalancesChanged(
                    account=account,
                    market=self.desks[symbol].market if symbol else None,
                    assets=(asset,),
                    delta=amount,
                    futures=futures,
                    cause=moved.cause,
                    time_ms=moved.time_ms,
                )
            )

    def fund(self, symbol: str, rate: Decimal) -> None:
        """Let longs pay shorts `rate` of their position's value, or the other way round."""
        with self.lock:
            desk = self.desk(symbol)
            for account in self.accounts.values():
                value = account.position(symbol).quantity * desk.price
                paid = round(value * rate, 8)
                if paid:
                    self.transfer(
                        account,
                        desk.market.quote,
                        -paid,
                        futures=True,
                        cause="FUNDING_FEE",
                        symbol=symbol,
                    )

    def desk(self, symbol: str) -> Desk:
        """Return the market's desk.

        Raises:
            Refused: there is no such market.
        """
        if symbol not in self.desks:
            raise Refused(Reason.UNKNOWN_SYMBOL)
        return self.desks[symbol]

    def place(self, account: SimAccount, asked: OrderRequest) -> SimOrder:
        """Accept an order, and match what can be matched at once.

        Raises:
            Refused: nothing was changed.
        """
        with self.lock:
            order = self._made(account, asked)
            self.engine.admit(account, order)
            self.engine.work(account, order)
            return order

    def place_pair(
        self, account: SimAccount, above: OrderRequest, below: OrderRequest, client_id: str
    ) -> OrderPair:
        """Accept two orders of which one cancels the other; money is set aside once.

        Raises:
            Refused: nothing was changed.
        """
        from realtrade.testing.exchange.pairs import OrderPair, check_prices

        with self.lock:
            check_prices(above, below, self.desk(above.symbol).price)
            legs = self._made(account, above), self._made(account, below)
            pair = OrderPair(next(self._list_ids), client_id, legs)
            self.engine.admit_pair(account, pair)
            return pair

    def cancel(self, account: SimAccount, order: SimOrder, cancel_id: str = "") -> None:
        """Take an order off the book, its pair with it.

        Raises:
            Refused: it is no longer open.
        """
        with self.lock:
            if not order.open:
                raise Refused(Reason.NOTHING_TO_CANCEL)
            self.engine.cancel(account, order, cancel_id)

    def find(
        self,
        account: SimAccount,
        symbol: str,
        *,
        order_id: int | None = None,
        client_id: str | None = None,
        conditional: bool | None = None,
    ) -> SimOrder:
        """Return an order by either id, the newest when a client id was used again.

        Raises:
            Refused: unknown.
        """
        with self.lock:
            for order in reversed(account.orders):
                if order.market.symbol == symbol and _is(order, order_id, client_id, conditional):
                    return order
        raise Refused(Reason.UNKNOWN_ORDER)

    def truth(self, key: str) -> AccountTruth:
        """Return all that is known of the account with that API key."""
        with self.lock:
            return self.accounts[key].truth(lambda symbol: self.desks[symbol].price)

    def prices(self) -> Mapping[str, Decimal]:
        """Return every market's price."""
        with self.lock:
            return {symbol: desk.price for symbol, desk in self.desks.items()}

    def _made(self, account: SimAccount, asked: OrderRequest) -> SimOrder:
        """Return a new order that passed the filters; no id is used twice."""
        desk = self.desk(asked.symbol)
        if desk.closed:
            raise Refused(Reason.CLOSED)
        filters.check(asked, desk.market, desk.price)
        conditional = asked.trigger is not None and not desk.market.is_spot
        others = account.open_orders(asked.symbol)
        beside = others if desk.market.is_spot else account.open_orders(None)
        filters.check_count(asked, desk.market, others, beside)
        if any(_is(one, None, asked.client_order_id, conditional) for one in others):
            raise Refused(Reason.DUPLICATE)
        now = self.clock.now_ms()
        return SimOrder(
            id=next(self._ids),
            account=account.key,
            request=asked,
            market=desk.market,
            quantity=desk.quantity(asked),
            created_ms=now,
            updated_ms=now,
            working=asked.trigger is None,
        )


def _is(
    order: SimOrder, order_id: int | None, client_id: str | None, conditional: bool | None
) -> bool:
    if order_id is not None and order.id != order_id:
        return False
    if client_id is not None and order.known_as != client_id:
        return False
    algo = order.request.trigger is not None and not order.market.is_spot
    return conditional is None or algo is conditional
