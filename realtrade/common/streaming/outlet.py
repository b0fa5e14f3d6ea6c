"""Where a splicer puts what it has: bars, and in turn that they are lost and whole again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtrade.plugins.ports.exchange import KeepsTime

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.model.bar import Bar
    from realtrade.plugins.ports.exchange import BarSink


class Outlet:
    """A sink, while it is open, and what it has been told. `close` is for any thread at any time.

    Everything else is for whoever holds the splicer's lock.
    """

    def __init__(self) -> None:
        self._sink: BarSink | None = None
        self._up, self._whole = False, True  # as far as the sink knows

    def open(self, sink: BarSink) -> None:
        """Begin to publish to `sink`."""
        self._sink = sink

    def close(self) -> None:
        """Publish and tell nothing more."""
        self._sink = None

    @property
    def is_open(self) -> bool:
        """True while there is somebody to publish to."""
        return self._sink is not None

    def has_room(self, timeout_s: float = 0) -> bool:
        """Wait for room, and tell whether there is some; there is none once it is closed."""
        sink = self._sink
        return sink is not None and sink.wait_for_room(timeout_s)

    def publish(self, batch: Sequence[tuple[str, Bar]]) -> None:
        """Hand a batch over."""
        sink = self._sink
        if sink is not None:
            sink.publish(batch)

    def passed(self, name: str, at_ms: int) -> None:
        """Say that nothing more will come of a feed up to a time, to a sink that cares."""
        sink = self._sink
        if sink is not None and isinstance(sink, KeepsTime):
            sink.passed(name, at_ms)

    # -- what became of the stream --------------------------------------------------------------

    @property
    def flows(self) -> bool:
        """True while there is a connection, and the sink knows that nothing is missing."""
        return self._up and self._whole

    @property
    def owes_word(self) -> bool:
        """True while there is a connection, and the sink was not told yet that all is well."""
        return self._up and not self._whole

    def connected(self) -> None:
        """Note a new connection: whether anything is missing is open."""
        self._up, self._whole = True, False

    def disconnected(self, reason: str) -> None:
        """Note that there is no connection, and tell it."""
        self._up = False
        self.lost(reason)

    def lost(self, reason: str) -> None:
        """Tell once that something is missing."""
        sink = self._sink
        if self._whole and sink is not None:
            sink.lost(reason)
        self._whole = False

    def restored(self) -> None:
        """Tell that nothing is missing any more, where that is owed."""
        if not self.owes_word:
            return
        self._whole = True
        sink = self._sink
        if sink is not None:
            sink.restored()
