"""Calculating all indicators before the first bar, as `LineIterator._once` does."""

from __future__ import annotations

from typing import Any


def calculate(strategy: Any, *, vectorised: bool) -> None:
    """Fill the lines of every indicator of `strategy`."""
    strategy._once()
