"""Bars read once for many runs, and handed to every run whose recipe asks for the same ones."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from realtrade.engine.vectorised.shared import SharedColumns
from realtrade.feeds import ReadyFeed
from realtrade.model.bar import BarColumns

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from realtrade.model.instrument import Instrument
    from realtrade.plugins.ports import Feed
    from realtrade.recipe.blocks import FeedBlock
    from realtrade.utils.timeframes import Timeframe

_COLUMNS = tuple(spec.name for spec in fields(BarColumns))


@dataclass(frozen=True, slots=True)
class Shelf:
    """The bars of one feed, here or in files beside each other."""

    block: FeedBlock
    """The feed as the recipe wrote it."""
    instrument: Instrument
    timeframe: Timeframe
    columns: BarColumns | None
    folder: Path | None = None
    """Where `time_ms.npy` and its neighbours are, when the columns are not here."""

    def feed(self) -> ReadyFeed:
        """Return the bars; those in files are mapped into memory, shared by all processes."""
        columns = self.columns
        if columns is None:
            assert self.folder is not None  # noqa: S101 - a shelf has one or the other
            columns = BarColumns(*(_mapped(self.folder / f"{name}.npy") for name in _COLUMNS))
        return ReadyFeed(columns, instrument=self.instrument, timeframe=self.timeframe)

    def stored(self, folder: Path) -> Shelf:
        """Write the columns into `folder` and return a shelf that finds them there."""
        assert self.columns is not None  # noqa: S101 - only what is here can be stored
        folder.mkdir(parents=True)
        for name in _COLUMNS:
            np.save(folder / f"{name}.npy", getattr(self.columns, name))
        return Shelf(self.block, self.instrument, self.timeframe, None, folder)


def _mapped(path: Path) -> Any:
    """Return an array that is read from its file as it is looked at."""
    return np.asarray(np.load(path, mmap_mode="r"))


class Bank:
    """Bars by feed name. A feed whose settings differ from those it was read with is not known."""

    def __init__(self, shelves: Mapping[str, Shelf]) -> None:
        self._shelves = dict(shelves)
        self._ready: dict[str, ReadyFeed] = {}
        self._shared: dict[str, SharedColumns] = {}

    @classmethod
    def read(cls, blocks: Mapping[str, FeedBlock], sources: Mapping[str, Feed]) -> Bank:
        """Return a bank of every source's whole history.

        Raises:
            FeedError: one cannot be read.
        """
        return cls(
            {
                name: Shelf(blocks[name], feed.instrument, feed.timeframe, feed.history())
                for name, feed in sources.items()
            }
        )

    def feed(self, name: str, block: FeedBlock) -> ReadyFeed | None:
        """Return the bars of feed `name` as `block` wants them, or None."""
        shelf = self._shelves.get(name)
        if shelf is None or shelf.block != block:
            return None
        if name not in self._ready:
            self._ready[name] = shelf.feed()
        return self._ready[name]

    def shared(self, name: str) -> SharedColumns | None:
        """Return what runs work out on the bars of feed `name`; None where it gave nobody any."""
        ready = self._ready.get(name)
        if ready is None:
            return None
        if name not in self._shared:
            self._shared[name] = SharedColumns(ready.history())
        return self._shared[name]

    def stored(self, folder: Path) -> Bank:
        """Write all bars below `folder` and return a bank that finds them there."""
        return Bank({name: shelf.stored(folder / name) for name, shelf in self._shelves.items()})

    @property
    def shelves(self) -> Mapping[str, Shelf]:
        """What there is, by feed name."""
        return self._shelves
