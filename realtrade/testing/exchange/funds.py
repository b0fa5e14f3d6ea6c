"""Who pays what: reserving money for orders and booking fills, on spot and on perpetuals."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal
from typing import TYPE_CHECKING, Protocol

from realtrade.testing.exchange.refusal import Reason, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.testing.exchange.account import SimAccount
    from realtrade.testing.exchange.order import SimOrder

ZERO = Decimal(0)
_CENT = Decimal("0.00000001")
"""Fees are kept to eight decimals, cut down."""
DEFAULT_LEVERAGE = 20


class Funds(Protocol):
    """The money side of one kind of market."""

    def reserve(self, account: SimAccount, order: SimOrder, price: Decimal) -> None:
        """Set aside what `order` may cost, or raise `Refused`."""
        ...

    def release(self, account: SimAccount, order: SimOrder) -> None:
        """Give back what is still set aside."""
        ...

    def book(
        self, account: SimAccount, order: SimOrder, quantity: Decimal, price: Decimal, rate: Decimal
    ) -> tuple[Decimal, str, Decimal]:
        """Book one fill; return its fee, the fee's currency and the profit it realised."""
        ...


class SpotFunds:
    """Currencies change hands. Buyers pay fees in what they buy, sellers in what they get."""

    def __init__(self, price_of: Callable[[str], Decimal | None]) -> None:
        self._price_of = price_of

    def reserve(self, account: SimAccount, order: SimOrder, price: Decimal) -> None:
        """Lock quote currency for a buy, base currency for a sell."""
        need = self.need(order, price)
        asset = locked_asset(order)
        if need > account.spot.free(asset):
            raise Refused(Reason.FUNDS)
        if not order.request.is_market or not order.working:
            account.spot.lock(asset, need)
            order.locked = need

    def need(self, order: SimOrder, price: Decimal) -> Decimal:
        """Return what the rest of `order` costs at most, in the currency it gives away."""
        asked = order.request
        if asked.side == "sell":
            return order.remaining
        if order.working and asked.is_market:
            return price * order.remaining
        return (asked.price or asked.stop_price or price) * order.remaining

    def release(self, account: SimAccount, order: SimOrder) -> None:
        """Unlock whatever is left."""
        account.spot.lock(locked_asset(order), -order.locked)
        order.locked = ZERO

    def book(
        self, account: SimAccount, order: SimOrder, quantity: Decimal, price: Decimal, rate: Decimal
    ) -> tuple[Decimal, str, Decimal]:
        """Move both currencies and take the fee."""
        market, buy = order.market, order.request.side == "buy"
        if order.locked:
            share = (order.request.price or price) * quantity if buy else quantity
            share = min(share, order.locked)
            account.spot.lock(locked_asset(order), -share)
            order.locked -= share
        sign = 1 if buy else -1
        account.spot.add(market.base, sign * quantity)
        account.spot.add(market.quote, -sign * quantity * price)
        received = (quantity, market.base) if buy else (quantity * price, market.quote)
        fee, asset = self._fee(account, order, received, quantity * price, rate)
        account.spot.add(asset, -fee)
        return fee, asset, ZERO

    def _fee(
        self,
        account: SimAccount,
        order: SimOrder,
        received: tuple[Decimal, str],
        value: Decimal,
        rate: Decimal,
    ) -> tuple[Decimal, str]:
        asset = account.fee_asset
        quote = order.market.quote
        price = Decimal(1) if asset == quote else self._price_of(f"{asset}/{quote}")
        if asset and price:
            fee = _cut(value * rate / price)
            if fee <= account.spot.free(asset):
                return fee, asset
        return _cut(received[0] * rate), received[1]


class SwapFunds:
    """Positions change; one wallet in the settlement currency pays fees and takes profits."""

    def __init__(self, price_of: Callable[[str], Decimal | None]) -> None:
        self._price_of = price_of

    def reserve(self, account: SimAccount, order: SimOrder, price: Decimal) -> None:
        """Refuse what the account's margin cannot carry; nothing is moved."""
        adds = self._adds(account, order)
        if not adds or order.request.reduce_only or not order.working:
            return
        need = adds * (order.request.price or price) / leverage(account, order.market.symbol)
        if need > self.available(account, order.market.quote):
            raise Refused(Reason.MARGIN)

    def release(self, account: SimAccount, order: SimOrder) -> None:
        """Do nothing: margin is computed, never locked."""

    def book(
        self, account: SimAccount, order: SimOrder, quantity: Decimal, price: Decimal, rate: Decimal
    ) -> tuple[Decimal, str, Decimal]:
        """Change the position; realised profit and fee go through the wallet."""
        position = account.position(order.market.symbol)
        realised = position.book(order.request.sign * quantity, price)
        fee = _cut(quantity * price * rate)
        account.futures.add(order.market.quote, realised - fee)
        return fee, order.market.quote, realised

    def available(self, account: SimAccount, asset: str) -> Decimal:
        """Return what may still be used as margin: equity less margin in use."""
        return self.equity(account, asset) - self.used(account, asset)

    def equity(self, account: SimAccount, asset: str) -> Decimal:
        """Return wallet and unrealised profit together."""
        return account.futures.total(asset) + sum(
            (self.unrealised(account, symbol) for symbol in account.positions), ZERO
        )

    def unrealised(self, account: SimAccount, symbol: str) -> Decimal:
        """Return the profit of the position in `symbol` at the current price."""
        held = account.positions[symbol]
        price = self._price_of(symbol)
        return ZERO if price is None else held.quantity * (price - held.entry)

    def used(self, account: SimAccount, asset: str) -> Decimal:
        """Return the initial margin of positions and of open orders that add to them."""
        positions = sum(
            (
                abs(held.quantity) * (self._price_of(symbol) or ZERO) / leverage(account, symbol)
                for symbol, held in account.positions.items()
            ),
            ZERO,
        )
        orders = sum(
            (
                self._adds(account, order)
                * (order.request.price or ZERO)
                / leverage(account, order.market.symbol)
                for order in account.open.values()
                if not order.market.is_spot and order.working and not order.request.reduce_only
            ),
            ZERO,
        )
        return positions + orders

    def _adds(self, account: SimAccount, order: SimOrder) -> Decimal:
        """Return how much of `order` would go beyond closing the position."""
        held = account.position(order.market.symbol).quantity * order.request.sign
        return max(order.remaining + min(held, ZERO), ZERO)


def leverage(account: SimAccount, symbol: str) -> int:
    """Return the account's leverage for `symbol`."""
    return account.leverage.get(symbol, DEFAULT_LEVERAGE)


def locked_asset(order: SimOrder) -> str:
    """Return the currency that a spot order gives away."""
    return order.market.quote if order.request.side == "buy" else order.market.base


def _cut(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, ROUND_DOWN)
