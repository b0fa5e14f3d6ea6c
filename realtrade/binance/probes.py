"""How Binance is doing for us: the streams of its markets, its clock, its limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtrade.plugins.ports.health import Finding, HealthStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from realtrade.binance.line import MarketStream
    from realtrade.binance.store import BinanceStore
    from realtrade.plugins.ports.health import Probe
    from realtrade.utils.clock import Clock

_MOST_SKEW_MS = 5_000
_TROUBLES = 3
"""Requests in a row that failed from which on something is wrong."""
_LITTLE = 0.1
"""Share of a minute's weight below which requests soon have to wait."""


def probes(
    stores: Callable[[], Sequence[BinanceStore]],
    streams: Callable[[], Sequence[MarketStream]],
    clock: Clock,
) -> Mapping[str, Probe]:
    """Return what can be looked at without asking Binance anything."""
    return {
        "bars_stream": lambda: market_data(streams()),
        "clock": lambda: skew(stores()),
        "rate_limit": lambda: rate_limit(stores(), clock),
        "rest": lambda: rest(stores()),
    }


def market_data(streams: Sequence[MarketStream]) -> Finding:
    """Look at whether every connection for bars, trades and quotes is up."""
    down = [stream.socket.name for stream in streams if not stream.socket.is_connected]
    if not down:
        return Finding(HealthStatus.HEALTHY, value=0.0)
    return Finding(HealthStatus.DEGRADED, f"not connected: {', '.join(down)}", float(len(down)))


def skew(stores: Sequence[BinanceStore]) -> Finding:
    """Look at how far Binance's clock is from ours, as last measured; its value is in seconds."""
    offset_ms = max((store.clock.offset_ms for store in stores), key=abs, default=0.0)
    if abs(offset_ms) <= _MOST_SKEW_MS:
        return Finding(HealthStatus.HEALTHY, value=offset_ms / 1000)
    told = f"this machine's clock is off by {offset_ms:+.0f} ms, the limit is {_MOST_SKEW_MS} ms"
    return Finding(HealthStatus.DEGRADED, told, offset_ms / 1000)


def rate_limit(stores: Sequence[BinanceStore], clock: Clock) -> Finding:
    """Look at what is left of this minute's weight, a fraction, and whether we are kept out."""
    headroom = min((store.gate.headroom for store in stores), default=1.0)
    out_ms = max((store.gate.banned_until_ms for store in stores), default=0) - clock.now_ms()
    if out_ms > 0:
        told = f"the exchange keeps us out for another {out_ms / 1000:.0f} s"
        return Finding(HealthStatus.DEGRADED, told, 0.0)
    if headroom < _LITTLE:
        told = f"{headroom:.0%} of this minute's weight is left"
        return Finding(HealthStatus.DEGRADED, told, headroom)
    return Finding(HealthStatus.HEALTHY, value=headroom)


def rest(stores: Sequence[BinanceStore]) -> Finding:
    """Look at requests without an answer, or with one of trouble; the value counts them."""
    total = float(sum({store.gate: store.gate.troubles for store in stores}.values()))
    in_a_row = max((store.gate.troubles_in_a_row for store in stores), default=0)
    if in_a_row < _TROUBLES:
        return Finding(HealthStatus.HEALTHY, value=total)
    told = f"{in_a_row} requests in a row got no answer that helps"
    return Finding(HealthStatus.DEGRADED, told, total)
