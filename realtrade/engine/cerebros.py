"""Which Cerebro runs a bot."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from realtrade.engine.cerebro import LeanCerebro


def make_cerebro(*, live: bool) -> LeanCerebro:
    """Return the Cerebro of a run, without observers: nobody looks at them here.

    Live, bars come one by one: neither preloaded nor run vectorised.
    """
    if live:
        from realtrade.engine.live_cerebro import LiveCerebro

        return LiveCerebro(stdstats=False, live=True)
    from realtrade.engine.cerebro import LeanCerebro

    return LeanCerebro(stdstats=False)
