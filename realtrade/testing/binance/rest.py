"""From an HTTP request to the exchange and back, with the armed faults in between."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from aiohttp import web

from realtrade.testing.binance.breaking import SILENT, breaks_answer, breaks_request
from realtrade.testing.binance.call import Call
from realtrade.testing.binance.errors import ApiError, told
from realtrade.testing.binance.security import authorise
from realtrade.testing.exchange.refusal import Refused
from realtrade.testing.server.log import Request
from realtrade.testing.server.names import FAULTS, Scene

if TYPE_CHECKING:
    from realtrade.testing.binance.routes import Route
    from realtrade.testing.binance.services import Services
    from realtrade.testing.exchange.core import Core
    from realtrade.testing.exchange.player import Player
    from realtrade.testing.server.faults import Fault, Faults
    from realtrade.testing.server.log import RequestLog


class Rest:
    """Answers REST requests of one exchange."""

    def __init__(
        self, core: Core, player: Player, services: Services, *, faults: Faults, log: RequestLog
    ) -> None:
        self._core = core
        self._player = player
        self._services = services
        self._faults = faults
        self._log = log

    def handler(self, route: Route) -> Any:
        """Return an aiohttp handler for `route`."""

        async def handle(request: web.Request) -> web.StreamResponse:
            body = await request.text()
            seen = self._note(request, body)
            fault = self._faults.take(Scene.REQUEST, _facts(seen))
            if fault is None:
                return _sent(seen, self.answer(route, request, seen))
            seen.fault = fault.name
            return await self._spoiled(fault, route, request, seen)

        return handle

    async def unknown(self, request: web.Request) -> web.StreamResponse:
        """Answer a path that nobody serves, as Binance does: 404 and HTML."""
        self._note(request, await request.text()).status = 404
        return web.Response(status=404, text="<html><h2>404 Not found</h2></html>")

    def answer(self, route: Route, request: web.Request, seen: Request) -> web.Response:
        """Do what the request asks for and return the honest answer."""
        headers: dict[str, str] = {}
        try:
            with self._core.lock:
                body = self._executed(route, request, seen, headers)
        except ApiError as error:
            if error.retry_after is not None:
                headers["Retry-After"] = str(error.retry_after)
            return _json(error.body(), error.status, headers)
        return _json(body, 200, headers)

    def _executed(
        self, route: Route, request: web.Request, seen: Request, headers: dict[str, str]
    ) -> Any:
        spot = not route.path.startswith("/fapi")
        limits = self._services.spot_limits if spot else self._services.usdm_limits
        limits.spend(route.cost(seen.params), headers)
        owner = authorise(
            route.level,
            seen.headers.get("X-MBX-APIKEY"),
            self._core.accounts,
            raw=_query(request) + seen.body,
            params=seen.params,
            now_ms=self._core.clock.now_ms(),
        )
        call = Call(
            core=self._core,
            player=self._player,
            params=seen.params,
            owner=owner,
            spot=spot,
            services=self._services,
            headers=headers,
        )
        try:
            body = route.answer(call)
        except Refused as refused:
            raise told(refused.reason, spot=spot) from refused
        seen.executed = True
        if route.free:
            limits.give_back(route.cost(seen.params), headers)
        return body

    async def _spoiled(
        self, fault: Fault, route: Route, request: web.Request, seen: Request
    ) -> web.StreamResponse:
        executed = bool(fault.options.get("executed", FAULTS[fault.name].executed))
        if fault.name == "late":
            await asyncio.sleep(fault.number("seconds", 1))
            executed = True
        honest = self.answer(route, request, seen) if executed else None
        if fault.name == "duplicate_delivery":
            honest = self.answer(route, request, seen)
        spoiled = await breaks_request(fault, request, honest)
        if spoiled is None and honest is not None:
            spoiled = await breaks_answer(fault, request, honest)
        if spoiled is None:
            msg = f"fault {fault.name} does nothing to a request"
            raise NotImplementedError(msg)
        return spoiled if fault.name in SILENT else _sent(seen, spoiled)

    def _note(self, request: web.Request, body: str) -> Request:
        query = _query(request)
        pairs = parse_qsl(query, keep_blank_values=True) + parse_qsl(body, keep_blank_values=True)
        seen = Request(
            method=request.method,
            path=request.path,
            params=dict(pairs),
            headers={name.upper(): value for name, value in request.headers.items()},
            body=body,
            time_ms=self._core.clock.now_ms(),
        )
        self._log.add(seen)
        return seen


def _query(request: web.Request) -> str:
    """Return the query exactly as sent: signatures are over the raw text."""
    return request.raw_path.partition("?")[2]


def _facts(seen: Request) -> dict[str, str]:
    return {
        **seen.params,
        "method": seen.method,
        "path": seen.path,
        "key": seen.headers.get("X-MBX-APIKEY", ""),
    }


def _sent(seen: Request, response: web.StreamResponse) -> web.StreamResponse:
    seen.status = response.status
    return response


def _json(body: Any, status: int, headers: dict[str, str]) -> web.Response:
    text = json.dumps(body, separators=(",", ":"))
    return web.Response(
        text=text,
        status=status,
        headers=headers,
        content_type="application/json",
        charset="UTF-8",
    )
