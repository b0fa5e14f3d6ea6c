"""How many messages may leave in a second."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from realtrade.utils.clock import Clock


class Pace:
    """Lets a number of messages through in any one second. Not for several threads at once."""

    def __init__(self, clock: Clock, *, per_s: int) -> None:
        self._clock = clock
        self._sent: deque[float] = deque(maxlen=per_s)

    def may_send(self) -> bool:
        """Tell whether one more message may leave now, and count it if so."""
        now_s = self._clock.monotonic_s()
        if len(self._sent) == self._sent.maxlen and now_s - self._sent[0] < 1.0:
            return False
        self._sent.append(now_s)
        return True
