"""The monitor's web server: a thread of its own with an event loop of its own."""

from __future__ import annotations

import asyncio
from threading import Event as Flag
from threading import Thread
from typing import TYPE_CHECKING

from aiohttp import web

from realtrade.monitor.http.views import Views

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.monitor.board import Board
    from realtrade.monitor.health import Health
    from realtrade.monitor.http.access import Access
    from realtrade.monitor.http.metrics import Metrics
    from realtrade.monitor.http.views import Operator, Pulse

_START_S = 10.0


class MonitorServer:
    """Serves one bot until stopped.

    | path | tells |
    |---|---|
    | `/` | the live page |
    | `/livez` | 200 while the process can trade; an exchange that is down does not matter |
    | `/readyz` | 200 while it does trade, or would if it were not held back |
    | `/status` | everything on the page as JSON |
    | `/metrics` | the same for Prometheus |
    | `/stream` | the page's server-sent events |
    | `POST /do/pause`, `resume`, `halt`, `flatten`, `adopt` | acts; with the token only |
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        board: Board,
        health: Callable[[], Health],
        metrics: Metrics,
        operator: Operator,
        access: Access,
        live: Pulse,
        ready: Pulse,
    ) -> None:
        """Take what is shown and done.

        Args:
            host: address to listen at.
            port: port; 0 lets the system choose, see `address`.
            board: what is known of the bot.
            health: looks at the conditions.
            metrics: for Prometheus.
            operator: what people may do.
            access: who may.
            live: tells whether the process can trade, and why not.
            ready: tells whether it does.
        """
        self._host, self._port = host, port
        self._views = Views(
            board=board,
            health=health,
            metrics=metrics,
            operator=operator,
            access=access,
            live=live,
            ready=ready,
        )
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._run, name="monitor", daemon=True)
        self._up = Flag()
        self._failed: OSError | None = None
        self._over = asyncio.Event()
        self.address = ""
        """Where it listens, such as `127.0.0.1:9464`, once started."""

    def start(self) -> None:
        """Listen.

        Raises:
            OSError: the address cannot be had.
        """
        self._thread.start()
        self._up.wait(_START_S)
        if self._failed is not None:
            self._thread.join()
            raise self._failed

    def stop(self) -> None:
        """End every connection and the thread; repeatable."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._over.set)
            self._thread.join()

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()

    async def _serve(self) -> None:
        app = self._views.app()
        runner = web.AppRunner(app, handle_signals=False, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self._port).start()
            host, port = runner.addresses[0][:2]
            self.address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
            self._up.set()
            await self._over.wait()
        except OSError as error:
            self._failed = error
            self._up.set()
        finally:
            self._views.end()
            await runner.cleanup()
