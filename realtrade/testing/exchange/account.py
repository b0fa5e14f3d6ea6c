"""Accounts: keys, wallets, positions, and the orders and fills they own."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from realtrade.testing.exchange.truth import (
    AccountTruth,
    BalanceTruth,
    PositionTruth,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.testing.exchange.order import SimOrder
    from realtrade.testing.exchange.truth import FillTruth, TransferTruth

ZERO = Decimal(0)
_EIGHT = Decimal("0.00000001")


class Wallet:
    """Currencies, each a total of which a part is locked."""

    def __init__(self) -> None:
        self._total: defaultdict[str, Decimal] = defaultdict(Decimal)
        self._locked: defaultdict[str, Decimal] = defaultdict(Decimal)

    def free(self, asset: str) -> Decimal:
        """Return what may be spent."""
        return self._total[asset] - self._locked[asset]

    def total(self, asset: str) -> Decimal:
        """Return free and locked together."""
        return self._total[asset]

    def add(self, asset: str, amount: Decimal) -> None:
        """Book `amount`, negative to take away."""
        self._total[asset] += amount

    def lock(self, asset: str, amount: Decimal) -> None:
        """Set `amount` aside; negative gives it back."""
        self._locked[asset] += amount

    def balances(self) -> dict[str, BalanceTruth]:
        """Return every currency that was ever held."""
        return {asset: self.balance(asset) for asset in list(self._total)}

    def balance(self, asset: str) -> BalanceTruth:
        """Return one currency."""
        return BalanceTruth(asset=asset, free=self.free(asset), locked=self._locked[asset])


@dataclass(slots=True)
class Position:
    """One perpetual position: a signed quantity and what it was entered at on average."""

    quantity: Decimal = ZERO
    entry: Decimal = ZERO
    realised: Decimal = ZERO
    """Of all its fills so far, before fees."""

    def book(self, quantity: Decimal, price: Decimal) -> Decimal:
        """Add a signed fill; return the profit it realised, to eight decimals as on the wire."""
        before, after = self.quantity, self.quantity + quantity
        if before * quantity >= 0:
            self.entry = (before * self.entry + quantity * price) / after
            self.quantity = after
            return ZERO
        closed = min(abs(before), abs(quantity)) * (1 if before > 0 else -1)
        realised = (closed * (price - self.entry)).quantize(_EIGHT)
        if after == 0:
            self.entry = ZERO
        elif after * before < 0:
            self.entry = price
        self.quantity = after
        self.realised += realised
        return realised


@dataclass(slots=True, kw_only=True)
class SimAccount:
    """One account behind one API key."""

    key: str
    secret: str = field(repr=False)
    permissions: frozenset[str] = frozenset({"read", "trade"})
    """Of `read`, `trade`, `withdraw`."""
    fee_asset: str | None = None
    """Pay spot fees in this currency, as Binance does with BNB; None: in what is received."""
    verify: Callable[[str, str], bool] | None = field(default=None, repr=False)
    """Judges text and signature where the key is Ed25519 or RSA; None: HMAC with the secret."""
    revoked: bool = False
    spot: Wallet = field(default_factory=Wallet)
    futures: Wallet = field(default_factory=Wallet)
    positions: dict[str, Position] = field(default_factory=dict)
    leverage: dict[str, int] = field(default_factory=dict)
    margin_type: dict[str, str] = field(default_factory=dict)
    hedge_mode: bool = False
    orders: list[SimOrder] = field(default_factory=list)
    open: dict[int, SimOrder] = field(default_factory=dict)
    """Those that may still fill, by id."""
    fills: list[FillTruth] = field(default_factory=list)
    transfers: list[TransferTruth] = field(default_factory=list)

    def position(self, symbol: str) -> Position:
        """Return the position in `symbol`, flat when there never was one."""
        return self.positions.setdefault(symbol, Position())

    def transfer(self, moved: TransferTruth) -> None:
        """Book currency that came or went without a trade."""
        (self.futures if moved.futures else self.spot).add(moved.asset, moved.amount)
        self.transfers.append(moved)

    def open_orders(self, symbol: str | None = None) -> list[SimOrder]:
        """Return the orders that may still fill, oldest first."""
        return [order for order in self.open.values() if symbol in (None, order.market.symbol)]

    def truth(self, price_of: Callable[[str], Decimal]) -> AccountTruth:
        """Return everything, frozen."""
        return AccountTruth(
            orders=tuple(order.truth() for order in self.orders),
            fills=tuple(self.fills),
            transfers=tuple(self.transfers),
            balances=self.spot.balances(),
            futures=self.futures.balances(),
            positions={
                symbol: self._position_truth(symbol, price_of(symbol))
                for symbol, held in self.positions.items()
                if held.quantity
            },
        )

    def _position_truth(self, symbol: str, price: Decimal) -> PositionTruth:
        held = self.positions[symbol]
        return PositionTruth(
            symbol=symbol,
            quantity=held.quantity,
            entry_price=held.entry,
            leverage=self.leverage.get(symbol, 20),
            unrealised=held.quantity * (price - held.entry),
        )
