"""A WebSocket server that behaves as a test tells it to; its protocol is another library's."""

from __future__ import annotations

import contextlib
import json
import struct
from functools import partial
from http import HTTPStatus
from random import Random
from threading import Thread
from typing import TYPE_CHECKING, Any, Self

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve

from realtrade.common import BaseWebSocket
from realtrade.common.streaming.settings import SocketSettings
from realtrade.utils.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from websockets.http11 import Request, Response

    from realtrade.utils.clock import Clock

PATIENCE_S = 5.0
QUICK = {"retry_s": 0.02, "retry_most_s": 0.05}


def seeded() -> Random:
    """Return jitter that is the same every time."""
    return Random(1)  # noqa: S311 - jitter is no secret


class Peer:
    """One connection, as the server sees it."""

    def __init__(self, number: int, ws: ServerConnection) -> None:
        self.number = number
        self.ws = ws
        self.asked: list[dict[str, Any]] = []

    def take(self) -> dict[str, Any]:
        request: dict[str, Any] = json.loads(self.ws.recv())
        self.asked.append(request)
        return request

    def grant(self) -> None:
        """Say yes to one subscription."""
        self.say(result=None, id=self.take()["id"])

    def refuse(self, why: str) -> None:
        self.say(error={"msg": why}, id=self.take()["id"])

    def say(self, **message: Any) -> None:
        self.ws.send(json.dumps(message))

    def raw(self, data: bytes) -> None:
        self.ws.socket.sendall(data)

    def wait(self) -> None:
        """Answer pings until the client is gone."""
        with contextlib.suppress(ConnectionClosed):
            while True:
                self.ws.recv()


def frame(text: str) -> bytes:
    """Return one unmasked text frame, as bytes on the wire."""
    data = text.encode()
    if len(data) < 126:
        return bytes([0x81, len(data)]) + data
    return bytes([0x81, 126]) + struct.pack("!H", len(data)) + data


class WsServer:
    """Listens on a port of the system's choice; `behave` is called with each connection."""

    def __init__(
        self, behave: Callable[[Peer], None], refusals: Sequence[int] = (), **options: Any
    ) -> None:
        self._behave = behave
        self._refusals = list(refusals)
        self.paths: list[str] = []
        self.peers: list[Peer] = []
        self._server: Server = serve(
            self._handle,
            "127.0.0.1",
            0,
            process_request=self._request,
            ping_interval=None,
            close_timeout=0.2,
            **options,
        )
        self.port: int = self._server.socket.getsockname()[1]
        self.url = f"ws://127.0.0.1:{self.port}/ws"
        self._thread = Thread(target=self._server.serve_forever)

    def _request(self, connection: ServerConnection, request: Request) -> Response | None:
        self.paths.append(request.path)
        if self._refusals:
            return connection.respond(HTTPStatus(self._refusals.pop(0)), "no, says /ws/key\n")
        return None

    def _handle(self, ws: ServerConnection) -> None:
        peer = Peer(len(self.peers) + 1, ws)
        self.peers.append(peer)
        with contextlib.suppress(ConnectionClosed, OSError):
            self._behave(peer)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()


class Chat(BaseWebSocket):
    """The smallest dialect: answers have an id, everything else is a note."""

    url = ""
    unsubscribed = False

    def _get_ws_url(self) -> str:
        return self.url

    def _build_subscribe_msg(self, channels: Sequence[str], number: int) -> str | None:
        if self.unsubscribed:
            return None
        return json.dumps({"method": "SUBSCRIBE", "params": list(channels), "id": number})

    def _on_message(self, text: str, at_s: float) -> None:
        message = json.loads(text)
        if "id" in message:
            self._answered(message["id"], message.get("error", {}).get("msg"))
        else:
            self.emit("note", message)


class Ear:
    """Hears every event of a stream."""

    def __init__(self, stream: BaseWebSocket, *events: str) -> None:
        self.heard: list[tuple[str, Any]] = []
        usual = ("connected", "disconnected", "refused", "overflow", "error", "note")
        for event in (*usual, *events):
            stream.on(event, partial(self._hear, event))

    def _hear(self, event: str, data: Any) -> None:
        self.heard.append((event, data))

    def of(self, event: str) -> list[Any]:
        return [data for name, data in self.heard if name == event]


@contextlib.contextmanager
def running(stream: BaseWebSocket, channels: Sequence[str] = ("a",)) -> Iterator[Ear]:
    """Run a stream for the length of a block, and make sure that its thread ends soon."""
    ear = Ear(stream)
    stream.start(channels)
    try:
        yield ear
    finally:
        stream.stop()
        thread = stream._thread
        assert thread is not None
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


def chat(url: str, *, kind: type[Chat] = Chat, clock: Clock | None = None, **settings: Any) -> Chat:
    limits = SocketSettings(**{**QUICK, **settings})
    made = kind("chat", clock=clock or SystemClock(), random=seeded(), settings=limits)
    made.url = url
    return made


def greet(peer: Peer) -> None:
    peer.grant()
    peer.say(n=peer.number)
    peer.wait()
