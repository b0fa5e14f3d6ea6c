"""Faults to order: armed by name, spent one by one on what they match."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from realtrade.testing.server.names import FAULTS, Scene

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(slots=True, kw_only=True)
class Fault:
    """One armed fault."""

    name: str
    times: int
    """How often it will still strike; -1 for ever."""
    match: dict[str, str]
    after: int = 0
    """How many matching occasions are let pass first."""
    options: dict[str, Any] = field(default_factory=dict)
    struck: int = 0
    """How often it has struck."""

    def meets(self, facts: Mapping[str, str]) -> bool:
        """Tell whether every matched fact fits; patterns as in file names: `*`, `?`."""
        return all(fnmatchcase(facts.get(key, ""), wanted) for key, wanted in self.match.items())

    def number(self, option: str, default: float) -> float:
        """Return a numeric option."""
        return float(self.options.get(option, default))


class Faults:
    """The armed faults. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._armed: list[Fault] = []

    def arm(
        self,
        name: str,
        times: int = 1,
        match: Mapping[str, str] | None = None,
        *,
        after: int = 0,
        **options: Any,
    ) -> Fault:
        """Arm a fault of `names.FAULTS`; return it, so that a test can ask how often it struck.

        Args:
            name: For example `lost_answer`, `timeout_before`, `ws_drop`.
            times: How often it strikes; -1 for ever.
            match: Facts that must fit. Requests have `method`, `path`, `symbol`, `key` and every
                parameter; frames have `stream`, `event`, `symbol`, `closed`.
            after: Let that many occasions pass first.
            options: What the fault itself takes, such as `seconds` or `status`.

        Raises:
            ValueError: no fault has that name.
        """
        if name not in FAULTS:
            msg = f"no fault is named '{name}'; there are {', '.join(FAULTS)}"
            raise ValueError(msg)
        fault = Fault(name=name, times=times, match=dict(match or {}), after=after, options=options)
        with self._lock:
            self._armed.append(fault)
        return fault

    def take(self, scene: Scene, facts: Mapping[str, str]) -> Fault | None:
        """Return the first armed fault of that scene that meets `facts`, one strike spent."""
        if not self._armed:
            return None
        with self._lock:
            for fault in self._armed:
                if FAULTS[fault.name].scene is scene and fault.meets(facts) and _strikes(fault):
                    self._armed = [one for one in self._armed if one.times]
                    return fault
        return None

    def clear(self, name: str | None = None) -> None:
        """Disarm all, or those of one name."""
        with self._lock:
            self._armed = [one for one in self._armed if name not in (None, one.name)]

    @property
    def armed(self) -> tuple[Fault, ...]:
        """Return what may still strike."""
        return tuple(self._armed)


def _strikes(fault: Fault) -> bool:
    if fault.after:
        fault.after -= 1
        return False
    fault.times -= fault.times > 0
    fault.struck += 1
    return True
