"""Connections that follow an account through a listen key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from realtrade.testing.server.line import Line

if TYPE_CHECKING:
    from aiohttp import web

    from realtrade.testing.binance.usdm.listen_keys import ListenKeys
    from realtrade.testing.server.faults import Faults
    from realtrade.testing.server.line import LineRules
    from realtrade.utils.clock import Clock


class UsdmUserStreams:
    """All connections by listen key. Runs on the server's loop."""

    def __init__(self, keys: ListenKeys, *, clock: Clock, faults: Faults, rules: LineRules) -> None:
        self._keys = keys
        self._clock = clock
        self._faults = faults
        self._rules = rules
        self._listeners: dict[Line, tuple[str, bool]] = {}
        """Connection to listen key, and whether frames are wrapped with it."""

    @property
    def lines(self) -> list[Line]:
        """Return the open connections."""
        return list(self._listeners)

    async def handle(self, request: web.Request, key: str) -> web.StreamResponse:
        """Serve one connection; a key that does not live is silent, as it is there."""
        line = Line(request, self._faults, self._rules, clock=self._clock)
        self._listeners[line] = (key, "stream" in request.path.split("/"))
        try:
            return await line.serve(lambda text: None)
        finally:
            self._listeners.pop(line, None)

    def publish(self, account: str, event: dict[str, Any]) -> None:
        """Send an event to every connection whose key belongs to the account."""
        for line, (key, _) in list(self._listeners.items()):
            if self._keys.owner(key) == account:
                self._send(line, event)

    def expire(self) -> None:
        """Tell connections whose key has expired, once."""
        for line, (key, wrapped) in list(self._listeners.items()):
            if key and self._keys.owner(key) is None:
                event = {
                    "e": "listenKeyExpired",
                    "E": self._clock.now_ms(),
                    "listenKey": key,
                }
                self._send(line, event)
                self._listeners[line] = ("", wrapped)

    def _send(self, line: Line, event: dict[str, Any]) -> None:
        key, wrapped = self._listeners[line]
        body = event.get("o", {})
        facts = {
            "event": str(event["e"]),
            "stream": "user",
            "symbol": str(body.get("s", "")),
            "status": str(body.get("X", "")),
            "execution": str(body.get("x", "")),
            "client_order_id": str(body.get("c", body.get("caid", ""))),
        }
        line.send({"stream": key, "data": event} if wrapped else event, facts)
