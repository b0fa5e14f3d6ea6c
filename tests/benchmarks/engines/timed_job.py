"""A sweep's job that tells when each of its tasks was at work, and what it computed."""

from __future__ import annotations

import os
import time  # noqa: TID251 (a benchmark measures time)
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from realtrade.engine.sweep.trial import Job

if TYPE_CHECKING:
    from realtrade.engine.sweep.trial import Result, Task


@dataclass(slots=True)
class TimedJob(Job):
    """Adds `worker`, `begun`, `ended` and `computed` to the measures; seconds."""

    def run(self, task: Task) -> Result:
        """Run one task and measure it."""
        begun, computed = time.perf_counter(), time.process_time()
        result = Job.run(self, task)
        told = {
            **result.measures,
            "worker": os.getpid(),
            "begun": begun,  # one clock for all processes of a machine
            "ended": time.perf_counter(),
            "computed": time.process_time() - computed,
        }
        return replace(result, measures=told)
