"""What a process that runs for months asks of the C library's `malloc`."""

from __future__ import annotations

import ctypes

_M_ARENA_MAX = -8
"""Its number in glibc's `malloc.h`."""
_ARENAS = 2


def share_arenas() -> bool:
    """Have all threads take memory from two arenas; tell whether this C library knows how.

    glibc gives threads arenas of their own, up to eight for every core, and what one thread has
    freed serves no other: a bot's two dozen threads then grow for as long as it runs. They hold
    Python's lock when they allocate, so that they need not wait for each other here.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    return bool(mallopt(_M_ARENA_MAX, _ARENAS))
