"""The one thread that speaks REST: jobs by urgency, some of them later, none of them twice."""

from __future__ import annotations

import heapq
from enum import IntEnum
from itertools import count
from threading import Condition, Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.utils.clock import Clock


class Priority(IntEnum):
    """Which of the jobs that are due goes first."""

    TIMER = 0
    """Asks nothing of the exchange: not even a closed gate holds it up."""
    CANCEL = 1
    SUBMIT = 2
    QUESTION = 3


class Job:
    """Something to be done once, on the courier's thread."""

    __slots__ = ("due_s", "number", "priority", "run", "withdrawn")

    def __init__(
        self, priority: Priority, run: Callable[[], object], due_s: float, number: int
    ) -> None:
        self.priority = priority
        self.run: Callable[[], object] | None = run
        """None once the job has begun."""
        self.due_s = due_s
        self.number = number
        self.withdrawn = False


class Courier:
    """Runs one job at a time: timers, then cancels, then submits, then questions.

    How long a job may take is the transport's affair: every request has a deadline of its own.
    Without `start`, `turn` does one job on the calling thread, which is how tests drive it.
    """

    def __init__(self, clock: Clock, failed: Callable[[Exception], None]) -> None:
        """`failed` hears, on the courier's thread, of a job that broke: that is a bug of ours."""
        self._clock = clock
        self._failed = failed
        self._changed = Condition()
        self._numbers = count()
        self._later: list[tuple[float, int, Job]] = []
        self._ready: list[tuple[Priority, int, Job]] = []
        self._held_until_s = 0.0
        self._running = self._stopping = False
        self._thread: Thread | None = None

    def start(self) -> None:
        """Begin, on a thread of its own."""
        self._thread = Thread(target=self._loop, name="courier", daemon=True)
        self._thread.start()

    def put(self, priority: Priority, run: Callable[[], object], after_s: float = 0.0) -> Job:
        """Have `run` called once, not before `after_s` seconds from now; from any thread.

        After `stop` only cancels are taken.
        """
        with self._changed:
            job = Job(priority, run, self._clock.monotonic_s() + after_s, next(self._numbers))
            if self._stopping and priority is not Priority.CANCEL:
                job.withdrawn = True
            else:
                heapq.heappush(self._later, (job.due_s, job.number, job))
                self._changed.notify_all()
            return job

    def withdraw(self, job: Job) -> bool:
        """Take a job back; False when it has begun, and may have done anything by now."""
        with self._changed:
            job.withdrawn = job.run is not None
            return job.withdrawn

    def hold(self, seconds: float) -> None:
        """Ask nothing of the exchange for so long; the longest of several holds counts."""
        with self._changed:
            until_s = self._clock.monotonic_s() + seconds
            self._held_until_s = max(self._held_until_s, until_s)

    @property
    def held_s(self) -> float:
        """Return for how many more seconds nothing may be asked of the exchange."""
        return max(0.0, self._held_until_s - self._clock.monotonic_s())

    @property
    def free(self) -> bool:
        """Tell whether a job put now would begin at once."""
        with self._changed:
            now_s = self._clock.monotonic_s()
            waiting = self._ready or (self._later and self._later[0][0] <= now_s)
            occupied = self._running or self._stopping or waiting
            return not occupied and self._held_until_s <= now_s

    @property
    def waiting(self) -> int:
        """Return how many jobs are due and not begun; from any thread."""
        with self._changed:
            now_s = self._clock.monotonic_s()
            jobs = [job for *_, job in (*self._later, *self._ready)]
            return sum(job.due_s <= now_s and not job.withdrawn for job in jobs)

    def turn(self) -> bool:
        """Do one job that is due; tell whether there was one."""
        with self._changed:
            run = self._take()
            self._running = run is not None
        if run is None:
            return False
        try:
            run()
        except Exception as error:  # noqa: BLE001  # the thread's outermost frame: a bug must not end it
            self._failed(error)
        self._running = False
        return True

    def next_s(self) -> float | None:
        """Return in how many seconds the next job is due, or None when there is none."""
        with self._changed:
            return self._next_s()

    def stop(self, timeout_s: float = 20.0) -> bool:
        """Finish the job under way and the cancels waiting, give up the rest.

        A submit given up was journaled and never sent: the next start closes it. Returns False
        when the thread is still in a request after `timeout_s` seconds; its outcome is then found
        out by the next start.
        """
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(timeout_s)
            if self._thread.is_alive():
                return False
        with self._changed:
            for _, _, job in (*self._later, *self._ready):
                job.withdrawn = job.run is not None
        return True

    def _take(self) -> Callable[[], object] | None:
        """Return the most urgent job that is due and allowed; called with the lock held."""
        now_s = self._clock.monotonic_s()
        while self._later and self._later[0][0] <= now_s:
            job = heapq.heappop(self._later)[2]
            heapq.heappush(self._ready, (job.priority, job.number, job))
        while self._ready:
            priority, _, job = self._ready[0]
            given_up = self._stopping and priority is not Priority.CANCEL
            if job.withdrawn or given_up:
                job.withdrawn = True
                heapq.heappop(self._ready)
                continue
            if priority is not Priority.TIMER and now_s < self._held_until_s:
                return None
            heapq.heappop(self._ready)
            run, job.run = job.run, None
            return run
        return None

    def _next_s(self) -> float | None:
        now_s = self._clock.monotonic_s()
        # A timer can be due before the gate opens; everything ready waits for the gate.
        dues = [self._later[0][0]] if self._later else []
        dues += [self._held_until_s] if self._ready else []
        return max(0.0, min(dues) - now_s) if dues else None

    def _loop(self) -> None:
        while True:
            if self.turn():
                continue
            with self._changed:
                if self._stopping and not self._has_cancels():
                    return
                wait_s = self._next_s()
                if wait_s is None or wait_s > 0:
                    self._changed.wait(wait_s)

    def _has_cancels(self) -> bool:
        """Tell whether a cancel waits that may go now; one that is to go later is given up."""
        if self._held_until_s > self._clock.monotonic_s():
            return False
        return any(not job.withdrawn for _, _, job in self._ready)
