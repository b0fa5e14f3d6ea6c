"""The wanted columns of a CSV or Parquet file, block by block, unread."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyarrow import csv, parquet

from realtrade.feeds.config import ROLES
from realtrade.plugins.ports.feed import FeedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from realtrade.feeds.config import Role

_BLOCK_BYTES = 1 << 20
_BLOCK_ROWS = 1 << 16
_CSV_ENDINGS = (".csv", ".csv.gz", ".csv.zst", ".csv.bz2")


class Table:
    """A file of bars.

    Args:
        file: where it is.
        path: what to call it in messages.
        columns: names of the file's columns where they are not the roles' own.

    Raises:
        FeedError: it is missing, cannot be read, is of no known kind, or lacks a column.
    """

    def __init__(self, file: Path, path: str, columns: Mapping[Role, str]) -> None:
        self._file = file
        self._path = path
        self._names = {role: columns.get(role, role) for role in ROLES}
        self._broken: list[tuple[int, str]] = []
        self._is_csv = file.name.lower().endswith(_CSV_ENDINGS)
        if not self._is_csv and not file.name.lower().endswith(".parquet"):
            msg = (
                f"{path}: not a kind of file that can be read; {', '.join(_CSV_ENDINGS)}, .parquet"
            )
            raise FeedError(msg)
        if not file.is_file():
            msg = f"{path}: there is no such file (looked for {file})"
            raise FeedError(msg)

    def blocks(self) -> Iterator[dict[Role, pa.Array]]:
        """Yield the wanted columns of some thousand rows at a time; text where the file is text.

        Raises:
            FeedError: the file cannot be read, or lacks a column.
        """
        try:
            for batch in self._csv() if self._is_csv else self._parquet():
                yield {role: batch.column(name) for role, name in self._names.items()}
        except (OSError, ValueError) as error:
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

    def _csv(self) -> Iterator[pa.RecordBatch]:
        self._broken.clear()
        self._check(self._open_csv().schema.names)
        text = dict.fromkeys(self._names.values(), pa.string())
        return iter(self._open_csv(column_types=text, include_columns=list(text)))

    def _open_csv(self, **convert: Any) -> Any:
        wanted = csv.ConvertOptions(**convert)
        return csv.open_csv(
            self._file,
            read_options=csv.ReadOptions(use_threads=False, block_size=_BLOCK_BYTES),
            parse_options=csv.ParseOptions(
                ignore_empty_lines=False,  # lines must be counted
                invalid_row_handler=self._skip if convert else lambda _: "skip",
            ),
            convert_options=wanted,
        )

    def _skip(self, row: Any) -> str:
        columns = f"{row.actual_columns} columns where the header has {row.expected_columns}"
        self._broken.append((row.number, columns))
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
            listed = ", ".join(f"'{each}'" for each in found)
            msg = f"{self._path}: {what} is named '{name}'; the file has {listed}"
            raise FeedError(msg + _hint(role, name, found))


def _hint(role: Role, name: str, found: list[str]) -> str:
    if name in found:
        return ""
    lower = {each.lower(): each for each in found}
    near = difflib.get_close_matches(name.lower(), lower, n=1)
    if not near:
        return f"; name yours with columns: {{{role}: ...}}"
    return f"; did you mean columns: {{{role}: {lower[near[0]]}}}?"
