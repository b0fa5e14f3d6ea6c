"""A sweep on a real Dask scheduler and two workers, one of which is killed midway."""

from __future__ import annotations

import importlib
import os
import re
import signal
import subprocess
import sys
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.engine.sweep import SweepRefused
from realtrade.engine.sweep.cluster import DaskCrew, run_there, unpacked
from realtrade.engine.sweep.code import Code
from realtrade.engine.sweep.trial import Job

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

DASK = [sys.executable, "-m", "dask"]
ADDRESS = re.compile(r"Scheduler at:\s+(tcp://127\.0\.0\.1:\d+)")
SLOW = """
import backtrader as bt
from threading import Event

class Slow(bt.Strategy):
    params = (("every", 5), ("size", 1))

    def next(self):
        if len(self) == 100:
            Event().wait(0.15)
        if len(self) % self.p.every == 0:
            self.close() if self.position else self.buy(size=self.p.size)
"""


class Cluster:
    """A scheduler and its workers as processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes: list[subprocess.Popen[bytes]] = []
        self.address = ""

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        log = self.folder / f"dask-{len(self.processes)}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [*DASK, *arguments], cwd=self.folder, stdout=out, stderr=out,
                start_new_session=True,
            )  # fmt: skip
        self.processes.append(process)
        return process

    def scheduler(self) -> None:
        self.start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        for _ in range(600):
            found = ADDRESS.search((self.folder / "dask-0.log").read_text())
            if found:
                self.address = found[1]
                return
            Event().wait(0.05)
        raise AssertionError((self.folder / "dask-0.log").read_text())

    def worker(self) -> subprocess.Popen[bytes]:
        options = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1")
        return self.start("worker", self.address, *options)

    def end(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    cluster = Cluster(tmp_path)
    yield cluster
    cluster.end()


@pytest.mark.timeout(120)
def test_a_worker_is_killed_and_the_results_are_the_same(
    bench: Any, sweeper: Any, watch: Any, cluster: Cluster, tmp_path: Path
) -> None:
    cluster.scheduler()
    workers = [cluster.worker(), cluster.worker()]
    bench.strategy("slow", SLOW)
    sweeper.recipe = bench.recipe('strategy: {type: python, class: "slow:Slow"}\n')
    space = ["strategy.params.every=3..8", "strategy.params.size=1..4"]
    killed: list[int] = []

    def kill_one(done: int) -> None:
        if done >= 4 and not killed:
            killed.append(done)
            workers[0].kill()

    watch.on_progress = kill_one
    there = sweeper.run(sweeper.plan(*space, cluster=cluster.address, out=tmp_path / "a"), watch)
    here = sweeper.run(sweeper.plan(*space, out=tmp_path / "b"))

    assert killed
    assert killed[0] < 24
    assert watch.begun is not None
    assert {trial.state for trial in there.facts.trials} == {"done"}
    assert there.facts == here.facts
    files = [(tmp_path / name / "sweep.parquet").read_bytes() for name in "ab"]
    assert files[0] == files[1]


class Future:
    """What the crew sees of a Dask future."""

    def __init__(self, status: str, outcome: Any = None) -> None:
        self.status = status
        self.outcome = outcome

    def add_done_callback(self, tell: Callable[[Any], None]) -> None:
        tell(self)

    def exception(self) -> Any:
        return self.outcome

    def result(self, timeout: float) -> Any:
        if isinstance(self.outcome, BaseException):
            raise self.outcome
        return self.outcome


class Client:
    """A client whose tasks end as planned."""

    status = "running"

    def __init__(self, *ends: Future) -> None:
        self.ends = list(ends)
        self.shared: list[bytes] = []

    def submit(self, function: Any, *arguments: Any, **words: Any) -> Future:
        if function is unpacked:
            self.shared.append(arguments[0])
            return Future("finished")
        return self.ends.pop(0)

    def nthreads(self) -> dict[str, int]:
        if self.status == "breaking":
            raise OSError
        return {"one": 2, "other": 1}


def crew_of(job: Any, *ends: Future) -> tuple[DaskCrew, Client]:
    client = Client(*ends)
    crew = DaskCrew(job, "tcp://nowhere", told=print)
    crew._client = client
    crew._shared = crew._share()
    return crew, client


@pytest.fixture
def task() -> Any:
    from realtrade.engine.sweep.splits import Span
    from realtrade.engine.sweep.trial import Task

    return Task(7, ("a=1",), "train 0", Span())


@pytest.fixture
def done(task: Any) -> Any:
    from realtrade.engine.sweep.trial import Result

    return Result(7, task.params, "train 0", "done", {"sharpe": 1.0})


def test_a_standing_worker_runs_the_code_of_today(
    tmp_path: Path, task: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    told: list[Any] = []

    class Reading(Job):
        def run(self, task: Any) -> Any:
            return importlib.import_module("standing").SAID

    for number, said in enumerate(["first", "second", "second again"]):
        (tmp_path / "standing.py").write_text(f"SAID = {said!r}\n", encoding="utf-8")
        code = Code(f"hash {min(number, 1)}", ("standing",))
        told.append(run_there(Reading(None, None, code), task))  # type: ignore[arg-type]  # it reads no bars

    assert told == ["first", "second", "second"]


@pytest.mark.parametrize("lost", ["cancelled", "lost"])
def test_a_task_lost_with_its_worker_is_run_again(task: Any, done: Any, lost: str) -> None:
    crew, client = crew_of(None, Future(lost), Future("finished", done))
    crew.submit(task)

    assert crew.results(0.1) == [done]
    assert client.ends == []


def test_a_task_that_kills_every_worker_has_failed(task: Any) -> None:
    from distributed import KilledWorker

    nobody: Any = None
    killed = KilledWorker(task="x", last_worker=nobody, allowed_failures=3)
    deaths = [Future("error", killed) for _ in range(5)]
    crew, _ = crew_of(None, *deaths)
    crew.submit(task)

    (found,) = crew.results(0.1)

    assert (found.state, found.message) == ("failed", "its worker was lost, 5 times")
    assert crew.room() == 9


def test_what_a_worker_cannot_do_has_failed(task: Any) -> None:
    crew, _ = crew_of(None, Future("error", ModuleNotFoundError("no module 'mine'")))
    crew.submit(task)

    (found,) = crew.results(0.1)

    assert found.message == "ModuleNotFoundError: no module 'mine'"


def test_a_result_that_cannot_be_fetched_is_worked_out_again(task: Any, done: Any) -> None:
    crew, client = crew_of(None, Future("finished", OSError("gone")), Future("finished", done))
    crew.submit(task)
    crew._shared.status = "lost"

    assert crew.results(0.1) == [done]
    assert len(client.shared) == 2, "the job is sent again when it is lost too"


def test_a_scheduler_that_is_gone_ends_the_sweep(task: Any) -> None:
    crew, client = crew_of(None, Future("cancelled"))
    crew.submit(task)
    client.status = "closed"

    with pytest.raises(SweepRefused, match="the scheduler at tcp://nowhere is gone"):
        crew.results(0.1)


def test_a_scheduler_that_is_gone_when_asked_for_its_workers_ends_the_sweep() -> None:
    crew, client = crew_of(None)
    client.status = "breaking"

    with pytest.raises(SweepRefused, match="the scheduler at tcp://nowhere is gone"):
        crew.room()


@pytest.mark.parametrize("address", ["nonsense", "tcp://nowhere", "tcp://nowhere:port", "a b:1"])
def test_what_is_no_address_is_refused_before_anybody_is_asked(address: str) -> None:
    crew = DaskCrew(None, address, told=print)  # type: ignore[arg-type]  # it is never sent

    with pytest.raises(SweepRefused, match="is no address of a Dask scheduler"):
        crew.__enter__()


def test_a_scheduler_that_does_not_answer_is_told(
    sweeper: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("realtrade.engine.sweep.cluster._CONNECT_S", 1)
    crew = DaskCrew(sweeper.plan().variants, "tcp://127.0.0.1:1", told=print)

    with pytest.raises(SweepRefused, match="no Dask scheduler answers"):
        crew.__enter__()


def test_without_dask_it_says_what_to_install(
    sweeper: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)

    with pytest.raises(SweepRefused, match="needs Dask") as refused:
        DaskCrew(sweeper.plan().variants, "tcp://nowhere", told=print)

    assert refused.value.hint == "pip install 'realtrade[cluster]'"
