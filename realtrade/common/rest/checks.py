"""What can be said of any exchange before a run: its clock, its symbols, an account's money."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from realtrade.plugins.ports.checks import Check

if TYPE_CHECKING:
    from collections.abc import Iterable

    from realtrade.common.base_store import BaseStore

NETWORK = "check the network, and `proxy` and `endpoints` under `exchange`"
"""What to do where nothing answers."""
_SKEW_MS = 1_000


def skew(store: BaseStore, called: str) -> Check:
    """Return how far the clock of an exchange is from ours, as last measured."""
    ahead_ms, error_ms = store.clock.offset_ms, store.clock.error_ms
    found = f"{called} is {ahead_ms:+.0f} ms ahead of this machine, give or take {error_ms:.0f} ms"
    if abs(ahead_ms) - error_ms <= _SKEW_MS:
        return Check("ok", "clock", found)
    return Check("warn", "clock", found, "set this machine's clock, for example with chrony")


def near(symbol: str, listed: Iterable[str]) -> str:
    """Return what a symbol that is not listed was perhaps meant to be."""
    found = difflib.get_close_matches(symbol, listed, n=1)
    return f"did you mean {found[0]}?" if found else "see the exchange's list of symbols"


def money(store: BaseStore, currency: str) -> Check:
    """Ask what an account has of a currency.

    Raises:
        RestError: it was not told.
    """
    balance = store.get_balance(currency)
    found = f"{balance.free:f} {currency} free, {balance.locked:f} locked"
    if balance.total > 0:
        return Check("ok", "balance", found)
    return Check("warn", "balance", found, f"bring {currency} into this account")
