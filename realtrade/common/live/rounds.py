"""Looks at the exchange on a timer, more rarely the longer nothing is wrong."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.common.live.dispatch import Dispatch

EVERY_S = 60.0
"""How often, at first, journal and exchange are compared while nothing seems wrong."""
AT_MOST_S = 480.0
RESTING_AT_MOST_S = 120.0
"""The same while orders rest there: if its events fell silent, this is what tells of a fill."""


class Rounds:
    """One timer: a look that is to come is overtaken by any that comes before it."""

    def __init__(self, dispatch: Dispatch, look: Callable[[], None]) -> None:
        self._dispatch = dispatch
        self._look = look
        self._wait_s = EVERY_S
        self._number = 0

    def again(self, *, calm: bool) -> None:
        """Look again after a while, which is longer each time that all is `calm`."""
        if not calm:
            self._wait_s = EVERY_S
        elif any(order.may_be_there for order in self._dispatch.orders.values()):
            self._wait_s = min(self._wait_s, RESTING_AT_MOST_S)
        self._number += 1
        self._dispatch.later(self._wait_s, partial(self._turn, self._number))
        if calm:
            self._wait_s = min(self._wait_s * 2, AT_MOST_S)

    def turn(self) -> None:
        """Look now, out of turn; the timer goes on."""
        self._turn(self._number)

    def _turn(self, number: int) -> None:
        if number == self._number:
            self._look()
