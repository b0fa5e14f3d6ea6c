"""An account's events: spot over the WebSocket API, USDⓈ-M by listen key."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from decimal import Decimal
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Protocol

from realtrade.binance.user_events import event_of
from realtrade.common.base_websocket import BaseWebSocket
from realtrade.common.rest.errors import Refused, RestError
from realtrade.common.rest.proxies import proxy_for
from realtrade.common.streaming.backoff import jitter
from realtrade.common.streaming.errors import StreamError
from realtrade.common.streaming.settings import SocketSettings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from realtrade.binance.store import BinanceStore
    from realtrade.model.instrument import MarketType
    from realtrade.plugins.ports.gateway import AccountSink
    from realtrade.utils.clock import Clock

_LOG = logging.getLogger(__name__)
_HOSTS = {
    ("spot", False): "wss://ws-api.binance.com:443",
    ("swap", False): "wss://fstream.binance.com",
    ("spot", True): "wss://ws-api.testnet.binance.vision",
    ("swap", True): "wss://fstream.binancefuture.com",
}
_ENDS = {
    "eventStreamTerminated": "the exchange has ended the subscription",
    "serverShutdown": "the server is about to shut down",
    "listenKeyExpired": "the listen key has expired",
}
"""Events after which no other will come, and why."""
_JOIN_S = 1.0
KEEP_S = 1_800.0
"""A listen key lives for an hour; we renew it twice as often."""
KEEP_AGAIN_S = 60.0


class AccountStore(Protocol):
    """What the stream asks of a store; `BinanceStore` is one."""

    @property
    def market_type(self) -> MarketType:
        """`spot` or `swap`."""
        ...

    def symbol_of(self, name: str) -> str:
        """Return the unified symbol of Binance's own name."""
        ...

    def signed(self) -> dict[str, Any]:
        """Return parameters with key, time and signature."""
        ...

    def listen_key(self) -> str:
        """Return a living listen key."""
        ...

    def keep_listen_key(self) -> None:
        """Have the listen key live for another hour."""
        ...


def user_stream_base(market: MarketType, *, testnet: bool, base: str | None = None) -> str:
    """Return where user streams begin: `base` if it is given, else Binance's own host."""
    return (base or _HOSTS[market, testnet]).rstrip("/")


class _UserSocket(BaseWebSocket):
    """Emits `account` with every event; an event it cannot read makes it connect anew.

    What was missed that way is asked for over REST, as after every new connection.
    """

    def __init__(self, store: AccountStore, base: str, **kwargs: Any) -> None:
        super().__init__(f"binance-{store.market_type}-account", **kwargs)
        self._store = store
        self._base = base

    def renew(self, reason: str) -> None:
        """Connect anew, with another listen key."""
        self._reconnect(reason)

    def _get_ws_url(self) -> str:
        if self._store.market_type == "spot":
            return f"{self._base}/ws-api/v3"
        try:
            return f"{self._base}/private/ws/{self._store.listen_key()}"
        except RestError as error:
            msg = f"no listen key: {error}"
            raise StreamError(msg) from error

    def _build_subscribe_msg(self, channels: Sequence[str], number: int) -> str | None:
        if self._store.market_type != "spot":
            return None
        method, params = "userDataStream.subscribe.signature", self._store.signed()
        return json.dumps({"id": number, "method": method, "params": params})

    def _on_message(self, text: str, at_s: float) -> None:
        try:
            self._read(json.loads(text, parse_float=Decimal))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            self._reconnect(f"an event cannot be read: {type(error).__name__}")
            raise

    def _read(self, message: dict[str, Any]) -> None:
        if "id" in message and "status" in message:
            self._answered(message["id"], _refusal(message))
            return
        told = message.get("event", message)
        if (reason := _ENDS.get(told.get("e"))) is not None:
            self._reconnect(reason)
            return
        event = event_of(told, self._store.symbol_of)
        if event is not None:
            self.emit("account", event)


def _refusal(message: dict[str, Any]) -> str | None:
    if message["status"] == 200:  # noqa: PLR2004 - what HTTP calls OK
        return None
    error = message.get("error") or {}
    return f"{error.get('msg', 'no reason given')} ({error.get('code', message['status'])})"


class BinanceAccountStream:
    """Events of one account; it reconnects by itself, and says when events may be missing.

    Args:
        store: of the account, with its key.
        base: where user streams begin, as `user_stream_base` tells it.
        clock: paces.
        proxy: address of a proxy, or None.
        random: of jitter; made from the system's when left out.
        socket: limits of the connection. Silence is normal here: only dead wires are noticed.
        keep_s: how often a listen key is renewed.
    """

    def __init__(
        self,
        store: AccountStore,
        *,
        base: str,
        clock: Clock,
        proxy: str | None = None,
        random: Random | None = None,
        socket: SocketSettings | None = None,
        keep_s: float = KEEP_S,
    ) -> None:
        self._store = store
        self._keep_s = keep_s
        self._socket = _UserSocket(
            store,
            base,
            clock=clock,
            random=random or jitter(),
            settings=replace(socket or SocketSettings(), silence_s=None),
            proxy=proxy,
        )
        self._sink: AccountSink | None = None
        self._flows: bool | None = None
        self._stopping = Event()
        self._keeper: Thread | None = None

    @property
    def socket(self) -> BaseWebSocket:
        """The connection, to listen to its events."""
        return self._socket

    def start(self, sink: AccountSink) -> None:
        """Begin, on a thread of its own."""
        self._sink = sink
        self._socket.on("connected", self._connected)
        self._socket.on("disconnected", self._lost)
        self._socket.on("account", sink.publish)
        self._socket.start()
        if self._store.market_type != "spot":
            self._keeper = Thread(target=self._keep, name="binance-listen-key", daemon=True)
            self._keeper.start()

    def stop(self) -> None:
        """Publish nothing more; returns when the threads have ended."""
        self._stopping.set()
        self._socket.stop()
        if self._keeper is not None:
            self._keeper.join(_JOIN_S)

    def renew(self, reason: str) -> None:
        """Connect anew: it is there, and does not tell what happens."""
        self._socket.renew(reason)

    def _connected(self, _: Any) -> None:
        self._flows = True
        if self._sink is not None and not self._stopping.is_set():
            self._sink.connected()

    def _lost(self, reason: str) -> None:
        if self._sink is not None and self._flows is not False and not self._stopping.is_set():
            self._sink.lost(reason)
        self._flows = False

    def _keep(self) -> None:
        """Renew the listen key for as long as it takes; where that is refused, get another."""
        wait_s = self._keep_s
        while not self._stopping.wait(wait_s):
            wait_s = self._keep_s
            try:
                self._store.keep_listen_key()
            except Refused:
                self._socket.renew("the listen key is not known any more")
            except Exception as error:  # noqa: BLE001 - a thread's outermost frame; tried again
                _LOG.warning("the listen key cannot be renewed: %s", type(error).__name__)
                wait_s = min(self._keep_s, KEEP_AGAIN_S)


def account_stream(store: BinanceStore) -> BinanceAccountStream:
    """Return the stream of a store's account, as the store is connected, not yet started."""
    given = store.connection
    base = user_stream_base(
        given.market_type, testnet=given.testnet, base=given.endpoints.user_stream
    )
    return BinanceAccountStream(
        store, base=base, clock=given.clock, proxy=proxy_for(base, given.proxy)
    )
