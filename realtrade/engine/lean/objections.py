"""Why a run must take Backtrader's own loop."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import backtrader as bt
from backtrader.feed import AbstractDataBase, DataClone

from realtrade.common import BaseData
from realtrade.engine.lean.cursor import is_plain
from realtrade.engine.lean.lines import lines_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_FEED = ("advance", "advance_peek", "_tick_fill", "_tick_nullify", "buflen", "__len__")
_LIVE_FEED = (
    "load", "_load", "_load_live", "row", "next", "forward", "backwards", "rewind", "__len__",
    "put_notification", "get_notifications", "do_qcheck", "_check", "_last", "_tick_fill",
    "_tick_nullify",
)  # fmt: skip
_LIVE_STRATEGY = ("_next", "_clk_update", "_next_open")
_STRATEGY = (
    "_once", "_oncepost", "_oncepost_open", "_getminperstatus", "_next_analyzers",
    "_next_observers", "clear", "forward", "reset", "home", "__len__", "getindicators",
)  # fmt: skip


def objection(datas: Sequence[Any], strategies: Iterable[Any]) -> str:
    """Return why these feeds and strategies need Backtrader's own loop, empty if they do not."""
    found = [_about_feed(data) for data in datas]
    found += [_about_strategy(strategy) for strategy in strategies]
    return next(filter(None, found), "")


def live_objection(cerebro: Any, datas: Sequence[Any], strategies: Sequence[Any]) -> str:
    """Return why a live run needs Backtrader's own loop, empty if it does not."""
    reasons = {
        "exactbars saves memory": bool(cerebro._exactbars),
        "not all feeds are of one hub": not _share_a_hub(datas),
        "observers look at every bar": any(strategy.getobservers() for strategy in strategies),
    }
    found = [reason for reason, holds in reasons.items() if holds]
    if not found:
        found += [_about_live_feed(data) for data in datas]
        found += [_about_strategy(strategy, _LIVE_STRATEGY) for strategy in strategies]
    return next(filter(None, found), "")


def _share_a_hub(datas: Sequence[Any]) -> bool:
    if not all(isinstance(data, BaseData) and data.hub is not None for data in datas):
        return False
    return len({id(data.hub) for data in datas}) == len({data.finest for data in datas}) == 1


def _about_live_feed(data: Any) -> str:
    kind: Any = type(data)
    if changed := _overridden(kind, BaseData, _LIVE_FEED):
        return f"feed {kind.__name__} overrides {changed}"
    if data._filters or data._tzinput or (data.fromdate, data.todate) != (-math.inf, math.inf):
        return f"feed {data.feed_name} has filters, limits or a time zone of its input"
    lines = lines_of(data)
    if len(lines) != len(BaseData.lines.getlinealiases()) or any(one.bindings for one in lines):
        return f"feed {data.feed_name} has lines of its own"
    return ""


def too_few_bars(strategies: Iterable[Any]) -> str:
    """Return which indicator needs more bars than there are, empty if none does."""
    for strategy in strategies:
        for indicator in strategy.getindicators():
            feed = _feed_of(indicator)
            there = math.inf if feed is None else feed.buflen()
            if indicator._minperiod > there:
                kind = type(indicator).__name__
                return f"{kind} needs {indicator._minperiod} bars, and there are {there}"
    return ""


def _feed_of(owner: Any) -> Any:
    """Return the feed whose bars an indicator counts, through what it is an indicator of."""
    while owner is not None and not isinstance(owner, AbstractDataBase):
        # An indicator counts its clock's bars; a single line stands for the feed it is part of.
        clock = getattr(owner, "_clock", None)
        owner = getattr(owner, "_owner", None) if clock is None else clock
    return owner


def _about_feed(data: Any) -> str:
    kind: Any = type(data)
    stock: Any = DataClone if isinstance(data, DataClone) else AbstractDataBase
    if changed := _overridden(kind, stock, _FEED):
        return f"feed {kind.__name__} overrides {changed}"
    if not all(map(is_plain, lines_of(data))):
        return f"feed {kind.__name__} has lines of its own kind"
    return ""


def _about_strategy(strategy: Any, more: tuple[str, ...] = ()) -> str:
    kind: Any = type(strategy)
    if changed := _overridden(kind, bt.Strategy, (*_STRATEGY, *more)):
        return f"strategy {kind.__name__} overrides {changed}"
    if any(line.bindings for line in strategy.lines.lines):
        return f"strategy {kind.__name__} binds its own lines"
    return ""


def _overridden(kind: Any, stock: Any, names: Iterable[str]) -> str:
    changed = (
        name for name in names if getattr(kind, name, None) is not getattr(stock, name, None)
    )
    return next(changed, "")
