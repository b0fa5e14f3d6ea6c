"""What the strategy is too slow for waits, and then is fetched again: nothing is lost silently."""

from __future__ import annotations

from random import Random
from threading import Lock
from time import monotonic  # noqa: TID251 - a test's own patience
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.common.feed_hub import FeedHub, HubStatus
from realtrade.common.streaming.tick_splicer import TickSettings, TickSplicer
from realtrade.common.ticks import Tick
from realtrade.feeds import Resampler
from realtrade.utils.clock import SystemClock
from realtrade.utils.timeframes import Timeframe
from tests.patience import wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HASTE: dict[str, Any] = {"quiet_s": 60.0, "retry_s": 0.01, "retry_most_s": 0.05, "tries": 3}


def tick(number: int) -> Tick:
    return Tick.of(number, 1_000 + number // 7, 100.0 + number, 1.0)


class Exchange:
    """Knows all trades up to `known`; `asked` notes what was asked for."""

    def __init__(self) -> None:
        self.clock_ms = 0
        self.known = 0
        self.first = 1
        self.broken = 0
        self.asked: list[int | None] = []
        self._lock = Lock()

    def now_ms(self) -> int:
        return self.clock_ms

    def fetch_ticks(self, symbol: str, from_id: int | None, limit: int) -> list[Tick]:
        with self._lock:
            self.asked.append(from_id)
            if self.broken:
                self.broken -= 1
                raise OSError("no route")
            begin = max(from_id or 0, self.first)
            return [tick(one) for one in range(begin, min(begin + limit, self.known + 1))]


class Run:
    """A splicer of one feed that publishes into a hub, which a slow strategy reads."""

    def __init__(self, *, capacity: int = 4096, **settings: Any) -> None:
        self.exchange = Exchange()
        self.told: list[str | None] = []
        self.hub = FeedHub(capacity=capacity, reserve=8, on_lost=self.told.append)
        self.hub.join("a")
        self.hub.history("a", Timeframe.parse("tick"), None)
        self.splicer = TickSplicer(
            {"a": ("A/B", tick(0))},
            pages=self.exchange,
            clock=SystemClock(),
            random=Random(1),  # noqa: S311 - jitter of a test
            settings=TickSettings(**{**HASTE, **settings}),
        )
        self.seen: list[int] = []
        self.statuses: list[HubStatus] = []

    def live(self, *numbers: int) -> None:
        """Let trades happen which the stream brings."""
        for number in numbers:
            self.exchange.known = max(self.exchange.known, number)
            self.splicer.take("a", tick(number))

    def read(self, count: int) -> None:
        """Take trades as a strategy does, until there are `count`."""
        end_s = monotonic() + 20
        while len(self.seen) < count:
            assert monotonic() < end_s, f"{len(self.seen)} of {count}"
            if self.hub.advance(0.05) and (bar := self.hub.take("a")) is not None:
                self.seen.append(round(bar.close) - 100)
            self.statuses.append(self.hub.status)


@pytest.fixture
def run() -> Iterator[Callable[..., Run]]:
    made: list[Run] = []

    def start(**settings: Any) -> Run:
        one = Run(**settings)
        made.append(one)
        one.splicer.start(one.hub)
        one.splicer.connected()
        return one

    yield start
    for one in made:
        one.splicer.stop()


def test_a_strategy_that_is_behind_gets_every_trade_all_the_same(
    run: Callable[..., Run], caplog: pytest.LogCaptureFixture
) -> None:
    one = run(capacity=16, most=100)
    wait_for(lambda: one.exchange.asked)

    one.live(*range(1, 5_001))

    assert one.told == ["the strategy is too slow: 101 trades wait for it, the limit is 100"]
    assert one.hub.backlog <= 16 + 8
    one.read(5_000)
    assert one.seen == list(range(1, 5_001))
    wait_for(lambda: one.told[-1] is None)
    one.live(5_001)
    one.read(5_001)
    assert one.statuses[-1] is HubStatus.LIVE
    assert {HubStatus.LOST, HubStatus.DELAYED} <= set(one.statuses)
    assert "others are fetched when there is room" in caplog.text


def test_a_burst_that_fits_is_no_loss(run: Callable[..., Run]) -> None:
    one = run(capacity=16, most=100)
    wait_for(lambda: one.exchange.asked)

    one.live(*range(1, 100))
    one.read(99)

    assert one.seen == list(range(1, 100))
    assert one.told == []


def test_bars_find_room_where_trades_have_filled_the_hub(run: Callable[..., Run]) -> None:
    one = run(capacity=16, most=100)
    wait_for(lambda: one.exchange.asked)
    one.hub.join("bars")
    one.hub.history("bars", Timeframe.parse("1m"), None)

    one.live(*range(1, 60))
    one.hub.publish([("bars", tick(999_999).bar)])

    assert one.hub.backlog == 17
    one.read(15)  # the sixteenth batch said that nothing is missing
    assert one.hub.advance(1)
    assert one.hub.take("bars") == tick(999_999).bar
    one.read(59)
    assert one.seen == list(range(1, 60))


def test_rest_that_fails_is_asked_again(run: Callable[..., Run]) -> None:
    one = run()
    one.exchange.broken = 3

    one.live(1, 4)
    one.exchange.known = 4
    one.read(4)

    assert one.seen == [1, 2, 3, 4]


def test_a_trade_nobody_tells_of_is_given_up_and_told(
    run: Callable[..., Run], caplog: pytest.LogCaptureFixture
) -> None:
    one = run()
    wait_for(lambda: one.exchange.asked)
    one.live(1)
    one.exchange.first = 99

    one.splicer.take("a", tick(4))
    one.read(2)

    assert one.seen == [1, 4]
    assert "feed 'a': 2 trades are nowhere to be had: a gap stays" in caplog.text
    assert len(one.exchange.asked) >= 3


def test_a_silent_market_is_asked_for_every_now_and_then(run: Callable[..., Run]) -> None:
    one = run(quiet_s=0.05)
    wait_for(lambda: len(one.exchange.asked) > 2)

    one.exchange.known = 2
    one.read(2)

    assert one.seen == [1, 2]
    assert one.told == []


def test_a_loss_is_told_once_and_its_end_when_nothing_is_missing(run: Callable[..., Run]) -> None:
    one = run()
    wait_for(lambda: one.exchange.asked)
    one.live(1)

    one.splicer.lost("gone")
    one.splicer.lost("still gone")
    one.exchange.known = 3
    one.splicer.connected()
    one.read(3)

    wait_for(lambda: one.told == ["gone", None])
    assert one.seen == [1, 2, 3]


def test_time_that_passes_is_told_while_nothing_is_missing(run: Callable[..., Run]) -> None:
    one = run(settle_s=0.05)
    one.exchange.clock_ms = 90_000
    one.hub.join("minutes")
    one.hub.history("minutes", Timeframe.parse("1m"), None)
    one.hub.resample("minutes", "a", Resampler(Timeframe.parse("tick"), Timeframe.parse("1m")))
    one.live(1)
    one.read(1)

    wait_for(lambda: one.hub.advance(0.05))
    made = one.hub.take("minutes")

    assert made is not None
    assert (made.due_ms, made.close) == (60_000, 101.0)
