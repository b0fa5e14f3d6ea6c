"""Lines that keep their newest values: a bot runs for months, and ticks come by the million."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any, Self, cast

from realtrade.engine.lean.cursor import is_plain
from realtrade.engine.lean.lines import lines_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

KEPT = 500_000
"""Values that each line of a live run keeps: of 1-minute bars those of a year."""
_MORE = 8
"""One in so many is let go at a time: all others are moved then."""


class NotKept(IndexError):
    """A bar was asked for that is so long over that its value was let go."""


class Growing(array):  # type: ignore[type-arg]  # Python's array takes a type in stubs only
    """The `array` of a line: as fast as one, until it lets go of values and is a `Window`."""

    __slots__ = ("_gone", "_kept")
    _gone: int
    _kept: int

    def __new__(cls, values: Iterable[float], kept: int) -> Self:
        """Take values in; `kept` are those that are always kept."""
        made = cast("Self", super().__new__(cls, "d", values))
        made._gone, made._kept = 0, kept
        return made

    def let_go(self) -> None:
        """Forget the oldest values, if there are a good many more than are to be kept."""
        much = array.__len__(self) - self._kept
        if much > self._kept // _MORE:
            array.__delitem__(self, slice(much))
            self._gone += much
            self.__class__ = Window


class Window(Growing):
    """Values numbered from the first one there was, of which the newest are kept.

    What is no longer there is refused, and never mistaken for the value of another bar.
    """

    __slots__ = ()

    def __len__(self) -> int:
        """Count all values there ever were."""
        return self._gone + array.__len__(self)

    def __iter__(self) -> Iterator[float]:
        return (self[place] for place in range(len(self)))

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            start, stop, step = place.indices(len(self))
            near = self._near(start) if start < stop else 0
            return array.__getitem__(self, slice(near, near + max(0, stop - start), step))
        near = place - self._gone
        return array.__getitem__(self, near if near >= 0 else self._near(place))

    def __setitem__(self, place: Any, value: Any) -> None:
        array.__setitem__(self, self._near(place), value)

    def _near(self, place: int) -> int:
        """Return where a value is among those kept; a negative place counts from the end."""
        near = (place if place >= 0 else place + len(self)) - self._gone
        if near < 0:
            msg = (
                f"value {place} of a line of {len(self):,} is asked for; "
                f"a live run keeps the newest {self._kept:,}"
            )
            raise NotKept(msg)
        return near


def bounded(owner: Any) -> Iterator[Growing]:
    """Yield the arrays of all lines of a feed or a strategy, made such that can let go."""
    for line in lines_of(owner):
        if is_plain(line):
            line.array = Growing(line.array, KEPT)
            yield line.array
    for part in getattr(owner, "getindicators", list)():
        yield from bounded(part)
