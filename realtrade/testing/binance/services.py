"""What the dialect keeps beside the exchange: limits, listen keys, countdowns, made-up ids."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from realtrade.testing.binance.limits import spot_limits, usdm_limits
from realtrade.testing.binance.usdm.listen_keys import ListenKeys

if TYPE_CHECKING:
    from realtrade.testing.exchange.core import Core


class Services:
    """One per server."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self.spot_limits = spot_limits(core.clock)
        self.usdm_limits = usdm_limits(core.clock)
        self.listen_keys = ListenKeys(core.clock)
        self._made = count(1)
        self._countdowns: dict[tuple[str, str], int] = {}

    def made_id(self) -> str:
        """Return a client id for who sent none."""
        return f"sim{next(self._made):019d}"

    def countdown(self, key: str, symbol: str, left_ms: int) -> None:
        """Cancel an account's orders of a symbol in `left_ms`, unless called again; 0: never."""
        self._countdowns.pop((key, symbol), None)
        if left_ms > 0:
            self._countdowns[key, symbol] = self._core.clock.now_ms() + left_ms

    def run_out(self) -> None:
        """Do what countdowns that have run out demand."""
        now = self._core.clock.now_ms()
        with self._core.lock:
            due = [one for one, at_ms in self._countdowns.items() if at_ms <= now]
            for key, symbol in due:
                del self._countdowns[key, symbol]
                account = self._core.accounts[key]
                for order in account.open_orders(symbol):
                    if order.open:
                        self._core.cancel(account, order)
