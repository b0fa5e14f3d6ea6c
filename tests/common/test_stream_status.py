from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from realtrade.common import FeedHub
from realtrade.common.feed_hub import HubStatus
from tests.common.test_base_data_live import after, live, run

if TYPE_CHECKING:
    from realtrade.model.bar import BarColumns


def test_a_lost_stream_is_told_and_what_was_missed_is_not_live(sample: BarColumns) -> None:
    hub = FeedHub()
    past = sample.part(0, 1)
    hub.publish([("a", after(past, 1))])
    hub.lost("dropped")
    hub.publish([("a", after(past, 2))])
    hub.publish([("a", after(past, 3))])
    hub.restored()
    hub.publish([("a", after(past, 4))])
    hub.finish()

    told = run(live(hub, "a", past, qcheck=0.01))

    assert told == [
        *("a CONNECTED", "a DELAYED", "1"),
        *("a LIVE", "2", "a DISCONNECTED"),
        *("a DELAYED", "3", "4"),
        *("a LIVE", "5", "a DISCONNECTED"),
    ]


@pytest.mark.parametrize("told", [["lost"], ["lost", "restored"]])
def test_a_status_ends_a_wait_and_is_no_bar(told: list[str], sample: BarColumns) -> None:
    hub = FeedHub(capacity=1)
    hub.join("a")
    hub.advance(0)
    assert hub.status is HubStatus.LIVE
    calls: dict[str, Any] = {"lost": lambda: hub.lost("dropped"), "restored": hub.restored}
    hub.publish([("a", after(sample, 1))])
    for name in told:
        calls[name]()

    seen = []
    for _ in range(3):
        bar = hub.advance(0) and hub.take("a")
        seen.append((bool(bar), hub.status.value))

    last = "live" if told[-1] == "restored" else "lost"
    assert seen == [(True, "live"), (False, "lost"), (False, last)]


def test_a_stream_lost_during_the_history_is_told_after_it(sample: BarColumns) -> None:
    hub = FeedHub()
    past = sample.part(0, 2)
    hub.lost("not there yet")
    hub.restored()
    hub.publish([("a", after(past, 1))])
    hub.finish()

    told = run(live(hub, "a", past, qcheck=0.01))

    assert told == [
        *("a CONNECTED", "a DELAYED", "1", "2"),
        *("a DISCONNECTED", "a LIVE", "3", "a DISCONNECTED"),
    ]


def test_who_started_the_hub_hears_of_lost_bars_and_of_their_return() -> None:
    heard: list[str | None] = []
    hub = FeedHub(on_lost=heard.append)

    hub.restored()
    hub.lost("dropped")
    hub.restored()

    assert heard == ["dropped", None]
