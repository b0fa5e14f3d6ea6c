"""Run a sweep: read the bars once, hand tasks out, keep every result as it comes, judge."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from threading import Event as Flag
from typing import TYPE_CHECKING, Protocol

from realtrade.engine.bank import Bank
from realtrade.engine.build import StageFailed, build
from realtrade.engine.observer import Silent
from realtrade.engine.outcome import RunOutcome
from realtrade.engine.parts import Parts
from realtrade.engine.report import with_artifacts
from realtrade.engine.stages import STAGES
from realtrade.engine.sweep.board import Board
from realtrade.engine.sweep.code import code_of
from realtrade.engine.sweep.crew import Crew, LocalCrew
from realtrade.engine.sweep.errors import SweepRefused
from realtrade.engine.sweep.findings import facts_of
from realtrade.engine.sweep.plan import check_values
from realtrade.engine.sweep.trial import Job, Result, TrialCrashed, backtest
from realtrade.engine.sweep.workplace import workplace
from realtrade.monitor.overfitting import Moments
from realtrade.monitor.sweep_file import write_sweep_file
from realtrade.monitor.sweep_page import write_sweep_page
from realtrade.plugins.registry import Registry
from realtrade.recipe.diagnostic import RecipeInvalid
from realtrade.storage.study import StoredResult, StudyMismatch, StudyStore
from realtrade.utils.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from realtrade.engine.sweep.plan import SweepPlan
    from realtrade.monitor.sweep_facts import SweepFacts
    from realtrade.monitor.tracker import Columns
    from realtrade.recipe import Recipe

_WAIT_S = 0.2


class SweepWatch(Protocol):
    """Told how a sweep goes on, on its own thread; it must return at once."""

    def log(self, line: str) -> None:
        """Something worth a line has happened."""
        ...

    def begin(self, done: int, total: int, workers: int) -> None:
        """It begins; `done` of `total` tasks were done before."""
        ...

    def progress(self, done: int, total: int, best: str) -> None:
        """So many tasks of about `total` are done; `best` says the best value so far."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepOutcome:
    """What a sweep came to."""

    facts: SweepFacts
    folder: Path
    """Where `study.db`, `sweep.parquet`, `sweep.html` and `best/` are."""
    stopped: bool
    """True when somebody stopped it: it can be gone on with."""


class Sweep:
    """One sweep, run once.

    ```python
    space = Space.parse(["strategy.params.fast=5..50:5"])
    plan = SweepPlan(variants=variants, space=space, out=Path("runs/trend/sweep"))
    outcome = Sweep(plan, watch=watch).run()
    ```
    """

    def __init__(
        self,
        plan: SweepPlan,
        *,
        watch: SweepWatch,
        recipe_text: Callable[[Sequence[str]], str] = lambda params: "",
    ) -> None:
        """Take what is asked for; nothing happens before `run`.

        `recipe_text` shows the recipe with `path=value` texts laid over it, for the best's report.
        """
        self._plan = plan
        self._recipe_text = recipe_text
        self._watch = watch
        self._stop = Flag()

    def stop(self) -> None:
        """Hand out nothing more; `run` returns what there is. From any thread, repeatable."""
        self._stop.set()

    def run(self) -> SweepOutcome:
        """Run what is not done yet, and return everything found.

        Raises:
            RecipeInvalid: a parameter or a value of it is no good.
            SweepRefused: it cannot be done as asked.
            StageFailed, FeedError: the bars cannot be had.
            StudyUnreachable: results cannot be kept.
        """
        plan = self._plan
        recipe = check_values(plan.variants, plan.space)
        sampler = plan.make_sampler()
        bank = read_bank(recipe)
        job = Job(plan.variants, bank, code_of(recipe, bank))
        folds = plan.split.folds(*history(recipe, bank))
        board = Board(plan, sampler, folds)
        with workplace(plan.out) as folder:
            with StudyStore(plan.storage or _file(plan), recipe.name) as store:
                self._identify(store, recipe, job)
                board.recall(_result(one) for one in store.results())
                self._train_and_test(board, store, job, folder)
            facts = facts_of(plan, recipe, folds, board.trials)
            self._write(facts, bank)
        return SweepOutcome(facts=facts, stopped=self._stop.is_set(), folder=plan.out)

    def _write(self, facts: SweepFacts, bank: Bank) -> None:
        equity = None if self._stop.is_set() else self._best(facts, bank)
        write_sweep_file(self._plan.out, facts)
        write_sweep_page(self._plan.out, facts, equity)

    def _best(self, facts: SweepFacts, bank: Bank) -> Columns | None:
        """Run the best once more, over the whole history, and leave its artifacts behind."""
        if facts.best is None:
            return None
        params = self._plan.space.params(facts.best.choices)
        try:
            parts = backtest(self._plan.variants.recipe(params), bank)
        except (RecipeInvalid, StageFailed, TrialCrashed) as error:
            self._watch.log(f"the best has no report: {error}")
            return None
        ran = RunOutcome(ending="completed")
        with_artifacts(parts, ran, self._plan.out / "best", self._recipe_text(params))
        return parts.tracker.columns()

    def _identify(self, store: StudyStore, recipe: Recipe, job: Job) -> None:
        identity = self._plan.identity(recipe, job.bank)
        if job.code.hash:
            identity["strategy code"] = job.code.hash
        try:
            store.identify(identity)
        except StudyMismatch as mismatch:
            elsewhere = "--storage, or another name of the bot," if self._plan.storage else "--out,"
            hint = f"choose another {elsewhere} or delete the study to begin anew"
            raise SweepRefused(str(mismatch), hint=hint) from mismatch

    def _train_and_test(self, board: Board, store: StudyStore, job: Job, folder: Path) -> None:
        with self._crew(job, folder) as crew:
            self._watch.begin(board.done, board.total, crew.workers)
            try:
                self._work(board, store, crew)
                board.choose()
                self._work(board, store, crew)
            except (ConnectionError, EOFError):
                # Who stops a service ends all its processes at once: ours are gone before us.
                if not self._stop.is_set():
                    raise

    def _crew(self, job: Job, folder: Path) -> Crew:
        if not self._plan.cluster:
            depth = 3 if self._plan.sampler in ("grid", "random") else 1
            return LocalCrew(job, folder, workers=self._plan.workers, depth=depth)
        from realtrade.engine.sweep.cluster import DaskCrew

        return DaskCrew(job, self._plan.cluster, told=self._watch.log)

    def _work(self, board: Board, store: StudyStore, crew: Crew) -> None:
        """Hand out the board's tasks until it has no more, or until stopped."""
        running = 0
        while True:
            while not self._stop.is_set() and crew.room() > 0:
                task = board.next_task()
                if task is None:
                    break
                crew.submit(task)
                running += 1
            if self._stop.is_set() or not running:
                return
            results = crew.results(_WAIT_S)
            running -= len(results)
            self._keep(board, store, results)

    def _keep(self, board: Board, store: StudyStore, results: list[Result]) -> None:
        kept = [noted for one in results for noted in board.take(one)]
        if kept:
            store.add(_stored(one) for one in kept)
        self._watch.progress(board.done, board.total, board.best_text())


def read_bank(recipe: Recipe) -> Bank:
    """Read every bar the recipe's feeds have.

    Raises:
        StageFailed: a feed cannot be made.
        FeedError: a feed cannot be read.
    """
    parts = Parts(recipe=recipe, registry=Registry(), clock=SystemClock(), observer=Silent())
    names = [stage.name for stage in STAGES]
    stages = STAGES[: names.index("markets") + 1]
    with build(stages, parts, lambda name: None):
        return Bank.read(recipe.feeds, parts.sources)


def history(recipe: Recipe, bank: Bank) -> tuple[int, int]:
    """Return from when on all feeds have bars that the recipe wants, and until when."""
    firsts, ends = [], []
    for shelf in bank.shelves.values():
        columns = shelf.feed().history()
        firsts.append(int(columns.time_ms[0]))
        ends.append(int(columns.due_ms[-1]))
    span = recipe.backtest
    if span.start is not None:
        firsts.append(round(span.start.timestamp() * 1000))
    if span.end is not None:
        ends.append(min([*ends, round(span.end.timestamp() * 1000)]))
    return max(firsts), min(ends)


def _file(plan: SweepPlan) -> str:
    return f"sqlite:///{(plan.out / 'study.db').absolute()}"


def _stored(result: Result) -> StoredResult:
    content = {
        "params": list(result.params),
        "measures": dict(result.measures),
        "moments": asdict(result.moments),
        "message": result.message,
    }
    return StoredResult(result.number, result.part, result.state, content)


def _result(stored: StoredResult) -> Result:
    content = stored.content
    return Result(
        number=stored.number,
        params=tuple(content["params"]),
        part=stored.part,
        state=stored.state,  # type: ignore[arg-type]  # as `_stored` wrote it
        measures=content["measures"],
        moments=Moments(**content["moments"]),
        message=content["message"],
    )
