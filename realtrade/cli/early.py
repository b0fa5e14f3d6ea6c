"""Ctrl-C before there is a command: nothing has begun, so nothing needs to be told."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

_INTERRUPTED = 130


@contextmanager
def interruptible() -> Iterator[None]:
    """End at once, without a traceback through somebody's imports, when Ctrl-C comes meanwhile."""
    before = signal.signal(signal.SIGINT, _leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _leave(number: int, frame: FrameType | None) -> None:
    os._exit(_INTERRUPTED)
