from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from threading import Event as Flag
from typing import Any, cast

import pytest

from realtrade.engine.cron import Crontab
from realtrade.engine.scheduler import Job, Scheduler, ScheduleRule
from realtrade.model.verdict import Action, ActionKind, Approved, Denied
from realtrade.recipe.blocks import ScheduleBlock
from realtrade.utils.clock import ManualClock, SystemClock


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


class View:
    """As much of the account as a schedule looks at."""

    def __init__(self, now: str, *, reduces: bool = False) -> None:
        self.now_ms = ms(now)
        self._reduces = reduces

    def reduces(self, intent: object) -> bool:
        return self._reduces


def rule(wall: Any = None, **written: Any) -> ScheduleRule:
    return ScheduleRule(ScheduleBlock.model_validate(written), wall=wall)


def verdict(of: ScheduleRule, now: str, *, reduces: bool = False) -> Any:
    return of.assess(cast("Any", None), cast("Any", View(now, reduces=reduces)))


MAINTENANCE = {"maintenance": {"cron": "0 8 * * 2", "for": "30m"}}  # Tuesdays, 2024-06-11 is one
WEEKDAYS = {"days": "mon-fri", "hours": "08:00-22:00"}


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        ("2024-06-11T07:59:59.999+00:00", ""),
        ("2024-06-11T08:00:00+00:00", "blackout 'maintenance' until Tue 08:30 UTC"),
        ("2024-06-11T08:29:59.999+00:00", "blackout 'maintenance' until Tue 08:30 UTC"),
        ("2024-06-11T08:30:00+00:00", ""),
        ("2024-06-12T08:10:00+00:00", ""),
    ],
)
def test_a_blackout_lets_nothing_new_in(now: str, reason: str) -> None:
    given = verdict(rule(blackout=MAINTENANCE), now)

    assert given == (Denied("schedule", reason) if reason else Approved())
    assert verdict(rule(blackout=MAINTENANCE), now, reduces=True) == Approved()


def test_one_rule_asked_all_week_answers_as_a_fresh_one_each_time() -> None:
    old = rule(blackout=MAINTENANCE, trade=WEEKDAYS)
    start = ms("2024-06-10T00:00:00+00:00")
    moments = [start + step * 600_000 for step in [*range(7 * 144), 200, 205, 3]]

    answers = [old.closed(at) for at in moments]

    assert answers == [rule(blackout=MAINTENANCE, trade=WEEKDAYS).closed(at) for at in moments]
    assert sum("blackout" in answer for answer in answers[: 7 * 144]) == 3
    assert sum("outside" in answer for answer in answers[: 7 * 144]) == 7 * 144 - 5 * 14 * 6


def test_outside_the_hours_the_wall_clock_of_the_zone_is_told() -> None:
    berlin = rule(timezone="Europe/Berlin", trade=WEEKDAYS)

    given = verdict(berlin, "2024-06-14T20:00:00+00:00")

    assert given == Denied("schedule", "Fri 22:00 Europe/Berlin is outside the trading hours")


def test_live_the_wall_clock_decides_and_not_the_bar() -> None:
    clock = ManualClock(ms("2024-06-11T08:10:00+00:00"))
    live = rule(clock.now_ms, blackout=MAINTENANCE)

    assert isinstance(verdict(live, "2024-06-11T07:00:00+00:00"), Denied)
    clock.sleep(30 * 60)
    assert verdict(live, "2024-06-11T08:10:00+00:00") == Approved()


def test_positions_are_closed_at_the_first_bar_known_at_the_time() -> None:
    flat = rule(flatten={"weekend": "50 20 * * 5"})
    bars = [
        "2024-06-14T19:00:00+00:00",
        "2024-06-14T20:00:00+00:00",
        "2024-06-14T21:00:00+00:00",
        "2024-06-14T22:00:00+00:00",
        "2024-06-24T00:00:00+00:00",  # a gap over the next Friday
    ]

    actions = [flat.watch(cast("Any", View(bar))) for bar in bars]

    closing = (Action(ActionKind.FLATTEN, "schedule", "flatten 'weekend'"),)
    assert actions == [(), (), closing, (), closing]
    assert closing[0].fraction == Decimal(1)


def test_only_simulated_time_closes_by_bars() -> None:
    block = {"flatten": {"weekend": "50 20 * * 5"}}

    assert rule(**block).needs.watch
    assert not rule(ManualClock().now_ms, **block).needs.watch
    assert not rule(blackout=MAINTENANCE).needs.watch


def test_a_schedule_may_be_replaced_while_it_is_kept() -> None:
    one = rule(blackout=MAINTENANCE)
    busy = one.dormant
    one.replace(ScheduleBlock())

    assert (busy, one.dormant) == (False, True)
    assert verdict(one, "2024-06-11T08:00:00+00:00") == Approved()


class Jobs:
    """A scheduler over one daily job, on a clock of our own."""

    def __init__(self, start: str = "2024-06-10T00:00:00+00:00", **extra: Any) -> None:
        self.clock = ManualClock(ms(start))
        self.lines: list[str] = []
        self.runs: list[int] = []
        self.fails = False
        job = Job(name="report", cron=Crontab("0 6 * * *", "UTC"), run=self._run, **extra)
        self.scheduler = Scheduler(
            [job], clock=self.clock, say=lambda level, line: self.lines.append(f"{level}: {line}")
        )

    def _run(self) -> None:
        self.runs.append(self.clock.now_ms())
        if self.fails:
            raise ValueError("no disk")

    def at(self, moment: str) -> float:
        self.clock = self.scheduler._clock = ManualClock(ms(moment))
        return self.scheduler.turn()


def test_a_job_runs_once_at_its_time() -> None:
    jobs = Jobs()

    assert jobs.at("2024-06-10T05:59:58+00:00") == 2.0
    assert jobs.runs == []
    assert jobs.at("2024-06-10T06:00:00+00:00") == 5.0
    jobs.at("2024-06-10T06:00:01+00:00")
    assert jobs.runs == [ms("2024-06-10T06:00:00+00:00")]
    assert jobs.scheduler.next_runs() == {"report": ms("2024-06-11T06:00:00+00:00")}


def test_after_sleep_a_missed_job_runs_once_if_it_is_not_too_late() -> None:
    late, too_late = Jobs(grace_s=7200), Jobs(grace_s=60)

    late.at("2024-06-13T07:30:00+00:00")
    too_late.at("2024-06-13T07:30:00+00:00")

    assert late.runs == [ms("2024-06-13T07:30:00+00:00")]
    assert late.lines == []
    assert too_late.runs == []
    assert too_late.lines == [
        "warning: 'report' was missed by 264,600 s and is left out until next time"
    ]
    assert too_late.scheduler.next_runs() == {"report": ms("2024-06-14T06:00:00+00:00")}


def test_a_job_that_fails_is_told_of_and_comes_again() -> None:
    jobs = Jobs()
    jobs.fails = True

    jobs.at("2024-06-10T06:00:00+00:00")
    jobs.at("2024-06-11T06:00:00+00:00")

    assert len(jobs.runs) == 2
    assert jobs.lines == ["error: 'report' failed: ValueError: no disk"] * 2


def test_it_runs_on_a_thread_of_its_own_and_ends_when_told() -> None:
    ran = Flag()
    cron = Crontab("* * * * *", "UTC")
    clock = SystemClock()
    scheduler = Scheduler(
        [Job(name="soon", cron=cron, run=ran.set)], clock=clock, say=lambda level, line: None
    )
    scheduler._due = [(job, clock.now_ms() + 20) for job, _ in scheduler._due]
    scheduler.start()

    assert ran.wait(5)
    scheduler.stop()
    assert scheduler._thread is not None
    assert not scheduler._thread.is_alive()
