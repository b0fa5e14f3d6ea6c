"""What every stop has in common: a price that never steps back, and what happens when it is met."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

from realtrade.model.verdict import Action, ActionKind
from realtrade.plugins.ports.risk import Protection
from realtrade.risk.entries import prices
from realtrade.risk.steps import exact, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

    from realtrade.model.remembered import Entry
    from realtrade.plugins.ports.risk import RiskView

Place = Literal["local", "exchange"]
"""Where a stop rests: watched here at every bar, or also as an order at the exchange."""


@runtime_checkable
class StopLoss(Protocol):
    """A price at which a position is given up.

    The gate remembers `level` after every bar and keeps the tighter of old and new.
    """

    name: str

    def level(self, entry: Entry, view: RiskView) -> Decimal | None:
        """Return where the stop stands for `entry`, or None where there is none yet."""
        ...

    def watch(self, view: RiskView) -> Sequence[Action]:
        """Return a CLOSE for every position whose stop this bar has met."""
        ...


def tighter(entry: Entry, one: Decimal | None, other: Decimal | None) -> Decimal | None:
    """Return the level nearer to the market: the higher one of a long position."""
    if one is None or other is None:
        return one if other is None else other
    return max(one, other) if entry.direction > 0 else min(one, other)


def next_level(stop: StopLoss, entry: Entry, view: RiskView) -> Decimal | None:
    """Return where the stop stands once this bar is taken in."""
    held = view.level(stop.name, entry.symbol)
    return tighter(entry, held, stop.level(view.extended(entry), view))


def met(stop: StopLoss, view: RiskView) -> Sequence[Action]:
    """Return a CLOSE for every entry whose stop was met within this bar.

    The bar's low (a short position: its high) meets the stop as it stood before the bar; a stop
    that the same bar moved is met by the close alone, the only price known to come after.
    """
    actions = []
    for entry in view.entries:
        bar = view.bar(entry.symbol)
        low, high = prices(entry, bar)
        worst = low if entry.direction > 0 else high
        before = view.level(stop.name, entry.symbol) or stop.level(entry, view)
        after = stop.level(view.extended(entry), view)
        for price, level in ((worst, before), (exact(bar.close), after)):
            if level is not None and (price - level) * entry.direction <= 0:
                actions.append(_close(stop.name, entry, price, level))
                break
    return actions


def level_or_none(stop: StopLoss, entry: Entry, view: RiskView) -> Decimal | None:
    """Return where the stop stands once this bar is taken in; None also when the stop breaks."""
    try:
        return next_level(stop, entry, view)
    except Exception:  # noqa: BLE001 - around a plugin call: its own watch has just reported it
        return None


def tightest(stops: Iterable[StopLoss], entry: Entry, view: RiskView) -> Protection | None:
    """Return the stop nearest to the market, or None where there is none yet."""
    found: Protection | None = None
    for stop in stops:
        level = level_or_none(stop, entry, view)
        held = None if found is None else found.level
        if level is not None and tighter(entry, held, level) != held:
            found = Protection(entry.symbol, level, stop.name)
    return found


def _close(rule: str, entry: Entry, price: Decimal, level: Decimal) -> Action:
    return Action(
        ActionKind.CLOSE,
        rule,
        f"{entry.symbol} went to {shown(price)}, past the stop at {shown(level)}",
        entry.symbol,
    )
