"""One WebSocket connection: messages in, messages out, and every wait of it bounded."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import websocket

from realtrade.common.streaming.dialling import dial, host_of
from realtrade.common.streaming.errors import ConnectionLost

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import Callable

    from realtrade.common.streaming.settings import SocketSettings
    from realtrade.utils.clock import Clock

_TICK_S = 0.25
"""The longest `receive` keeps its caller."""
_CHUNK = 65_536
_DATA = (websocket.ABNF.OPCODE_TEXT, websocket.ABNF.OPCODE_BINARY)


class _Socket(websocket.WebSocket):
    """Reads large pieces, gives up waiting after a tick however bytes drip, and takes no giants.

    What of a frame has come stays where it is when a wait ends.
    """

    def __init__(self, clock: Clock, most: int) -> None:
        super().__init__(skip_utf8_validation=True)
        self._clock = clock
        self._most = most
        self._chunk = memoryview(b"")
        self.pending = 0
        """Bytes of the message that is coming."""
        self.until_s = 0.0

    def _recv(self, bufsize: int) -> bytes:
        if not self._chunk:
            self._chunk = memoryview(self._read())
        part = self._chunk[:bufsize]
        self._chunk = self._chunk[bufsize:]
        self.pending += len(part)
        return bytes(part)

    def _read(self) -> bytes:
        if self.pending > self._most:
            msg = f"a message exceeds {self._most} bytes"
            raise ConnectionLost(msg)
        if self._clock.monotonic_s() > self.until_s or self.sock is None:
            raise websocket.WebSocketTimeoutException("tick")
        data = self.sock.recv(_CHUNK)
        if not data:
            raise websocket.WebSocketConnectionClosedException("closed")
        return data


class Wire:
    """A connection over websocket-client. `receive` is for one thread, the rest for any."""

    def __init__(
        self,
        url: str,
        *,
        clock: Clock,
        settings: SocketSettings,
        stopped: Callable[[], bool],
        proxy: str | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._url = url
        self.host = host_of(url)
        self._clock = clock
        self._settings = settings
        self._stopped = stopped
        self._proxy = proxy
        self._tls = tls
        self._raw: socket.socket | None = None
        self._socket = _Socket(clock, settings.message_bytes)

    def open(self) -> None:
        """Connect and shake hands.

        Raises:
            ConnectionLost: names the host and the reason.
        """
        made = dial(
            self._url,
            timeout_s=self._settings.connect_s,
            stopped=self._stopped,
            opened=self._opened,
            proxy=self._proxy,
            tls=self._tls,
        )
        options = {"socket": made, "redirect_limit": 0, "suppress_origin": True}
        try:
            self._socket.connect(  # type: ignore[no-untyped-call]  # it says no types
                self._url, timeout=self._settings.connect_s, **options
            )
        except websocket.WebSocketBadStatusException as error:
            made.close()
            msg = f"{self.host} refused the handshake: status {error.status_code}"
            raise ConnectionLost(msg) from None
        except (websocket.WebSocketException, OSError, ValueError) as error:
            made.close()
            msg = f"{self.host}: the handshake failed: {type(error).__name__}"
            raise ConnectionLost(msg) from None
        made.settimeout(_TICK_S)

    def _opened(self, made: socket.socket) -> None:
        self._raw = made
        if self._stopped():  # before there was a socket to shut
            raise InterruptedError("stopped")

    def receive(self) -> tuple[bool, str | None]:
        """Wait a quarter of a second at most; return whether a frame came, and its text if data.

        Raises:
            ConnectionLost: it is over.
        """
        self._socket.until_s = self._clock.monotonic_s() + _TICK_S
        try:
            opcode, frame = self._socket.recv_data_frame(control_frame=True)
        except (websocket.WebSocketTimeoutException, TimeoutError):
            return False, None
        except websocket.WebSocketConnectionClosedException:
            msg = f"{self.host} closed the connection"
            raise ConnectionLost(msg) from None
        except (websocket.WebSocketException, OSError, ValueError) as error:
            msg = f"{self.host}: {type(error).__name__}"
            raise ConnectionLost(msg) from None
        self._socket.pending = 0
        if opcode in _DATA:
            return True, frame.data.decode("utf-8", "replace")
        if opcode == websocket.ABNF.OPCODE_CLOSE:
            code = int.from_bytes(frame.data[:2]) if len(frame.data) > 1 else 1005
            msg = f"{self.host} closed the connection: code {code}"
            raise ConnectionLost(msg)
        return True, None

    def send(self, text: str) -> None:
        """Send one message.

        Raises:
            ConnectionLost: it cannot be sent.
        """
        try:
            self._socket.send(text)
        except (websocket.WebSocketException, OSError) as error:
            msg = f"{self.host}: {type(error).__name__} while sending"
            raise ConnectionLost(msg) from None

    def ping(self) -> None:
        """Ask for a sign of life.

        Raises:
            ConnectionLost: it cannot be sent.
        """
        try:
            self._socket.ping()
        except (websocket.WebSocketException, OSError) as error:
            msg = f"{self.host}: {type(error).__name__} while sending"
            raise ConnectionLost(msg) from None

    def shut(self) -> None:
        """End every wait on this connection, from any thread; then `close` it."""
        if self._raw is not None:
            with contextlib.suppress(OSError):
                self._raw.shutdown(2)

    def close(self, *, politely: bool = True) -> None:
        """Say goodbye, without waiting for an answer, and let go of the socket."""
        with contextlib.suppress(websocket.WebSocketException, OSError):
            if politely and self._socket.connected:
                self._socket.send_close()
        self._socket.shutdown()  # type: ignore[no-untyped-call]  # it says no types
        if self._raw is not None:
            self._raw.close()
            self._raw = None
