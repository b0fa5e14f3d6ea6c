from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from realtrade.plugins import Kind, Registry
from realtrade.plugins.ports import BuildContext, FeedError, FeedRequest
from realtrade.replay.config import ReplayConfig
from realtrade.replay.exchange import ReplayExchange
from realtrade.replay.stream import ReplayStream, batches
from realtrade.utils.clock import ManualClock, SystemClock
from realtrade.utils.timeframes import Timeframe

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from realtrade.model.bar import Bar
    from tests.replay.conftest import Bars

HOUR_MS = 3_600_000


class Sink:
    """Writes down what is published, and at what time of a clock."""

    def __init__(self, clock: Any = None, room: bool = True) -> None:
        self.clock = clock or ManualClock()
        self.room = room
        self.batches: list[list[tuple[str, int]]] = []
        self.times_s: list[float] = []
        self.errors: list[Exception] = []
        self.over = Event()

    def publish(self, bars: Sequence[tuple[str, Bar]]) -> None:
        self.times_s.append(self.clock.monotonic_s())
        self.batches.append([(name, bar.time_ms // HOUR_MS) for name, bar in bars])

    def wait_for_room(self, timeout_s: float) -> bool:
        return self.room

    def finish(self) -> None:
        self.over.set()

    def fail(self, error: Exception) -> None:
        self.errors.append(error)
        self.over.set()

    def lost(self, reason: str) -> None:
        raise AssertionError(reason)

    def restored(self) -> None:
        raise AssertionError


def test_bars_due_together_are_published_together(bars: Bars) -> None:
    hours = bars(*(HOUR_MS * hour for hour in (0, 1, 2, 4)))
    pairs = bars(0, 2 * HOUR_MS, timeframe="2h")
    stream = ReplayStream({"h": hours, "p": pairs}, clock=ManualClock(), pace=None)
    sink = Sink()

    stream.start(sink)

    assert sink.over.wait(5)
    stream.stop()
    assert sink.batches == [
        [("h", 0)],
        [("h", 1), ("p", 0)],
        [("h", 2)],
        [("p", 2)],
        [("h", 4)],
    ]


def test_bars_keep_their_values_across_chunks(bars: Bars) -> None:
    columns = bars(*(HOUR_MS * hour for hour in range(9000)))

    found = [bar for _, ((_, bar),) in batches({"h": columns})]

    assert found == [columns.bar(row) for row in range(9000)]


@pytest.mark.parametrize(("pace", "seconds"), [(3600.0, [0, 1, 4]), (7200.0, [0, 0.5, 2])])
def test_the_pace_divides_market_time(bars: Bars, pace: float, seconds: list[float]) -> None:
    clock = ManualClock()
    columns = bars(0, HOUR_MS, 4 * HOUR_MS)
    stream, sink = ReplayStream({"h": columns}, clock=clock, pace=pace), Sink(clock)

    stream.start(sink)

    assert sink.over.wait(5)
    assert sink.times_s == pytest.approx(seconds)


def test_a_slow_replay_stops_at_once(bars: Bars) -> None:
    stream = ReplayStream({"h": bars(0, HOUR_MS)}, clock=SystemClock(), pace=1.0)
    sink = Sink()
    stream.start(sink)
    while not sink.batches:
        SystemClock().sleep(0.01)
    began_s = SystemClock().monotonic_s()

    stream.stop()

    assert SystemClock().monotonic_s() - began_s < 60, "the next bar is an hour away"
    assert sink.batches == [[("h", 0)]]
    assert not sink.over.is_set()


def test_a_full_sink_is_waited_for_and_can_be_left(bars: Bars) -> None:
    sink = Sink(room=False)
    stream = ReplayStream({"h": bars(0)}, clock=SystemClock(), pace=None)
    stream.start(sink)
    SystemClock().sleep(0.05)
    assert sink.batches == []

    stream.stop()

    assert sink.batches == []


def test_an_error_in_the_thread_is_told_to_the_sink(bars: Bars) -> None:
    class Broken(ManualClock):
        def monotonic_s(self) -> float:
            raise OSError("no clock")

    sink = Sink()

    ReplayStream({"h": bars(0)}, clock=Broken(), pace=1.0).start(sink)

    assert sink.over.wait(5)
    assert [str(error) for error in sink.errors] == ["no clock"]


def test_a_stream_that_never_started_stops(bars: Bars) -> None:
    ReplayStream({"h": bars(0)}, clock=ManualClock(), pace=None).stop()


@pytest.mark.parametrize(
    ("speed", "pace"),
    [("max", None), (0, None), (1, 1.0), (3600, 3600.0)],
)
def test_the_speed_of_a_recipe(speed: Any, pace: float | None) -> None:
    assert ReplayConfig.model_validate({"type": "replay", "speed": speed}).pace == pace


@pytest.mark.parametrize("speed", [-1, "fast", True])
def test_a_wrong_speed_is_refused(speed: Any) -> None:
    with pytest.raises(ValidationError):
        ReplayConfig.model_validate({"speed": speed})


def test_the_plugin_builds_an_exchange_without_bars_or_venue(tmp_path: Path) -> None:
    registry = Registry()
    config = registry.config_class(Kind.EXCHANGE, "replay").model_validate({"type": "replay"})
    context = BuildContext(name="exchange", folder=tmp_path, clock=ManualClock())

    exchange = registry.builder(Kind.EXCHANGE, "replay")(config, context)

    assert isinstance(exchange, ReplayExchange)
    assert exchange.venue() is None
    assert exchange.instrument("BTC/USD") is None
    with pytest.raises(FeedError, match="a replay has no bars of its own: make feed 'btc' a file"):
        exchange.feed(FeedRequest("btc", "BTC/USD", Timeframe.parse("1h"), 0))
