"""All rules of a recipe behind one door: judge each order, watch each bar, remember."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from realtrade.model.remembered import Halt
from realtrade.model.verdict import Action, ActionKind, Approved, Denied, Resized
from realtrade.plugins.ports.risk import Needs, RestsTargets, RiskGauge, RiskRule, RiskWatch
from realtrade.risk.doubles import Doubles
from realtrade.risk.head_room import HeadRoom, taken
from realtrade.risk.memory import PLENTY, RiskMemory
from realtrade.risk.record import RiskRecord
from realtrade.risk.settle import settled
from realtrade.risk.steps import tradable
from realtrade.risk.stop import StopLoss, level_or_none, tightest
from realtrade.risk.target import wanted_of
from realtrade.risk.view import View

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from realtrade.model.order import Fill, OrderIntent
    from realtrade.model.remembered import Entry
    from realtrade.model.verdict import Verdict
    from realtrade.plugins.ports.account import AccountView
    from realtrade.plugins.ports.risk import (
        Protection,
        Reading,
        RiskView,
        Sizer,
        SizingRequest,
        Target,
    )

_HALTS = (ActionKind.HALT, ActionKind.FLATTEN_AND_HALT)


class RiskManager:
    """The gate every order passes, of strategies, stops and people alike.

    The first denial wins, else the smallest resize. While a halt is in force nothing but
    reductions passes. A rule that breaks denies (judging) or halts (watching): no order goes
    unjudged. It implements the `RiskGate` port, and `Sizer` through the sizer it was given.

    Args:
        rules: rules and stops in the recipe's order.
        sizer: answers `quantity`; without one there is no order.
        memory: what was remembered before a restart; empty when left out.

    Example:
        ```python
        risk = RiskManager([max_drawdown, daily_loss], sizer=percent_equity)
        verdict = risk.assess(intent, account)
        ```
    """

    def __init__(
        self,
        rules: Iterable[RiskRule | RiskWatch] = (),
        *,
        sizer: Sizer | None = None,
        memory: RiskMemory | None = None,
    ) -> None:
        self.memory = memory or RiskMemory()
        self._sizer = sizer
        self._judges: list[tuple[str, RiskRule]] = []
        self._watchers: list[tuple[str, RiskWatch]] = []
        self._gauges: list[tuple[str, RiskGauge]] = []
        self._stops: list[StopLoss] = []
        self._resting: list[StopLoss] = []
        self._takers: dict[str, RestsTargets] = {}
        self._doubles = Doubles()
        self.record = RiskRecord()
        """What the rules refused, cut and did since the start of the process."""
        self._wanted: list[Action] = []
        self._still = tuple(self.memory.halts)
        self._seen: AccountView | None = None
        self._learns = self.memory.needs != Needs()
        for rule in rules:
            self.add_rule(rule)

    def add_rule(self, rule: RiskRule | RiskWatch) -> None:
        """Add a rule or a stop behind those there are.

        Raises:
            TypeError: it has neither `assess` nor `watch`.
        """
        name = getattr(rule, "name", type(rule).__name__)
        thing: object = rule
        if not isinstance(thing, (RiskRule, RiskWatch)):
            msg = f"risk rule '{name}' has neither assess nor watch"
            raise TypeError(msg)
        if isinstance(rule, RiskRule):
            self._judges.append((name, rule))
        needs = getattr(rule, "needs", PLENTY)
        self.memory.needs = self.memory.needs | needs
        self._learns = self.memory.needs != Needs()
        if isinstance(rule, RiskWatch) and needs.watch:
            self._watchers.append((name, rule))
        if isinstance(rule, RiskGauge):
            self._gauges.append((name, rule))
        rests = getattr(rule, "place", "local") == "exchange"
        if isinstance(rule, StopLoss):
            self._stops.append(rule)
            if rests:
                self._resting.append(rule)
        if isinstance(rule, RestsTargets) and rests:
            self._takers[name] = rule

    def add_stop_loss(self, stop_loss: RiskWatch) -> None:
        """Add a stop; it watches every bar."""
        self.add_rule(stop_loss)

    def add_position_sizer(self, sizer: Sizer) -> None:
        """Let `sizer` answer `quantity` from now on."""
        self._sizer = sizer

    def quantity(self, request: SizingRequest, account: AccountView) -> Decimal:
        """Return what the sizer makes of a signal; zero without one."""
        if self._sizer is None:
            return Decimal(0)
        return self._sizer.quantity(request, View(account, self.memory))

    def assess(self, intent: OrderIntent, account: AccountView) -> Verdict:
        """Return the verdict of all rules on one intended order."""
        view = self._look(account)
        verdict = self._verdict(intent, view)
        if isinstance(verdict, Approved):
            self.memory.note_order(view.now_ms)
            return verdict
        self.record.judged(intent, verdict, view.now_ms)
        if isinstance(verdict, Resized):
            self.memory.note_order(view.now_ms)
        elif verdict.action is not None and self._latch(verdict.action, view.now_ms):
            self._wanted.append(verdict.action)
        return verdict

    def _verdict(self, intent: OrderIntent, view: View) -> Verdict:
        double = self._doubles.taken_off(intent, view) if self._watchers else None
        if isinstance(double, Denied):
            return double
        if double is not None:
            intent = replace(intent, quantity=double.quantity)
        verdict = self._halted(intent, view) or self._judged(intent, view)
        return double if double is not None and isinstance(verdict, Approved) else verdict

    def reduces(self, intent: OrderIntent, account: AccountView) -> bool:
        """Tell whether `intent`, new or at work, only brings a position closer to zero."""
        return View(account, self.memory).reduces(intent)

    @property
    def silent(self) -> bool:
        """Tell whether nothing is halted, every judge is dormant, and none needs a memory.

        A rule says so by an attribute `dormant`, looked at before each order.
        """
        if self._learns or self.memory.halts or self._watchers:
            return False
        for _, rule in self._judges:  # noqa: SIM110 - asked for every order, and `all` takes twice as long
            if not getattr(rule, "dormant", False):
                return False
        return True

    def on_fill(self, fill: Fill, account: AccountView) -> None:
        """Remember an execution that `account` has just applied."""
        self.memory.note_fill(fill, account)

    @property
    def remembered(self) -> dict[str, Any]:
        """What must outlive the process, in plain JSON values; see `RiskMemory.from_dict`."""
        return self.memory.to_dict()

    @property
    def watches(self) -> bool:
        """Tell whether `watch` must be called on every bar; settled once all rules are added."""
        if self._watchers or self.memory.halts:
            return True
        needs = self.memory.needs  # where nothing is learnt, neither of these is needed
        return self._learns and (needs.per_bar or needs.actions)

    def watch(self, account: AccountView) -> Sequence[Action]:
        """Take this bar in and return what the rules want done."""
        view = self._look(account)
        needs = self.memory.needs
        if needs.per_bar:
            self.memory.note_equity(view.equity, view.now_ms)
        wanted, self._wanted = [*self._taken_up(), *self._wanted], []
        for name, rule in self._watchers:
            wanted += self._latched(_watched(name, rule, view), view)
        for halt in self.memory.halts.values():
            if halt.flatten:
                wanted.append(Action(ActionKind.FLATTEN, halt.rule, halt.reason))
        if needs.entries:
            self._move_stops(view.entries, view)
            self.memory.note_entries([view.extended(entry) for entry in view.entries])
        return self._settled(wanted, view)

    def look_back(self, account: AccountView) -> Sequence[Action]:
        """Take in a bar from before a live start; return what a halt of before it had left to do.

        Bars that were missed move the stops of positions held since before them: only that.
        """
        view = self._look(account)
        missed = view.missed()
        self._move_stops(missed, view)
        for entry in missed:
            self.memory.entries[entry.symbol] = view.extended(entry)
        return self._settled(self._taken_up(), view)

    def let_go(self) -> None:
        """Do nothing more about halts of before a restart: they are about to be lifted."""
        self._still = ()

    def _settled(self, wanted: Sequence[Action], view: View) -> Sequence[Action]:
        done = settled(wanted, view) if wanted else ()
        for action in done:
            self.record.acted(action, view.now_ms)
        return done

    def _taken_up(self) -> list[Action]:
        """Return halts of before a restart, once: the end may have come before their cancels."""
        names, self._still = self._still, ()
        halts = [self.memory.halts[name] for name in names if name in self.memory.halts]
        return [
            Action(
                ActionKind.HALT, halt.rule, f"still halted: {halt.reason}", until_ms=halt.until_ms
            )
            for halt in halts
        ]

    @property
    def rests_stops(self) -> bool:
        """Tell whether a stop is to rest at the venue."""
        return bool(self._resting)

    @property
    def rests_targets(self) -> tuple[str, ...]:
        """Return the names of the rules whose targets are to rest at the venue."""
        return tuple(self._takers)

    def protection(self, account: AccountView) -> Sequence[Protection]:
        """Return where stops that rest at the venue belong now, the tightest of each symbol."""
        if not self._resting:
            return ()
        view = View(account, self.memory)
        found = (tightest(self._resting, entry, view) for entry in view.entries)
        return [one for one in found if one is not None]

    def targets(self, account: AccountView) -> Sequence[Target]:
        """Return where gains are to be taken home by orders that rest at the venue."""
        if not self._takers:
            return ()
        view = View(account, self.memory)
        return [
            one for entry in view.entries for one in wanted_of(self._takers.values(), entry, view)
        ]

    def check_risk_limits(self, account: AccountView | None = None) -> tuple[Reading, ...]:
        """Return where every rule that can tell stands against its limit; nothing is latched.

        Args:
            account: the account as it is now; the one last seen when left out.

        Raises:
            LookupError: no account was ever seen.
        """
        account = account or self._seen
        if account is None:
            msg = "no account has been seen yet: pass one"
            raise LookupError(msg)
        view = View(account, self.memory)
        return tuple(gauge.reading(view) for _, gauge in self._gauges)

    def head_room(self, account: AccountView) -> Mapping[str, HeadRoom]:
        """Return where every rule stands, by its name, those in a halt included.

        One whose reading breaks is told of with its trouble, and keeps no other from being told.
        A rule that is in no halt and has no reading is left out.
        """
        view = View(account, self.memory)
        found = {name: taken(gauge, view) for name, gauge in self._gauges}
        for name, halt in self.memory.halts.items():
            found[name] = replace(found.get(name, HeadRoom()), halt=halt)
        return found

    def halt(self, rule: str, reason: str, account: AccountView, *, flatten: bool = False) -> None:
        """Halt until resumed, by a person's word."""
        kind = ActionKind.FLATTEN_AND_HALT if flatten else ActionKind.HALT
        action = Action(kind, rule, reason)
        if self._latch(action, account.now_ms):
            self._wanted.append(action)

    def resume(self, account: AccountView, rule: str | None = None) -> tuple[str, ...]:
        """Lift the halt of one rule, or all; each rule measures anew from here. Return which."""
        lifted = tuple(self.memory.halts) if rule is None else (rule,)
        for name in lifted:
            self.memory.lift(name, account.equity, account.now_ms)
        self._wanted = [action for action in self._wanted if action.rule not in lifted]
        return lifted

    def _look(self, account: AccountView) -> View:
        self._seen = account
        if self.memory.halts:
            self.memory.expire(account.now_ms)
        return View(account, self.memory)

    def _halted(self, intent: OrderIntent, view: View) -> Denied | None:
        if not self.memory.halts or view.reduces(intent):
            return None
        halt = next(iter(self.memory.halts.values()))
        return Denied(halt.rule, f"halted: {halt.reason}")

    def _judged(self, intent: OrderIntent, view: View) -> Verdict:
        smallest: Resized | None = None
        for name, rule in self._judges:
            verdict = _asked(name, rule, intent, view)
            if isinstance(verdict, Denied):
                return verdict
            if isinstance(verdict, Resized) and (verdict.quantity < (smallest or intent).quantity):
                smallest = verdict
        return Approved() if smallest is None else _in_lots(smallest, intent, view)

    def _latched(self, actions: Iterable[Action], view: View) -> list[Action]:
        """Latch halts; one in force already is not asked for again."""
        return [
            action
            for action in actions
            if action.kind not in _HALTS or self._latch(action, view.now_ms)
        ]

    def _latch(self, action: Action, now_ms: int) -> bool:
        """Remember a halt; tell whether it says more than the one in force."""
        if action.kind not in _HALTS:
            return True
        flatten = action.kind is ActionKind.FLATTEN_AND_HALT
        known = self.memory.halts.get(action.rule)
        if known is not None and (known.flatten or not flatten):
            return False
        halt = Halt(action.rule, action.reason, now_ms, action.until_ms, flatten)
        self.memory.halts[action.rule] = halt
        return True

    def _move_stops(self, entries: Sequence[Entry], view: View) -> None:
        for entry in entries:
            for stop in self._stops:
                level = level_or_none(stop, entry, view)
                if level is not None:
                    self.memory.note_level(stop.name, entry.symbol, level)


def _asked(name: str, rule: RiskRule, intent: OrderIntent, view: RiskView) -> Verdict:
    try:
        return rule.assess(intent, view)
    except Exception as error:  # noqa: BLE001 - around a plugin call: a rule that breaks must not let orders through
        if view.reduces(intent):
            return Approved()
        return Denied(name, f"the rule broke: {type(error).__name__}: {error}")


def _watched(name: str, rule: RiskWatch, view: RiskView) -> Sequence[Action]:
    try:
        return rule.watch(view)
    except Exception as error:  # noqa: BLE001 - around a plugin call: unwatched, nothing new may be risked
        reason = f"the rule broke: {type(error).__name__}: {error}"
        return (Action(ActionKind.HALT, name, reason),)


def _in_lots(resized: Resized, intent: OrderIntent, view: View) -> Verdict:
    instrument = view.instrument(intent.symbol)
    quantity = tradable(resized.quantity, view.price(intent.symbol), instrument)
    if quantity:
        return replace(resized, quantity=quantity)
    return Denied(resized.rule, f"{resized.reason}; what is left cannot be traded")
