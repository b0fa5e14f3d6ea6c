"""Several streams as one: of bars, of trades, of quotes, each on a connection of its own."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from realtrade.plugins.ports.exchange import KeepsTime

if TYPE_CHECKING:
    from collections.abc import Mapping

    from realtrade.plugins.ports.exchange import BarSink, BarStream


class JointStream:
    """Lost while one of its streams is, restored when all are.

    Args:
        streams: by what they bring, such as `bars`; reasons of a loss begin with it.
    """

    def __init__(self, streams: Mapping[str, BarStream]) -> None:
        self._streams = dict(streams)
        self._lock = Lock()
        self._away = set(streams)  # none of them has begun
        self._told = True

    def start(self, sink: BarSink) -> None:
        """Begin to publish; raises whatever a stream raises, with none of them running then."""
        try:
            for what, stream in self._streams.items():
                stream.start(_Share(what, self, sink))
        except Exception:
            self.stop()
            raise

    def stop(self) -> None:
        """Publish nothing more."""
        for stream in self._streams.values():
            stream.stop()

    def note_lost(self, what: str, reason: str, sink: BarSink) -> None:
        """Tell of a loss, unless one is known."""
        with self._lock:
            self._away.add(what)
            if not self._told:
                sink.lost(f"{what}: {reason}")
            self._told = True

    def note_restored(self, what: str, sink: BarSink) -> None:
        """Tell that all is well, once it is."""
        with self._lock:
            self._away.discard(what)
            if not self._away:
                self._told = False
                sink.restored()


class _Share:
    """What one stream sees of the sink they share."""

    def __init__(self, what: str, joint: JointStream, sink: BarSink) -> None:
        self._what = what
        self._joint = joint
        self._sink = sink
        self.publish = sink.publish
        self.wait_for_room = sink.wait_for_room
        self.finish = sink.finish
        self.fail = sink.fail

    def passed(self, name: str, at_ms: int) -> None:
        if isinstance(self._sink, KeepsTime):
            self._sink.passed(name, at_ms)

    def lost(self, reason: str) -> None:
        self._joint.note_lost(self._what, reason, self._sink)

    def restored(self) -> None:
        self._joint.note_restored(self._what, self._sink)
