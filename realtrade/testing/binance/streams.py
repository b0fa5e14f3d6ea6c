"""Market streams: who listens to what, and what each event looks like on the wire."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from realtrade.testing.binance.call import wire_symbol
from realtrade.testing.binance.frames import frames
from realtrade.testing.server.line import Line
from realtrade.testing.server.names import Scene

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from aiohttp import web

    from realtrade.testing.exchange.core import Core
    from realtrade.testing.exchange.events import Event
    from realtrade.testing.server.faults import Faults
    from realtrade.testing.server.line import LineRules

_MOST_STREAMS = 1024


class Topic(NamedTuple):
    """One stream of one market type."""

    spot: bool
    name: str


class Scope(NamedTuple):
    """What one path serves."""

    markets: tuple[bool, ...]
    """Market types to look a stream up in, spot is True."""
    kinds: tuple[str, ...] | None = None
    """Kinds of streams served; None: all. Others are accepted and stay silent."""

    def serves(self, name: str) -> bool:
        """Tell whether the stream lives on this path."""
        kind = name.partition("@")[2].partition("@")[0].partition("_")[0]
        return self.kinds is None or kind.rstrip("0123456789") in self.kinds


class Listener:
    """A connection and what it has subscribed to."""

    def __init__(self, line: Line, *, combined: bool, scope: Scope) -> None:
        self.line = line
        self.combined = combined
        self.scope = scope
        self.topics: dict[str, Topic] = {}


class MarketStreams:
    """All market-data connections. Everything but `take` runs on the server's loop."""

    def __init__(
        self,
        core: Core,
        *,
        faults: Faults,
        rules: LineRules,
        soon: Callable[..., None],
    ) -> None:
        self._core = core
        self._faults = faults
        self._rules = rules
        self._soon = soon
        self._listeners: defaultdict[Topic, dict[Listener, None]] = defaultdict(dict)
        self._kinds: dict[tuple[bool, str], frozenset[str]] = {}
        self.lines: set[Line] = set()

    def take(self, event: Event) -> None:
        """Turn an event of the exchange into frames, for whoever listens; any thread."""
        for spot, name, payload, facts in frames(event, self._wanted):
            self._soon(self._publish, Topic(spot, name), payload, facts)

    def _wanted(self, spot: bool, symbol: str) -> Collection[str]:
        """Return the kinds of streams of a market that somebody listens to; any thread."""
        return self._kinds.get((spot, symbol), ())

    def _count(self, topic: Topic) -> None:
        """Note whether anybody listens to a topic, for threads that must not look themselves."""
        symbol, _, kind = topic.name.partition("@")
        market = topic.spot, symbol.upper()
        heard = {kind} if self._listeners.get(topic) else set()
        self._kinds[market] = (self._kinds.get(market, frozenset()) - {kind}) | heard

    def _publish(self, topic: Topic, payload: dict[str, Any], facts: dict[str, str]) -> None:
        raw = json.dumps(payload, separators=(",", ":"))
        for listener in list(self._listeners.get(topic, ())):
            wrapped = f'{{"stream":"{topic.name}","data":{raw}}}'
            listener.line.send(wrapped if listener.combined else raw, facts)

    def handler(self, *, combined: bool, scope: Scope) -> Any:
        """Return an aiohttp handler of `/ws…` (raw) or `/stream` (combined)."""

        async def handle(request: web.Request) -> web.StreamResponse:
            def wrap(event: dict[str, Any]) -> dict[str, Any]:
                return {"stream": "!serverShutdown", "data": event} if combined else event

            line = Line(request, self._faults, self._rules, clock=self._core.clock, wrap=wrap)
            listener = Listener(line, combined=combined, scope=scope)
            for name in self._asked(request):
                self._subscribe(listener, name)
            self.lines.add(line)
            try:
                return await line.serve(lambda text: self._said(listener, text))
            finally:
                self.lines.discard(line)
                for name in list(listener.topics):
                    self._unsubscribe(listener, name)

        return handle

    def _asked(self, request: web.Request) -> list[str]:
        named = request.match_info.get("streams") or request.query.get("streams", "")
        return [name for name in named.split("/") if name]

    def _subscribe(self, listener: Listener, name: str) -> None:
        """Listen to a stream; one that does not exist is accepted and stays silent."""
        symbol = name.partition("@")[0].upper()
        markets = listener.scope.markets
        known = [spot for spot in markets if self._has(spot, symbol)]
        topic = Topic(known[0] if known else markets[0], name)
        listener.topics[name] = topic
        if listener.scope.serves(name):
            self._listeners[topic][listener] = None
            self._count(topic)

    def _unsubscribe(self, listener: Listener, name: str) -> None:
        topic = listener.topics.pop(name, None)
        if topic is not None:
            self._listeners[topic].pop(listener, None)
            self._count(topic)

    def _has(self, spot: bool, symbol: str) -> bool:
        return any(
            desk.market.is_spot is spot and wire_symbol(desk.market.symbol) == symbol
            for desk in self._core.desks.values()
        )

    def _said(self, listener: Listener, text: str) -> None:
        try:
            message = json.loads(text)
        except ValueError:
            answer = {"code": 3, "msg": "Invalid JSON: expected value at line 1 column 1"}
            listener.line.send(answer, {"event": "error"})
            return
        fault = self._faults.take(Scene.SUBSCRIBE, {"text": text})
        if fault is not None:
            if fault.name == "ws_subscribe_error":
                listener.line.send(
                    {
                        "code": int(fault.number("code", 2)),
                        "msg": str(fault.options.get("msg", "Invalid request: refused")),
                        "id": message.get("id"),
                    },
                    {"event": "error"},
                )
            return
        listener.line.send(self._answered(listener, message), {"event": "answer"})

    def _answered(self, listener: Listener, message: Any) -> dict[str, Any]:
        method = message.get("method") if isinstance(message, dict) else None
        if method is None:
            return {"code": 2, "msg": "Invalid request: missing field `method` at line 1 column 2"}
        act = _METHODS.get(method)
        if act is None:
            msg = (
                f"Invalid request: unknown variant {method}, expected one of `SUBSCRIBE`, "
                "`UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY` at line 1 "
                "column 28"
            )
            return {"code": 2, "msg": msg, "id": message.get("id")}
        return {"result": act(self, listener, message.get("params") or []), "id": message.get("id")}

    def do_subscribe(self, listener: Listener, names: list[str]) -> None:
        """Answer `SUBSCRIBE`."""
        for name in names[: _MOST_STREAMS - len(listener.topics)]:
            self._subscribe(listener, name)

    def do_unsubscribe(self, listener: Listener, names: list[str]) -> None:
        """Answer `UNSUBSCRIBE`."""
        for name in names:
            self._unsubscribe(listener, name)

    def do_list(self, listener: Listener, names: list[str]) -> list[str]:
        """Answer `LIST_SUBSCRIPTIONS`."""
        return list(listener.topics)

    def do_set(self, listener: Listener, params: list[Any]) -> None:
        """Answer `SET_PROPERTY`."""
        listener.combined = bool(params[1])

    def do_get(self, listener: Listener, params: list[Any]) -> bool:
        """Answer `GET_PROPERTY`."""
        return listener.combined


_METHODS: dict[str, Callable[[MarketStreams, Listener, list[Any]], Any]] = {
    "SUBSCRIBE": MarketStreams.do_subscribe,
    "UNSUBSCRIBE": MarketStreams.do_unsubscribe,
    "LIST_SUBSCRIPTIONS": MarketStreams.do_list,
    "SET_PROPERTY": MarketStreams.do_set,
    "GET_PROPERTY": MarketStreams.do_get,
}
