"""Who runs the tasks: processes of this machine."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import sys
from collections import deque
from concurrent.futures import CancelledError, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace
from queue import Empty, SimpleQueue
from types import ModuleType
from typing import TYPE_CHECKING, Protocol, Self

from realtrade.engine.sweep.errors import SweepRefused
from realtrade.engine.sweep.trial import Result, Task

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future
    from pathlib import Path

    from realtrade.engine.sweep.trial import Job

_DEPTH = 3
"""Tasks handed out per worker: one at work, the next ones at hand."""
_MOST_DEATHS = 5
_PRELOAD = "realtrade.engine.sweep.worker"


class Crew(Protocol):
    """Runs tasks somewhere; used as a context."""

    @property
    def workers(self) -> int:
        """How many tasks are run at a time, now."""
        ...

    def room(self) -> int:
        """Return how many more tasks may be submitted now."""
        ...

    def submit(self, task: Task) -> None:
        """Have a task run."""
        ...

    def results(self, timeout_s: float) -> list[Result]:
        """Wait for results at most so long; return all there are."""
        ...

    def __enter__(self) -> Self:
        """Begin."""
        ...

    def __exit__(self, *_: object) -> None:
        """End; tasks not yet begun are dropped."""
        ...


class LocalCrew:
    """Worker processes of this machine, which share the bars through files mapped into memory.

    A worker that dies takes no other task's result along: what was at work is run again, one task
    at a time, until it is known which one kills its process; that one has failed.
    """

    def __init__(self, job: Job, folder: Path, *, workers: int = 0, depth: int = _DEPTH) -> None:
        """Take the job and an empty folder; `workers` is every core there is, unless given."""
        self._job = job
        self._folder = folder
        self._workers = workers or _cores()
        self._depth = depth
        self._running: dict[tuple[int, str], Task] = {}
        self._suspects: deque[Task] = deque()
        self._waiting: deque[Task] = deque()
        self._deaths: int | None = 0
        self._done: SimpleQueue[tuple[Task, Future[Result]]] = SimpleQueue()

    @property
    def workers(self) -> int:
        """How many processes there are."""
        return self._workers

    def __enter__(self) -> Self:
        """Write bars and job down; processes start with the first task."""
        folder = self._folder.absolute()
        self._file = folder / "job.pickle"
        stored = replace(self._job, bank=self._job.bank.stored(folder / "bars"))
        self._file.write_bytes(pickle.dumps(stored))
        self._pool = self._new_pool()
        return self

    def __exit__(self, *_: object) -> None:
        """End the processes after the tasks they are at."""
        self._pool.shutdown(cancel_futures=True)

    def room(self) -> int:
        """Return how many more tasks may be submitted now."""
        held = len(self._running) + len(self._waiting) + len(self._suspects)
        return self._workers * self._depth - held

    def submit(self, task: Task) -> None:
        """Have a task run, after the suspects if there are any."""
        if self._suspects:
            self._waiting.append(task)
        else:
            self._start(task)

    def results(self, timeout_s: float) -> list[Result]:
        """Wait for results at most so long; return all there are."""
        found: list[Result] = []
        broken: list[Task] = []
        wait_s = timeout_s
        while True:
            try:
                task, future = self._done.get(timeout=wait_s)
            except Empty:
                break
            del self._running[task.key]
            if isinstance(future.exception(), BrokenProcessPool):
                broken.append(task)
            else:
                found.append(_result(task, future))
                self._deaths = None
            wait_s = 0.0 if self._running == {} or not broken else timeout_s
        found += self._recover(broken)
        self._go_on()
        return found

    def _recover(self, broken: list[Task]) -> list[Result]:
        """Make a new pool, and find out who broke the old one."""
        if not broken:
            return []
        self._count_death()
        self._pool.shutdown()
        self._pool = self._new_pool()
        if len(broken) == 1:
            return [_died(broken[0])]
        self._suspects.extend(broken)
        return []

    def _count_death(self) -> None:
        """Give up when processes die and none ever brought a result: then it is no task's fault.

        Raises:
            SweepRefused: it was one too many.
        """
        if self._deaths is not None:
            self._deaths += 1
            if self._deaths > _MOST_DEATHS:
                msg = f"{self._deaths} worker processes died and none brought a result"
                hint = "what they said before is on standard error"
                raise SweepRefused(msg, hint=hint)

    def _go_on(self) -> None:
        if self._suspects:
            if not self._running:
                self._start(self._suspects.popleft())
            return
        while self._waiting:
            self._start(self._waiting.popleft())

    def _start(self, task: Task) -> None:
        from realtrade.engine.sweep.worker import work

        self._running[task.key] = task
        with _no_script():
            try:
                future = self._pool.submit(work, task)
            except BrokenProcessPool:
                self._pool.shutdown()
                self._pool = self._new_pool()
                future = self._pool.submit(work, task)
        future.add_done_callback(lambda done: self._done.put((task, done)))

    def _new_pool(self) -> ProcessPoolExecutor:
        from realtrade.engine.sweep.worker import begin

        ways = multiprocessing.get_all_start_methods()
        context = multiprocessing.get_context("forkserver" if "forkserver" in ways else "spawn")
        if "forkserver" in ways:
            context.set_forkserver_preload([_PRELOAD])
        return ProcessPoolExecutor(
            self._workers, mp_context=context, initializer=begin, initargs=(str(self._file),)
        )


@contextmanager
def _no_script() -> Iterator[None]:
    """Keep processes started meanwhile from running the program's own script once more.

    Nothing of it is theirs, and it may import more in each of them than all their work needs.
    """
    script = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = script


def _cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _result(task: Task, future: Future[Result]) -> Result:
    error = None if future.cancelled() else future.exception()
    if future.cancelled() or isinstance(error, CancelledError):
        return Result(task.number, task.params, task.part, "failed", message="cancelled")
    if error is not None:
        message = f"{type(error).__name__}: {error}"
        return Result(task.number, task.params, task.part, "failed", message=message[:500])
    return future.result()


def _died(task: Task) -> Result:
    message = "the process that ran it died"
    return Result(task.number, task.params, task.part, "failed", message=message)
