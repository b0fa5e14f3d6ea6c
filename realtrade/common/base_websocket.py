"""A WebSocket that stays: it connects, subscribes, keeps watch, and comes back when it is lost."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections import deque
from dataclasses import dataclass
from threading import Event, Lock, Thread, current_thread
from typing import TYPE_CHECKING, Any

from realtrade.common.streaming.backoff import Backoff
from realtrade.common.streaming.emitter import Emitter
from realtrade.common.streaming.errors import ConnectionLost, StreamError, SubscriptionRefused
from realtrade.common.streaming.pace import Pace
from realtrade.common.streaming.relay import Relay
from realtrade.common.streaming.settings import SocketSettings
from realtrade.common.streaming.subscriptions import Subscriptions, parts
from realtrade.common.streaming.watch import Watch
from realtrade.common.streaming.wire import Wire

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Sequence
    from random import Random

    from realtrade.utils.clock import Clock

_LOG = logging.getLogger(__name__)
_JOIN_S = 1.0


@dataclass(frozen=True, slots=True)
class Connection:
    """What `connected` tells: which connection this is, and since when messages were missed."""

    number: int
    """1 for the first."""
    missed_s: float | None
    """Seconds since the last data message of the connection before; None for the first."""


class BaseWebSocket(ABC):
    """A client of one WebSocket address; a subclass writes its dialect in three methods.

    Events, each with one argument: `connected` (`Connection`; subscriptions are granted),
    `disconnected` (why, text), `refused` (`SubscriptionRefused`), `overflow` (messages dropped),
    `error` (what a callback raised), and whatever the subclass emits. Callbacks run on the
    receiving thread, or on one of their own where `SocketSettings.queue` is set.

    It comes back however often it is lost: what to do meanwhile is the listener's to decide.

    Example:
        ```python
        class Prices(BaseWebSocket):
            def _get_ws_url(self):
                return "wss://exchange.example/ws"

            def _build_subscribe_msg(self, channels, number):
                return json.dumps({"op": "subscribe", "args": list(channels), "id": number})

            def _on_message(self, text, at_s):
                message = json.loads(text)
                if "id" in message:
                    self._answered(message["id"], message.get("error"))
                else:
                    self.emit("price", message)
        ```
    """

    def __init__(
        self,
        name: str,
        *,
        clock: Clock,
        random: Random,
        settings: SocketSettings | None = None,
        proxy: str | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Make a client that is not connected yet.

        Args:
            name: for threads and the log.
            clock: of patience; only its monotonic seconds are read.
            random: of jitter.
            settings: limits.
            proxy: address of a proxy; None for none, whatever the environment says.
            tls: instead of the system's certificates.
        """
        self.name = name
        self.settings = settings or SocketSettings()
        self._clock = clock
        self._proxy = proxy
        self._tls = tls
        self._emitter = Emitter(name)
        self._backoff = Backoff(
            random, first_s=self.settings.retry_s, most_s=self.settings.retry_most_s
        )
        self._random = random
        self._subscriptions = Subscriptions()
        self._channels: tuple[str, ...] = ()
        self._stopping = Event()
        self._sending = Lock()
        self._pace = Pace(clock, per_s=self.settings.messages_per_s)
        self._outbox: deque[str] = deque()
        self._wire: Wire | None = None
        self._thread: Thread | None = None
        self._relay: Relay | None = None
        self._connected = False
        self._wanted: str | None = None
        self._count = 0
        self._data_s: float | None = None

    # -- a dialect writes -----------------------------------------------------------------------

    @abstractmethod
    def _get_ws_url(self) -> str:
        """Return where to connect to; asked before every attempt, and may block or raise."""

    @abstractmethod
    def _build_subscribe_msg(self, channels: Sequence[str], number: int) -> str | None:
        """Return the message that subscribes to `channels`, or None where none is needed.

        The answer to it is told by `_answered(number)`.
        """

    @abstractmethod
    def _on_message(self, text: str, at_s: float) -> None:
        """Handle one data message, received at `at_s` on the clock's monotonic seconds."""

    def _answered(self, number: int, refusal: str | None = None) -> None:
        """Note the answer to a subscription: granted, or refused and why."""
        self._subscriptions.answered(number, refusal)

    def _reconnect(self, reason: str) -> None:
        """Leave this connection soon and make another."""
        self._wanted = reason

    # -- for everybody --------------------------------------------------------------------------

    def on(self, event: str, callback: Callable[[Any], None]) -> None:
        """Call `callback` with the data of every `event` from now on."""
        self._emitter.on(event, callback)

    def emit(self, event: str, data: Any = None) -> None:
        """Call everyone who listens to `event`; their exceptions are reported, never raised."""
        self._emitter.emit(event, data)

    def start(self, channels: Sequence[str] = ()) -> None:
        """Begin, on a thread of its own: connect, subscribe to `channels`, and stay.

        Raises:
            StreamError: it was started before, or there are too many channels.
        """
        if self._thread is not None:
            msg = f"stream '{self.name}' was started before"
            raise StreamError(msg)
        if len(channels) > self.settings.channels_most:
            msg = f"{len(channels)} streams, and a connection carries {self.settings.channels_most}"
            msg = f"stream '{self.name}': {msg}"
            raise StreamError(msg)
        self._channels = tuple(channels)
        if self.settings.queue:
            self._relay = Relay(
                f"{self.name}-callbacks",
                capacity=self.settings.queue,
                handle=self._handle,
                overflowed=lambda dropped: self.emit("overflow", dropped),
            )
            self._relay.start()
        self._thread = Thread(target=self._run, name=self.name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Hang up; returns when the thread has ended and the socket is closed, within a second.

        Looking up a name, or an address over REST, cannot be interrupted: a thread that does so
        ends by itself afterwards.
        """
        self._stopping.set()
        wire = self._wire
        if wire is not None:
            wire.shut()
        if self._relay is not None:
            self._relay.stop(_JOIN_S)
        if self._thread is not None and self._thread is not current_thread():
            self._thread.join(_JOIN_S)

    def send(self, data: str) -> None:
        """Send a message as soon as the pace allows.

        Raises:
            StreamError: there is no connection.
        """
        if not self._connected:
            msg = f"stream '{self.name}' is not connected"
            raise StreamError(msg)
        self._outbox.append(data)
        self._flush()

    @property
    def is_connected(self) -> bool:
        """Tell whether there is a connection and all its subscriptions are granted."""
        return self._connected

    # -- the receiving thread -------------------------------------------------------------------

    def _run(self) -> None:
        while not self._stopping.is_set():
            began_s = self._clock.monotonic_s()
            try:
                self._connection()
            except (StreamError, OSError) as error:
                self._lost(str(error) if isinstance(error, StreamError) else type(error).__name__)
                if isinstance(error, SubscriptionRefused):
                    self.emit("refused", error)
            except Exception as error:  # noqa: BLE001 - a thread's outermost frame; it is reported
                self._lost(type(error).__name__)
                self._emitter.report("connection", error)
            if self._clock.monotonic_s() - began_s >= self.settings.steady_s:
                self._backoff.reset()
            self._stopping.wait(self._backoff.next_s())

    def _connection(self) -> None:
        """Live through one connection, until it is lost."""
        self._wanted = None
        self._wire = wire = Wire(
            self._get_ws_url(),
            clock=self._clock,
            settings=self.settings,
            stopped=self._stopping.is_set,
            proxy=self._proxy,
            tls=self._tls,
        )
        try:
            wire.open()
            self._subscribe()
            self._receive(wire)
        finally:
            self._wire = None
            wire.close(politely=not self._stopping.is_set())

    def _subscribe(self) -> None:
        self._subscriptions.clear()
        self._outbox.clear()
        for channels in parts(self._channels, self.settings.channels_per_message):
            number = self._subscriptions.number()
            message = self._build_subscribe_msg(channels, number)
            if message is not None:
                self._subscriptions.asked(number, channels)
                self._outbox.append(message)

    def _receive(self, wire: Wire) -> None:
        watch = Watch(self._clock, self.settings, self._random)
        while not self._stopping.is_set():
            self._flush()
            came, text = wire.receive()
            at_s = self._clock.monotonic_s()
            if text is not None:
                self._data_s = at_s if self._connected else self._data_s
                self._deliver(text, at_s)
            watch.seen(at_s, came=came, data=text is not None)
            if not self._connected and self._subscriptions.settled:
                self._up()
            if watch.wants_ping(at_s):
                wire.ping()
            reason = self._wanted or watch.verdict(at_s, connected=self._connected)
            if reason:
                raise ConnectionLost(reason)

    def _flush(self) -> None:
        """Send what waits, as far as the pace allows."""
        with self._sending:
            wire = self._wire
            while self._outbox and wire is not None and self._pace.may_send():
                wire.send(self._outbox.popleft())

    def _deliver(self, text: str, at_s: float) -> None:
        if self._relay is None:
            self._handle(text, at_s)
        else:
            self._relay.put(text, at_s)

    def _handle(self, text: str, at_s: float) -> None:
        try:
            self._on_message(text, at_s)
        except Exception as error:  # noqa: BLE001 - a dialect's method; it is reported
            self._emitter.report("message", error)

    def _up(self) -> None:
        self._connected = True
        self._count += 1
        now_s = self._clock.monotonic_s()
        missed_s = None if self._data_s is None else now_s - self._data_s
        self.emit("connected", Connection(self._count, missed_s))

    def _lost(self, reason: str) -> None:
        if self._stopping.is_set():
            reason = "stopped"
        else:
            _LOG.warning("stream '%s': %s", self.name, reason)
        self._connected = False
        self.emit("disconnected", reason)
