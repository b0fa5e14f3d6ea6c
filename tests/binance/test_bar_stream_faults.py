"""Whatever the stream does: the strategy sees the exchange's closed bars, once and in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.binance.bar_market import BarMarket, wait_for

if TYPE_CHECKING:
    from realtrade.model.instrument import MarketType

CLOSED = {"closed": "true"}
KLINES = {"path": "*klines"}
ON_SWAPS_TOO = ("ws_drop", "ws_stall", "ws_skip", "ws_reorder", "ws_refuse", "server_error")
"""The stream's code is one for both markets; a few faults show that their wires are."""

Case = tuple[str, dict[str, Any], dict[str, Any]]


def on_both_markets(cases: list[Case]) -> list[Any]:
    swaps = {name: (name, how, socket) for name, how, socket in cases if name in ON_SWAPS_TOO}
    chosen = [("spot", one) for one in cases] + [("swap", one) for one in swaps.values()]
    return [pytest.param(market, *one, id=f"{market}-{one[0]}-{one[1]}") for market, one in chosen]


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
    ("ws_huge", {"megabytes": 2}, {}),
    ("ws_huge", {"megabytes": 6}, {}),
    ("ws_binary", {"times": 4}, {}),
    ("ws_shutdown", {}, {}),
]


@pytest.mark.parametrize(("market", "fault", "how", "socket"), on_both_markets(FRAMES))
def test_a_fault_of_frames_costs_no_bar(
    market: MarketType, fault: str, how: dict[str, Any], socket: dict[str, Any]
) -> None:
    with BarMarket(market) as run:
        stream = run.stream(socket)
        stream.start(run.sink)
        try:
            wait_for(lambda: stream.socket.is_connected)
            run.play(3)
            armed = run.exchange.arm(fault, match=CLOSED, **how)
            run.play(12, pause_s=0.015)
            wait_for(lambda: armed.struck == how.get("times", 1))
            run.assert_every_bar_was_seen_once_in_order()
            run.play(3)
            run.assert_every_bar_was_seen_once_in_order()
        finally:
            stream.stop()


@pytest.mark.parametrize("market", ["spot", "swap"])
def test_connections_the_exchange_ends_for_their_age_cost_no_bar(market: MarketType) -> None:
    with BarMarket(market) as run:
        run.exchange.rules.lifetime_s = 0.25
        stream = run.stream()
        stream.start(run.sink)
        try:
            wait_for(lambda: stream.socket.is_connected)
            run.play(40, pause_s=0.02)
            wait_for(lambda: run.sink.told.count("lost") >= 2)
            run.assert_every_bar_was_seen_once_in_order()
        finally:
            stream.stop()


COMEBACKS: list[Case] = [
    ("ws_refuse", {"times": 3}, {}),
    ("ws_refuse", {"times": 3, "status": 429}, {}),
    ("ws_hang", {"seconds": 1}, {"connect_s": 0.3}),
    ("ws_subscribe_error", {"times": 3}, {}),
    ("ws_subscribe_silent", {"times": 2}, {"answer_s": 0.3}),
    ("rate_limited", {"match": KLINES, "retry_after": 1}, {}),
    ("banned", {"match": KLINES, "retry_after": 1}, {}),
    ("rate_limited", {"match": KLINES, "retry_after": None}, {}),
    ("rate_limited", {"match": KLINES, "times": 2, "retry_after": None}, {}),
    ("banned", {"match": KLINES, "retry_after": None}, {}),
    ("server_error", {"match": KLINES, "times": 2}, {}),
    ("server_error", {"match": KLINES, "status": 500}, {}),
    ("server_error", {"match": KLINES, "status": 504}, {}),
    ("server_error", {"match": KLINES, "body": "html", "status": 502}, {}),
    ("reset_before", {"match": KLINES, "times": 2}, {}),
    ("html", {"match": KLINES}, {}),
    ("empty", {"match": KLINES}, {}),
    ("truncated", {"match": KLINES}, {}),
    ("object", {"match": KLINES}, {}),
    ("slow", {"match": KLINES, "seconds": 0.5}, {}),
]


@pytest.mark.usefixtures("short_minutes")
@pytest.mark.parametrize(("market", "fault", "how", "socket"), on_both_markets(COMEBACKS))
def test_a_fault_while_coming_back_costs_no_bar(
    market: MarketType, fault: str, how: dict[str, Any], socket: dict[str, Any]
) -> None:
    with BarMarket(market) as run:
        stream = run.stream(socket)
        stream.start(run.sink)
        try:
            wait_for(lambda: run.sink.told == ["restored"])
            run.play(3)
            armed = run.exchange.arm(fault, **how)
            run.exchange.drop_connections()
            run.play(12, pause_s=0.015)
            wait_for(lambda: armed.struck)
            run.assert_every_bar_was_seen_once_in_order()
            run.play(3)
            run.assert_every_bar_was_seen_once_in_order()
            wait_for(lambda: run.sink.told[-1] == "restored")
        finally:
            stream.stop()
    assert run.sink.told == ["restored", "lost", "restored"]
