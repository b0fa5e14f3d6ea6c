"""What a strategy decided, bar by bar: the orders it placed and cancelled, and how it failed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Act = Literal["buy", "sell", "cancel", "failure"]

_DONE = {"buy": "bought", "sell": "sold"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One decision. Numbers are floats as Backtrader's orders carry them; None is not given."""

    time_ms: int
    """Stamp of the newest bar it was taken on: that bar's open time, UTC."""
    symbol: str
    feed: str
    act: Act
    kind: str = ""
    """Order type, such as `market`."""
    asked: float | None = None
    """Unsigned quantity as the strategy or the sizer asked for it."""
    sent: float | None = None
    """What steps and risk rules made of `asked`; 0 when the order was denied."""
    price: float | None = None
    """Limit price, or stop price of stop orders."""
    limit: float | None = None
    """Limit price of a stop-limit order."""
    trail: float | None = None
    """Distance of a trailing stop, in money or as a fraction."""
    valid_until_ms: int | None = None
    """When an order that was not filled expires."""
    text: str = ""
    """What was raised, of a failure."""

    def agrees(self, other: Signal, tolerance: float) -> bool:
        """Tell whether both decide the same; numbers may differ by a fraction of `tolerance`."""
        same = self._words() == other._words()
        pairs = zip(self._numbers(), other._numbers(), strict=True)
        return same and all(_near(mine, theirs, tolerance) for mine, theirs in pairs)

    def _words(self) -> tuple[object, ...]:
        what = self.act, self.kind, self.valid_until_ms, self.text
        return self.time_ms, self.symbol, self.feed, *what

    def _numbers(self) -> tuple[float | None, ...]:
        return self.asked, self.sent, self.price, self.limit, self.trail

    @property
    def told(self) -> str:
        """The decision in words, such as `bought 0.5 at market`."""
        if self.act == "failure":
            return f"failed with {self.text}"
        if self.act == "cancel":
            return f"cancelled {self._order()}"
        return f"{_DONE[self.act]} {self._order()}"

    def _order(self) -> str:
        words = [f"{self.asked or 0:.6g}"]
        if self.sent is not None and self.sent != self.asked:
            words.append("(denied)" if not self.sent else f"(cut to {self.sent:.6g})")
        words += [_how(self.kind), *(f"{x:.8g}" for x in (self.price,) if x is not None)]
        words += [f"limit {x:.8g}" for x in (self.limit,) if x is not None]
        words += [f"trailing by {x:.6g}" for x in (self.trail,) if x is not None]
        return " ".join(words)


class Difference(NamedTuple):
    """The first bar of a symbol on which two runs decided otherwise."""

    time_ms: int
    symbol: str
    one: tuple[Signal, ...]
    other: tuple[Signal, ...]


def first_difference(
    one: Sequence[Signal], other: Sequence[Signal], tolerance: float
) -> Difference | None:
    """Return where two runs part; what follows is a consequence and tells nothing more."""
    ones, others = _by_bar(one), _by_bar(other)
    for key in sorted({*ones, *others}):
        mine, theirs = ones.get(key, ()), others.get(key, ())
        if not _all_agree(mine, theirs, tolerance):
            return Difference(*key, mine, theirs)
    return None


def up_to(signals: Iterable[Signal], time_ms: int) -> list[Signal]:
    """Return the signals of bars stamped `time_ms` or before."""
    return [signal for signal in signals if signal.time_ms <= time_ms]


def from_on(signals: Iterable[Signal], time_ms: int) -> list[Signal]:
    """Return the signals of bars stamped `time_ms` or later, and a failure whenever it was."""
    return [one for one in signals if one.time_ms >= time_ms or one.act == "failure"]


def _all_agree(one: Sequence[Signal], other: Sequence[Signal], tolerance: float) -> bool:
    if len(one) != len(other):
        return False
    return all(mine.agrees(theirs, tolerance) for mine, theirs in zip(one, other, strict=True))


def _by_bar(signals: Sequence[Signal]) -> dict[tuple[int, str], tuple[Signal, ...]]:
    """Group by bar and symbol; within one bar the order of decisions counts."""
    key = attrgetter("time_ms", "symbol")
    return {at: tuple(group) for at, group in groupby(sorted(signals, key=key), key=key)}


def _near(one: float | None, other: float | None, tolerance: float) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=tolerance) or (math.isnan(one) and math.isnan(other))


def _how(kind: str) -> str:
    return f"at {kind}" if kind in {"market", "close"} else f"by {kind.replace('_', ' ')}"
