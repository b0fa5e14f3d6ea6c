"""The Cerebro of live runs: something beside bars gets a turn on the trading thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from realtrade.engine.cerebro import LeanCerebro
from realtrade.engine.lean.delivery import deliver

if TYPE_CHECKING:
    from collections.abc import Callable


class LiveCerebro(LeanCerebro):
    """Calls `before_turn` before every turn of the broker and `after_turn` behind it.

    With live feeds Backtrader's loop turns a few times a second without a bar too, and at once when
    the hub is woken.
    """

    on_order: Callable[[Any], None] | None = None
    """Hears of every order at once; strategies and their analyzers do with the next bar."""
    before_turn: Callable[[], None] | None = None
    after_turn: Callable[[], None] | None = None

    def _brokernotify(self) -> None:
        if self.before_turn is not None:
            self.before_turn()
        deliver(self, self.on_order)
        if self.after_turn is not None:
            self.after_turn()
