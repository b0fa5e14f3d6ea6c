"""What a live bot does at wall times: reports, and closing positions before a time."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from realtrade.engine.parts import Parts
    from realtrade.engine.scheduler import Job
    from realtrade.engine.turns import Turns

_FLATTEN_GRACE_S = 15 * 60.0
"""A close missed by more is no longer the close that was meant."""


def jobs_of(parts: Parts, turns: Turns) -> list[Job]:
    """Return the jobs of a recipe; where bars tell the time, closing is done by the bars."""
    found: list[Job] = []
    if parts.recipe.monitor.report != "never":
        from realtrade.engine.reports import Reports

        found += Reports(parts, turns).jobs()
    if parts.wall is not None:
        found += flattening(parts)
    return found


def flattening(parts: Parts) -> list[Job]:
    """Return the jobs that close every position at the schedule's times, and let trading go on."""
    schedule = parts.recipe.schedule
    if not schedule.flatten:
        return []
    from realtrade.engine.cron import Crontab
    from realtrade.engine.scheduler import Job

    return [
        Job(
            name=f"flatten '{name}'",
            cron=Crontab(cron, schedule.timezone),
            run=partial(parts.controls.flatten, by="schedule", reason=name, halt=False),
            grace_s=_FLATTEN_GRACE_S,
        )
        for name, cron in schedule.flatten.items()
    ]
