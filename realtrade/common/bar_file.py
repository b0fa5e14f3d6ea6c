"""Bars in one columnar file: replaced whole or not at all, and believed only if undamaged."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from realtrade.model.bar import BarColumns

if TYPE_CHECKING:
    from collections.abc import Iterable

_LOG = logging.getLogger(__name__)
_VERSION = 1
_KEY = b"realtrade"
_NAMES = ("time_ms", "due_ms", "open", "high", "low", "close", "volume")


@dataclass(frozen=True, slots=True)
class Span:
    """Bars, and the stretch of time of which they are all there are."""

    columns: BarColumns
    from_ms: int
    to_ms: int
    """Excluded."""


class BarFile:
    """One market's bars of one timeframe in a Parquet file.

    Args:
        path: of the file; its folder is made when needed.
        label: what the bars are of; a file of others is not believed.
    """

    def __init__(self, path: Path, *, label: str) -> None:
        self._path = path
        self._label = label

    def load(self) -> Span | None:
        """Return what was saved, or None: there is no file, or none to believe."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        if not self._path.exists():
            return None
        try:
            return self._checked(pq.read_table(self._path, partitioning=None))
        except (pa.ArrowException, OSError, KeyError, TypeError, ValueError) as error:
            text = "%s is damaged (%s): its bars are fetched anew"
            _LOG.warning(text, self._path.name, type(error).__name__)
            return None

    def _checked(self, table: Any) -> Span:
        said = json.loads(table.schema.metadata[_KEY])
        values = [np.asarray(table.column(name)) for name in _NAMES]
        columns = BarColumns(*values)
        if said["version"] != _VERSION or said["label"] != self._label:
            raise ValueError("it is of something else")
        if said["digest"] != _digest(values):
            raise ValueError("it was changed")
        return Span(columns, int(said["from_ms"]), int(said["to_ms"]))

    def save(self, span: Span) -> None:
        """Replace the file; a disk that cannot take it is told of and costs nothing but time."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(
                dir=self._path.parent, prefix=f".{self._path.name}-", delete=False
            ) as made:
                temporary = Path(made.name)
            try:
                self._write(span, temporary)
                temporary.replace(self._path)
            finally:
                with contextlib.suppress(OSError):
                    temporary.unlink(missing_ok=True)
        except OSError as error:
            _LOG.warning("%s cannot be kept: %s", self._path.name, error.strerror)

    def _write(self, span: Span, path: Path) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        values = [np.ascontiguousarray(getattr(span.columns, name)) for name in _NAMES]
        said = {"version": _VERSION, "label": self._label, "digest": _digest(values)}
        said |= {"from_ms": span.from_ms, "to_ms": span.to_ms}
        table = pa.table(dict(zip(_NAMES, values, strict=True)))
        table = table.replace_schema_metadata({_KEY: json.dumps(said)})
        pq.write_table(table, path, compression="zstd")


def _digest(values: Iterable[Any]) -> str:
    digest = hashlib.sha256()
    for column in values:
        digest.update(np.ascontiguousarray(column).tobytes())
    return digest.hexdigest()
