"""Who runs the tasks: workers of a Dask cluster, which may come and go meanwhile."""

from __future__ import annotations

import pickle
import re
from queue import Empty, SimpleQueue
from secrets import token_hex
from threading import Lock
from typing import TYPE_CHECKING, Any, Self

from realtrade.engine.sweep.errors import SweepRefused
from realtrade.engine.sweep.trial import Result
from realtrade.utils.clock import Clock, SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.engine.sweep.trial import Job, Task

_MOST_TURNS = 5
"""Turns after which a task that never comes to an end has failed."""
_CONNECT_S = 10
_WORKERS_S = 60
_LOOK_EVERY_S = 2.0
_ADDRESS = re.compile(r"\S+:[0-9]{1,5}/?", re.ASCII)
_DEPTH = 3
_ONE_AT_A_TIME = Lock()
"""Backtrader is no friend of threads: a worker process runs one task at a time."""


def unpacked(job: bytes) -> Job:
    """Return a job as it was sent, on a worker."""
    found: Job = pickle.loads(job)  # noqa: S301 - whoever may submit tasks may run code anyway
    return found


def run_there(job: Job, task: Task) -> Result:
    """Run one task on a worker, which may have run a sweep of other code before."""
    with _ONE_AT_A_TIME:
        job.code.renew()
        return job.run(task)


class DaskCrew:
    """Tasks on a scheduler that a user has started, with bars and recipe sent along once.

    A worker needs this package at the same version, and the code of a `type: python` strategy
    where it is here. A task whose worker is lost is run again by another.
    """

    def __init__(
        self,
        job: Job,
        address: str,
        *,
        told: Callable[[str], None],
        clock: Clock | None = None,
    ) -> None:
        """Take the job and where the scheduler listens; `told` hears of workers lost and found.

        Raises:
            SweepRefused: Dask is not installed.
        """
        try:
            import distributed
        except ImportError:
            msg = "a sweep on a cluster needs Dask, which is not installed"
            raise SweepRefused(msg, hint="pip install 'realtrade[cluster]'") from None
        self._dask: Any = distributed
        self._job = job
        self._address = address
        self._told = told
        self._clock = clock or SystemClock()
        self._workers = 0
        self._looked_s = 0.0
        self._name = f"realtrade-{token_hex(4)}"
        self._running: dict[tuple[int, str], Any] = {}
        self._turns: dict[tuple[int, str], int] = {}
        self._done: SimpleQueue[tuple[Task, Any]] = SimpleQueue()

    @property
    def workers(self) -> int:
        """How many threads the cluster's workers have, as of a moment ago."""
        return self._workers

    def __enter__(self) -> Self:
        """Connect, wait for the first worker, and send bars and recipe.

        Raises:
            SweepRefused: no scheduler or no worker is there.
        """
        if not _ADDRESS.fullmatch(self._address):
            msg = f"'{self._address}' is no address of a Dask scheduler"
            raise SweepRefused(msg, hint="such as tcp://127.0.0.1:8786")
        try:
            self._client = self._dask.Client(
                self._address, timeout=_CONNECT_S, set_as_default=False, name="realtrade-sweep"
            )
        except (OSError, ValueError) as error:
            msg = f"no Dask scheduler answers at {self._address}: {error}"
            raise SweepRefused(msg, hint="start one with `dask scheduler`") from error
        try:
            self._client.wait_for_workers(1, timeout=_WORKERS_S)
        except TimeoutError as error:
            self._client.close()
            msg = f"the scheduler at {self._address} has no workers after {_WORKERS_S} s"
            raise SweepRefused(msg, hint=f"start some: dask worker {self._address}") from error
        self._shared = self._share()
        self._look()
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of all tasks and disconnect; the cluster stays."""
        futures = list(self._running.values())
        self._running.clear()
        if self._client.status == "running":
            self._client.cancel(futures, force=True)
        self._client.close()

    def room(self) -> int:
        """Return how many more tasks may be submitted now."""
        if self._clock.monotonic_s() - self._looked_s > _LOOK_EVERY_S:
            self._look()
        return max(self._workers, 1) * _DEPTH - len(self._running)

    def submit(self, task: Task) -> None:
        """Have a task run."""
        turn = self._turns[task.key] = self._turns.get(task.key, 0) + 1
        key = f"{self._name}-{task.number}-{task.part.replace(' ', '-')}-{turn}"
        future = self._client.submit(run_there, self._shared, task, key=key, pure=False)
        self._running[task.key] = future
        future.add_done_callback(lambda done: self._done.put((task, done)))

    def results(self, timeout_s: float) -> list[Result]:
        """Wait for results at most so long; return all there are.

        Raises:
            SweepRefused: the scheduler is gone.
        """
        found: list[Result] = []
        wait_s = timeout_s
        while True:
            try:
                task, future = self._done.get(timeout=wait_s)
            except Empty:
                self._still_there()
                return found
            wait_s = 0.0
            if self._running.get(task.key) is not future:
                continue  # told by a turn that was given up
            del self._running[task.key]
            found += self._outcome(task, future)

    def _outcome(self, task: Task, future: Any) -> list[Result]:
        """Return the task's result, or have it run again and return nothing."""
        self._still_there()
        if future.status != "finished":
            return self._undone(task, future)
        try:
            return [future.result(timeout=_WORKERS_S)]
        except (TimeoutError, self._dask.client.FutureCancelledError, OSError) as error:
            return self._again(task, str(error))

    def _undone(self, task: Task, future: Any) -> list[Result]:
        failure = future.exception() if future.status == "error" else None
        if failure is None or isinstance(failure, self._dask.KilledWorker):
            return self._again(task, "its worker was lost")
        return [_failed(task, f"{type(failure).__name__}: {failure}")]

    def _again(self, task: Task, why: str) -> list[Result]:
        if self._turns[task.key] >= _MOST_TURNS:
            return [_failed(task, f"{why}, {_MOST_TURNS} times")]
        if self._shared.status in ("cancelled", "lost", "error"):
            self._shared = self._share()
        self.submit(task)
        return []

    def _share(self) -> Any:
        """Send the job to the scheduler, from which workers get it whatever became of others.

        Scattered data is lost with the workers that have it; what a task makes is made anew.
        """
        key = f"{self._name}-job-{token_hex(2)}"
        with self._dask.client.dask.config.set(
            {"distributed.admin.large-graph-warning-threshold": "1TB"}
        ):
            return self._client.submit(unpacked, pickle.dumps(self._job), key=key, pure=False)

    def _look(self) -> None:
        """See who is there.

        Raises:
            SweepRefused: the scheduler is gone.
        """
        self._looked_s = self._clock.monotonic_s()
        try:
            threads = self._client.nthreads()
        except OSError as error:
            raise self._gone() from error
        before, self._workers = self._workers, sum(threads.values())
        if before and before != self._workers:
            self._told(f"the cluster has {self._workers} workers now, {before} before")

    def _still_there(self) -> None:
        if self._client.status not in ("running", "connecting"):
            raise self._gone()

    def _gone(self) -> SweepRefused:
        msg = f"the scheduler at {self._address} is gone"
        return SweepRefused(msg, hint="results are kept: the same command goes on")


def _failed(task: Task, message: str) -> Result:
    return Result(task.number, task.params, task.part, "failed", message=message[:500])
