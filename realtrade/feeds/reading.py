"""Blocks of a file made into columns, with everything wrong noted by row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from realtrade.common.stamps import close_times
from realtrade.feeds.checks import check_times, check_values
from realtrade.feeds.config import ROLES
from realtrade.feeds.values import numbers
from realtrade.model.bar import BarColumns

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from realtrade.feeds.config import Role
    from realtrade.feeds.findings import Findings
    from realtrade.feeds.values import Mask, Times
    from realtrade.utils.timeframes import Timeframe

_SHOWN = 40


class Reading:
    """One pass over a file."""

    def __init__(self, times: Times, findings: Findings, roles: Sequence[Role]) -> None:
        self._times = times
        self._roles = tuple(role for role in roles if role != "time")
        self._findings = findings
        self._count = 0
        self._time = bytearray()  # these grow in place: parts to be joined would double the peak
        self._values: dict[Role, bytearray] = {name: bytearray() for name in self._roles}
        self._kept = bytearray()
        self._timed = bytearray()

    def add(self, block: Mapping[Role, pa.Array]) -> None:
        """Read one block; empty lines are passed over.

        Raises:
            FeedError: times are written in no known way.
        """
        kept = ~_blank(block)
        time_ms, reasons = self._times.read(block["time"])
        for reason, mask in reasons.items():
            self._note(kept & mask, block, "time", reason)
        for name in self._roles:
            values, bad = numbers(block[name])
            self._note(kept & bad, block, name, "is not a number")
            self._note(kept & ~bad & ~np.isfinite(values), block, name, "is not finite")
            self._values[name] += values.tobytes()
        self._time += time_ms.tobytes()
        self._kept += kept.tobytes()
        self._timed += (kept & ~np.logical_or.reduce(list(reasons.values()))).tobytes()
        self._count += len(kept)

    def columns(self, timeframe: Timeframe) -> BarColumns:
        """Return all that was read, and note what contradicts itself.

        The columns are to be used only when nothing was noted.
        """
        time_ms = np.frombuffer(self._time, dtype=np.int64)
        values: dict[Role, NDArray[np.float64]] = {
            name: np.frombuffer(self._values[name]) for name in self._roles
        }
        kept, timed = (np.frombuffer(each, dtype=np.bool_) for each in (self._kept, self._timed))
        check_times(time_ms, timed, timeframe, self._findings)
        check_values(values, kept, self._findings)
        if not kept.all():
            time_ms = time_ms[kept]
            values = {name: column[kept] for name, column in values.items()}
        prices: tuple[Role, ...] = ("price",) * 4 if timeframe.is_tick else ROLES[1:5]
        ordered = [values[name] for name in (*prices, self._roles[-1])]
        return BarColumns(time_ms, close_times(time_ms, timeframe), *ordered)

    def _note(self, mask: Mask, block: Mapping[Role, pa.Array], role: Role, reason: str) -> None:
        self._findings.note(np.flatnonzero(mask), _quote(block[role], role, reason), self._count)


def _quote(column: pa.Array, role: Role, reason: str) -> Callable[[int], str]:
    def quoted(row: int) -> str:
        value = column[row].as_py()
        return (
            f"{role} is empty" if value in (None, "") else f"{role} '{value!s:.{_SHOWN}}' {reason}"
        )

    return quoted


def _blank(block: Mapping[Role, pa.Array]) -> Mask:
    """Tell which rows are empty in every wanted column: lines with nothing on them."""
    if not all(pa.types.is_string(column.type) for column in block.values()):
        return np.zeros(len(block["time"]), dtype=np.bool_)
    blank = np.ones(len(block["time"]), dtype=np.bool_)
    for column in block.values():
        blank &= pc.equal(pc.binary_length(column), 0).to_numpy(zero_copy_only=False)
        if not blank.any():
            break
    return blank
