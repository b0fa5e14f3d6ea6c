"""The dialect's web application: every path of it, REST and WebSocket."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

from aiohttp import web

from realtrade.testing.binance.rest import Rest
from realtrade.testing.binance.services import Services
from realtrade.testing.binance.spot.reports import SpotReports
from realtrade.testing.binance.spot.routes import ROUTES as SPOT_ROUTES
from realtrade.testing.binance.spot.ws_api import SpotUserStreams
from realtrade.testing.binance.streams import MarketStreams, Scope
from realtrade.testing.binance.usdm.reports import UsdmReports
from realtrade.testing.binance.usdm.routes import ROUTES as USDM_ROUTES
from realtrade.testing.binance.usdm.user_streams import UsdmUserStreams

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.testing.exchange.core import Core
    from realtrade.testing.exchange.events import Event
    from realtrade.testing.exchange.player import Player
    from realtrade.testing.server.faults import Faults
    from realtrade.testing.server.line import Line, LineRules
    from realtrade.testing.server.log import RequestLog

_PRIVATE = Scope(())
_SCOPES = {
    "": Scope((True, False)),
    "/public": Scope((False,), ("depth", "rpiDepth", "bookTicker", "trade")),
    "/market": Scope((False,), ("kline", "aggTrade", "markPrice", "ticker", "miniTicker")),
    "/private": _PRIVATE,
}
"""Which streams each path serves. The plain path serves spot first, then perpetuals."""
_WATCH_S = 0.05


class BinanceDialect:
    """Binance in front of one exchange.

    Args:
        core: The exchange.
        player: Its prices.
        faults: What has been armed.
        log: Takes every request.
        rules: For connections.
        soon: Runs a callback on the server's loop.
    """

    def __init__(
        self,
        core: Core,
        player: Player,
        *,
        faults: Faults,
        log: RequestLog,
        rules: LineRules,
        soon: Callable[..., None],
    ) -> None:
        self.services = Services(core)
        self._soon = soon
        self._rest = Rest(core, player, self.services, faults=faults, log=log)
        self.streams = MarketStreams(core, faults=faults, rules=rules, soon=soon)
        self.spot_users = SpotUserStreams(core, faults=faults, rules=rules)
        self._spot_reports = SpotReports()
        self._usdm_reports = UsdmReports(core)
        self.usdm_users = UsdmUserStreams(
            self.services.listen_keys, clock=core.clock, faults=faults, rules=rules
        )

    @property
    def lines(self) -> list[Line]:
        """Return every open WebSocket connection."""
        return [*self.streams.lines, *self.spot_users.lines, *self.usdm_users.lines]

    def take(self, event: Event) -> None:
        """Pass an event of the exchange on to the streams; any thread."""
        self.streams.take(event)
        for key, payload in self._spot_reports.of(event):
            self._soon(self.spot_users.publish, key, payload)
        for key, payload in self._usdm_reports.of(event):
            self._soon(self.usdm_users.publish, key, payload)

    async def watch(self) -> None:
        """Let listen keys expire and countdowns run out, until canceled."""
        while True:
            self.services.run_out()
            self.usdm_users.expire()
            await asyncio.sleep(_WATCH_S)

    def routes(self) -> list[web.RouteDef]:
        """Return all paths."""
        rest = [
            web.route(route.method, route.path, self._rest.handler(route))
            for route in (*SPOT_ROUTES, *USDM_ROUTES)
        ]
        sockets = [web.get("/ws-api/v3", self.spot_users.handle)]
        for part, scope in _SCOPES.items():
            sockets += [
                web.get(f"{part}/ws", self._listen(scope, combined=False)),
                web.get(f"{part}/ws/{{streams:.+}}", self._listen(scope, combined=False)),
                web.get(f"{part}/stream", self._listen(scope, combined=True)),
            ]
        return [*rest, *sockets, web.route("*", "/{rest:.*}", self._rest.unknown)]

    def _listen(self, scope: Scope, *, combined: bool) -> Any:
        market = self.streams.handler(combined=combined, scope=scope)

        async def handle(request: web.Request) -> web.StreamResponse:
            query = request.query
            named = request.match_info.get("streams") or query.get("streams")
            key = query.get("listenKey") or named or ""
            if scope is _PRIVATE or self.services.listen_keys.owner(key) is not None:
                return await self.usdm_users.handle(request, key)
            return cast("web.StreamResponse", await market(request))

        return handle
