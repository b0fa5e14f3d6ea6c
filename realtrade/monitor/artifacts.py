"""`summary.json`, `trades.csv` and `equity.csv`: complete or absent, the same bytes each time."""

from __future__ import annotations

import csv
import io
import json
from contextlib import contextmanager
from functools import cache
from typing import IO, TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from realtrade.monitor.texts import decimal_text, iso_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from realtrade.monitor.round_trips import RoundTrip
    from realtrade.monitor.tracker import Columns

TRADE_COLUMNS = (
    "symbol",
    "side",
    "opened",
    "closed",
    "quantity",
    "entry_price",
    "exit_price",
    "pnl",
    "fees",
)
EQUITY_COLUMNS = ("time", "cash", "equity")

_CHUNK = 500_000
"""Equity rows turned into text at a time: about 50 MB."""
_DAY_MS = 86_400_000
_PLAIN = (1e-5, 1e10)
"""Sizes between which pyarrow never writes an exponent; `decimal_text` never does."""


def write_summary(folder: Path, fields: Mapping[str, Any]) -> Path:
    """Write `summary.json`, keys in the order given."""
    text = json.dumps(fields, indent=2, ensure_ascii=False, allow_nan=False)
    with replacing(folder / "summary.json") as file:
        file.write(f"{text}\n".encode())
    return folder / "summary.json"


def write_trades(folder: Path, trips: Sequence[RoundTrip]) -> Path:
    """Write `trades.csv`: a header and one closed round trip a row, first closed first."""
    rows = io.StringIO()
    writer = csv.writer(rows, lineterminator="\n")
    writer.writerow(TRADE_COLUMNS)
    writer.writerows(trade_texts(trip) for trip in trips)
    with replacing(folder / "trades.csv") as file:
        file.write(rows.getvalue().encode())
    return folder / "trades.csv"


def trade_texts(trip: RoundTrip) -> tuple[str, ...]:
    """Return one round trip as text, in the order of `TRADE_COLUMNS`."""
    return (
        trip.symbol,
        trip.side,
        iso_text(trip.opened_ms),
        iso_text(trip.closed_ms),
        *map(decimal_text, trip[4:]),
    )


def write_equity(folder: Path, columns: Columns) -> Path:
    """Write `equity.csv`: a header and one bar a row, oldest first.

    Raises:
        ValueError: an amount is infinite or not a number.
    """
    options = pa_csv.WriteOptions(include_header=False, quoting_style="none")
    whole_seconds = not (columns.time_ms % 1000).any()
    with replacing(folder / "equity.csv") as file:
        file.write(f"{','.join(EQUITY_COLUMNS)}\n".encode())
        for start in range(0, len(columns.time_ms), _CHUNK):
            rows = slice(start, start + _CHUNK)
            texts = [
                iso_column(columns.time_ms[rows], whole_seconds=whole_seconds),
                decimal_column(columns.cash[rows]),
                decimal_column(columns.equity[rows]),
            ]
            pa_csv.write_csv(pa.table(texts, names=EQUITY_COLUMNS), file, options)
    return folder / "equity.csv"


def decimal_column(values: NDArray[np.float64]) -> Any:
    """Return `decimal_text` of each value, as a pyarrow string array.

    Raises:
        ValueError: a value is infinite or not a number.
    """
    numbers = pa.py_buffer(values + 0.0)  # which takes the sign off negative zero
    # Buffers, because pa.array would import pandas, where there is one, for half a second.
    texts = pa.Array.from_buffers(pa.float64(), len(values), [None, numbers]).cast(pa.string())
    size = np.abs(values)
    odd = ~((size >= _PLAIN[0]) & (size < _PLAIN[1]) | (size == 0))
    if not odd.any():
        return texts
    plain = [decimal_text(value) for value in values[odd].tolist()]
    return pc.replace_with_mask(texts, pa.array(odd), pa.array(plain))


def iso_column(time_ms: NDArray[np.int64], *, whole_seconds: bool) -> Any:
    """Return ISO 8601 UTC of each time, as a pyarrow string array.

    With milliseconds, unless they are all `whole_seconds`. Digits are looked up, which is
    ten times faster than formatting.
    """
    if not len(time_ms):
        return pa.nulls(0, pa.string())
    days, rest = np.divmod(time_ms, _DAY_MS)
    calendar, day_index = np.unique(days, return_inverse=True)
    dates = np.datetime_as_string(calendar.astype("M8[D]")).astype("S10")
    parts = [_bytes(dates)[day_index], _seconds_of_a_day()[rest // 1000]]
    if not whole_seconds:
        thousandths = np.array([f".{number:03d}" for number in range(1000)], dtype="S4")
        parts.append(_bytes(thousandths)[rest % 1000])
    parts.append(np.full((len(time_ms), 1), ord("Z"), dtype=np.uint8))
    text = np.ascontiguousarray(np.hstack(parts))
    offsets = np.arange(len(time_ms) + 1, dtype=np.int32) * text.shape[1]
    return pa.StringArray.from_buffers(len(time_ms), pa.py_buffer(offsets), pa.py_buffer(text))


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """Open a neighbour of `path` for writing; it becomes `path` only once it is complete."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        with partial.open("wb") as file:
            yield file
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


@cache
def _seconds_of_a_day() -> NDArray[np.uint8]:
    """Return `T00:00:00` to `T23:59:59` as a matrix of characters."""
    moments = np.datetime_as_string(np.arange(86_400).astype("M8[s]"))
    return _bytes(moments.astype("S19"))[:, 10:]


def _bytes(texts: NDArray[np.bytes_]) -> NDArray[np.uint8]:
    """Return texts of one length as a matrix of characters."""
    return texts.view(np.uint8).reshape(len(texts), texts.itemsize)
