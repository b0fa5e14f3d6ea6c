"""Lets go of what Backtrader keeps for ever: a bot that runs for months must not grow by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from realtrade.engine.parts import Parts

_EVERY_S = 60.0
KEPT = 100
"""Closed trades a strategy still finds in its `_trades`, of each feed and trade id."""


class Forgetting:
    """Behind a turn of the trading thread, once a minute: Backtrader's closed trades.

    A strategy keeps every trade it was told of, two kilobytes each; only the newest of a list is
    ever looked at again. What has to be known of the others is in the tracker and the journal.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._done_s = parts.clock.monotonic_s()

    def turn(self) -> None:
        """Forget what is old, if it is time."""
        now_s = self._parts.clock.monotonic_s()
        if now_s - self._done_s < _EVERY_S:
            return
        self._done_s = now_s
        for strategy in getattr(self._parts.cerebro, "runningstrats", ()):
            for by_id in strategy._trades.values():  # noqa: SLF001 - Backtrader has no public name
                for trades in by_id.values():
                    del trades[:-KEPT]
