"""Matching: orders meet prices, money moves, events tell of it. Called under the core's lock."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from realtrade.testing.exchange import matching
from realtrade.testing.exchange.events import BalancesChanged, OrderChanged, PairChanged
from realtrade.testing.exchange.funds import SpotFunds, SwapFunds, locked_asset
from realtrade.testing.exchange.refusal import Reason, Refused
from realtrade.testing.exchange.triggered import child_of
from realtrade.testing.exchange.truth import FillTruth

if TYPE_CHECKING:
    from collections.abc import Iterator

    from realtrade.testing.exchange.account import SimAccount
    from realtrade.testing.exchange.core import Core
    from realtrade.testing.exchange.desk import Desk
    from realtrade.testing.exchange.events import Execution
    from realtrade.testing.exchange.funds import Funds
    from realtrade.testing.exchange.order import SimOrder
    from realtrade.testing.exchange.pairs import OrderPair
    from realtrade.testing.exchange.truth import Status

ZERO = Decimal(0)
_LEFT_OVER = {
    "MARKET": "INSUFFICIENT_LIQUIDITY",
    "IOC": "UNFILLED_IOC_QUANTITY_EXPIRED",
    "FOK": "UNFILLED_FOK_ORDER_EXPIRED",
}
"""Why the rest of an order that may not wait expires."""


class Engine:
    """Accepts, matches and ends orders."""

    def __init__(self, core: Core, *, ids: Iterator[int]) -> None:
        self._desks = core.desks
        self._accounts = core.accounts
        self._pairs = core.pairs
        self._clock = core.clock
        self._emit = core.emit
        self._ids = ids
        self.spot = SpotFunds(self._price_of)
        self.swap = SwapFunds(self._price_of)
        self.reject_at_trigger = 0
        """How many of the next orders that trigger shall be rejected then."""
        self.child_first = False
        """Tell of the fills of a triggered order's child before telling that it triggered."""

    def _price_of(self, symbol: str) -> Decimal | None:
        desk = self._desks.get(symbol)
        return None if desk is None else desk.price

    def _funds(self, order: SimOrder) -> Funds:
        return self.spot if order.market.is_spot else self.swap

    def admit(self, account: SimAccount, order: SimOrder) -> None:
        """Refuse what cannot be; else the order is the account's, its money set aside."""
        self._object(account, order)
        self._funds(order).reserve(account, order, self._desk(order).facing(order.request))
        self._enter(account, order)

    def admit_pair(self, account: SimAccount, pair: OrderPair) -> None:
        """Admit two legs; the dearer one carries the money of both."""
        for leg in pair.legs:
            self._object(account, leg)
            leg.list_id = pair.id
        costs = [self.spot.need(leg, self._desk(leg).price) for leg in pair.legs]
        dearer = pair.legs[costs.index(max(costs))]
        self.spot.reserve(account, dearer, self._desk(dearer).price)
        self._pairs[pair.id] = pair
        self._tell_pair(account, pair, done=False)
        for leg in pair.legs:
            self._enter(account, leg)

    def _object(self, account: SimAccount, order: SimOrder) -> None:
        asked, desk = order.request, self._desk(order)
        if not order.quantity and not asked.close_position:
            raise Refused(Reason.NOTIONAL)
        if asked.trigger is not None:
            self._object_trigger(order, desk)
        elif asked.post_only and desk.crosses(asked):
            raise Refused(Reason.WOULD_TAKE)
        elif asked.reduce_only and not self._reducible(account, order):
            raise Refused(Reason.REDUCE_ONLY)
        elif not order.market.is_spot and asked.time_in_force == "FOK" and not desk.fills(order):
            raise Refused(Reason.WOULD_NOT_FILL)

    def _object_trigger(self, order: SimOrder, desk: Desk) -> None:
        matching.follow(order, desk.price)
        if order.request.trail_bps is None and matching.triggers(order, desk.price):
            raise Refused(Reason.WOULD_TRIGGER)

    def _enter(self, account: SimAccount, order: SimOrder) -> None:
        account.orders.append(order)
        account.open[order.id] = order
        self._desk(order).waiting[order.id] = order
        order.working_ms = order.created_ms if order.working else -1
        self._tell(account, order, "new")
        if order.locked:
            self._tell_balances(account, order, (locked_asset(order),))

    def work(self, account: SimAccount, order: SimOrder) -> None:
        """Match an order that has just arrived at the book, as a taker."""
        if not order.working or not order.open:
            return
        desk, asked = self._desk(order), order.request
        if desk.crosses(asked) and (asked.time_in_force != "FOK" or desk.fills(order)):
            self._execute(account, order, desk.facing(asked), maker=False)
        if order.id not in account.open:
            return
        expiry = _LEFT_OVER.get("MARKET" if asked.is_market else asked.time_in_force)
        if expiry is not None:
            self.end(account, order, "expired", expiry=expiry)

    def touch(self, desk: Desk) -> None:
        """Let every waiting order meet the desk's price, oldest first."""
        for order in list(desk.waiting.values()):
            if not order.open:
                continue
            account = self._accounts[order.account]
            if not order.working:
                matching.follow(order, desk.price)
                if matching.triggers(order, desk.price):
                    self.trigger(account, order)
            elif matching.fills(order, desk.price):
                price = order.request.price or desk.price
                self._execute(account, order, price, maker=True)

    def expire(self) -> None:
        """End the orders whose time is over."""
        now = self._clock.now_ms()
        for desk in self._desks.values():
            for order in list(desk.waiting.values()):
                if order.open and 0 < order.request.good_till_ms <= now:
                    self.end(self._accounts[order.account], order, "expired")

    def trigger(self, account: SimAccount, order: SimOrder) -> None:
        """Set a conditional order off: on spot it works itself, on perpetuals through a child."""
        self._part(account, order)
        order.working = True
        order.working_ms = self._clock.now_ms()
        if self.reject_at_trigger:
            self.reject_at_trigger -= 1
            self.end(account, order, "rejected", expiry="REJECTED")
        elif order.market.is_spot:
            self._trigger_spot(account, order)
        else:
            self._trigger_swap(account, order)

    def _trigger_spot(self, account: SimAccount, order: SimOrder) -> None:
        self._tell(account, order, "new")
        if order.request.is_market:
            self.spot.release(account, order)
            try:
                self.spot.reserve(account, order, self._desk(order).facing(order.request))
            except Refused:
                self.end(account, order, "expired", expiry="REJECTED")
                return
        self.work(account, order)

    def _trigger_swap(self, account: SimAccount, order: SimOrder) -> None:
        held = account.position(order.market.symbol).quantity
        child = child_of(order, next(self._ids), self._clock.now_ms(), held)
        try:
            self._object(account, child)
            self.swap.reserve(account, child, self._desk(order).price)
        except Refused:
            self.end(account, order, "rejected", expiry="REJECTED")
            return
        self._enter(account, child)
        if not self.child_first:
            self.end(account, order, "triggered")
        self.work(account, child)
        if self.child_first:
            self.end(account, order, "triggered")

    def fill(self, order: SimOrder, quantity: Decimal, price: Decimal, *, maker: bool) -> None:
        """Fill a part of an order by hand; one that has ended fills late, and stays ended.

        Raises:
            Refused: a late fill costs more than is free by now.
        """
        account = self._accounts[order.account]
        if order.open:
            self._part(account, order)
        elif order.market.is_spot and self.spot.need(order, price) > account.spot.free(
            locked_asset(order)
        ):
            raise Refused(Reason.FUNDS)
        self._book(account, order, min(quantity, order.remaining), price, maker=maker)
        self._knock_out(account, order.market.symbol)

    def _execute(
        self, account: SimAccount, order: SimOrder, price: Decimal, *, maker: bool
    ) -> None:
        desk = self._desk(order)
        quantity = desk.room(order)
        if order.request.reduce_only:
            quantity = min(quantity, self._reducible(account, order))
        self._part(account, order)
        for piece in desk.cut(quantity) if quantity else ():
            self._book(account, order, piece, price, maker=maker)
        self._knock_out(account, order.market.symbol)

    def _knock_out(self, account: SimAccount, symbol: str) -> None:
        """End the reduce-only orders that would open a position by now."""
        for order in account.open_orders(symbol):
            asked = order.request
            plain = asked.reduce_only and asked.trigger is None
            if plain and order.open and not self._reducible(account, order):
                self.end(account, order, "expired", expiry="KNOCKED_OUT")

    def _book(
        self,
        account: SimAccount,
        order: SimOrder,
        quantity: Decimal,
        price: Decimal,
        *,
        maker: bool,
    ) -> None:
        rate = order.market.maker if maker else order.market.taker
        now = self._clock.now_ms()
        fee, asset, realised = self._funds(order).book(account, order, quantity, price, rate)
        order.filled += quantity
        order.quote_filled += quantity * price
        if order.open or not order.remaining:
            order.status = "partially_filled" if order.remaining else "filled"
        order.updated_ms = now
        fill = FillTruth(
            id=next(self._desk(order).trade_ids),
            order_id=order.id,
            client_order_id=order.client_order_id,
            symbol=order.market.symbol,
            side=order.request.side,
            price=price,
            quantity=quantity,
            fee=fee,
            fee_asset=asset,
            maker=maker,
            realised=realised,
            time_ms=now,
        )
        account.fills.append(fill)
        order.fills.append(fill)
        if not order.open:
            self._leave(account, order)
        self._tell(account, order, "trade", fill=fill)
        assets = dict.fromkeys((order.market.base, order.market.quote, asset))
        self._tell_balances(account, order, tuple(assets))
        self._pair_done(account, order)

    def cancel(self, account: SimAccount, order: SimOrder, cancel_id: str) -> None:
        """End an open order, and its pair, because its owner wants so."""
        pair = self._pairs.get(order.list_id or 0)
        for leg in pair.legs if pair else (order,):
            if leg.open:
                self.end(account, leg, "canceled", cancel_id=cancel_id)

    def end(
        self,
        account: SimAccount,
        order: SimOrder,
        status: Status,
        *,
        expiry: str = "",
        cancel_id: str = "",
    ) -> None:
        """Take an order off and give back what was set aside."""
        order.status = status
        order.expiry = expiry
        order.cancel_id = cancel_id
        order.updated_ms = self._clock.now_ms()
        asset = locked_asset(order) if order.locked else None
        self._funds(order).release(account, order)
        self._leave(account, order)
        execution: Execution = status  # type: ignore[assignment]  # every final state is one
        self._tell(account, order, execution, cancel_id=cancel_id)
        if asset is not None:
            self._tell_balances(account, order, (asset,))
        self._pair_done(account, order)

    def _leave(self, account: SimAccount, order: SimOrder) -> None:
        self._funds(order).release(account, order)
        account.open.pop(order.id, None)
        self._desk(order).waiting.pop(order.id, None)

    def _part(self, account: SimAccount, order: SimOrder) -> None:
        """Before a leg acts the other one goes, and what it carried comes over."""
        pair = self._pairs.get(order.list_id or 0)
        other = pair.other(order) if pair else None
        if other is not None and other.open:
            self.end(account, other, "expired", expiry="OCO_TRIGGER")
            if not order.locked:
                self.spot.reserve(account, order, self._desk(order).price)

    def _pair_done(self, account: SimAccount, order: SimOrder) -> None:
        pair = self._pairs.get(order.list_id or 0)
        if pair is not None and not pair.open:
            self._tell_pair(account, pair, done=True)

    def _reducible(self, account: SimAccount, order: SimOrder) -> Decimal:
        held = account.position(order.market.symbol).quantity * order.request.sign
        return max(-held, ZERO)

    def _desk(self, order: SimOrder) -> Desk:
        return self._desks[order.market.symbol]

    def _tell(
        self,
        account: SimAccount,
        order: SimOrder,
        execution: Execution,
        *,
        fill: FillTruth | None = None,
        cancel_id: str = "",
    ) -> None:
        self._emit(
            OrderChanged(
                account=account,
                order=order,
                now=order.truth(),
                execution=execution,
                fill=fill,
                cancel_id=cancel_id,
                time_ms=self._clock.now_ms(),
            )
        )

    def _tell_balances(self, account: SimAccount, order: SimOrder, assets: tuple[str, ...]) -> None:
        spot = order.market.is_spot
        self._emit(
            BalancesChanged(
                account=account,
                market=order.market,
                assets=assets if spot else (order.market.quote,),
                futures=not spot,
                time_ms=self._clock.now_ms(),
            )
        )

    def _tell_pair(self, account: SimAccount, pair: OrderPair, *, done: bool) -> None:
        self._emit(
            PairChanged(
                account=account,
                orders=pair.legs,
                list_id=pair.id,
                list_client_id=pair.client_id,
                done=done,
                time_ms=self._clock.now_ms(),
            )
        )
