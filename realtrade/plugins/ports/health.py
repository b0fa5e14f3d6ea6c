"""How parts of a bot say whether they are well."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable


class HealthStatus(StrEnum):
    """How well something is; the words are Argo CD's."""

    HEALTHY = "healthy"
    SUSPENDED = "suspended"
    """Held back on purpose, such as by a pause."""
    PROGRESSING = "progressing"
    """Not there yet: starting, reconnecting."""
    UNKNOWN = "unknown"
    """It cannot be told."""
    DEGRADED = "degraded"

    __hash__ = str.__hash__


@dataclass(frozen=True, slots=True)
class Finding:
    """What a look at one thing found."""

    status: HealthStatus
    message: str = ""
    """Names the subject, the fact and the limit; no secrets."""
    value: float | None = None
    """The fact as a number, such as an age in seconds; for metrics."""


Probe = Callable[[], Finding]
"""Looks at one thing: from any thread, at once, without asking anybody over a network."""


@runtime_checkable
class HasProbes(Protocol):
    """An exchange, a stream, a venue or a journal that can say how it is.

    What a probe is called becomes a condition's type, such as `user_stream` or `clock`.
    """

    def probes(self) -> Mapping[str, Probe]:
        """Return what can be looked at, by name."""
        ...
