"""When a gate may be left out: only while it would approve anything and forget everything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from realtrade.model.remembered import Halt
from realtrade.model.verdict import Approved
from realtrade.plugins.ports.risk import Needs
from realtrade.risk import RiskManager

if TYPE_CHECKING:
    from realtrade.model.order import OrderIntent
    from realtrade.model.verdict import Verdict


class Rule:
    """Approves everything."""

    def __init__(self, *, dormant: bool = True, needs: Needs | None = None) -> None:
        self.dormant = dormant
        self.needs = needs or Needs()

    def assess(self, intent: OrderIntent, view: Any) -> Verdict:
        return Approved()


class Watch(Rule):
    """Also looks at bars."""

    def watch(self, view: Any) -> tuple[()]:
        return ()


class Plain:
    """Says nothing of itself."""

    def assess(self, intent: OrderIntent, view: Any) -> Verdict:
        return Approved()


@pytest.mark.parametrize(
    ("rules", "silent"),
    [
        ([], True),
        ([Rule()], True),
        ([Rule(), Rule(dormant=False)], False),
        ([Rule(needs=Needs(trades=1))], False),
        ([Rule(needs=Needs(equity=True))], False),
        ([Watch()], False),
        ([Plain()], False),
    ],
)
def test_is_silent_while_no_rule_has_anything_to_say_or_to_learn(
    rules: list[Any], silent: bool
) -> None:
    assert RiskManager(rules).silent is silent


def test_speaks_up_as_soon_as_a_rule_wakes_or_a_halt_is_in_force() -> None:
    rule = Rule()
    risk = RiskManager([rule])

    rule.dormant = False
    awake = risk.silent
    rule.dormant = True
    risk.memory.halts["loss"] = Halt("loss", "too much", 0, None, False)

    assert (awake, risk.silent) == (False, False)
