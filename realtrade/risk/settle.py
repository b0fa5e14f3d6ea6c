"""Of all that rules want done after a bar, what is still to be done: nothing is sold twice."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from realtrade.model.verdict import Action, ActionKind
from realtrade.risk.steps import tradable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from realtrade.risk.view import View


def settled(wanted: Iterable[Action], view: View) -> Sequence[Action]:
    """Return halts first, then at most one flatten, else one close a symbol, the largest.

    A position whose market exit is on its way, or too small to be traded, needs nothing. A
    FLATTEN_AND_HALT always stays: it is news. A plain flatten with nothing to close goes.
    """
    halts: list[Action] = []
    flatten: Action | None = None
    closes: dict[str, Action] = {}
    for action in wanted:
        if action.kind in (ActionKind.HALT, ActionKind.FLATTEN_AND_HALT):
            halts.append(action)
        elif action.kind is ActionKind.FLATTEN:
            flatten = flatten or action
        else:
            _keep_largest(closes, action, view)
    if any(halt.kind is ActionKind.FLATTEN_AND_HALT for halt in halts):
        return halts
    if flatten is not None and any(_closable(symbol, view) for symbol in view.positions):
        return [*halts, flatten]
    return [*halts, *closes.values()]


def _keep_largest(closes: dict[str, Action], action: Action, view: View) -> None:
    symbol = action.symbol
    if symbol is None or not _closable(symbol, view):
        return
    known = closes.get(symbol)
    if known is None or action.fraction > known.fraction:
        closes[symbol] = replace(action, fraction=min(action.fraction, Decimal(1)))


def _closable(symbol: str, view: View) -> bool:
    held = abs(view.position(symbol).quantity)
    traded = tradable(held, view.price(symbol), view.instrument(symbol))
    return bool(traded) and not view.closing(symbol)
