"""A file's columns made into numbers and times; what cannot be is marked, not raised."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from realtrade.plugins.ports.feed import FeedError

if TYPE_CHECKING:
    from datetime import datetime

    from numpy.typing import NDArray

_DATE = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
_CLOCK = r"([01]\d|2[0-3])(:[0-5]\d(:[0-5]\d(\.\d{1,9})?)?)?"
_OFFSET = r"(Z|[+-]([01]\d|2[0-3])(:?[0-5]\d)?)"
_NAIVE = rf"^{_DATE}([ T]{_CLOCK})?$"
_AWARE = rf"^{_DATE}[ T]{_CLOCK}{_OFFSET}$"
_WHOLE = r"^-?\d{1,19}$"
_NUMBER = r"^[+-]?((\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?|[nN][aA][nN]|[iI][nN][fF])$"
_NS_PER_MS = 1_000_000
_NS_PER = {"s": 1_000_000_000, "ms": 1_000_000, "us": 1_000, "ns": 1}
_FARTHEST_NS = 28e18  # the year 2857: farther, Backtrader's day numbers lose milliseconds
_QUARTER_MS = 900_000
_TOO_FINE = "is finer than a millisecond"

Mask = np.ndarray[Any, np.dtype[np.bool_]]


def numbers(column: pa.Array) -> tuple[NDArray[np.float64], Mask]:
    """Return a column as floats and which rows are none; those hold NaN."""
    if _is_text(column.type):
        column = _cast(_trimmed(column), pa.float64(), _NUMBER)
    elif not _is_number(column.type):
        column = pa.nulls(len(column), pa.float64())
    bad = column.is_null().to_numpy(zero_copy_only=False)
    return column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False), bad


class Times:
    """Reads a file's time column, block by block; its first value says how times are written.

    With `floor` times finer than a millisecond lose what is finer, as those of trades may.
    """

    def __init__(self, path: str, timezone: str, *, floor: bool = False) -> None:
        self._path = path
        self._floor = floor
        self._zone = None if timezone == "UTC" else ZoneInfo(timezone)
        self._zone_name = timezone
        self._pattern = ""
        self._unit = ""

    def read(self, column: pa.Array) -> tuple[NDArray[np.int64], dict[str, Mask]]:
        """Return open times in milliseconds, UTC, and which rows are bad, by reason; those hold 0.

        Raises:
            FeedError: the first time is written in no known way.
        """
        if _is_text(column.type):
            column = _trimmed(column)
            self._pattern = self._pattern or self._pattern_of(column)
            column = _cast(column, self._type_of_text(), self._pattern)
        elif pa.types.is_date(column.type):
            column = column.cast(pa.timestamp("s"))
        return self._from_typed(column)

    def _pattern_of(self, column: pa.Array) -> str:
        first = next((text for text in column.to_pylist() if text), "")
        for pattern in (_WHOLE, _AWARE, _NAIVE):
            if re.search(pattern, first, re.ASCII):
                return pattern
        msg = (
            f"{self._path}: the first time, '{first[:40]}', is written in no known way; "
            "write 2024-01-31T23:00:00Z, 2024-01-31 23:00:00 or seconds since 1970"
        )
        raise FeedError(msg)

    def _type_of_text(self) -> pa.DataType:
        if self._pattern == _WHOLE:
            return pa.int64()
        return pa.timestamp("ns", "UTC" if self._pattern == _AWARE else None)

    def _from_typed(self, column: pa.Array) -> tuple[NDArray[np.int64], dict[str, Mask]]:
        unit, local = self._shape(column)
        ns_per = _NS_PER[unit]
        whole = pc.fill_null(column.cast(pa.int64()), 0).to_numpy(zero_copy_only=False)
        far = np.abs(whole.astype(np.float64)) > _FARTHEST_NS / ns_per
        bad = column.is_null().to_numpy(zero_copy_only=False) | far
        ms, rest = np.divmod(whole * max(1, ns_per // _NS_PER_MS), max(1, _NS_PER_MS // ns_per))
        fine = rest != 0
        reasons = {"is no time": bad} | ({} if self._floor else {_TOO_FINE: fine})
        if local and self._zone is not None:
            ms, twice, never = _from_local(ms, self._zone)
            reasons[f"happens twice in {self._zone_name}"] = twice & ~bad
            reasons[f"does not exist in {self._zone_name}"] = never & ~bad
        return ms, reasons

    def _shape(self, column: pa.Array) -> tuple[str, bool]:
        """Return the unit of a typed column and whether its times are local ones."""
        if pa.types.is_timestamp(column.type):
            return column.type.unit, column.type.tz is None
        if not pa.types.is_integer(column.type):
            msg = f"{self._path}: the time column holds {column.type} values, which are no times"
            raise FeedError(msg)
        if not self._unit:
            first = next((value for value in column.to_pylist() if value is not None), 0)
            self._unit = _epoch_unit(first)
        return self._unit, False


def _epoch_unit(first: int) -> str:
    """Tell the unit of an epoch time: a year 2000 in one is a year 2,900 or 1970 in the next."""
    for unit, limit in (("s", 10**11), ("ms", 10**14), ("us", 10**17)):
        if abs(first) < limit:
            return unit
    return "ns"


def _from_local(
    local_ms: NDArray[np.int64], zone: ZoneInfo
) -> tuple[NDArray[np.int64], Mask, Mask]:
    """Return UTC times, which local times happen twice, and which never.

    Offsets are looked up once a quarter of an hour: zones change theirs on those.
    """
    quarters, rows = np.unique(local_ms // _QUARTER_MS, return_inverse=True)
    moments = (quarters * _QUARTER_MS).astype("datetime64[ms]").tolist()
    early = np.array([_offset_ms(moment, zone, 0) for moment in moments], dtype=np.int64)
    late = np.array([_offset_ms(moment, zone, 1) for moment in moments], dtype=np.int64)
    return local_ms - early[rows], (early > late)[rows], (early < late)[rows]


def _offset_ms(moment: datetime, zone: ZoneInfo, fold: int) -> int:
    offset = moment.replace(tzinfo=zone, fold=fold).utcoffset()
    return 0 if offset is None else round(offset.total_seconds() * 1000)


def _is_text(of: pa.DataType) -> bool:
    return bool(pa.types.is_string(of) or pa.types.is_large_string(of))


def _is_number(of: pa.DataType) -> bool:
    return bool(pa.types.is_integer(of) or pa.types.is_floating(of) or pa.types.is_decimal(of))


def _trimmed(column: pa.Array) -> pa.Array:
    return pc.utf8_trim_whitespace(column)


def _cast(column: pa.Array, to: pa.DataType, pattern: str) -> pa.Array:
    """Cast text, with nulls where it does not match `pattern` or cannot be cast."""
    try:
        return column.cast(to)
    except pa.ArrowInvalid:
        fits = pc.match_substring_regex(column, pattern)
        return _cast_parts(pc.if_else(fits, column, pa.scalar(None, column.type)), to)


def _cast_parts(column: pa.Array, to: pa.DataType) -> pa.Array:
    """Cast by halves until what cannot be cast stands alone, such as February 30."""
    try:
        return column.cast(to)
    except pa.ArrowInvalid:
        if len(column) == 1:
            return pa.nulls(1, to)
        middle = len(column) // 2
        halves = [_cast_parts(column[:middle], to), _cast_parts(column[middle:], to)]
        return pa.concat_arrays(halves)
