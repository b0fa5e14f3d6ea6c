"""How a journal says it is: slow, refused, large, on a full disk."""

from __future__ import annotations

import shutil
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.plugins.ports.health import HasProbes, HealthStatus
from realtrade.plugins.ports.journal import JournalError
from realtrade.storage import commits
from realtrade.storage.commits import Commits, lag
from realtrade.utils.clock import ManualClock
from tests.storage.samples import an_intent, opened

if TYPE_CHECKING:
    from pathlib import Path

H = HealthStatus


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(1_000_000)


def a_writer(made: Commits, refusal: str = "") -> Any:
    return SimpleNamespace(commits=made, refusal=refusal)


@pytest.mark.parametrize(("took_s", "status"), [(1.5, H.HEALTHY), (2.0, H.DEGRADED)])
@pytest.mark.parametrize("over", [True, False])
def test_a_slow_commit_is_seen_while_it_lasts_and_afterwards(
    clock: ManualClock, took_s: float, status: HealthStatus, *, over: bool
) -> None:
    made = Commits(clock)
    made.begin()
    clock.sleep(took_s)
    if over:
        made.end(done=True)
        clock.sleep(100)

    found = lag(a_writer(made))

    assert (found.status, found.value) == (status, took_s)
    assert made.last_ms == (1_000_000 + took_s * 1000 if over else None)


def test_a_commit_that_was_refused_is_no_commit(clock: ManualClock) -> None:
    made = Commits(clock)
    made.begin()
    made.end(done=False)

    assert (made.last_ms, made.took_s, made.lag_s) == (None, 0.0, 0.0)


def test_a_journal_that_takes_nothing_more_says_why(clock: ManualClock) -> None:
    found = lag(a_writer(Commits(clock), "the disk is gone"))

    assert (found.status, found.message) == (H.DEGRADED, "the disk is gone")


def test_a_journal_in_a_file_tells_lag_size_and_room(path: Path) -> None:
    journal = opened(path)
    before = journal.probes()["journal_size"]().value or 0.0
    journal.strategy({"n": "x" * 100_000})
    assert isinstance(journal, HasProbes)
    found = {name: probe() for name, probe in journal.probes().items()}
    journal.close()

    assert set(found) == {"journal", "journal_size", "disk_free"}
    assert {one.status for one in found.values()} == {H.HEALTHY}
    assert (found["journal_size"].value or 0.0) - before >= 100_000
    assert found["disk_free"].value is not None


def test_a_closed_journal_is_not_well(path: Path) -> None:
    journal = opened(path)
    journal.close()
    with pytest.raises(JournalError):
        journal.intent(an_intent())

    assert journal.probes()["journal"]().status is H.DEGRADED


@pytest.mark.parametrize(("free", "status"), [(200_000_000, H.HEALTHY), (199_999_999, H.DEGRADED)])
def test_a_disk_that_fills_up_is_told_before_it_is_full(
    path: Path, monkeypatch: pytest.MonkeyPatch, free: int, status: HealthStatus
) -> None:
    usage = SimpleNamespace(free=free)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)

    found = commits.room(path)

    assert (found.status, found.value) == (status, free)
    if status is H.DEGRADED:
        assert found.message == "the disk of the journal has 200 MB left, it needs 200 MB"


def test_a_file_that_is_not_there_yet_is_of_no_size(path: Path) -> None:
    assert commits.size(path).value == 0.0
