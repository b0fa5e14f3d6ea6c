"""What follows when a rule's limit is reached: a denial, a halt, or a flatten and a halt."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from realtrade.model.verdict import Action, ActionKind, Denied

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.risk.settings import Outcome

_MS = timedelta(milliseconds=1)


class Consequence:
    """The `action` of one rule, with how long its halts last.

    A halt ends at the time the rule names, else after `halt_for`, else when a person resumes it.
    """

    def __init__(self, rule: str, action: Outcome, halt_for: timedelta | None = None) -> None:
        self._rule = rule
        self._kind = None if action == "deny" else ActionKind(action)
        self._halt_for_ms = None if halt_for is None else halt_for // _MS

    @property
    def acts(self) -> bool:
        """Tell whether more than a denial follows."""
        return self._kind is not None

    def denied(self, reason: str, now_ms: int, until_ms: int | None = None) -> Denied:
        """Return the denial of one order, with the action that goes with it."""
        actions = self.actions(reason, now_ms, until_ms)
        return Denied(self._rule, reason, actions[0] if actions else None)

    def actions(self, reason: str, now_ms: int, until_ms: int | None = None) -> Sequence[Action]:
        """Return what is to be done when nobody has placed an order; nothing for `deny`."""
        if self._kind is None:
            return ()
        if until_ms is None and self._halt_for_ms is not None:
            until_ms = now_ms + self._halt_for_ms
        return (Action(self._kind, self._rule, reason, until_ms=until_ms),)
