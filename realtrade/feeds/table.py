"""The wanted columns of a CSV or Parquet file, block by block, unread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyarrow import csv, parquet

from realtrade.feeds.headers import column_hint, readable
from realtrade.plugins.ports.feed import FeedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from realtrade.feeds.config import Role

_BLOCK_BYTES = 1 << 20
_BLOCK_ROWS = 1 << 16
_CSV_ENDINGS = (".csv", ".csv.gz", ".csv.zst", ".csv.bz2")


class Table:
    """A file of bars, or of trades.

    Args:
        file: where it is.
        path: what to call it in messages.
        columns: names of the file's columns where they are not the roles' own.
        roles: columns that are wanted.

    Raises:
        FeedError: it is missing, cannot be read, is of no known kind, or lacks a column.
    """

    def __init__(
        self, file: Path, path: str, columns: Mapping[Role, str], roles: Sequence[Role]
    ) -> None:
        self._file = file
        self._path = path
        self._names = {role: columns.get(role, role) for role in roles}
        self._broken: list[tuple[int, str]] = []
        self._skipped = 0
        self._is_csv = file.name.lower().endswith(_CSV_ENDINGS)
        if not self._is_csv and not file.name.lower().endswith(".parquet"):
            msg = (
                f"{path}: not a kind of file that can be read; {', '.join(_CSV_ENDINGS)}, .parquet"
            )
            raise FeedError(msg)
        if not file.is_file():
            msg = f"{path}: there is no such file (looked for {file})"
            raise FeedError(msg)

    def blocks(self, *, typed: bool = False) -> Iterator[dict[Role, pa.Array]]:
        """Yield the wanted columns of some thousand rows at a time; text where the file is text.

        With `typed` the numbers of a text file come as floats, in half the time.

        Raises:
            Untypable: a text file holds something that is no number, or an empty line.
            FeedError: the file cannot be read, or lacks a column.
        """
        try:
            for batch in self._csv(typed=typed) if self._is_csv else self._parquet():
                if batch.num_rows:
                    yield {role: _whole(batch.column(at)) for role, at in self._names.items()}
        except (OSError, ValueError) as error:
            if typed and self._is_csv and isinstance(error, pa.ArrowInvalid):
                raise Untypable from error
            msg = f"{self._path}: cannot be read: {error}"
            raise FeedError(msg) from error

    @property
    def broken(self) -> list[tuple[int, str]]:
        """CSV lines with too many or too few columns, by line number, as far as was read."""
        return self._broken

    def line(self, row: int) -> int:
        """Return the line of a row, counted from 0 over all blocks; in Parquet its number."""
        if not self._is_csv:
            return row + 1
        line = row + 2
        for broken, _ in self._broken:
            line += broken <= line
        return line

    def _csv(self, *, typed: bool) -> Iterator[pa.Table]:
        # Arrow's own reader of streams reads far ahead: most of a file would be here at once.
        self._broken.clear()
        names: list[str] | None = None
        before = 0
        with pa.input_stream(str(self._file), compression="detect") as stream:
            for block in _whole_lines(stream):
                if names is None:
                    header, self._skipped = _header(block), 0
                    self._check(header)
                    yield self._parse(block, None, typed=typed)
                    names = header
                else:
                    self._skipped = before
                    yield self._parse(block, names, typed=typed)
                before += block.count(b"\n")
        if names is None:
            _header(b"")

    def _parse(self, block: bytes, names: list[str] | None, *, typed: bool) -> pa.Table:
        """Return a block's columns; `names` are those of the header where it is not in there."""
        types = {
            name: pa.float64() if typed and role != "time" else pa.string()
            for role, name in self._names.items()
        }
        return csv.read_csv(
            pa.py_buffer(block),
            read_options=csv.ReadOptions(
                use_threads=False, block_size=max(len(block), _BLOCK_BYTES), column_names=names
            ),
            parse_options=csv.ParseOptions(
                ignore_empty_lines=False,  # lines must be counted
                invalid_row_handler=self._skip,
            ),
            convert_options=csv.ConvertOptions(
                column_types=types, include_columns=list(types), null_values=[]
            ),
        )

    def _skip(self, row: Any) -> str:
        columns = f"{row.actual_columns} columns where the header has {row.expected_columns}"
        self._broken.append((row.number + self._skipped, columns))
        return "skip"

    def _parquet(self) -> Iterator[pa.RecordBatch]:
        file = parquet.ParquetFile(self._file)
        self._check(file.schema_arrow.names)
        names = list(self._names.values())
        batches: Iterator[pa.RecordBatch] = file.iter_batches(_BLOCK_ROWS, columns=names)
        return batches

    def _check(self, found: list[str]) -> None:
        for role, name in self._names.items():
            if found.count(name) == 1:
                continue
            what = "more than one column" if name in found else "no column"
            listed = ", ".join(f"'{readable(each)}'" for each in found)
            msg = f"{self._path}: {what} is named '{name}'; the file has {listed}"
            raise FeedError(msg + column_hint(self._names, role, found))


class Untypable(Exception):
    """A column of numbers holds something else: it must be looked at as text."""


def _whole_lines(stream: Any) -> Iterator[bytes]:
    """Yield about a block of a stream at a time, cut behind a line."""
    rest = b""
    while read := stream.read(_BLOCK_BYTES):
        end = read.rfind(b"\n") + 1
        if end:
            yield rest + read[:end]
            rest = b""
        rest += read[end:]
    if rest:
        yield rest


def _whole(column: Any) -> pa.Array:
    """Return a column in one piece."""
    if not isinstance(column, pa.ChunkedArray):
        return column
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _header(block: bytes) -> list[str]:
    """Return the names in the first line.

    Raises:
        ValueError: there is none.
    """
    first, end, _ = block.partition(b"\n")
    names: list[str] = csv.read_csv(pa.py_buffer(first + end)).column_names
    return names
