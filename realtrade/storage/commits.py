"""How a journal is doing: how long its commits take, how large it is, how much room there is."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from realtrade.plugins.ports.health import Finding, HealthStatus

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from realtrade.plugins.ports.health import Probe
    from realtrade.storage.writer import Writer
    from realtrade.utils.clock import Clock

SLOW_S = 2.0
"""A commit that takes so long keeps orders waiting."""
LEAST_ROOM = 200_000_000
"""Bytes that must be free beside a file; a full disk ends the bot."""


class Commits:
    """When commits were; written by the thread that commits, read from any."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._begun_s: float | None = None
        self.took_s = 0.0
        """How long the newest one took."""
        self.last_ms: int | None = None
        """When the newest one was done, by the wall; None before the first."""

    def begin(self) -> None:
        """A commit begins."""
        self._begun_s = self._clock.monotonic_s()

    def end(self, *, done: bool) -> None:
        """It is over, `done` or refused."""
        begun_s, self._begun_s = self._begun_s, None
        if done and begun_s is not None:
            self.took_s = self._clock.monotonic_s() - begun_s
            self.last_ms = self._clock.now_ms()

    @property
    def lag_s(self) -> float:
        """How long the commit under way has taken by now; that of the newest, where there is none.

        This is how long what happens now has to wait until it is remembered.
        """
        begun_s = self._begun_s
        under_way_s = 0.0 if begun_s is None else self._clock.monotonic_s() - begun_s
        return max(self.took_s if begun_s is None else 0.0, under_way_s)


def probes(writer: Writer, path: Path | None) -> Mapping[str, Probe]:
    """Return what can be looked at without waiting for the database.

    Args:
        writer: the journal's.
        path: its file; None when it is on a server.
    """
    found: dict[str, Probe] = {"journal": lambda: lag(writer)}
    if path is not None:
        found["journal_size"] = lambda: size(path)
        found["disk_free"] = lambda: room(path)
    return found


def lag(writer: Writer) -> Finding:
    """Look at whether it takes writes, and how long one waits; the value is in seconds."""
    lag_s = writer.commits.lag_s
    if writer.refusal:
        return Finding(HealthStatus.DEGRADED, writer.refusal, lag_s)
    if lag_s < SLOW_S:
        return Finding(HealthStatus.HEALTHY, value=lag_s)
    told = f"a commit to the journal takes {lag_s:.1f} s, the limit is {SLOW_S:g} s"
    return Finding(HealthStatus.DEGRADED, told, lag_s)


def size(path: Path) -> Finding:
    """Look at how large its file is, with what still waits beside it; the value is in bytes."""
    files = (path, path.with_name(f"{path.name}-wal"))
    return Finding(HealthStatus.HEALTHY, value=float(sum(map(_size, files))))


def room(path: Path) -> Finding:
    """Look at how much room the disk has; the value is in bytes."""
    free = shutil.disk_usage(path.parent).free
    if free >= LEAST_ROOM:
        return Finding(HealthStatus.HEALTHY, value=float(free))
    told = (
        f"the disk of the journal has {free / 1e6:,.0f} MB left, "
        f"it needs {LEAST_ROOM / 1e6:,.0f} MB"
    )
    return Finding(HealthStatus.DEGRADED, told, float(free))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
