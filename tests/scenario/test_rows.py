"""Every row of what a bot has to survive has a case of its own, and the case is there."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.scenario import rows

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = Path(__file__).parent
WANTED = {
    "REQUESTS": """
        refused; reset before execution; reset after execution; timeout before execution; timeout
        after execution; 5xx JSON; 5xx HTML; empty body; {} body; truncated body; foreign body;
        dripping body; giant body; 429 with and without Retry-After; 418; -1021; -1015; filters
        changed mid-run; key revoked; duplicate delivery
    """,
    "STREAMS": """
        refused; drop; stall without close; 24 h close; duplicate; reordered; malformed; huge
        frames; missed bars; unclosed bars; ping loss; subscription refused; listen key expired;
        user stream silent while REST works
    """,
    "LIFECYCLE": """
        partial fills in any split; fill before ack; fill after cancel; cancel races; reject at
        trigger; expiry; dust; base-asset fees; unknown order; external position
    """,
    "RESTART": """
        SIGKILL at every named point; journal lost; older backup; truncated; locked; disk full;
        read-only
    """,
    "CLOCK": "skew; step; drift",
    "SECRETS": "canary keys in no byte written",
}
CHECKS = frozenset({"settle", "check", "stop", "trades", "trades_on"})
"""Calls by which a case looks at the invariants, itself or through a fixture or a class."""
LOOKED_AT_OTHERWISE = frozenset(
    {
        "test_live_bars.py::test_a_strategy_sees_every_closed_bar_once_and_in_order",
        "test_live_bars.py::test_a_bar_that_is_not_closed_is_shown_to_nobody",
        "test_sigkill.py::test_killed_at_every_named_point",
        "test_sigkill_at_random.py::test_killed_at_random_times",
        "test_wire_events.py::test_an_order_placed_by_hand_is_told_of_and_left_alone",
        "test_wire_orders.py::test_a_refused_key_halts_everything",
    }
)
"""Bars have no orders; kills are looked at by the class that kills; two look themselves."""
CASES = [
    case for kind in WANTED for cases in vars(rows)[kind].values() for case in cases
]  # fmt: skip


def function(case: str) -> tuple[ast.FunctionDef, str]:
    """Return the function of a case, and the part of its parameters that is meant."""
    where, _, part = case.partition("[")
    file, _, name = where.partition("::")
    tree = ast.parse((FOLDER / file).read_text())
    found = [one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef) and one.name == name]
    assert len(found) == 1, f"{case} is not there"
    return found[0], part.removesuffix("]")


@pytest.mark.parametrize("kind", WANTED)
def test_every_row_has_a_case(kind: str) -> None:
    told: Mapping[str, tuple[str, ...]] = vars(rows)[kind]

    assert list(told) == [" ".join(row.split()) for row in WANTED[kind].split(";")]
    assert all(told.values())


@pytest.mark.parametrize("case", dict.fromkeys(CASES))
def test_every_case_is_there_with_its_parameters(case: str) -> None:
    found, part = function(case)

    given = {
        word
        for decorator in found.decorator_list
        for node in ast.walk(decorator)
        for word in (getattr(node, "value", None), getattr(node, "id", None))
        if isinstance(word, str)
    }
    assert not part or part in given, f"{case}: there are {sorted(given)}"


@pytest.mark.parametrize("case", dict.fromkeys(case.partition("[")[0] for case in CASES))
def test_every_case_looks_at_the_invariants(case: str) -> None:
    found, _ = function(case)

    called = {
        getattr(node.func, "attr", None) or getattr(node.func, "id", None)
        for node in ast.walk(found)
        if isinstance(node, ast.Call)
    }
    assert (case in LOOKED_AT_OTHERWISE) is not bool(called & CHECKS), called
