"""Lines that share one position: moving any number of them on by a bar is a single store."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import backtrader as bt
from backtrader.linebuffer import LineBuffer

from realtrade.engine.lean.lines import lines_of

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHARED = (
    "__getitem__", "__setitem__", "__len__", "get", "idx", "home", "advance", "forward", "rewind",
)  # fmt: skip


class Cursor:
    """A position and the lines that read theirs from it while `attach`ed.

    Backtrader keeps a position and a length in every line and adds one to each on every bar. An
    attached line keeps its class's methods, values and bindings, and asks `here[0]` instead.
    A line that is moved by hand leaves the cursor, and its owner, if it has one, with all lines:
    what left is in `strays`, to be moved from where it was put, as Backtrader moves everything.
    """

    def __init__(self, strays: list[Any] | None = None) -> None:
        self.here = [-1]
        """Index of the current bar in every attached line, -1 before the first."""
        self.lines: list[Any] = []
        self.strays: list[Any] = [] if strays is None else strays
        self._owners: dict[int, Any] = {}

    def add(self, line: Any, owner: Any = None) -> None:
        """Take `line` in; it follows once `attach` is called."""
        self.lines.append(line)
        self._owners[id(line)] = owner

    def lose(self, line: Any) -> None:
        """Let `line` and its owner's other lines go."""
        owner = self._owners[id(line)]
        self.strays.append(line if owner is None else owner)
        _read_slowly(owner)
        for one in (line,) if owner is None else lines_of(owner):
            if isinstance(one, Following):
                one.settle(self.here[0], self.here[0] + 1)

    def attach(self) -> None:
        """Make the lines read their position here."""
        for line in self.lines:
            kind: Any = type(line)
            line._cursor = self
            line._here = self.here
            line.__class__ = _following(kind)
        for owner in self._owners.values():
            _read_quickly(owner, self)

    def detach(self) -> None:
        """Give every line its own position back, where it now stands."""
        for line in self.lines:
            if isinstance(line, Following):
                line.settle(self.here[0], self.here[0] + 1)
        for owner in self._owners.values():
            _read_slowly(owner)

    def move(self, index: int) -> None:
        """Stand on bar `index`."""
        self.here[0] = index
        self.move_strays()

    def move_strays(self) -> None:
        """Move the single lines that left on by a bar."""
        for line in self.strays:
            line.advance()


class Following:
    """Mixed into a line's class while it reads its position from a cursor."""

    array: Any
    bindings: list[Any]
    _cursor: Cursor
    _here: list[int]

    def __getitem__(self, ago: int) -> float:
        value: float = self.array[self._here[0] + ago]
        return value

    def __setitem__(self, ago: int, value: float) -> None:
        self.array[self._here[0] + ago] = value
        for binding in self.bindings:
            binding[ago] = value

    def __len__(self) -> int:
        return self._here[0] + 1

    def get(self, ago: int = 0, size: int = 1) -> Any:
        """Return `size` values up to and including the one `ago` bars away."""
        end = self._here[0] + ago + 1
        return self.array[end - size : end]

    @property
    def _idx(self) -> int:
        return self._here[0]

    @_idx.setter
    def _idx(self, index: int) -> None:
        self._cursor.lose(self)
        self._idx = index

    @property
    def lencount(self) -> int:
        """Bars delivered."""
        return self._here[0] + 1

    @lencount.setter
    def lencount(self, length: int) -> None:
        self._cursor.lose(self)
        self.lencount = length

    def settle(self, index: int, length: int) -> None:
        """Become a plain line again, standing on `index`."""
        line: Any = self
        line.__class__ = type(self).__mro__[_PLAIN]
        del line._cursor, line._here
        line._idx, line.lencount = index, length


class FirstLine:
    """Marks an indicator's class while `indicator[ago]` reads the first line without detours."""


def _read_quickly(owner: Any, cursor: Cursor) -> None:
    """Let `owner[ago]` read its first line, if that line follows and nobody reads otherwise."""
    kind: Any = type(owner)
    if getattr(kind, "__getitem__", None) is not bt.LineSeries.__getitem__:
        return
    line = lines_of(owner)[0]
    if not isinstance(line, Following) or line._cursor is not cursor:
        return
    state, here = vars(line), cursor.here

    def read(_: Any, ago: int) -> float:
        value: float = state["array"][here[0] + ago]
        return value

    named = {"__getitem__": read, "__module__": kind.__module__, "__doc__": kind.__doc__}
    # Made by `type` itself, as below. A class of its own, since it knows the line it reads.
    owner.__class__ = type.__new__(type(kind), kind.__name__, (kind, FirstLine), named)


def _read_slowly(owner: Any) -> None:
    """Give `owner` its own class back."""
    if isinstance(owner, FirstLine):
        kind: Any = type(owner)
        owner.__class__ = kind.__mro__[1]


_PLAIN = 2  # after the class with a cursor and `Following`: what the line was made as


def is_plain(line: Any) -> bool:
    """Tell whether `line` keeps all its values and moves as Backtrader's lines do."""
    kind: Any = type(line)
    plain = all(getattr(kind, name) is getattr(LineBuffer, name) for name in _SHARED)
    return plain and bool(line.mode == LineBuffer.UnBounded)


def can_follow(line: Any) -> bool:
    """Tell whether `line` is plain and stands before its first bar."""
    return is_plain(line) and line.idx == -1 and not len(line)


def cursor_of(lines: Iterable[Any]) -> Cursor:
    """Return a cursor for `lines`."""
    cursor = Cursor()
    for line in lines:
        cursor.add(line)
    return cursor


@lru_cache(maxsize=256)
def _following(kind: Any) -> type:
    # Made by `type` itself: Backtrader's metaclass would derive parameters and register a name.
    made: type = type.__new__(type(kind), f"{kind.__name__}_Following", (Following, kind), {})
    return made
