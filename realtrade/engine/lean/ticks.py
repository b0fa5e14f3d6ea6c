"""A feed's `tick_open`, `tick_close`, …: read when asked for, not written on every bar."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

_PLAIN = 2  # after the class with ticks and `LazyTicks`: what the lines were made as


def watch_ticks(data: Any, *, growing: bool = False) -> None:
    """Give `data` lazy `tick_*` attributes with the values Backtrader would have stored.

    Preloaded, the very last bar has none (Backtrader takes it for one too many); a feed that is
    `growing` has them on every bar.

    Backtrader looks an unknown attribute of a feed up in its `lines`, which is where they live:
    the feed's own class stays as it is. A loop of Backtrader's that stores ticks later wins.
    """
    for alias in (*data.getlinealiases(), "last"):
        vars(data).pop(f"tick_{alias}", None)
    lines = data.lines
    if not isinstance(lines, LazyTicks):
        kind: Any = type(lines)
        lines.__class__ = _with_ticks(kind, growing=growing)


class LazyTicks:
    """Marks a `Lines` class that answers for `tick_*`."""

    def __reduce_ex__(self, protocol: Any) -> Any:
        """Go to another process as plain lines: there nobody knows of a class made here."""
        return _bare, (type(self).__mro__[_PLAIN],), self.__dict__


def _bare(kind: Any) -> Any:
    return object.__new__(kind)  # an instance without a constructor: its state is put in place


@lru_cache(maxsize=256)
def _with_ticks(kind: Any, *, growing: bool) -> type:
    aliases = kind.getlinealiases()
    ticks: dict[str, Any] = {
        f"tick_{alias}": property(_reader(number, growing=growing))
        for number, alias in enumerate(aliases)
        if alias != "datetime"
    }
    ticks["tick_last"] = property(_reader(0, growing=growing))
    return type(f"{kind.__name__}_Ticks", (LazyTicks, kind), ticks)


def _reader(number: int, *, growing: bool) -> Any:
    def read(lines: Any) -> float | None:
        line = lines.lines[number]
        if not line.lencount:
            msg = "no bar has been delivered yet"
            raise AttributeError(msg)
        if not growing and line.lencount >= line.buflen():
            return None
        value: float = line.array[line.idx]
        return value

    return read
