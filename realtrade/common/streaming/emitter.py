"""Callbacks by event name; one that fails disturbs neither the others nor the thread."""

from __future__ import annotations

import logging
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_LOG = logging.getLogger(__name__)


class Emitter:
    """Calls whoever asked for an event. Safe to use from any thread."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = Lock()
        self._callbacks: dict[str, tuple[Callable[[Any], None], ...]] = {}

    def on(self, event: str, callback: Callable[[Any], None]) -> None:
        """Call `callback` with the data of every `event` from now on."""
        with self._lock:
            self._callbacks[event] = (*self._callbacks.get(event, ()), callback)

    def emit(self, event: str, data: Any = None) -> None:
        """Call every callback of `event`, in the order in which they came.

        An exception in a callback is logged and told to those who listen to `error`.
        """
        for callback in self._callbacks.get(event, ()):
            try:
                callback(data)
            except Exception as error:  # noqa: BLE001 - a stranger's callback; it is reported
                self.report(event, error)

    def report(self, event: str, error: Exception) -> None:
        """Log an exception and emit it as `error`, unless it came from there."""
        what = f"stream '{self._name}': {type(error).__name__} while handling '{event}'"
        _LOG.error(what, exc_info=error)
        if event != "error":
            self.emit("error", error)
