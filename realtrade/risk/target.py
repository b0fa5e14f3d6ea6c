"""Gains that orders at the venue take home: how much at which price, within what is held."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from realtrade.model.order import OrderType
from realtrade.risk.steps import tradable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from realtrade.model.remembered import Entry
    from realtrade.plugins.ports.risk import RestsTargets, RiskView, Target

_ZERO = Decimal(0)


def wanted_of(rules: Iterable[RestsTargets], entry: Entry, view: RiskView) -> Sequence[Target]:
    """Return the targets of all rules for one position, nearest first, within what is held."""
    wanted = [one for rule in rules for one in _asked(rule, entry, view)]
    wanted.sort(key=lambda one: one.level * entry.direction)
    left, found = abs(entry.quantity), []
    for target in wanted:
        quantity = tradable(min(target.quantity, left), target.level, view.instrument(entry.symbol))
        if quantity:
            found.append(replace(target, quantity=quantity))
            left -= quantity
    return found


def _asked(rule: RestsTargets, entry: Entry, view: RiskView) -> Sequence[Target]:
    try:
        return rule.targets(entry, view)
    except Exception:  # noqa: BLE001 - around a plugin call: its own watch tells of it
        return ()


def resting(entry: Entry, view: RiskView) -> Decimal:
    """Return how much of a position limit orders at the venue are to close already."""
    return sum(
        (
            order.quantity
            for order in view.open_orders
            if order.symbol == entry.symbol
            and order.reduce_only
            and order.type is OrderType.LIMIT
            and order.signed_quantity * entry.direction < 0
        ),
        _ZERO,
    )
