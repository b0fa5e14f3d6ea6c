"""Keeping Python's garbage collector off what is there before the first bar."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_KEPT: list[int] = []
"""Not empty once a process has put its objects aside for good."""


def keep_aside() -> None:
    """Put all there is aside for the rest of the process, whose business is many short runs."""
    _KEPT.append(1)
    gc.freeze()


@contextmanager
def old_objects_aside() -> Iterator[None]:
    """Spare the collector the modules and lines that will outlive the run anyway.

    Orders and trades make it search all it knows again and again: a tenth of a run that trades.
    Does nothing when somebody has already put objects aside for longer than this run. (To count
    them takes as long as to look at each: a twentieth of a short run.)
    """
    if _KEPT or gc.get_freeze_count():
        yield
        return
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
