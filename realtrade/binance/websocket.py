"""Binance's market streams: one combined connection per market."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from realtrade.common.base_websocket import BaseWebSocket

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.model.instrument import MarketType

_HOSTS = {
    ("spot", False): "wss://stream.binance.com:9443",
    ("swap", False): "wss://fstream.binance.com",
    ("spot", True): "wss://stream.testnet.binance.vision",
    ("swap", True): "wss://fstream.binancefuture.com",
}
_PUBLIC = ("@depth", "@bookTicker", "!bookTicker")
"""USDⓈ-M sends books from `/public`, everything else of a market from `/market`, never both."""


def stream_base(market: MarketType, *, testnet: bool, base: str | None = None) -> str:
    """Return where market streams begin: `base` if it is given, else Binance's own host."""
    return (base or _HOSTS[market, testnet]).rstrip("/")


class BinanceWebSocket(BaseWebSocket):
    """Market streams of one market: `start(["btcusdt@kline_1m"])`.

    Every message is emitted under the name of its event (`kline`, `trade`, …), or that of its
    stream where it has none (`btcusdt@bookTicker`), with Binance's own payload.
    """

    def __init__(
        self,
        name: str,
        *,
        market: MarketType,
        base: str,
        unread: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Make a client.

        Args:
            name: for threads and the log.
            market: `spot` or `swap`.
            base: as `stream_base` tells it.
            unread: messages with these letters are passed over, which spares the work on them.
            kwargs: as in `BaseWebSocket`.
        """
        super().__init__(name, **kwargs)
        self._market = market
        self._base = base
        self._unread = unread

    def _get_ws_url(self) -> str:
        if self._market == "spot":
            return f"{self._base}/stream"
        books = [name for name in self._channels if any(part in name for part in _PUBLIC)]
        return f"{self._base}/{'public' if books else 'market'}/stream"

    def _build_subscribe_msg(self, channels: Sequence[str], number: int) -> str | None:
        if not channels:
            return None
        return json.dumps({"method": "SUBSCRIBE", "params": list(channels), "id": number})

    def _on_message(self, text: str, at_s: float) -> None:
        if self._unread is not None and self._unread in text:
            return
        message = json.loads(text)
        data = message.get("data") if "stream" in message else message
        event = data.get("e") if isinstance(data, dict) else None
        if event == "serverShutdown":  # a combined connection wraps it like any other event
            self._reconnect("the server is about to shut down")
        elif "stream" in message:
            self.emit(event or message["stream"], data)
        elif "id" in message:
            self._answered(message["id"], _refusal(message))


def _refusal(message: dict[str, Any]) -> str | None:
    """Return what an answer objects to; None for consent."""
    error = message.get("error", message)
    if "code" not in error:
        return None
    return f"{error.get('msg', 'no reason given')} ({error.get('code', 'no code')})"
