"""Whatever a stream does: the strategy sees the exchange's bars and trades, once and in order."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.common.streaming.errors import StreamError
from tests.binance.bar_market import BarMarket
from tests.binance.hearing import assert_all_was_heard_once_in_order, listening
from tests.binance.tick_market import TickMarket
from tests.patience import wait_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.model.instrument import MarketType

    Kind = Callable[[MarketType], BarMarket | TickMarket]

ON_SWAPS_TOO = ("ws_drop", "ws_stall", "ws_skip", "ws_reorder", "ws_refuse", "server_error")
"""The stream's code is one for both markets; a few faults show that their wires are."""
KINDS: dict[str, Kind] = {
    "bars": BarMarket,
    "trades": TickMarket,
}

Case = tuple[str, dict[str, Any], dict[str, Any]]
"""A fault, how it strikes, and the limits of a connection that make it show soon."""


def everywhere(cases: list[Case], more_of_bars: list[Case]) -> list[Any]:
    of_kind = {"bars": cases + more_of_bars, "trades": cases}
    found = []
    for kind, chosen in of_kind.items():
        swaps = {one[0]: one for one in chosen if one[0] in ON_SWAPS_TOO}
        on_markets = [("spot", one) for one in chosen] + [("swap", one) for one in swaps.values()]
        found += [
            pytest.param(KINDS[kind], market, *one, id=f"{kind}-{market}-{one[0]}-{one[1]}")
            for market, one in on_markets
        ]
    return found


FRAMES: list[Case] = [
    ("ws_drop", {"times": 3}, {}),
    ("ws_close", {"code": 1001}, {}),
    ("ws_stall", {}, {"silence_s": 0.4}),
    ("ws_freeze", {}, {"silence_s": None, "quiet_s": 0.15}),
    ("ws_torn", {}, {}),
    ("ws_half", {"times": 4}, {}),
    ("ws_garbage", {"times": 4}, {}),
    ("ws_skip", {"times": 7}, {}),
    ("ws_duplicate", {"times": 9}, {}),
    ("ws_reorder", {"times": 3}, {}),
    ("ws_delay", {"seconds": 0.5}, {}),
    ("ws_huge", {"megabytes": 6}, {}),
    ("ws_binary", {"times": 4}, {}),
    ("ws_shutdown", {}, {}),
]
FRAMES_OF_BARS: list[Case] = [("ws_huge", {"megabytes": 2}, {})]


@pytest.mark.parametrize(
    ("kind", "market", "fault", "how", "socket"), everywhere(FRAMES, FRAMES_OF_BARS)
)
def test_a_fault_of_frames_costs_nothing(
    kind: Kind,
    market: MarketType,
    fault: str,
    how: dict[str, Any],
    socket: dict[str, Any],
) -> None:
    with kind(market) as run, listening(run, restored=False, **socket):
        run.play(4)
        armed = run.exchange.arm(fault, match=run.FRAME, **how)
        run.play(12, pause_s=0.015)
        wait_for(lambda: armed.struck == how.get("times", 1))
        assert_all_was_heard_once_in_order(run)
        run.play(4)
        assert_all_was_heard_once_in_order(run)


@pytest.mark.parametrize("market", ["spot", "swap"])
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_connections_the_exchange_ends_for_their_age_cost_nothing(
    kind: Kind, market: MarketType
) -> None:
    with kind(market) as run:
        run.exchange.rules.lifetime_s = 0.25
        with listening(run, restored=False):
            run.play(40, pause_s=0.02)
            wait_for(lambda: run.sink.told.count("lost") >= 2)
            assert_all_was_heard_once_in_order(run)


COMEBACKS: list[Case] = [
    ("ws_refuse", {"times": 3}, {}),
    ("ws_hang", {"seconds": 1}, {"connect_s": 0.3}),
    ("ws_subscribe_error", {"times": 3}, {}),
    ("ws_subscribe_silent", {"times": 2}, {"answer_s": 0.3}),
    ("rate_limited", {"retry_after": 1}, {}),
    ("rate_limited", {"times": 2, "retry_after": None}, {}),
    ("banned", {"retry_after": 1}, {}),
    ("banned", {"retry_after": None}, {}),
    ("server_error", {"times": 2}, {}),
    ("server_error", {"body": "html", "status": 502}, {}),
    ("reset_before", {"times": 2}, {}),
    ("html", {}, {}),
    ("empty", {}, {}),
    ("truncated", {}, {}),
    ("object", {}, {}),
    ("slow", {"seconds": 0.5}, {}),
]
COMEBACKS_OF_BARS: list[Case] = [
    ("ws_refuse", {"times": 3, "status": 429}, {}),
    ("rate_limited", {"retry_after": None}, {}),
    ("server_error", {"status": 500}, {}),
    ("server_error", {"status": 504}, {}),
]


@pytest.mark.usefixtures("short_minutes")
@pytest.mark.parametrize(
    ("kind", "market", "fault", "how", "socket"), everywhere(COMEBACKS, COMEBACKS_OF_BARS)
)
def test_a_fault_while_coming_back_costs_nothing(
    kind: Kind,
    market: MarketType,
    fault: str,
    how: dict[str, Any],
    socket: dict[str, Any],
) -> None:
    with kind(market) as run, listening(run, **socket):
        run.play(4)
        assert_all_was_heard_once_in_order(run)
        match = None if fault.startswith("ws_") else run.ASKED
        armed = run.exchange.arm(fault, match=match, **how)
        run.exchange.drop_connections()
        run.play(12, pause_s=0.015)
        wait_for(lambda: armed.struck)
        assert_all_was_heard_once_in_order(run)
        run.play(4)
        assert_all_was_heard_once_in_order(run)
        wait_for(lambda: run.sink.told[-1] == "restored")
    assert run.sink.told == ["restored", "lost", "restored"]


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_stopping_ends_every_thread_and_publishes_nothing_more(kind: Kind) -> None:
    with kind("spot") as run:
        before = threading.active_count()
        with listening(run):
            run.play(2)
            assert_all_was_heard_once_in_order(run)
        run.play(3)

    assert len(run.sink.of(next(iter(run.feeds)))) == 2
    wait_for(lambda: threading.active_count() <= before)


@pytest.mark.parametrize(("kind", "streams"), [(BarMarket, 4), (TickMarket, 3)])
def test_more_feeds_than_a_connection_carries_are_refused(kind: Kind, streams: int) -> None:
    refused = pytest.raises(StreamError, match=f"{streams} streams, and a connection carries 2")
    with kind("spot") as run, refused, listening(run, channels_most=2):
        pass
