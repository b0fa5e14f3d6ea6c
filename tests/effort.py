"""What something costs in calls: the same on every machine, however busy, where seconds are not."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable


T = TypeVar("T")


def with_calls(work: Callable[[], T]) -> tuple[T, int]:
    """What `work` returns, and how many functions it called, Python's own among them."""
    calls = 0

    def count(_frame: object, event: str, _argument: Any) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    sys.setprofile(count)
    try:
        answer = work()
    finally:
        sys.setprofile(None)
    return answer, calls
