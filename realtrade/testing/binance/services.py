"""What the dialect keeps beside the exchange: limits, listen keys, made-up ids."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from realtrade.testing.binance.limits import spot_limits, usdm_limits

if TYPE_CHECKING:
    from realtrade.utils.clock import Clock


class Services:
    """One per server."""

    def __init__(self, clock: Clock) -> None:
        self.spot_limits = spot_limits(clock)
        self.usdm_limits = usdm_limits(clock)
        self._made = count(1)

    def made_id(self) -> str:
        """Return a client id for who sent none."""
        return f"sim{next(self._made):019d}"
