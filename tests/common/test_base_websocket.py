from __future__ import annotations

import json
import socket
from functools import partial
from threading import Event, current_thread
from time import monotonic, sleep  # noqa: TID251 - servers and threads are real
from typing import Any

import pytest

from realtrade.common.base_websocket import Connection
from realtrade.common.streaming.errors import StreamError
from realtrade.common.streaming.pace import Pace
from realtrade.utils.clock import ManualClock
from tests.common.ws_server import PATIENCE_S, Chat, Peer, WsServer, chat, greet, running
from tests.patience import wait_for


def test_subscribes_and_hands_on_what_comes_in_order() -> None:
    def behave(peer: Peer) -> None:
        peer.grant()
        for n in range(200):
            peer.say(n=n)
        peer.wait()

    with WsServer(behave) as server, running(chat(server.url), ["a", "b"]) as ear:
        wait_for(lambda: len(ear.of("note")) == 200)

    assert server.peers[0].asked == [{"method": "SUBSCRIBE", "params": ["a", "b"], "id": 1}]
    assert ear.of("note") == [{"n": n} for n in range(200)]
    assert ear.of("connected") == [Connection(1, None)]


def test_is_connected_once_the_subscription_is_granted_and_until_it_stops() -> None:
    may = Event()

    def behave(peer: Peer) -> None:
        request = peer.take()
        may.wait()
        peer.say(result=None, id=request["id"])
        peer.wait()

    told: list[bool] = []
    with WsServer(behave) as server:
        stream = chat(server.url)
        with running(stream) as ear:
            wait_for(lambda: server.peers and server.peers[0].asked)
            told.append(stream.is_connected)
            may.set()
            wait_for(lambda: ear.of("connected"))
            told.append(stream.is_connected)
        told.append(stream.is_connected)

    assert told == [False, True, False]
    assert ear.of("disconnected") == ["stopped"]


def test_many_channels_go_out_in_parts_within_the_pace() -> None:
    def behave(peer: Peer) -> None:
        for _ in range(11):
            peer.grant()
        peer.wait()

    channels = [f"c{number}" for number in range(22)]
    with WsServer(behave) as server:
        stream = chat(server.url, channels_per_message=2, messages_per_s=5)
        began_s = monotonic()
        with running(stream, channels) as ear:
            wait_for(lambda: ear.of("connected"))
        took_s = monotonic() - began_s

    (peer,) = server.peers
    assert [name for request in peer.asked for name in request["params"]] == channels
    assert len(peer.asked) == 11
    assert took_s >= 2, "the sixth leaves a second after the first, the eleventh after the sixth"


def test_so_many_messages_leave_in_any_second() -> None:
    clock = ManualClock()
    pace = Pace(clock, per_s=2)
    left = []
    for _ in range(30):
        if pace.may_send():
            left.append(clock.now_ms())
        clock.sleep(0.1)

    assert left == [0, 100, 1000, 1100, 2000, 2100]


def test_more_channels_than_a_connection_carries_are_refused() -> None:
    stream = chat("ws://127.0.0.1:1", channels_most=2)

    with pytest.raises(StreamError, match="3 streams, and a connection carries 2"):
        stream.start(["a", "b", "c"])


def test_it_starts_once() -> None:
    with WsServer(greet) as server:
        stream = chat(server.url)
        with running(stream), pytest.raises(StreamError, match="started before"):
            stream.start(["a"])


def test_what_is_sent_arrives_and_without_a_connection_it_is_refused() -> None:
    def behave(peer: Peer) -> None:
        peer.grant()
        while True:
            peer.say(echo=peer.take())

    with WsServer(behave) as server:
        stream = chat(server.url)
        with pytest.raises(StreamError, match="not connected"):
            stream.send("{}")
        with running(stream) as ear:
            wait_for(lambda: stream.is_connected)
            stream.send('{"hello": 1}')
            wait_for(lambda: ear.of("note"))

    assert ear.of("note") == [{"echo": {"hello": 1}}]


def test_a_dialect_may_subscribe_by_its_address_alone() -> None:
    def behave(peer: Peer) -> None:
        peer.say(n=1)
        peer.wait()

    with WsServer(behave) as server:
        stream = chat(server.url)
        stream.unsubscribed = True
        with running(stream, []) as ear:
            wait_for(lambda: ear.of("note"))
            wait_for(lambda: stream.is_connected)


def test_garbage_and_failing_callbacks_are_reported_and_survived(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def behave(peer: Peer) -> None:
        peer.grant()
        peer.ws.send("{not json")
        peer.say(n=1)
        peer.say(n=2)
        peer.wait()

    def fail(note: Any) -> None:
        msg = f"cannot bear {note}"
        raise LookupError(msg)

    with WsServer(behave) as server:
        stream = chat(server.url)
        stream.on("note", fail)
        stream.on("error", fail)
        with running(stream) as ear:
            wait_for(lambda: len(ear.of("note")) == 2)
            assert stream.is_connected

    errors = ear.of("error")
    assert [type(error) for error in errors] == [json.JSONDecodeError, LookupError, LookupError]
    assert "LookupError while handling 'note'" in caplog.text


def test_slow_callbacks_lose_messages_and_are_told_so() -> None:
    may = Event()

    def behave(peer: Peer) -> None:
        peer.grant()
        for n in range(50):
            peer.say(n=n)
        peer.ws.ping().wait()  # the receiver has read all of it
        may.set()
        sleep(0.1)
        peer.say(n=50)
        peer.wait()

    def wait(_: Any) -> None:
        may.wait()

    with WsServer(behave) as server:
        stream = chat(server.url, queue=10)
        stream.on("note", wait)
        with running(stream) as ear:
            wait_for(lambda: {"n": 50} in ear.of("note"))

    kept = [note["n"] for note in ear.of("note")]
    assert kept == sorted(kept)
    assert len(kept) < 20
    assert sum(ear.of("overflow")) == 51 - len(kept)


@pytest.mark.parametrize("queue", [0, 10])
def test_stopping_from_a_callback_does_not_hang(queue: int) -> None:
    with WsServer(greet) as server:
        stream = chat(server.url, queue=queue)
        stream.on("note", lambda _: stream.stop())
        with running(stream):
            wait_for(lambda: not stream._thread or not stream._thread.is_alive())


def test_stops_at_once_while_it_connects() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        stream = chat(f"ws://127.0.0.1:{deaf.getsockname()[1]}/ws")
        stream.start()
        connection, _ = deaf.accept()
        with connection:
            stream.stop()
            assert stream._thread is not None
            stream._thread.join(PATIENCE_S)
            assert not stream._thread.is_alive(), "it waits for what will not answer"


def test_stopped_before_there_was_a_socket_it_makes_no_connection() -> None:
    looking, may = Event(), Event()

    class Slow(Chat):
        def _get_ws_url(self) -> str:
            looking.set()
            may.wait()
            return self.url

    with WsServer(greet) as server:
        stream = chat(server.url, kind=Slow)
        stream.start()
        looking.wait()
        stream._stopping.set()
        may.set()
        stream.stop()

    assert stream._thread is not None
    assert not stream._thread.is_alive()
    assert server.peers == []


def test_stops_at_once_while_it_waits_to_try_again() -> None:
    stream = chat("ws://127.0.0.1:1/ws", retry_s=30, retry_most_s=30)
    with running(stream) as ear:
        wait_for(lambda: ear.of("disconnected"))


def test_stopping_says_goodbye_to_the_server() -> None:
    with WsServer(greet) as server:
        with running(chat(server.url)) as ear:
            wait_for(lambda: ear.of("connected"))
        wait_for(lambda: server.peers[0].ws.state.name == "CLOSED")


def test_callbacks_run_on_the_receiving_thread_unless_there_is_a_queue() -> None:
    names: list[str] = []
    for queue in (0, 10):
        with WsServer(greet) as server:
            stream = chat(server.url, queue=queue)
            stream.on("note", lambda _: names.append(current_thread().name))
            with running(stream) as ear:
                wait_for(partial(ear.of, "note"))

    assert names == ["chat", "chat-callbacks"]
