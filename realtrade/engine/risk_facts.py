"""What the risk rules of a run did, as its report tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtrade.risk.record import RuleRecord

if TYPE_CHECKING:
    from collections.abc import Mapping

    from realtrade.engine.parts import Parts
    from realtrade.monitor.facts import RuleFacts
    from realtrade.plugins.ports.risk import Reading


def rule_facts(parts: Parts) -> tuple[RuleFacts, ...]:
    """Return every rule of the recipe, then whatever else refused an order."""
    types = {name: block.type for name, block in parts.recipe.risk.items()}
    counted, readings = parts.risk.record.rules, _readings(parts)
    return tuple(
        _facts(name, types.get(name, "always there"), counted.get(name), readings.get(name))
        for name in dict.fromkeys([*types, *counted])
    )


def _facts(name: str, kind: str, counted: RuleRecord | None, reading: Reading | None) -> RuleFacts:
    from realtrade.monitor.facts import RuleFacts
    from realtrade.monitor.texts import iso_text

    record = counted or RuleRecord()
    last = record.last
    return RuleFacts(
        name=name,
        type=kind,
        stands="" if reading is None else reading.text,
        breached=reading is not None and reading.breached,
        denied=record.denied,
        cut=record.cut,
        acted=record.acted,
        last="" if last is None else f"{iso_text(last.time_ms)} {last.reason}",
    )


def _readings(parts: Parts) -> Mapping[str, Reading]:
    """Return where each rule stands by the last close; nothing where there was no bar."""
    try:
        return {one.rule: one for one in parts.risk.check_risk_limits(parts.broker.account)}
    except Exception:  # noqa: BLE001 - around a plugin call: a rule that cannot tell keeps no report from being written
        return {}


def drawdown_limits(parts: Parts) -> tuple[tuple[str, float], ...]:
    """Return the rules that limit the fall from the highest equity of the run."""
    found = []
    for name, block in parts.recipe.risk.items():
        config = block.config
        fraction = getattr(getattr(config, "limit", None), "fraction", None)
        whole = getattr(config, "window", None) is None
        if block.type == "max_drawdown" and whole and fraction is not None:
            found.append((name, float(fraction)))
    return tuple(found)
