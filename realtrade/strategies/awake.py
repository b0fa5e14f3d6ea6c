"""Whether a strategy's bars are of now: history is shown first, and must move nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


class Awake:
    """True from the start on where all bars are history, else once the first feed is live."""

    def __init__(self, datas: Iterable[Any]) -> None:
        self._awake = not any(data.islive() for data in datas)

    def __bool__(self) -> bool:
        return self._awake

    def notice(self, data: Any, status: int) -> bool:
        """Tell whether this is the moment of waking; for `Strategy.notify_data`."""
        wakes = not self._awake and status == data.LIVE
        self._awake = self._awake or wakes
        return wakes
