from __future__ import annotations

import pytest

from realtrade.common.streaming.gatherer import Batch, Gatherer
from realtrade.model.bar import Bar
from realtrade.utils.timeframes import Timeframe

FRAMES = {name: Timeframe.parse(name[1:]) for name in ("a1m", "b1m", "c5m")}
MS = 60_000


def bar(name: str, due: int) -> Bar:
    opened = FRAMES[name].open_ms(due * MS - 1)
    return Bar(opened, due * MS, 1.0, 1.0, 1.0, 1.0, 1.0)


def told(batches: list[Batch]) -> list[tuple[int, list[str]]]:
    return [(batch[0][1].due_ms // MS, [name for name, _ in batch]) for batch in batches]


@pytest.fixture
def gatherer() -> Gatherer:
    return Gatherer(FRAMES, wait_s=2.0)


def test_a_batch_is_whole_with_every_feed_that_is_due(gatherer: Gatherer) -> None:
    gatherer.add("b1m", [bar("b1m", 4)], 0.0)
    assert gatherer.ready(0.0) == []
    assert gatherer.until_s() == 2.0

    gatherer.add("a1m", [bar("a1m", 4)], 0.1)

    assert told(gatherer.ready(0.1)) == [(4, ["a1m", "b1m"])]
    assert gatherer.until_s() is None


def test_the_longer_feed_is_waited_for_when_it_is_due(gatherer: Gatherer) -> None:
    for name in ("a1m", "b1m"):
        gatherer.add(name, [bar(name, 5)], 0.0)
    assert gatherer.ready(1.9) == []

    gatherer.add("c5m", [bar("c5m", 5)], 1.9)

    assert told(gatherer.ready(1.9)) == [(5, ["a1m", "b1m", "c5m"])]


def test_who_was_waited_for_in_vain_is_not_waited_for_again(gatherer: Gatherer) -> None:
    gatherer.add("a1m", [bar("a1m", 1)], 0.0)
    assert gatherer.ready(1.9) == []
    assert told(gatherer.ready(2.0)) == [(1, ["a1m"])]

    gatherer.add("a1m", [bar("a1m", 2)], 60.0)

    assert told(gatherer.ready(60.0)) == [(2, ["a1m"])]


def test_until_it_brings_a_bar_again(gatherer: Gatherer) -> None:
    gatherer.add("a1m", [bar("a1m", 1)], 0.0)
    gatherer.ready(2.0)
    gatherer.add("b1m", [bar("b1m", 1)], 3.0)

    assert told(gatherer.ready(3.0)) == [(1, ["b1m"])]  # too late to be seen together
    gatherer.add("a1m", [bar("a1m", 2)], 60.0)
    assert gatherer.ready(60.0) == []


def test_a_later_batch_does_not_overtake_an_earlier_one(gatherer: Gatherer) -> None:
    gatherer.add("a1m", [bar("a1m", 1), bar("a1m", 2)], 0.0)
    gatherer.add("b1m", [bar("b1m", 2)], 0.5)  # so it has no bar at 1

    assert told(gatherer.ready(0.5)) == [(1, ["a1m"]), (2, ["a1m", "b1m"])]


def test_what_was_missed_by_several_feeds_comes_together(gatherer: Gatherer) -> None:
    gatherer.add("a1m", [bar("a1m", n) for n in (1, 2, 3)], 0.0)
    assert gatherer.ready(0.0) == []

    gatherer.add("b1m", [bar("b1m", n) for n in (1, 2, 3)], 0.2)

    assert told(gatherer.ready(0.2)) == [(n, ["a1m", "b1m"]) for n in (1, 2, 3)]
