"""Whether a bot may trade: its states as a table, and the rule that holds orders to it."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from realtrade.model.verdict import Approved, Denied
from realtrade.plugins.ports.risk import Needs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from realtrade.model.order import OrderIntent
    from realtrade.model.verdict import Verdict
    from realtrade.plugins.ports.risk import RiskView


class State(StrEnum):
    """How far a bot's start has come, and what it may do."""

    LOCKED = "locked"
    """The account is ours alone; nothing is known yet."""
    CHECKED = "checked"
    """Journal, clock and key are in order."""
    RECONCILING = "reconciling"
    """Being compared with the exchange: nothing but cancels."""
    LIVE = "live"
    REDUCE_ONLY = "reduce_only"
    """Exposure may only shrink."""
    HALTED = "halted"
    """Nothing but cancels, until a person resumes."""

    __hash__ = str.__hash__  # half of the table's keys


class Step(StrEnum):
    """What moves a bot from state to state."""

    CHECKED = "checked"
    RECONCILE = "reconcile"
    """A start, a gap in the account's events, a person's resume."""
    AGREED = "agreed"
    """Journal and exchange agree, or differ on single symbols only."""
    LIMITED = "limited"
    """They differ in a way that forbids new exposure anywhere."""
    HALT = "halt"
    RESUME = "resume"

    __hash__ = str.__hash__  # as above


# A pair that is not listed changes nothing.
_MOVES = MappingProxyType(
    {
        (State.LOCKED, Step.CHECKED): State.CHECKED,
        (State.CHECKED, Step.RECONCILE): State.RECONCILING,
        (State.RECONCILING, Step.AGREED): State.LIVE,
        (State.RECONCILING, Step.LIMITED): State.REDUCE_ONLY,
        (State.LIVE, Step.RECONCILE): State.RECONCILING,
        (State.REDUCE_ONLY, Step.RECONCILE): State.RECONCILING,
        (State.LIVE, Step.LIMITED): State.REDUCE_ONLY,
        # Light checks while trading may lift what a comparison imposed.
        (State.REDUCE_ONLY, Step.AGREED): State.LIVE,
        (State.LOCKED, Step.HALT): State.HALTED,
        (State.CHECKED, Step.HALT): State.HALTED,
        (State.RECONCILING, Step.HALT): State.HALTED,
        (State.LIVE, Step.HALT): State.HALTED,
        (State.REDUCE_ONLY, Step.HALT): State.HALTED,
        # A halt is left by a person only, and never straight to trading: what happened meanwhile
        # is looked at first.
        (State.HALTED, Step.RESUME): State.RECONCILING,
    }
)


_REDUCING = frozenset({State.LIVE, State.REDUCE_ONLY})
"""States in which orders that only shrink exposure pass."""


def advance(state: State, step: Step) -> State:
    """Return where a bot is after `step`."""
    return _MOVES.get((state, step), state)


class Standing:
    """Where a bot stands and why. Moved on the trading thread; may be read from any."""

    def __init__(self, changed: Callable[[State, State, str], None] | None = None) -> None:
        """`changed` hears of every move: before, after, why."""
        self.state = State.LOCKED
        self.reason = ""
        self._limits: Mapping[str, str] = MappingProxyType({})
        self._changed = changed

    @property
    def limits(self) -> Mapping[str, str]:
        """Return the symbols that may only be reduced, each with the reason."""
        return self._limits

    def move(self, step: Step, reason: str = "") -> bool:
        """Take a step; tell whether the state changed."""
        before, self.state = self.state, advance(self.state, step)
        if self.state is before:
            return False
        self.reason = reason
        if self._changed is not None:
            self._changed(before, self.state, reason)
        return True

    def limit(self, limits: Mapping[str, str]) -> None:
        """Let these symbols, and no others, only be reduced."""
        self._limits = MappingProxyType(dict(limits))


class TradingRule:
    """Let orders through as the bot's standing allows; cancels are never asked about.

    Entries in LIVE only, reductions in LIVE and REDUCE_ONLY, nothing in any other state.
    """

    name = "trading_state"
    needs = Needs()

    def __init__(self, standing: Standing) -> None:
        self._standing = standing

    @property
    def dormant(self) -> bool:
        """Tell whether every order would be approved now."""
        return self._standing.state is State.LIVE and not self._standing.limits

    def assess(self, intent: OrderIntent, view: RiskView) -> Verdict:
        """Return the verdict on one intended order."""
        barred = self._bars(intent.symbol)
        if barred is None:
            return Approved()
        if self._standing.state in _REDUCING and view.reduces(intent):
            return Approved()
        return Denied(self.name, barred)

    def _bars(self, symbol: str) -> str | None:
        """Return why a symbol may not be entered, or None when it may."""
        state, reason = self._standing.state, self._standing.reason
        if state is State.LIVE:
            limited = self._standing.limits.get(symbol)
            return None if limited is None else f"{symbol} may only be reduced: {limited}"
        if state is State.REDUCE_ONLY:
            return f"{symbol} may only be reduced{_because(reason)}"
        return f"trading is {state}{_because(reason)}: only cancels pass"


def _because(reason: str) -> str:
    return f" ({reason})" if reason else ""
