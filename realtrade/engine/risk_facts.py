"""What the risk rules of a run did and have left, as report, page and command line tell it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from realtrade.risk.head_room import HeadRoom
from realtrade.risk.record import RuleRecord

if TYPE_CHECKING:
    from decimal import Decimal

    from realtrade.engine.parts import Parts
    from realtrade.monitor.facts import RuleFacts


def rule_facts(parts: Parts) -> tuple[RuleFacts, ...]:
    """Return every rule of the recipe, then whatever else refused an order."""
    from realtrade.monitor.facts import RuleFacts

    return tuple(_facts(RuleFacts, one) for one in _looked_at(parts))


def head_room(parts: Parts) -> list[dict[str, Any]]:
    """Return where every rule stands now, in plain values for page, JSON and command line.

    Numbers are decimal text, in the rule's own units; they are None where a rule has no reading.
    """
    return [_plain(one) for one in _looked_at(parts)]


@dataclass(frozen=True, slots=True)
class _Rule:
    """All that is known of one rule at this moment."""

    name: str
    type: str
    record: RuleRecord
    room: HeadRoom


def _looked_at(parts: Parts) -> list[_Rule]:
    """Look at every rule; none has a reading while prices are those of before the start."""
    types = {name: block.type for name, block in parts.recipe.risk.items()}
    counted = parts.risk.record.rules
    rooms = {} if parts.warming_up() else parts.risk.head_room(parts.broker.account)
    return [
        _Rule(
            name,
            types.get(name, "always there"),
            counted.get(name) or RuleRecord(),
            rooms.get(name) or HeadRoom(),
        )
        for name in dict.fromkeys([*types, *counted, *rooms])
    ]


def _facts(kind: type[RuleFacts], rule: _Rule) -> RuleFacts:
    reading, record = rule.room.reading, rule.record
    return kind(
        name=rule.name,
        type=rule.type,
        stands="" if reading is None else reading.text,
        breached=reading is not None and reading.breached,
        denied=record.denied,
        cut=record.cut,
        acted=record.acted,
        last=_last(record),
    )


def _plain(rule: _Rule) -> dict[str, Any]:
    reading, halt, record = rule.room.reading, rule.room.halt, rule.record
    numbers = dict.fromkeys(("value", "limit", "left"))
    if reading is not None:
        numbers = {name: _text(getattr(reading, name)) for name in numbers}
    return {
        "rule": rule.name,
        "type": rule.type,
        "text": rule.room.trouble if reading is None else reading.text,
        **numbers,
        "breached": reading is not None and reading.breached,
        "halt": None if halt is None else asdict(halt),
        "denied": record.denied,
        "cut": record.cut,
        "acted": record.acted,
        "last": _last(record),
    }


def _last(record: RuleRecord) -> str:
    from realtrade.monitor.texts import iso_text

    last = record.last
    return "" if last is None else f"{iso_text(last.time_ms)} {last.reason}"


def _text(value: Decimal) -> str:
    """Return twelve places at most: people look at it, nobody computes with it."""
    return f"{round(value, 12).normalize() + 0:f}" if value.is_finite() else str(value)


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
