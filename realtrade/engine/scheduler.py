"""When the bot trades, and what is done at certain times: the recipe's `schedule`.

`ScheduleRule` keeps to the hours in every mode: by the bar's time where time is simulated, by the
wall clock where it is not. `Scheduler` runs jobs at wall time beside a live run.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Condition, Thread
from typing import TYPE_CHECKING

from realtrade.engine.cron import Crontab
from realtrade.model.hours import WeeklyHours
from realtrade.model.verdict import Action, ActionKind, Approved, Denied
from realtrade.plugins.ports.risk import Needs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from realtrade.engine.observer import Level
    from realtrade.model.order import OrderIntent
    from realtrade.model.verdict import Verdict
    from realtrade.plugins.ports.risk import RiskView
    from realtrade.recipe.blocks import Blackout, ScheduleBlock
    from realtrade.utils.clock import Clock

    Say = Callable[[Level, str], None]

_MS = 1000
_NAP_S = 5.0
"""The longest wait: after the machine slept, or its clock was set, jobs are late by no more."""
NAME = "schedule"


class BlackoutTimes:
    """One blackout: begins by cron, lasts a while."""

    def __init__(self, name: str, block: Blackout, timezone: str) -> None:
        self.name = name
        self._cron = Crontab(block.cron, timezone)
        self._lasts_ms = round(block.lasts.total_seconds() * _MS)
        self._from_ms = self._to_ms = 0
        self._next_ms: int | None = 0

    def until_ms(self, now_ms: int) -> int | None:
        """Return when the blackout that covers `now_ms` ends, or None outside of one.

        Overlapping ones follow each other: what is returned may be covered by the next.
        """
        if not self._known(now_ms):
            self._look(now_ms)
        return self._to_ms if self._from_ms <= now_ms < self._to_ms else None

    def _known(self, now_ms: int) -> bool:
        """Tell whether the answer follows from the last look: inside it, or before the next."""
        before_next = self._next_ms is None or now_ms < self._next_ms
        return self._from_ms <= now_ms and (now_ms < self._to_ms or before_next)

    def _look(self, now_ms: int) -> None:
        begins = self._cron.at_or_after(now_ms - self._lasts_ms + 1)
        if begins is not None and begins <= now_ms:
            self._from_ms, self._to_ms = begins, begins + self._lasts_ms
            self._next_ms = self._to_ms
        else:
            self._from_ms = self._to_ms = now_ms
            self._next_ms = begins


class ScheduleRule:
    """Deny new exposure outside the trading hours and in blackouts; reductions always pass.

    Args:
        block: the recipe's schedule.
        wall: gives the wall time of a live run; None where the time of an order is its bar's.
    """

    def __init__(self, block: ScheduleBlock, *, wall: Callable[[], int] | None = None) -> None:
        self.name = NAME
        self.replace(block)
        self._wall = wall
        self._seen_ms: int | None = None
        self.needs = Needs(watch=bool(self._flattens) and wall is None)

    def replace(self, block: ScheduleBlock) -> None:
        """Keep to another schedule from now on; from any thread."""
        self._hours = WeeklyHours.parse(block.trade.days, block.trade.hours, block.timezone)
        self._blackouts = [
            BlackoutTimes(name, one, block.timezone) for name, one in block.blackout.items()
        ]
        self._flattens = [
            (name, Crontab(cron, block.timezone)) for name, cron in block.flatten.items()
        ]

    @property
    def dormant(self) -> bool:
        """Tell whether every order would be approved at any time."""
        return self._hours.always and not self._blackouts and not self._flattens

    def assess(self, intent: OrderIntent, view: RiskView) -> Verdict:
        """Return a denial of new exposure at a time without trading."""
        reason = self.closed(view.now_ms if self._wall is None else self._wall())
        if not reason or view.reduces(intent):
            return Approved()
        return Denied(self.name, reason)

    def closed(self, now_ms: int) -> str:
        """Return why nothing new may be entered at a moment, empty when it may."""
        if not self._hours.contains(now_ms):
            now = self._hours.local(now_ms)
            return f"{now:%a %H:%M} {self._hours.timezone} is outside the trading hours"
        for blackout in self._blackouts:
            until_ms = blackout.until_ms(now_ms)
            if until_ms is not None:
                until = self._hours.local(until_ms)
                return f"blackout '{blackout.name}' until {until:%a %H:%M} {self._hours.timezone}"
        return ""

    def watch(self, view: RiskView) -> Sequence[Action]:
        """Close everything at the first bar known at a time to flatten at, or behind it."""
        before_ms, self._seen_ms = self._seen_ms, view.now_ms
        if before_ms is None or before_ms >= view.now_ms:
            return ()
        for name, cron in self._flattens:
            due_ms = cron.after(before_ms)
            if due_ms is not None and due_ms <= view.now_ms:
                return (Action(ActionKind.FLATTEN, self.name, f"flatten '{name}'"),)
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something done again and again."""

    name: str
    cron: Crontab
    run: Callable[[], None]
    grace_s: float = 3600.0
    """How late it may still be done after the machine slept; once, however often it was missed."""


class Scheduler:
    """Runs jobs at wall time on a thread of its own; it never touches an order itself.

    A job that raises is named in the log and comes again next time.
    """

    def __init__(self, jobs: Iterable[Job], *, clock: Clock, say: Say) -> None:
        self._clock = clock
        self._say = say
        self._changed = Condition()
        self._over = False
        self._thread: Thread | None = None
        self._due: list[tuple[Job, int | None]] = []
        self.replace(jobs)

    def replace(self, jobs: Iterable[Job]) -> None:
        """Run these from now on, and no others; from any thread."""
        now_ms = self._clock.now_ms()
        with self._changed:
            self._due = [(job, job.cron.after(now_ms)) for job in jobs]
            self._changed.notify_all()

    def start(self) -> None:
        """Begin."""
        self._thread = Thread(target=self._run, name="scheduler", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Run nothing more; returns once a job under way has ended."""
        with self._changed:
            self._over = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()

    def next_runs(self) -> dict[str, int | None]:
        """Return when each job comes next, milliseconds since the epoch."""
        with self._changed:
            return {job.name: due_ms for job, due_ms in self._due}

    def turn(self) -> float:
        """Run what is due; return for how many seconds nothing will be."""
        now_ms = self._clock.now_ms()
        with self._changed:
            due = [
                (job, at_ms) for job, at_ms in self._due if at_ms is not None and at_ms <= now_ms
            ]
            self._due = [
                (job, job.cron.after(now_ms) if (job, at_ms) in due else at_ms)
                for job, at_ms in self._due
            ]
            waiting = [at_ms for _, at_ms in self._due if at_ms is not None]
        for job, at_ms in due:
            self._do(job, at_ms, now_ms)
        return min(_NAP_S, max(0.0, (min(waiting, default=now_ms + 10**9) - now_ms) / _MS))

    def _do(self, job: Job, due_ms: int, now_ms: int) -> None:
        """Run a job, unless even the latest time at which it was due is too long ago."""
        latest_ms = job.cron.at_or_after(now_ms - round(job.grace_s * _MS))
        if due_ms < now_ms and (latest_ms is None or latest_ms > now_ms):
            late_s = (now_ms - due_ms) / _MS
            missed = f"'{job.name}' was missed by {late_s:,.0f} s and is left out until next time"
            self._say("warning", missed)
            return
        try:
            job.run()
        except Exception as error:  # noqa: BLE001 - around a job; reported
            self._say("error", f"'{job.name}' failed: {type(error).__name__}: {error}")

    def _run(self) -> None:
        while True:
            nap_s = self.turn()
            with self._changed:
                if self._over or self._changed.wait_for(lambda: self._over, max(nap_s, 0.01)):
                    return
