"""Sinks on loopback: a mail server, and a web server that answers as a test wants."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from aiosmtpd.controller import Controller

from realtrade.model.events import Event, EventType
from realtrade.plugins.ports.journal import Undelivered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass
class Seen:
    """One request that came in."""

    path: str
    query: dict[str, str]
    json: Any
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Site:
    """An HTTP server on a port of its own; `answer` may be changed at any time."""

    seen: list[Seen] = field(default_factory=list)
    answer: Callable[[Seen], Any] = lambda seen: {"ok": True}
    form: bool = False
    """What it is sent are forms, not JSON."""
    port: int = 0
    _started: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def handle(self, request: web.Request) -> web.Response:
        body = dict(await request.post()) if self.form else await request.json()
        seen = Seen(request.path, dict(request.query), body, dict(request.headers))
        self.seen.append(seen)
        answer = await asyncio.get_running_loop().run_in_executor(None, self.answer, seen)
        if isinstance(answer, int):
            return web.Response(status=answer, text="no")
        if isinstance(answer, str):
            return web.Response(text=answer)
        return web.json_response(answer)

    def run(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.run_until_complete(self._serve())
        loop.run_forever()
        loop.run_until_complete(self._runner.cleanup())
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()

    async def _serve(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self.handle)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self._started.set()


@pytest.fixture
def site() -> Iterator[Site]:
    """A web server that remembers what it is sent."""
    yield from serving()


def serving() -> Iterator[Site]:
    """Serve until the generator is closed; for fixtures."""
    loop = asyncio.new_event_loop()
    site = Site()
    thread = threading.Thread(target=site.run, args=(loop,), daemon=True)
    thread.start()
    assert site._started.wait(10)
    yield site
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)


class Mails:
    """A mail server's handler that keeps what it is given."""

    def __init__(self) -> None:
        self.seen: list[Any] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.seen.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


class OnAnyPort(Controller):
    """aiosmtpd's controller knocks at the port it was given, which is 0 here."""

    def _trigger_server(self) -> None:
        server: Any = self.server
        self.port = server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def mails() -> Iterator[tuple[Mails, int]]:
    """A mail server: its handler and its port."""
    handler = Mails()
    controller = OnAnyPort(handler, hostname="127.0.0.1", port=0)
    controller.start()
    yield handler, controller.port
    controller.stop()


_NUMBERS = count(1)


def an_event(
    message: str = "sold", kind: EventType = EventType.ORDER_FILLED, time_ms: int = 0, **data: Any
) -> Event:
    return Event(kind, time_ms, message, data)


def a_row(message: str = "sold", *, route: str = "all.me", **extra: Any) -> Undelivered:
    return Undelivered(number=next(_NUMBERS), event=an_event(message, **extra), route=route)
