"""One WebSocket connection: a queue out, messages in, pings, limits, and the faults of frames."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from realtrade.testing.server.names import Scene

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from realtrade.testing.server.faults import Fault, Faults
    from realtrade.utils.clock import Clock

_MEGABYTE = 1_000_000
_POLICY = 1008


@dataclass(slots=True)
class LineRules:
    """How the exchange treats its connections; a change holds for connections opened later."""

    ping_s: float = 20.0
    pong_s: float = 60.0
    """A connection whose last pong is older is closed."""
    lifetime_s: float = 86_400.0
    messages_per_s: int = 5
    """Pings, pongs and texts that a client may send in a second."""


class Line:
    """One connection, living on the server's loop. `send` may be called there only."""

    def __init__(
        self,
        request: web.Request,
        faults: Faults,
        rules: LineRules,
        *,
        clock: Clock,
        wrap: Callable[[dict[str, Any]], dict[str, Any]] = dict,
    ) -> None:
        self.request = request
        self.rules = rules
        self._clock = clock
        self._wrap = wrap
        """Puts an event of no stream into the form of this connection."""
        self._ends: asyncio.Task[None] | None = None
        self.socket = web.WebSocketResponse(autoping=False, max_msg_size=1 << 20)
        self._faults = faults
        self._queue: asyncio.Queue[tuple[str, Mapping[str, str]]] = asyncio.Queue()
        self._held: str | None = None
        self._mute = False
        self._frozen = False
        self._heard: list[float] = []
        self._ponged = 0.0

    @property
    def now_s(self) -> float:
        """Return the loop's time."""
        return asyncio.get_running_loop().time()

    def send(self, message: Any, facts: Mapping[str, str]) -> None:
        """Queue a message; `facts` say what it is, for faults to match."""
        text = message if isinstance(message, str) else json.dumps(message, separators=(",", ":"))
        self._queue.put_nowait((text, facts))

    @property
    def idle(self) -> bool:
        """Tell whether everything queued has been handed to the socket, or never will be."""
        return self._queue.empty() or self._mute or self.socket.closed

    async def serve(self, on_text: Callable[[str], None]) -> web.StreamResponse:
        """Answer the handshake, then let messages come and go until the connection ends."""
        refused = await self._handshake()
        if refused is not None:
            return refused
        self._ponged = self.now_s
        async with asyncio.TaskGroup() as tasks:
            helpers = [tasks.create_task(work) for work in (self._write(), self._pings())]
            try:
                await self._read(on_text)
            finally:
                for helper in helpers:
                    helper.cancel()
        return self.socket

    def shut_down(self) -> None:
        """Announce `serverShutdown`, then close."""
        self._ends = asyncio.get_running_loop().create_task(self._shut_down(1001, 0.1))

    def drop(self) -> None:
        """Cut the connection without a closing handshake."""
        if self.request.transport is not None:
            self.request.transport.abort()

    async def close(self, code: int, message: bytes = b"") -> None:
        """Close in order."""
        with suppress(ConnectionError, RuntimeError):
            await self.socket.close(code=code, message=message, drain=False)

    async def _handshake(self) -> web.Response | None:
        fault = self._faults.take(Scene.HANDSHAKE, _request_facts(self.request))
        if fault is not None and fault.name == "ws_hang":
            await asyncio.sleep(fault.number("seconds", 60))
            self.drop()
            return web.Response()
        if fault is not None:
            return web.Response(status=int(fault.number("status", 503)), text="refused")
        await self.socket.prepare(self.request)
        return None

    async def _read(self, on_text: Callable[[str], None]) -> None:
        async for message in self.socket:
            if self._frozen:
                continue
            if self._too_many():
                await self.close(_POLICY, b"Too many requests")
                return
            if message.type is WSMsgType.PING:
                await self._guarded(self.socket.pong(message.data))
            elif message.type is WSMsgType.PONG:
                self._ponged = self.now_s
            elif message.type is WSMsgType.TEXT:
                on_text(message.data)

    def _too_many(self) -> bool:
        now = self.now_s
        self._heard = [*(at for at in self._heard if now - at < 1), now]
        return len(self._heard) > self.rules.messages_per_s

    async def _pings(self) -> None:
        ends = self.now_s + self.rules.lifetime_s
        next_ping = self.now_s + self.rules.ping_s
        while True:
            await asyncio.sleep(max(min(next_ping, ends) - self.now_s, 0))
            if self.now_s >= ends:
                await self.close(1001, b"24 hours")
                return
            if self.now_s - self._ponged > self.rules.pong_s:
                await self.close(_POLICY, b"Pong timeout")
                return
            next_ping += self.rules.ping_s
            pinged = self._faults.take(Scene.PING, _request_facts(self.request)) is None
            if pinged and not self._frozen:
                payload = str(int(self.now_s * 1000)).encode()
                await self._guarded(self.socket.ping(payload))

    async def _write(self) -> None:
        while True:
            text, facts = await self._queue.get()
            if self._mute:
                continue
            fault = self._faults.take(Scene.FRAME, facts)
            if fault is None:
                await self._text(text)
                await self._release()
            else:
                await self._spoil(fault, text)

    async def _release(self) -> None:
        """Send what a reordering held back."""
        held, self._held = self._held, None
        if held is not None:
            await self._text(held)

    async def _text(self, text: str) -> None:
        await self._guarded(self.socket.send_str(text))

    async def _guarded(self, sending: Any) -> None:
        """Send, unless the other side is gone: the reader will notice that."""
        with suppress(ConnectionError, RuntimeError):
            await sending

    async def _spoil(self, fault: Fault, text: str) -> None:
        name = fault.name
        if name in {"ws_stall", "ws_freeze"}:
            self._mute, self._frozen = True, name == "ws_freeze"
        elif name == "ws_reorder":
            self._held = text
        elif name in {"ws_drop", "ws_torn"}:
            self._cut(text if name == "ws_torn" else None)
        elif name in {"ws_close", "ws_shutdown"}:
            await self._ending(fault)
        else:
            await self._altered(fault, text)

    def _cut(self, text: str | None) -> None:
        """Drop the connection, half a frame before that when there is a `text`."""
        transport = self.request.transport
        if text is not None and transport is not None:
            data = text.encode()
            transport.write(b"\x81\x7e" + len(data).to_bytes(2, "big") + data[: len(data) // 2])
            asyncio.get_running_loop().call_later(0.05, self.drop)
        else:
            self.drop()
        self._mute = True

    async def _ending(self, fault: Fault) -> None:
        code = int(fault.number("code", 1001))
        if fault.name == "ws_shutdown":
            await self._shut_down(code, fault.number("seconds", 0.1))
        else:
            await self.close(code, b"bye")

    async def _shut_down(self, code: int, after_s: float) -> None:
        event = {"e": "serverShutdown", "E": self._clock.now_ms()}
        await self._text(json.dumps(self._wrap(event)))
        await asyncio.sleep(after_s)
        await self.close(code, b"shutting down")

    async def _altered(self, fault: Fault, text: str) -> None:
        if fault.name == "ws_delay":
            await asyncio.sleep(fault.number("seconds", 1))
        elif fault.name == "ws_huge":
            size = int(fault.number("megabytes", 8) * _MEGABYTE)
            await self._text(json.dumps({"e": "huge", "padding": "x" * size}))
        elif fault.name == "ws_binary":
            await self._guarded(self.socket.send_bytes(text.encode()))
        for altered in _ALTERED.get(fault.name, _whole)(text):
            await self._text(altered)


def _whole(text: str) -> list[str]:
    return [text]


_ALTERED: dict[str, Callable[[str], list[str]]] = {
    "ws_skip": lambda text: [],
    "ws_binary": lambda text: [],
    "ws_duplicate": lambda text: [text, text],
    "ws_garbage": lambda text: ["\x00not json\x7f", "[1,", "null", "42"],
    "ws_half": lambda text: [text[: len(text) // 2]],
}


def _request_facts(request: web.Request) -> dict[str, str]:
    return {"path": request.path, "query": request.query_string}
