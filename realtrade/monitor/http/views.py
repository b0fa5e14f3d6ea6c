"""What the monitor's web server answers."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from importlib import resources
from typing import TYPE_CHECKING, Any, Protocol

from aiohttp import web

from realtrade.monitor.http.access import COOKIE, HEADERS
from realtrade.monitor.http.metrics import CONTENT_TYPE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from realtrade.monitor.board import Board
    from realtrade.monitor.health import Health
    from realtrade.monitor.http.access import Access
    from realtrade.monitor.http.metrics import Metrics

    Pulse = Callable[[], tuple[bool, str]]
    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_FILES = {
    "/": ("live.html", "text/html"),
    "/live.js": ("live.js", "text/javascript"),
    "/live.css": ("live.css", "text/css"),
}
_OPEN = frozenset({"/livez", "/readyz", "/login", "/live.js", "/live.css", "/"})
"""Seen without a token from anywhere: they tell nothing of the account."""
_VERBS = frozenset({"pause", "resume", "halt", "flatten", "adopt"})
_WITHOUT_REASON = frozenset({"resume", "adopt"})
_MOST_STREAMS = 32
_EVERY_S = 0.25
"""The shortest time between two pictures sent to one page."""
_KEEP_ALIVE_S = 15.0
_WRONG_TOKEN_S = 0.3
"""What a wrong token costs: it makes guessing slow."""


class Operator(Protocol):
    """What people may do to a bot; every method may be called from any thread."""

    def pause(self, *, by: str, reason: str = "") -> None:
        """Let no new exposure in until `resume`."""
        ...

    def resume(self, *, by: str) -> None:
        """End pause and halts."""
        ...

    def halt(self, *, by: str, reason: str = "asked to") -> None:
        """Let no new exposure in and cancel entries, over restarts too."""
        ...

    def flatten(self, *, by: str, reason: str = "asked to", halt: bool = True) -> None:
        """Close every position, and halt."""
        ...

    def adopt(self, *, by: str) -> None:
        """Take over what the exchange holds, wherever it differs."""
        ...


class Views:
    """The handlers, and the middleware that guards them."""

    def __init__(
        self,
        *,
        board: Board,
        health: Callable[[], Health],
        metrics: Metrics,
        operator: Operator,
        access: Access,
        live: Pulse,
        ready: Pulse,
    ) -> None:
        self._board, self._health, self._metrics = board, health, metrics
        self._operator, self._access = operator, access
        self._live, self._ready = live, ready
        self._streams = 0
        self._over = False
        self._moved: set[asyncio.Event] = set()

    def app(self) -> web.Application:
        """Return the application; called on the server's own thread."""
        app = web.Application(middlewares=[self._guard], client_max_size=16 * 1024)
        for path in _FILES:
            app.router.add_get(path, self._file)
        app.router.add_get("/livez", self._livez)
        app.router.add_get("/readyz", self._readyz)
        app.router.add_get("/status", self._status)
        app.router.add_get("/metrics", self._scrape)
        app.router.add_get("/stream", self._stream)
        app.router.add_post("/login", self._login)
        app.router.add_post("/do/{verb}", self._do)
        return app

    def end(self) -> None:
        """Let every stream end."""
        self._over = True
        for moved in self._moved:
            moved.set()

    # -- who may --------------------------------------------------------------------------------

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        refused = self._refused(request)
        if refused is not None:
            response: web.StreamResponse = refused
        else:
            try:
                response = await handler(request)
            except web.HTTPException as known:
                response = web.json_response({"error": known.reason}, status=known.status)
        if not response.prepared:
            response.headers.update(HEADERS)
        return response

    def _refused(self, request: web.Request) -> web.Response | None:
        access, headers = self._access, request.headers
        if not access.knows(headers.get("Host")):
            return _error(421, "this server is not known by that name; see monitor.hosts")
        if request.method != "GET" and not access.from_here(
            headers.get("Origin"), headers.get("Host")
        ):
            return _error(403, "another site's page may not act here")
        cookie = request.cookies.get(COOKIE)
        if request.path in _OPEN or access.looks(headers.get("Authorization"), cookie):
            return None
        return _error(401, "the token is wanted")

    # -- for probes and Prometheus --------------------------------------------------------------

    async def _livez(self, request: web.Request) -> web.Response:
        return _pulse(self._live)

    async def _readyz(self, request: web.Request) -> web.Response:
        return _pulse(self._ready)

    async def _scrape(self, request: web.Request) -> web.Response:
        return web.Response(body=self._metrics.text(), headers={"Content-Type": CONTENT_TYPE})

    # -- for people -----------------------------------------------------------------------------

    async def _file(self, request: web.Request) -> web.Response:
        name, kind = _FILES[request.path]
        text = resources.files("realtrade.monitor").joinpath("page", name).read_text("utf-8")
        return web.Response(text=text, content_type=kind, charset="utf-8")

    def _whole(self, after: int = 0) -> dict[str, Any]:
        return {
            **self._board.status(),
            "health": self._health().plain(),
            "events": self._board.events(),
            "curve": self._board.curve(),
            "log": self._board.lines(after),
        }

    async def _status(self, request: web.Request) -> web.Response:
        return web.json_response(self._whole())

    async def _login(self, request: web.Request) -> web.Response:
        if not await self._has_token(request):
            return _error(403, "that is not the token")
        response = web.json_response({"ok": True})
        response.set_cookie(
            COOKIE,
            self._access.session().decode(),
            httponly=True,
            samesite="Strict",
            secure=request.secure,
            path="/",
        )
        return response

    async def _do(self, request: web.Request) -> web.Response:
        if not await self._has_token(request):
            return _error(403, "acting takes the token")
        verb = request.match_info["verb"]
        if verb not in _VERBS:
            return _error(404, f"there is nothing called '{verb[:20]}' to do")
        words = {"by": "http"}
        reason = (await _body(request)).get("reason")
        if isinstance(reason, str) and reason.strip() and verb not in _WITHOUT_REASON:
            words["reason"] = reason.strip()[:200]
        act = getattr(self._operator, verb)
        try:
            await asyncio.get_running_loop().run_in_executor(None, lambda: act(**words))
        except OSError as error:
            return _error(500, f"it holds now, and would not outlive a restart: {error}")
        return web.json_response({"ok": True, "done": verb})

    async def _has_token(self, request: web.Request) -> bool:
        if self._access.acts(request.headers.get("Authorization")):
            return True
        await asyncio.sleep(_WRONG_TOKEN_S)
        return False

    # -- the page's stream ----------------------------------------------------------------------

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        if self._streams >= _MOST_STREAMS:
            return _error(503, f"{_MOST_STREAMS} pages are open already, the limit")
        response = web.StreamResponse(headers={**HEADERS, "Content-Type": "text/event-stream"})
        await response.prepare(request)
        loop, moved = asyncio.get_running_loop(), asyncio.Event()
        moved.set()

        def wake() -> None:
            with suppress(RuntimeError):  # the loop may be closed by now
                loop.call_soon_threadsafe(moved.set)

        unsubscribe = self._board.subscribe(wake)
        self._streams += 1
        self._moved.add(moved)
        try:
            with suppress(ConnectionError):
                await self._feed(response, moved)
        finally:
            self._streams -= 1
            self._moved.discard(moved)
            unsubscribe()
        return response

    async def _feed(self, response: web.StreamResponse, moved: asyncio.Event) -> None:
        seen = 0
        while not self._over:
            try:
                await asyncio.wait_for(moved.wait(), _KEEP_ALIVE_S)
            except TimeoutError:
                await response.write(b": still here\n\n")
            moved.clear()
            whole = self._whole(seen)
            seen = max([seen, *(number for number, _ in whole["log"])])
            await response.write(b"data: " + json.dumps(whole).encode() + b"\n\n")
            await asyncio.sleep(_EVERY_S)


def _pulse(look: Pulse) -> web.Response:
    well, told = look()
    return web.json_response({"ok": well, "message": told}, status=200 if well else 503)


def _error(status: int, message: str) -> web.Response:
    return web.json_response({"error": message}, status=status)


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        data = await request.json()
    except (ValueError, LookupError, RecursionError):  # no JSON, no such charset, nested too deep
        return {}
    return data if isinstance(data, dict) else {}
