from __future__ import annotations

from typing import Any

import pytest

from realtrade.common.streaming.joint import JointStream


class Stream:
    """Keeps the sink it is given."""

    def __init__(self, error: Exception | None = None) -> None:
        self.sink: Any = None
        self.stopped = False
        self._error = error

    def start(self, sink: Any) -> None:
        if self._error is not None:
            raise self._error
        self.sink = sink

    def stop(self) -> None:
        self.stopped = True


class Sink:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def lost(self, reason: str) -> None:
        self.told.append(reason)

    def restored(self) -> None:
        self.told.append("restored")

    def publish(self, bars: object) -> None:
        self.told.append(f"published {bars}")

    def wait_for_room(self, timeout_s: float) -> bool:
        return timeout_s > 1

    def finish(self) -> None:
        self.told.append("finished")

    def fail(self, error: Exception) -> None:
        self.told.append(f"failed: {error}")


def test_it_is_lost_while_one_is_and_restored_when_all_are() -> None:
    bars, trades, sink = Stream(), Stream(), Sink()
    JointStream({"bars": bars, "trades": trades}).start(sink)

    bars.sink.restored()
    assert sink.told == []
    trades.sink.restored()
    assert sink.told == ["restored"]
    trades.sink.lost("gone")
    bars.sink.lost("gone, too")
    bars.sink.restored()
    assert sink.told == ["restored", "trades: gone"]
    trades.sink.restored()
    assert sink.told == ["restored", "trades: gone", "restored"]


def test_bars_go_straight_to_the_sink() -> None:
    bars, sink = Stream(), Sink()
    JointStream({"bars": bars}).start(sink)

    bars.sink.publish(["one"])
    bars.sink.finish()
    bars.sink.fail(ValueError("broken"))

    assert sink.told == ["published ['one']", "finished", "failed: broken"]
    assert bars.sink.wait_for_room(2)
    assert not bars.sink.wait_for_room(1)


def test_when_one_cannot_start_none_runs_on() -> None:
    good, bad = Stream(), Stream(ValueError("too many feeds"))

    with pytest.raises(ValueError, match="too many feeds"):
        JointStream({"bars": good, "trades": bad}).start(Sink())

    assert good.stopped
