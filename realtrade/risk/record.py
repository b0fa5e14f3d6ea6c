"""What rules refused, cut and did, counted: for the report and for whoever asks."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from realtrade.model.verdict import Denied, Resized

if TYPE_CHECKING:
    from realtrade.model.order import OrderIntent
    from realtrade.model.verdict import Action, Verdict

_NEWEST = 50


@dataclass(frozen=True, slots=True)
class RiskNote:
    """One thing a rule did."""

    time_ms: int
    rule: str
    what: str
    """`denied`, `cut`, or the kind of an action: `close`, `halt`, `flatten`, `flatten_and_halt`."""
    symbol: str
    reason: str


@dataclass(slots=True)
class RuleRecord:
    """How often one rule did what."""

    denied: int = 0
    cut: int = 0
    acted: int = 0
    last: RiskNote | None = None


class RiskRecord:
    """Counts by rule, and the newest things done; memory does not grow with a run."""

    def __init__(self) -> None:
        self.rules: dict[str, RuleRecord] = {}
        self.newest: deque[RiskNote] = deque(maxlen=_NEWEST)

    def judged(self, intent: OrderIntent, verdict: Verdict, now_ms: int) -> None:
        """Count a verdict that is no approval."""
        if isinstance(verdict, Denied):
            self._rule(verdict.rule).denied += 1
            self._note(RiskNote(now_ms, verdict.rule, "denied", intent.symbol, verdict.reason))
        elif isinstance(verdict, Resized):
            self._rule(verdict.rule).cut += 1
            self._note(RiskNote(now_ms, verdict.rule, "cut", intent.symbol, verdict.reason))

    def acted(self, action: Action, now_ms: int) -> None:
        """Count something a rule wanted done."""
        self._rule(action.rule).acted += 1
        what = action.kind.value
        self._note(RiskNote(now_ms, action.rule, what, action.symbol or "", action.reason))

    def _rule(self, name: str) -> RuleRecord:
        return self.rules.setdefault(name, RuleRecord())

    def _note(self, note: RiskNote) -> None:
        self._rule(note.rule).last = note
        self.newest.append(note)
