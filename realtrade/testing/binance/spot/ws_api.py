"""The spot WebSocket API, as far as the user stream needs it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn

from realtrade.testing.binance.errors import ApiError, missing
from realtrade.testing.binance.security import in_time, known, signed
from realtrade.testing.server.line import Line
from realtrade.testing.server.names import Scene

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiohttp import web

    from realtrade.testing.exchange.core import Core
    from realtrade.testing.server.faults import Fault, Faults
    from realtrade.testing.server.line import LineRules

_IGNORED = {"ws_subscribe_silent"}


class Session:
    """One connection and the accounts it follows."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.subscriptions: dict[int, str] = {}
        """Subscription id to API key."""
        self.next_id = 0


class SpotUserStreams:
    """All connections to `/ws-api/v3`. Runs on the server's loop."""

    def __init__(self, core: Core, *, faults: Faults, rules: LineRules) -> None:
        self._core = core
        self._faults = faults
        self._rules = rules
        self._sessions: set[Session] = set()

    @property
    def lines(self) -> list[Line]:
        """Return the open connections."""
        return [session.line for session in self._sessions]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection."""
        line = Line(
            request,
            self._faults,
            self._rules,
            clock=self._core.clock,
            wrap=lambda event: {"event": event},
        )
        session = Session(line)
        self._sessions.add(session)
        try:
            return await session.line.serve(lambda text: self._said(session, text))
        finally:
            self._sessions.discard(session)

    def publish(self, key: str, event: dict[str, Any]) -> None:
        """Send an event to every subscription of an account."""
        facts = {
            "event": str(event["e"]),
            "symbol": str(event.get("s", "")),
            "stream": "user",
            "status": str(event.get("X", "")),
            "execution": str(event.get("x", "")),
            "client_order_id": str(event.get("c", "")),
        }
        for session in list(self._sessions):
            for number, owner in session.subscriptions.items():
                if owner == key:
                    session.line.send({"subscriptionId": number, "event": event}, facts)

    def terminate(self, key: str | None = None) -> None:
        """End subscriptions, of one account or of all, with `eventStreamTerminated`."""
        now = self._core.clock.now_ms()
        for session in self._sessions:
            for number, owner in list(session.subscriptions.items()):
                if key in (None, owner):
                    event = {"e": "eventStreamTerminated", "E": now}
                    facts = {"event": "eventStreamTerminated", "stream": "user"}
                    session.line.send({"subscriptionId": number, "event": event}, facts)
                    del session.subscriptions[number]

    def _said(self, session: Session, text: str) -> None:
        try:
            message = json.loads(text)
            number, method = message.get("id"), str(message.get("method"))
        except (ValueError, AttributeError):
            session.line.send(_failed(None, ApiError(-1135, "Invalid JSON Request")), {})
            return
        fault = self._faults.take(Scene.SUBSCRIBE, {"method": method, "path": "/ws-api/v3"})
        if fault is not None and fault.name in _IGNORED:
            return
        try:
            if fault is not None:
                _refuse(fault)
            result = self._result(session, method, message.get("params") or {})
        except ApiError as error:
            session.line.send(_failed(number, error), {"event": "error"})
            return
        answer = {"id": number, "status": 200, "result": result, "rateLimits": _weights()}
        session.line.send(answer, {"event": "answer"})

    def _result(self, session: Session, method: str, params: dict[str, Any]) -> Any:
        act = _METHODS.get(method)
        if act is None:
            raise ApiError(-1135, f"Unknown method '{method}'.")
        return act(self, session, params)

    def do_ping(self, session: Session, params: dict[str, Any]) -> Any:
        """Answer `ping`."""
        return {}

    def do_time(self, session: Session, params: dict[str, Any]) -> Any:
        """Answer `time`."""
        return {"serverTime": self._core.clock.now_ms()}

    def do_subscribe(self, session: Session, params: dict[str, Any]) -> Any:
        """Answer `userDataStream.subscribe.signature`."""
        texts = {name: str(value) for name, value in params.items()}
        if not texts.get("apiKey"):
            raise missing("apiKey")
        account = known(texts["apiKey"], self._core.accounts)
        in_time(texts, self._core.clock.now_ms())
        signature = texts.pop("signature", None)
        raw = "&".join(f"{name}={texts[name]}" for name in sorted(texts))
        signed(account, raw, signature)
        if account.key in session.subscriptions.values():
            raise ApiError(-2035, "User Data Stream subscription already active.")
        number, session.next_id = session.next_id, session.next_id + 1
        session.subscriptions[number] = account.key
        return {"subscriptionId": number}

    def do_unsubscribe(self, session: Session, params: dict[str, Any]) -> Any:
        """Answer `userDataStream.unsubscribe`."""
        wanted = params.get("subscriptionId")
        for number in list(session.subscriptions):
            if wanted in (None, number):
                del session.subscriptions[number]
        return {}

    def do_list(self, session: Session, params: dict[str, Any]) -> Any:
        """Answer `session.subscriptions`."""
        return [{"subscriptionId": number} for number in session.subscriptions]


_METHODS: dict[str, Callable[[SpotUserStreams, Session, dict[str, Any]], Any]] = {
    "ping": SpotUserStreams.do_ping,
    "time": SpotUserStreams.do_time,
    "userDataStream.subscribe.signature": SpotUserStreams.do_subscribe,
    "userDataStream.unsubscribe": SpotUserStreams.do_unsubscribe,
    "session.subscriptions": SpotUserStreams.do_list,
}


def _refuse(fault: Fault) -> NoReturn:
    msg = str(fault.options.get("msg", "Invalid API-key, IP, or permissions for action."))
    raise ApiError(int(fault.number("code", -2015)), msg, 401)


def _failed(number: Any, error: ApiError) -> dict[str, Any]:
    return {"id": number, "status": error.status, "error": error.body(), "rateLimits": _weights()}


def _weights() -> list[dict[str, Any]]:
    return [
        {
            "rateLimitType": "REQUEST_WEIGHT",
            "interval": "MINUTE",
            "intervalNum": 1,
            "limit": 6000,
            "count": 2,
        }
    ]
