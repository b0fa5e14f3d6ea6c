"""Indicators that only know `next`: stepped bar by bar, with all their lines on one cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import backtrader as bt
from backtrader.feed import AbstractDataBase
from backtrader.linebuffer import LineActions, LineBuffer
from backtrader.lineseries import LineSeriesStub

from realtrade.engine.lean.cursor import Cursor, can_follow, cursor_of
from realtrade.engine.lean.lines import length_line, lines_of
from realtrade.engine.lean.ticks import watch_ticks

if TYPE_CHECKING:
    from collections.abc import Iterator

_STEPPED = {
    "preonce": "preonce_via_prenext",
    "oncestart": "oncestart_via_nextstart",
    "once": "once_via_next",
}


def is_stepped(kind: Any) -> bool:
    """Tell whether Backtrader would call `next` of this class on every bar, before the run."""
    return all(
        getattr(kind, name, None) is getattr(bt.Indicator, stepper)
        for name, stepper in _STEPPED.items()
    )


def step(indicator: Any, start: int, end: int) -> bool:
    """Call `prenext`, `nextstart` and `next` on every bar, inputs and parts moving along."""
    cursor = _cursor(indicator)
    if cursor is None:
        return False
    for data in indicator.datas:
        if isinstance(data, AbstractDataBase):
            watch_ticks(data)
    cursor.attach()
    try:
        for index in range(end):
            cursor.move(index)
            if index > start:
                indicator.next()
            elif index == start:
                indicator.nextstart()
            else:
                indicator.prenext()
    finally:
        cursor.detach()
    return True


def _cursor(indicator: Any) -> Cursor | None:
    """Return one cursor for all that moves, or None where Backtrader moves it differently."""
    moving: dict[int, Any] = {}
    for owner, follows in _movers(indicator, moving):
        lines = lines_of(owner)
        if not follows or not all(map(can_follow, lines)):
            return None
        if not moving.keys().isdisjoint(map(id, lines)):
            return None  # moved twice on every bar
        moving.update((id(line), line) for line in lines)
    return cursor_of(moving.values())


def _movers(indicator: Any, moving: dict[int, Any]) -> Iterator[tuple[Any, bool]]:
    """Yield what moves on a bar, in Backtrader's order, and whether it is sure to."""
    for data in indicator.datas:
        kind: Any = type(data)
        plain = kind.advance in {AbstractDataBase.advance, LineSeriesStub.advance}
        yield data, plain and not getattr(data, "slave", False)
    for part in (*indicator.getindicators(), indicator):
        kind = type(part)
        if isinstance(part, LineActions):
            yield part, kind.advance is LineBuffer.advance
        else:
            with_clock = id(length_line(part._clock)) in moving
            yield part, kind.advance is bt.Indicator.advance and with_clock
