"""The dialect's web application: every path of it, REST and WebSocket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from realtrade.testing.binance.rest import Rest
from realtrade.testing.binance.services import Services
from realtrade.testing.binance.spot.reports import SpotReports
from realtrade.testing.binance.spot.routes import ROUTES as SPOT_ROUTES
from realtrade.testing.binance.spot.ws_api import SpotUserStreams
from realtrade.testing.binance.streams import MarketStreams

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.testing.exchange.core import Core
    from realtrade.testing.exchange.events import Event
    from realtrade.testing.exchange.player import Player
    from realtrade.testing.server.faults import Faults
    from realtrade.testing.server.line import Line, LineRules
    from realtrade.testing.server.log import RequestLog

_SPOT, _SWAP = True, False


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
        self.services = Services(core.clock)
        self._soon = soon
        self._rest = Rest(core, player, self.services, faults=faults, log=log)
        self.streams = MarketStreams(core, faults=faults, rules=rules, soon=soon)
        self.spot_users = SpotUserStreams(core, faults=faults, rules=rules)
        self._spot_reports = SpotReports()

    @property
    def lines(self) -> list[Line]:
        """Return every open WebSocket connection."""
        return [*self.streams.lines, *self.spot_users.lines]

    def take(self, event: Event) -> None:
        """Pass an event of the exchange on to the streams; any thread."""
        self.streams.take(event)
        for key, payload in self._spot_reports.of(event):
            self._soon(self.spot_users.publish, key, payload)

    def routes(self) -> list[web.RouteDef]:
        """Return all paths."""
        rest = [
            web.route(route.method, route.path, self._rest.handler(route)) for route in SPOT_ROUTES
        ]
        plain = (_SPOT, _SWAP)
        sockets = [
            web.get("/ws-api/v3", self.spot_users.handle),
            web.get("/ws", self._listen(combined=False, markets=plain)),
            web.get("/ws/{streams:.+}", self._listen(combined=False, markets=plain)),
            web.get("/stream", self._listen(combined=True, markets=plain)),
        ]
        return [*rest, *sockets, web.route("*", "/{rest:.*}", self._rest.unknown)]

    def _listen(self, *, combined: bool, markets: tuple[bool, ...]) -> Any:
        return self.streams.handler(combined=combined, markets=markets)
