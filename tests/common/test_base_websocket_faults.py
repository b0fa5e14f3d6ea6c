from __future__ import annotations

import json
import logging
import socket
from itertools import pairwise
from time import monotonic, sleep  # noqa: TID251 - how long things really take
from typing import TYPE_CHECKING

import pytest

from realtrade.common.base_websocket import Connection
from realtrade.common.streaming.errors import SubscriptionRefused
from realtrade.utils.clock import SystemClock
from tests.common.ws_server import Peer, WsServer, chat, frame, greet, running
from tests.patience import wait_for

if TYPE_CHECKING:
    from collections.abc import Callable


def drop(peer: Peer) -> None:
    peer.ws.socket.shutdown(socket.SHUT_RDWR)


def say_goodbye(peer: Peer) -> None:
    peer.ws.close(1001, "24 hours")


def send_a_broken_frame(peer: Peer) -> None:
    peer.raw(b"\xf1\x00")
    peer.wait()


def send_half_a_frame_and_drop(peer: Peer) -> None:
    peer.raw(frame('{"n": 99}')[:5])
    drop(peer)


def send_a_giant(peer: Peer) -> None:
    peer.raw(b"\x81\x7f" + (10**12).to_bytes(8, "big") + b"x" * 20_000)
    peer.wait()


@pytest.mark.parametrize(
    ("lose", "reason"),
    [
        (drop, "closed the connection"),
        (say_goodbye, "closed the connection: code 1001"),
        (send_a_broken_frame, "WebSocketProtocolException"),
        (send_half_a_frame_and_drop, "closed the connection"),
        (send_a_giant, "a message exceeds 10000 bytes"),
    ],
)
def test_comes_back_subscribes_again_and_says_for_how_long_it_was_away(
    lose: Callable[[Peer], None], reason: str
) -> None:
    def behave(peer: Peer) -> None:
        peer.grant()
        peer.say(n=peer.number)
        if peer.number == 1:
            sleep(0.05)
            lose(peer)
        peer.wait()

    began_s = monotonic()
    with WsServer(behave) as server, running(chat(server.url, message_bytes=10_000)) as ear:
        wait_for(lambda: ear.of("note") == [{"n": 1}, {"n": 2}])
    took_s = monotonic() - began_s

    (first, second) = ear.of("connected")
    assert first == Connection(1, None)
    assert second.number == 2
    assert 0.04 < second.missed_s < took_s
    assert reason in ear.of("disconnected")[0]
    assert [peer.asked[0]["params"] for peer in server.peers] == [["a"], ["a"]]


def test_a_frame_in_pieces_arrives_whole() -> None:
    text = json.dumps({"n": "x" * 500})

    def behave(peer: Peer) -> None:
        peer.grant()
        for start in range(0, len(frame(text)), 100):
            peer.raw(frame(text)[start : start + 100])
            sleep(0.1)  # longer in sum than one wait of the receiver
        peer.wait()

    with WsServer(behave) as server, running(chat(server.url)) as ear:
        wait_for(lambda: ear.of("note"))

    assert ear.of("note") == [json.loads(text)]


def ping_on(peer: Peer) -> None:
    while True:
        peer.ws.ping()
        sleep(0.05)


def drip(peer: Peer) -> None:
    for byte in frame(json.dumps({"n": "x" * 1000})):
        peer.raw(bytes([byte]))
        sleep(0.02)


@pytest.mark.parametrize("stall", [Peer.wait, ping_on, drip])
def test_silence_of_data_ends_a_connection_however_alive_it_looks(
    stall: Callable[[Peer], None],
) -> None:
    def behave(peer: Peer) -> None:
        peer.grant()
        peer.say(n=peer.number)
        stall(peer)

    with WsServer(behave) as server, running(chat(server.url, silence_s=0.4)) as ear:
        wait_for(lambda: len(ear.of("note")) == 2)

    assert ear.of("disconnected")[0] == "no data for 0.4 s"


class Unstalled(SystemClock):
    """Does not go on while the machine stands still: who looks often sees small steps only."""

    def __init__(self) -> None:
        self._seen_s, self._passed_s = super().monotonic_s(), 0.0

    def monotonic_s(self) -> float:
        now_s = super().monotonic_s()
        self._passed_s += min(now_s - self._seen_s, 0.3)
        self._seen_s = now_s
        return self._passed_s


def test_a_quiet_connection_is_pinged_and_kept_where_silence_is_normal() -> None:
    with WsServer(greet) as server:
        stream = chat(server.url, silence_s=None, quiet_s=0.4, clock=Unstalled())
        with running(stream) as ear:
            wait_for(lambda: stream.is_connected)
            sleep(1.5)  # more than three times quiet
            assert len(ear.of("connected")) == 1

    assert ear.of("disconnected") == ["stopped"]


def test_a_peer_that_answers_no_ping_is_given_up() -> None:
    def behave(peer: Peer) -> None:
        peer.grant()
        peer.ws.send_data = lambda: None  # type: ignore[method-assign]  # it answers nothing now
        peer.wait()

    with WsServer(behave) as server:
        stream = chat(server.url, silence_s=None, quiet_s=0.1)
        with running(stream) as ear:
            wait_for(lambda: ear.of("disconnected"))

    assert ear.of("disconnected")[0] == "no sign of life for 0.3 s"


def test_leaves_of_its_own_accord_before_the_exchange_would() -> None:
    with WsServer(greet) as server, running(chat(server.url, life_s=0.3)) as ear:
        wait_for(lambda: len(ear.of("note")) >= 2)

    assert ear.of("disconnected")[0] == "it is old enough to be replaced"


def test_a_refused_handshake_is_tried_again() -> None:
    with WsServer(greet, refusals=[503, 429, 403]) as server, running(chat(server.url)) as ear:
        wait_for(lambda: ear.of("note"))

    host = f"127.0.0.1:{server.port}"
    assert ear.of("disconnected")[:3] == [
        f"{host} refused the handshake: status {status}" for status in (503, 429, 403)
    ]


def test_a_redirect_is_not_followed() -> None:
    with WsServer(greet, refusals=[301]) as server, running(chat(server.url)) as ear:
        wait_for(lambda: ear.of("note"))

    assert "the handshake failed" in ear.of("disconnected")[0]


def test_nobody_listening_is_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    stream = chat(f"ws://127.0.0.1:{port}/ws")

    with running(stream) as ear:
        wait_for(lambda: len(ear.of("disconnected")) >= 3)

    assert ear.of("disconnected")[0] == f"127.0.0.1:{port} cannot be reached: Connection refused"


def test_a_refused_subscription_is_told_by_name_and_tried_again() -> None:
    def behave(peer: Peer) -> None:
        if peer.number < 3:
            peer.refuse("too many requests")
            peer.wait()
        greet(peer)

    with WsServer(behave) as server, running(chat(server.url), ["a@1", "b@1"]) as ear:
        wait_for(lambda: ear.of("note"))

    refused = ear.of("refused")
    assert [type(error) for error in refused] == [SubscriptionRefused] * 2
    assert str(refused[0]) == "a@1, b@1: too many requests"
    assert ear.of("connected") == [Connection(1, None)]


def test_a_subscription_without_an_answer_is_tried_again() -> None:
    def behave(peer: Peer) -> None:
        if peer.number == 1:
            peer.wait()
        greet(peer)

    with WsServer(behave) as server, running(chat(server.url, answer_s=0.3)) as ear:
        wait_for(lambda: ear.of("note"))

    assert ear.of("disconnected")[0] == "no answer to the subscription within 0.3 s"


def test_an_answer_to_something_else_grants_nothing() -> None:
    def behave(peer: Peer) -> None:
        peer.take()
        peer.say(result=None, id=77)
        peer.wait()

    with WsServer(behave) as server, running(chat(server.url, answer_s=0.3)) as ear:
        wait_for(lambda: ear.of("disconnected"))

    assert ear.of("connected") == []


def test_waits_grow_and_differ() -> None:
    began_s = monotonic()
    stream = chat("ws://127.0.0.1:1/ws", retry_s=0.05, retry_most_s=10)
    tries: list[float] = []
    stream.on("disconnected", lambda _: tries.append(monotonic() - began_s))
    with running(stream):
        wait_for(lambda: len(tries) == 5)

    waits = [b - a for a, b in pairwise(tries)]
    for wait, reached in zip(waits, (0.05, 0.1, 0.2, 0.4), strict=True):
        assert reached / 2 <= wait < reached + 5


def test_addresses_with_secrets_reach_no_log_and_no_event(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "pqia91ma19a5s61cv6a81va65sdf19v8a65a1"  # noqa: S105 - a listen key, of nobody

    def behave(peer: Peer) -> None:
        peer.grant()
        drop(peer)

    with WsServer(behave, refusals=[403, 302]) as server:
        stream = chat(f"{server.url}/{secret}?listenKey={secret}")
        with running(stream) as ear:
            wait_for(lambda: ear.of("connected"))
            wait_for(lambda: len(ear.of("disconnected")) >= 3)

    assert secret in server.paths[0]
    ours = [one for one in caplog.records if one.name.startswith("realtrade")]
    assert ours
    assert not [one for one in ours if secret in one.getMessage()]
    assert secret not in str(ear.heard)
