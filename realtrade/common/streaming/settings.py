"""How patient a connection is, and how much it may carry."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketSettings:
    """Limits of one connection; the defaults keep within what Binance asks of clients."""

    connect_s: float = 10.0
    """For each step of connecting: TCP, proxy, TLS, handshake."""
    answer_s: float = 10.0
    """How long subscriptions may stay unanswered."""
    silence_s: float | None = 60.0
    """Without a data message for so long the connection counts as dead, however it pings; None
    where silence is normal, as in an account's stream."""
    quiet_s: float = 20.0
    """Without a frame of any kind for so long we ping; for twice as long again, it is dead."""
    life_s: float = 23.5 * 3600
    """When to leave a connection of our own accord: Binance closes it after 24 hours."""
    retry_s: float = 0.5
    """Wait before the second attempt; it doubles with every further one."""
    retry_most_s: float = 60.0
    steady_s: float = 30.0
    """A connection that lasted so long was good: the next wait is short again."""
    messages_per_s: int = 4
    """What we send in any one second, pings and subscriptions; Binance spot hangs up beyond 5."""
    channels_per_message: int = 200
    channels_most: int = 1024
    """Streams one connection may carry."""
    message_bytes: int = 4 * 1024 * 1024
    """The largest message taken, in one frame or many."""
    queue: int = 0
    """Messages that may wait for slow callbacks, which then run on a thread of their own; with 0
    they run on the receiving thread, which is faster and must not be held up."""
