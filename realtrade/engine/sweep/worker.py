"""A process that runs tasks: what it does at its start, and with each task."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

# What a trial needs, imported once by the process that workers are forked from.
import realtrade.common
import realtrade.common.broker.protection
import realtrade.common.broker.styles
import realtrade.common.simulated
import realtrade.engine.cerebro
import realtrade.engine.cerebros
import realtrade.engine.curve
import realtrade.engine.hooks
import realtrade.engine.live_cerebro
import realtrade.engine.marks
import realtrade.engine.sizing
import realtrade.engine.sweep.trial
import realtrade.monitor.analyzer
import realtrade.monitor.tracker
import realtrade.recipe.variants
import realtrade.risk
import realtrade.risk.gate
import realtrade.strategies.plugins
import realtrade.strategies.python  # noqa: F401 - see above
from realtrade.engine.lean.heap import keep_aside

if TYPE_CHECKING:
    from realtrade.engine.sweep.trial import Job, Result, Task

_HELD: dict[str, Job] = {}
"""The job of this process, once it has begun."""


def begin(job: str) -> None:
    """Get this process ready to run tasks of the job pickled in the file `job`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    Thread(target=_die_with_parent, name="parent", daemon=True).start()
    _be_quiet()
    with Path(job).open("rb") as file:
        _HELD["job"] = pickle.load(file)  # noqa: S301 - written by our parent a moment ago
    keep_aside()


def work(task: Task) -> Result:
    """Run one task."""
    return _HELD["job"].run(task)


def _be_quiet() -> None:
    """Keep what strategies print out of the sweep's table."""
    sys.stdout.flush()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _die_with_parent() -> None:
    """End this process when its parent has, however it ended: nobody would stop it then."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGKILL)
