"""Columns that other backtests of the same process have worked out on the same bars.

A sweep tries ten fast averages with each of ten slow ones: every average is one of a hundred. They
are told apart by what they are calculated from, down to the columns of the bars, and those by where
they lie in memory that nobody writes to or lets go.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from realtrade.model.bar import BarColumns
    from realtrade.strategies.rules.plan import Plan, Step

    Floats = NDArray[np.float64]
    Key = tuple[int, int, int]

_MOST_BYTES = 64 << 20
_FIELDS = ("open", "high", "low", "close", "volume")


class SharedColumns:
    """The columns used last, up to a number of bytes, on parts of one feed's bars."""

    def __init__(self, whole: BarColumns, *, most_bytes: int = _MOST_BYTES) -> None:
        """`whole` are all bars; only parts of these very arrays are known again."""
        self._whole = whole
        self._most = most_bytes
        self._bytes = 0
        self._numbers: dict[Step, int] = {}
        self._columns: OrderedDict[Key, Floats] = OrderedDict()

    def on(self, bars: BarColumns) -> Shelf | None:
        """Return what is known on `bars`; None where they are no part of the whole."""
        places = {_place(getattr(self._whole, name), getattr(bars, name)) for name in _FIELDS}
        place = places.pop()
        return None if places or place < 0 else Shelf(self, place, len(bars))

    def number(self, step: Step) -> int:
        """Return the number of a step whose inputs are such numbers; equal steps have one."""
        return self._numbers.setdefault(step, len(self._numbers))

    def find(self, key: Key) -> Floats | None:
        """Return a column kept, as the one used last."""
        found = self._columns.get(key)
        if found is not None:
            self._columns.move_to_end(key)
        return found

    def keep(self, key: Key, column: Floats) -> None:
        """Keep a column, which nobody may write to from now on, while there is room."""
        column.flags.writeable = False
        self._columns[key] = column
        self._bytes += column.nbytes
        while self._bytes > self._most:
            self._bytes -= self._columns.popitem(last=False)[1].nbytes


class Shelf:
    """What is known on one part of the bars."""

    def __init__(self, columns: SharedColumns, place: int, length: int) -> None:
        self._columns = columns
        self._place = place
        self._length = length

    def numbers(self, plan: Plan) -> list[int]:
        """Return a number for each step of `plan`: the same one whatever plan it is in."""
        found: list[int] = []
        for step in plan.steps:
            inputs = tuple(found[index] for index in step.inputs)
            found.append(self._columns.number(step._replace(inputs=inputs)))
        return found

    def find(self, number: int) -> Floats | None:
        """Return the column of a step, if there is one."""
        return self._columns.find((self._place, self._length, number))

    def keep(self, number: int, column: Floats) -> None:
        """Keep the column of a step."""
        self._columns.keep((self._place, self._length, number), column)


def _place(whole: Floats, part: Floats) -> int:
    """Return the row of `whole` at which its view `part` begins; -1 where it is no such view."""
    apart = part.__array_interface__["data"][0] - whole.__array_interface__["data"][0]
    row, rest = divmod(apart, whole.itemsize)
    inside = 0 <= row <= len(whole) - len(part)
    same = part.dtype == whole.dtype and part.strides == whole.strides == (whole.itemsize,)
    return row if inside and same and not rest else -1
