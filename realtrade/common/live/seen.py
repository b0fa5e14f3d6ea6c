"""Executions told of already: the newest are remembered, the journal knows the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtrade.plugins.ports.journal import KnowsFills
from realtrade.utils.recent import Recent

if TYPE_CHECKING:
    from collections.abc import Iterable

    from realtrade.model.order import Fill
    from realtrade.plugins.ports.journal import Journal

_KEPT = 20_000
"""The most executions remembered."""
_CLOCK_SLACK_MS = 60_000
"""What was booked before a start was executed by then, as far as clocks agree."""


class Seen:
    """Tells of an execution whether it was told of before, whoever repeats it and however late.

    The journal is asked about what was executed before the newest execution forgotten, and about
    nothing else: what an exchange has just executed is new, or still remembered. Changed by the
    trading thread; asked by the courier's too.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal: object = journal
        self._recent: Recent[tuple[str, str], int] = Recent(_KEPT, self._forget)
        self._until_ms = -1
        """What was executed later is remembered, if it was ever told of."""

    def begin(self, booked: Iterable[tuple[str, str]], now_ms: int) -> None:
        """Take up executions booked before a start, the newest; older ones are in the journal."""
        for key in booked:
            self._recent.put(key, now_ms + _CLOCK_SLACK_MS)
        self._until_ms = max(self._until_ms, now_ms)

    def add(self, fill: Fill) -> None:
        """Remember that an execution was told of."""
        self._recent.put((fill.symbol, fill.trade_id), fill.time_ms)

    def has(self, fill: Fill) -> bool:
        """Tell whether an execution was told of, or booked before the start.

        Raises:
            JournalError: it would have to be looked up, and cannot be.
        """
        if (fill.symbol, fill.trade_id) in self._recent:
            return True
        if fill.time_ms > self._until_ms or not isinstance(self._journal, KnowsFills):
            return False
        return self._journal.booked(fill.symbol, fill.trade_id)

    def _forget(self, times_ms: Iterable[int]) -> None:
        self._until_ms = max(self._until_ms, *times_ms, -1)
