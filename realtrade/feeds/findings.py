"""What is wrong with a file's rows, gathered so that all of it can be said at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from realtrade.plugins.ports.feed import FeedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

LIMIT = 20
"""Lines that are named; of the others only the number is told."""


class Findings:
    """Bad rows of one file, counted from 0, with a reason each; a row may have several."""

    def __init__(self) -> None:
        self._rows: list[NDArray[np.intp]] = []
        self._reasons: list[tuple[int, str]] = []

    def __bool__(self) -> bool:
        return bool(self._rows)

    def note(self, rows: NDArray[np.intp], reason: Callable[[int], str], first: int = 0) -> None:
        """Note that `rows` are bad.

        Args:
            rows: ascending indices.
            reason: says what is wrong with a row of `rows`; asked for the first few only.
            first: index in the file of row 0.
        """
        if len(rows):
            self._rows.append(rows + first)
            self._reasons += [(int(row) + first, reason(int(row))) for row in rows[:LIMIT]]

    def raise_if_any(
        self, path: str, line: Callable[[int], int], broken: Sequence[tuple[int, str]] = ()
    ) -> None:
        """Raise what was noted.

        Args:
            path: the file as the recipe names it.
            line: turns a row index into a line number.
            broken: lines that never became rows, with the reason.

        Raises:
            FeedError: a row was noted; the first `LIMIT` lines are named, all are counted.
        """
        rows = np.unique(np.concatenate(self._rows)) if self._rows else ()
        count = len(rows) + len(broken)
        if not count:
            return
        reasons: dict[int, list[str]] = {}
        for place, reason in [*((line(row), why) for row, why in self._reasons), *broken]:
            reasons.setdefault(place, []).append(reason)
        named = [f"  {path}:{at}: {'; '.join(reasons[at])}" for at in sorted(reasons)[:LIMIT]]
        if count > LIMIT:
            named.append(f"  and {count - LIMIT} more")
        head = f"{path}: {count} bad row{'s' if count > 1 else ''}"
        raise FeedError("\n".join([head, *named]))
