"""Waits for what threads and processes do, for as long as a busy machine may take."""

from __future__ import annotations

from time import monotonic, sleep  # noqa: TID251 - a test's own patience
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE_S = 90.0


def wait_for(true: Callable[[], object], what: Callable[[], str] = str) -> None:
    """Wait until something is true; `what` tells, at the end of all patience, how far it came."""
    end_s = monotonic() + PATIENCE_S
    while not true():
        assert monotonic() < end_s, f"did not happen: {what()}"
        sleep(0.005)
