"""What an exchange finds out about itself before a run, for `realtrade doctor`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from realtrade.plugins.ports.exchange import FeedRequest

Status = Literal["ok", "warn", "fail"]


class Check(NamedTuple):
    """One fact, whether it is good, and what to do where it is not."""

    status: Status
    subject: str
    found: str
    fix: str = ""


@runtime_checkable
class Examines(Protocol):
    """An exchange that can be examined."""

    def examine(self, feeds: Sequence[FeedRequest], *, orders: bool) -> Iterator[Check]:
        """Yield what would help or stop a run; changes nothing, raises nothing for an exchange.

        Args:
            feeds: what a recipe wants to see.
            orders: whether it wants to place orders too.
        """
        ...
