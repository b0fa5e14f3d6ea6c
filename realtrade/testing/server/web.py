"""One aiohttp server on a loopback port, with an event loop and a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

_START_S = 10.0
_SHUTDOWN_S = 0.05
"""How long answers that are under way may take at the end; zero would mean for ever."""


class WebServer:
    """Serves an application until it is closed.

    Args:
        build: Makes the application, on the loop of the server.
        port: 0 lets the system choose.
    """

    def __init__(self, build: Callable[[], web.Application], *, port: int = 0) -> None:
        self._build = build
        self.port = port
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._runner: web.AppRunner | None = None
        self._site: web.TCPSite | None = None

    def start(self) -> None:
        """Listen; `port` is then the real one.

        Raises:
            OSError: the port is taken.
        """
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._run, args=(self._loop,), name="sim-exchange", daemon=True
        )
        self._thread.start()
        try:
            self.call(self._start())
        except OSError:
            self._end_loop()
            raise

    def close(self) -> None:
        """Stop listening, drop every connection and end the thread."""
        if self.running:
            self.call(self._stop())
            self._end_loop()

    @property
    def running(self) -> bool:
        """Tell whether it has been started and not closed."""
        return self._loop is not None

    def call(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run `work` on the server's loop and return its result; never from that loop itself."""
        if self._loop is None:
            work.close()
            return None
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_START_S)

    def soon(self, callback: Callable[..., object], *arguments: object) -> None:
        """Run `callback` on the server's loop, after what was handed in before."""
        loop = self._loop
        if loop is not None:
            with suppress(RuntimeError):  # it has just been closed
                loop.call_soon_threadsafe(callback, *arguments)

    def listening(self, wanted: bool) -> None:
        """Stop or resume accepting connections; open ones live on."""
        self.call(self._listen() if wanted else self._unlisten())

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        try:
            loop.run_forever()
        finally:
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()

    def _end_loop(self) -> None:
        loop, thread, self._loop = self._loop, self._thread, None
        if loop is not None and thread is not None:
            loop.call_soon_threadsafe(loop.stop)
            thread.join(_START_S)

    async def _start(self) -> None:
        self._runner = web.AppRunner(
            self._build(), access_log=None, shutdown_timeout=_SHUTDOWN_S, handle_signals=False
        )
        await self._runner.setup()
        await self._listen()

    async def _listen(self) -> None:
        if self._runner is None or self._site is not None:
            return
        self._site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await self._site.start()
        self.port = self._runner.addresses[0][1]

    async def _unlisten(self) -> None:
        site, self._site = self._site, None
        server = None if site is None else site._server  # noqa: SLF001 - `stop` would wait for open connections
        if server is not None and self._runner is not None and site is not None:
            self._runner._unreg_site(site)  # noqa: SLF001 - as `stop` does
            server.close()

    async def _stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
