"""When a connection is to be pinged, and when it is to be given up."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

    from realtrade.common.streaming.settings import SocketSettings
    from realtrade.utils.clock import Clock

_EARLIER = 0.05
"""The part of a connection's life that jitter may take, so that many do not end at once."""


class Watch:
    """Watches one connection: its data, its signs of life, its age. One thread's alone.

    Pings that are answered prove little: the data behind them may be dead.
    """

    def __init__(self, clock: Clock, settings: SocketSettings, random: Random) -> None:
        self._settings = settings
        now_s = clock.monotonic_s()
        self._began_s = self._data_s = self._frame_s = self._ping_s = now_s
        self._life_s = settings.life_s * (1 - random.random() * _EARLIER)
        self._up = False

    def seen(self, at_s: float, *, came: bool, data: bool) -> None:
        """Note what the last wait brought: a frame or none, with data or without."""
        if came:
            self._frame_s = at_s
        if data:
            self._data_s = at_s

    def wants_ping(self, at_s: float) -> bool:
        """Tell whether to ping: nothing came for a while, nor was it asked for."""
        wanted = at_s - max(self._frame_s, self._ping_s) >= self._settings.quiet_s
        if wanted:
            self._ping_s = at_s
        return wanted

    def verdict(self, at_s: float, *, connected: bool) -> str | None:
        """Return why to give the connection up, or None."""
        settings = self._settings
        if connected and not self._up:
            self._up, self._data_s = True, at_s  # before that nothing was promised
        began_s, silence_s = self._began_s, settings.silence_s
        dead_s = 3 * settings.quiet_s
        if not connected and at_s - began_s > settings.answer_s:
            return f"no answer to the subscription within {settings.answer_s:g} s"
        if at_s - self._frame_s > dead_s:
            return f"no sign of life for {dead_s:g} s"
        if silence_s is not None and at_s - self._data_s > silence_s:
            return f"no data for {silence_s:g} s"
        return "it is old enough to be replaced" if at_s - began_s > self._life_s else None
