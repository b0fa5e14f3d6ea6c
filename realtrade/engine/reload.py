"""A recipe changed while its bot runs: what can be taken over at once is, the rest is told."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from realtrade.engine.jobs import jobs_of
from realtrade.engine.lifecycle import Service

if TYPE_CHECKING:
    from collections.abc import Iterator

    from realtrade.engine.parts import Parts
    from realtrade.recipe import Recipe

HOT = frozenset({"schedule", "monitor.log.level"})
"""Settings that a running bot takes over."""


def changes(old: Recipe, new: Recipe) -> Iterator[str]:
    """Yield what differs, each by the shortest path that is hot or cold as a whole."""
    for name in type(old).model_fields:
        if name not in {"monitor", "schedule", "vars"} and getattr(old, name) != getattr(new, name):
            yield name
    called = {"rebalance": old.schedule.rebalance}
    if old.schedule != new.schedule.model_copy(update=called):
        yield "schedule"
    if old.schedule.rebalance != new.schedule.rebalance:
        yield "schedule.rebalance"
    before, after = old.monitor, new.monitor
    if before.log.level != after.log.level:
        yield "monitor.log.level"
    level = {"level": before.log.level}
    same_level = after.model_copy(update={"log": after.log.model_copy(update=level)})
    if before != same_level:
        yield "monitor"


def reload(parts: Parts, new: Recipe) -> list[str]:
    """Take over what is hot in `new`; return a sentence for everything that has changed.

    Called on any thread; the rule and the scheduler are made for that.
    """
    told = []
    for path in changes(parts.recipe, new):
        if path not in HOT:
            told.append(f"{path} has changed: restart needed")
            continue
        _take_over(parts, new, path)
        told.append(f"{path} has changed: taken over")
    return told or ["nothing has changed"]


def _take_over(parts: Parts, new: Recipe, path: str) -> None:
    if path == "monitor.log.level":
        logging.getLogger("realtrade").setLevel(new.monitor.log.level.upper())
        log = parts.recipe.monitor.log.model_copy(update={"level": new.monitor.log.level})
        monitor = parts.recipe.monitor.model_copy(update={"log": log})
        parts.recipe = parts.recipe.model_copy(update={"monitor": monitor})
        return
    called = {"rebalance": parts.recipe.schedule.rebalance}
    schedule = new.schedule.model_copy(update=called)
    parts.recipe = parts.recipe.model_copy(update={"schedule": schedule})
    if parts.schedule is not None:
        parts.schedule.replace(schedule)
    _reschedule(parts)


def _reschedule(parts: Parts) -> None:
    if parts.turns is None:
        return
    jobs = jobs_of(parts, parts.turns)
    if parts.scheduler is not None:
        parts.scheduler.replace(jobs)
    elif jobs:
        from realtrade.engine.scheduler import Scheduler

        scheduler = parts.scheduler = Scheduler(jobs, clock=parts.clock, say=parts.say)
        parts.lifecycle.bring_up(
            Service(name="scheduler", start=scheduler.start, stop=scheduler.stop)
        )
