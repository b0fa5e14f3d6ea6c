"""The line buffers of Backtrader's objects."""

from __future__ import annotations

from typing import Any

from backtrader.linebuffer import LineBuffer


def lines_of(owner: Any) -> list[Any]:
    """Return the line buffers of an indicator, an observer, a feed, a strategy or a single line."""
    lines = owner.lines
    return list(lines) if isinstance(lines, list) else list(lines.lines)


def length_line(clock: Any) -> Any:
    """Return the buffer whose length is `len(clock)`."""
    while not isinstance(clock, LineBuffer):
        clock = clock.lines[0]
    return clock
