"""Places at which a bot under test kills itself: before or after the n-th call of a function."""

from __future__ import annotations

import functools
import os
import signal
from importlib import import_module
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

PLACES = {
    "intent": ("realtrade.storage", "SqlJournal", "intent"),
    "attempt": ("realtrade.storage", "SqlJournal", "attempt"),
    "status": ("realtrade.storage", "SqlJournal", "status"),
    "fill": ("realtrade.storage", "SqlJournal", "fill"),
    "position": ("realtrade.storage", "SqlJournal", "position"),
    "cursor": ("realtrade.storage", "SqlJournal", "cursor"),
    "bar": ("realtrade.storage", "SqlJournal", "bar"),
    "place": ("realtrade.binance.gateway", "BinanceGateway", "place"),
    "cancel": ("realtrade.binance.gateway", "BinanceGateway", "cancel"),
    "find": ("realtrade.binance.gateway", "BinanceGateway", "find"),
    "open_orders": ("realtrade.binance.gateway", "BinanceGateway", "open_orders"),
    "fills": ("realtrade.binance.gateway", "BinanceGateway", "fills"),
    "restore": ("realtrade.common.broker.restart", "", "restore"),
    "next": ("realtrade.common", "BaseBroker", "next"),
    "submit": ("realtrade.common", "BaseBroker", "submit"),
}
"""Name to module, class and function: every step of an order's way and of a start."""

RISK_PLACES = {
    "acted": ("realtrade.common.broker.teller", "Teller", "acted"),
    "perform": ("realtrade.common.base_broker", "", "perform"),
    "asked": ("realtrade.common.broker.risk", "", "perform"),
    "kept": ("realtrade.engine.state", "StateFolder", "remember"),
    "place": PLACES["place"],
    "cancel": PLACES["cancel"],
    "fill": PLACES["fill"],
}
"""Every step of a halt: a rule's is remembered, performed, sent and booked; a person's is kept."""

REMEMBERED_PLACES = {"hand_over": ("realtrade.common.broker.door", "ExchangeDoor", "send")}
"""Between an intent's commit and its way to the exchange."""


class KillPoint(NamedTuple):
    """Where a bot dies."""

    place: str
    after: bool
    """True: when the function has returned; False: before it is entered."""
    nth: int
    """Which call, from 1 on."""

    def __str__(self) -> str:
        return f"{'after' if self.after else 'before'} {self.place} {self.nth}"

    def arm(self) -> None:
        """Have this process killed there; for processes made to be killed only."""
        module, owner, name = {**PLACES, **RISK_PLACES, **REMEMBERED_PLACES}[self.place]
        home: Any = import_module(module)
        home = getattr(home, owner) if owner else home
        setattr(home, name, self._deadly(getattr(home, name)))

    def _deadly(self, function: Callable[..., Any]) -> Callable[..., Any]:
        calls = count(1)

        @functools.wraps(function)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            now = next(calls) == self.nth
            if now and not self.after:
                os.kill(os.getpid(), signal.SIGKILL)
            result = function(*args, **kwargs)
            if now:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return wrapped
