"""Lines shifted in time."""

from __future__ import annotations

from typing import Any

from realtrade.engine.lean.kernels.columns import column, operand, suitable


@suitable
def delay(indicator: Any, start: int, end: int) -> None:
    """`LineDelay`: the value of some bars ago, or a number that never changes."""
    ago = indicator.ago
    target = column(indicator, start, end)
    target[:] = operand(indicator.a, start + ago, end + ago)


@suitable
def lead(indicator: Any, start: int, end: int) -> None:
    """`LineForward`: the value of some bars ahead.

    Where the first writes fall before the first bar they land at the end, as Python's negative
    indices do: Backtrader's chikou span has such a value on its last bar.
    """
    ago = indicator.ago
    source = column(indicator.a, start, end)
    target = column(indicator, 0, end)
    early = min(max(0, ago - start), len(source))
    for number in range(early):
        target[start + number - ago] = source[number]
    target[start + early - ago : end - ago] = source[early:]
