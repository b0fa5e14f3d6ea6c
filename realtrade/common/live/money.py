"""What an account is worth: told by its stream, checked over REST, never asked for by the bar."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from realtrade.model.account import Balance
from realtrade.model.order import Side

if TYPE_CHECKING:
    from collections.abc import Mapping

    from realtrade.model.account import AccountState, BalancesChanged
    from realtrade.model.order import Fill, Position
    from realtrade.plugins.ports.account import AccountView

_ZERO = Decimal(0)
_NONE = Balance(_ZERO)


class Money:
    """Balances and positions as the exchange tells of them, valued at our last prices."""

    def __init__(self, currency: str, *, spot: bool) -> None:
        self.currency = currency
        self.spot = spot
        """Holdings are balances; else they are positions, and margin is locked for them."""
        self.balances: dict[str, Balance] = {}
        self.positions: dict[str, Position] = {}
        self._times: dict[str, int] = {}
        self._view: AccountView | None = None
        self._ahead: list[tuple[int, Decimal]] = []
        """Spot: what executions, told of before the balance they made, did to it; with times."""

    def bind(self, view: AccountView) -> None:
        """Take positions of our own fills, prices and instruments from `view` from now on."""
        self._view = view

    def changed(self, event: BalancesChanged) -> None:
        """Take what the stream says; what is older than what is known is not taken."""
        for currency, balance in event.balances.items():
            if self._newer(currency, event.time_ms):
                self.balances[currency] = (
                    balance if self.spot else self._margined(currency, balance)
                )
        for symbol, position in event.positions.items():
            if self._newer(symbol, event.time_ms):
                self._hold(symbol, position)

    def executed(self, fill: Fill) -> None:
        """Take what one of our executions did to the balance, until the exchange tells that.

        An answer can overtake the account's events. Holdings would then count twice, or not at
        all, for as long as that takes: long enough for a risk rule to act on it.
        """
        behind = fill.time_ms > self._times.get(self.currency, 0)
        if not (self.spot and behind and fill.symbol.endswith(f"/{self.currency}")):
            return
        paid = fill.quantity * fill.price
        change = -paid if fill.side is Side.BUY else paid
        if fill.fee_currency == self.currency:
            change -= fill.fee
        self._ahead.append((fill.time_ms, change))

    def check(self, state: AccountState) -> None:
        """Take what REST says, where the stream has said nothing newer."""
        self._replace(state.balances, state.time_ms)
        gone = [symbol for symbol in self.positions if symbol not in state.positions]
        for symbol in gone:
            if self._newer(symbol, state.time_ms):
                del self.positions[symbol]
        for symbol, position in state.positions.items():
            if self._newer(symbol, state.time_ms):
                self._hold(symbol, position)

    @property
    def cash(self) -> Decimal:
        """Return the money not tied up in positions, margin or orders."""
        return self.balances.get(self.currency, _NONE).free + self._ahead_of_balance

    @property
    def equity(self) -> Decimal:
        """Return the balance plus holdings (spot) or unrealised profit (swaps) at last prices."""
        total = self.balances.get(self.currency, _NONE).total + self._ahead_of_balance
        return total + (self._holdings() if self.spot else self._unrealised())

    @property
    def _ahead_of_balance(self) -> Decimal:
        return sum((change for _, change in self._ahead), _ZERO)

    def _holdings(self) -> Decimal:
        """Value what our own fills hold and can be valued in the account's currency."""
        if self._view is None:
            return _ZERO
        worth = _ZERO
        for symbol, position in self._view.positions.items():
            if self._view.instrument(symbol).quote == self.currency:
                worth += position.quantity * self._view.price(symbol)
        return worth

    def _unrealised(self) -> Decimal:
        if self._view is None:
            return _ZERO
        profit = _ZERO
        for symbol, position in self.positions.items():
            try:
                instrument, price = self._view.instrument(symbol), self._view.price(symbol)
            except KeyError:
                continue  # foreign: no feed of ours tells its price
            profit += position.quantity * (price - position.price) * instrument.contract_size
        return profit

    def _margined(self, currency: str, told: Balance) -> Balance:
        """Return a wallet less the margin last known: events of swaps tell the wallet only."""
        locked = told.locked or self.balances.get(currency, _NONE).locked
        return Balance(told.total - locked, locked)

    def _replace(self, balances: Mapping[str, Balance], time_ms: int) -> None:
        for currency in {*self.balances, *balances}:
            if self._newer(currency, time_ms):
                self.balances[currency] = balances.get(currency, _NONE)

    def _hold(self, symbol: str, position: Position) -> None:
        if position.quantity:
            self.positions[symbol] = position
        else:
            self.positions.pop(symbol, None)

    def _newer(self, name: str, time_ms: int) -> bool:
        """Tell whether something is not older than what is known, and note its time."""
        if time_ms < self._times.get(name, 0):
            return False
        self._times[name] = time_ms
        if name == self.currency:
            self._ahead = [(when, change) for when, change in self._ahead if when > time_ms]
        return True
