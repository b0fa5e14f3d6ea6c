from __future__ import annotations

import subprocess
import sys
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from realtrade.engine.sweep import Sweep, SweepRefused
from realtrade.engine.sweep.crew import LocalCrew
from realtrade.engine.sweep.errors import SweepBusy
from realtrade.engine.sweep.objective import Objective
from realtrade.engine.sweep.plan import DEFAULT_TRIALS
from realtrade.engine.sweep.splits import Span, Split
from realtrade.engine.sweep.sweep import read_bank
from realtrade.engine.sweep.trial import Job, Task
from realtrade.engine.sweep.workplace import workplace
from realtrade.recipe import RecipeInvalid
from tests.engine.sweep.conftest import Watch

if TYPE_CHECKING:
    from pathlib import Path

DEADLY = """
import os
import signal
import backtrader as bt

class Deadly(bt.Strategy):
    params = (("mood", 0),)

    def next(self):
        if self.p.mood == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.p.mood == 3:
            raise ValueError("bad mood")
        if not self.position and len(self) % 9 == 0:
            self.buy(size=self.p.mood + 1)
        elif self.position:
            self.close()
"""


def summary_of(bench: Any, folder: str, *sets: str) -> dict[str, Any]:
    return dict(bench.run(bench.folder / "bot.yaml", folder, *sets).summary)


@pytest.mark.timeout(120)
def test_a_grid_finds_what_runs_one_by_one_find(bench: Any, sweeper: Any, watch: Any) -> None:
    outcome = sweeper.run(sweeper.plan(), watch)

    facts = outcome.facts
    states = {trial.values: trial.state for trial in facts.trials}
    assert len(states) == facts.wanted == 9
    assert {values for values, state in states.items() if state == "refused"} == {
        ("8", "8"),
        ("12", "8"),
    }
    best = facts.best
    assert best is not None
    values = [trial.objectives[0] for trial in facts.trials[:7]]
    assert values == sorted(values, reverse=True)
    pairs = {f"strategy.params.fast={a}": f"strategy.params.slow={b}" for a, b in [best.values]}
    for fast, slow in pairs.items():
        alone = summary_of(bench, "alone", fast, slow)
        assert best.objectives == (alone["sharpe"],)
        assert best.measures["train 0"]["trades"] == alone["trades"]
    assert watch.begun == (0, 9, 2)
    assert watch.told[-1][:2] == (9, 9)
    best_text = f"sharpe {best.objectives[0]:.4g} at fast={best.values[0]} slow={best.values[1]}"
    assert watch.told[-1][2] == best_text
    made = {path.name for path in sweeper.out.iterdir()}
    assert made == {".lock", "best", "study.db", "sweep.html", "sweep.parquet"}
    report = {path.name for path in (sweeper.out / "best").iterdir()}
    assert report == {"equity.csv", "report.html", "summary.json", "trades.csv"}


@pytest.mark.timeout(120)
def test_one_worker_or_three_write_the_same_bytes(sweeper: Any, tmp_path: Path) -> None:
    split = Split.parse("walk-forward:train=10d,test=5d", None)
    space = ["strategy.params.fast=4,8", "strategy.params.slow=20,40"]
    for workers in (1, 3):
        plan = sweeper.plan(*space, workers=workers, split=split, out=tmp_path / f"w{workers}")
        sweeper.run(plan)

    for name in ("sweep.parquet", "sweep.html", "best/summary.json"):
        assert (tmp_path / "w1" / name).read_bytes() == (tmp_path / "w3" / name).read_bytes()


@pytest.mark.timeout(120)
def test_a_walk_forward_chooses_on_one_part_and_judges_on_the_next(
    bench: Any, sweeper: Any
) -> None:
    split = Split.parse("walk-forward:train=10d,test=5d", None)

    facts = sweeper.run(sweeper.plan(split=split)).facts

    assert [fold.test[0][:10] for fold in facts.folds] == ["2024-01-11", "2024-01-16", "2024-01-21"]
    for number, fold in enumerate(facts.folds):
        trials = {trial.number: trial for trial in facts.trials}
        part = f"train {number}"
        known = [one.measures[part]["sharpe"] for one in trials.values() if one.measures.get(part)]
        assert fold.chosen == max(known) == trials[fold.trial].measures[part]["sharpe"]
        start, end = fold.test
        alone = summary_of(
            bench,
            f"fold{number}",
            f"strategy.params.fast={fold.values[0]}",
            f"strategy.params.slow={fold.values[1]}",
            f"backtest.from={start}",
            f"backtest.to={end}",
        )
        judged = (fold.judged, fold.judged_return, fold.judged_trades)
        assert judged == (alone["sharpe"], alone["total_return"], alone["trades"])
    table = pq.read_table(sweeper.out / "sweep.parquet").to_pylist()
    assert sum(row["part"].startswith("test") for row in table) == 3


@pytest.mark.timeout(120)
def test_a_holdout_judges_the_best_and_the_front(sweeper: Any) -> None:
    plan = sweeper.plan(
        split=Split.parse(None, "30%"),
        objectives=(Objective.parse("total_return"), Objective.parse("max_drawdown")),
    )

    facts = sweeper.run(plan).facts

    judged = [trial for trial in facts.trials if trial.tested]
    assert len(judged) == 7
    for trial in judged:
        there = trial.measures["test 0"]
        assert trial.tested == (there["total_return"], there["max_drawdown"])
        assert (trial.measures["train 0"]["bars"], there["bars"]) == (420, 180)
    front = [trial for trial in facts.trials if trial.front]
    assert front[0] is facts.best
    falls = [trial.objectives[1] for trial in front]
    assert falls == sorted(falls, reverse=True), "less return is paid by less drawdown"


@pytest.mark.timeout(120)
def test_a_trial_that_dies_takes_no_other_along(bench: Any, sweeper: Any) -> None:
    bench.strategy("deadly", DEADLY)
    sweeper.recipe = bench.recipe('strategy: {type: python, class: "deadly:Deadly"}\n')

    facts = sweeper.run(sweeper.plan("strategy.params.mood=0..7")).facts

    told = {trial.values[0]: (trial.state, trial.message) for trial in facts.trials}
    assert told["2"] == ("failed", "the process that ran it died")
    assert told["3"][0] == "failed"
    assert told["3"][1].startswith("ValueError: bad mood (deadly.py, line")
    assert [mood for mood, (state, _) in told.items() if state == "done"] != []
    assert sorted(mood for mood, (state, _) in told.items() if state == "done") == list("014567")


SCRIPT = """
from pathlib import Path
from realtrade.engine.sweep import Space, Sweep, SweepPlan
from realtrade.recipe import Variants

class Watch:
    log = begin = progress = lambda self, *told: None

with Path("imported.txt").open("a") as file:
    file.write("once\\n")
space = Space.parse(["strategy.params.fast=4,8"])
plan = SweepPlan(variants=Variants("bot.yaml"), space=space, out=Path("out"), workers=2)
print(len(Sweep(plan, watch=Watch()).run().facts.trials))
"""


@pytest.mark.timeout(120)
def test_workers_do_not_run_the_script_that_sweeps(sweeper: Any) -> None:
    folder = sweeper.recipe.parent
    (folder / "script.py").write_text(SCRIPT)

    done = subprocess.run(
        [sys.executable, "script.py"], cwd=folder, capture_output=True, text=True, check=False
    )

    assert (done.stdout, done.stderr) == ("2\n", "")
    assert (folder / "imported.txt").read_text() == "once\n"


@pytest.mark.timeout(120)
def test_processes_that_cannot_begin_end_the_sweep(sweeper: Any, tmp_path: Path) -> None:
    plan = sweeper.plan()
    recipe = plan.variants.recipe()
    job = Job(plan.variants, read_bank(recipe))

    with LocalCrew(job, tmp_path / "work", workers=1) as crew:
        crew._file.unlink()
        crew.submit(Task(0, (), "train 0", Span()))
        for number in range(1, 6):
            assert [one.state for one in crew.results(20)] == ["failed"]
            crew.submit(Task(number, (), "train 0", Span()))
        with pytest.raises(SweepRefused, match="6 worker processes died and none"):
            crew.results(20)


@pytest.mark.timeout(120)
def test_a_stopped_sweep_is_gone_on_with(sweeper: Any, watch: Any) -> None:
    from realtrade.engine.sweep import Sweep

    whole = sweeper.run(sweeper.plan(out=sweeper.out / "whole")).facts
    plan = sweeper.plan()
    first = Sweep(plan, watch=watch)
    watch.on_progress = lambda done: first.stop() if done >= 3 else None
    part = first.run()
    done = sum(trial.state != "unfinished" for trial in part.facts.trials)

    rest = sweeper.run(plan, again := type(watch)())

    assert part.stopped
    assert 3 <= done < 9
    assert again.begun == (done, 9, 2)
    assert rest.facts == whole
    third = type(watch)()
    assert sweeper.run(plan, third).facts == whole
    assert third.begun == (9, 9, 2)
    assert third.told == [], "nothing was left to do"


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.timeout(120)
def test_processes_that_end_with_the_sweep_are_no_fault(
    sweeper: Any, monkeypatch: pytest.MonkeyPatch, told: bool
) -> None:
    sweep = Sweep(sweeper.plan("strategy.params.fast=4"), watch=Watch())

    def gone(crew: LocalCrew, task: Task) -> None:
        if told:
            sweep.stop()
        raise ConnectionRefusedError

    monkeypatch.setattr(LocalCrew, "submit", gone)

    with nullcontext() if told else pytest.raises(ConnectionRefusedError):
        assert sweep.run().stopped


@pytest.mark.timeout(120)
def test_optuna_prunes_and_goes_on_with_more_trials(sweeper: Any) -> None:
    space = ["strategy.params.fast=3..12", "strategy.params.slow=20..60:10"]
    split = Split.parse("walk-forward:train=10d,test=7d", None)
    plan = sweeper.plan(
        *space,
        sampler="tpe",
        prune=True,
        split=split,
        trials=8,
        workers=1,
        objectives=(Objective.parse("final_equity"),),
    )

    few = sweeper.run(plan).facts
    more = sweeper.run(replace(plan, trials=14)).facts

    assert (few.wanted, more.wanted) == (8, 14)
    assert {trial.state for trial in more.trials} == {"done", "pruned"}
    known = {trial.number: trial for trial in more.trials}
    assert all(known[one.number].values == one.values for one in few.trials)
    assert len({trial.values for trial in more.trials}) == 14


@pytest.mark.parametrize(
    ("change", "differs"),
    [
        ({"objectives": (Objective.parse("calmar"),)}, "another objective"),
        ({"split": Split.parse(None, "20%")}, "another split"),
        ({"sampler": "random"}, "another sampler"),
        ({"params": ["strategy.params.fast=4,8"]}, "another recipe hash, another parameter space"),
    ],
)
@pytest.mark.timeout(120)
def test_another_question_is_another_study(
    sweeper: Any, change: dict[str, Any], differs: str
) -> None:
    sweeper.run(sweeper.plan("strategy.params.fast=4"))
    params = change.pop("params", ["strategy.params.fast=4"])

    with pytest.raises(SweepRefused) as refused:
        sweeper.run(sweeper.plan(*params, **change))

    assert differs.removeprefix("another recipe hash, ") in str(refused.value)


@pytest.mark.timeout(120)
def test_other_bars_are_another_study(bench: Any, sweeper: Any) -> None:
    sweeper.run(sweeper.plan("strategy.params.fast=4"))
    path = bench.folder / "btc.csv"
    path.write_text("\n".join(path.read_text().splitlines()[:-1]) + "\n")

    with pytest.raises(SweepRefused, match="another market data"):
        sweeper.run(sweeper.plan("strategy.params.fast=4"))


@pytest.mark.timeout(120)
def test_other_volumes_are_other_bars(bench: Any, sweeper: Any) -> None:
    sweeper.run(sweeper.plan("strategy.params.fast=4"))
    path = bench.folder / "btc.csv"
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:-1], f"{lines[-1].rpartition(',')[0]},987654"]) + "\n")

    with pytest.raises(SweepRefused, match="another market data"):
        sweeper.run(sweeper.plan("strategy.params.fast=4"))


@pytest.mark.parametrize("changed", ["coded", "coded_part"])
@pytest.mark.timeout(120)
def test_other_code_is_another_study(bench: Any, sweeper: Any, changed: str) -> None:
    strategy = "from coded_part import every\n" + DEADLY.replace("% 9", "% every")
    sources = {"coded": strategy, "coded_part": "every = 9\n"}
    for name, source in sources.items():
        bench.strategy(name, source)
    sweeper.recipe = bench.recipe('strategy: {type: python, class: "coded:Deadly"}\n')
    sweeper.run(sweeper.plan("strategy.params.mood=0"))
    bench.strategy(changed, sources[changed] + "\nmore = 1\n")

    with pytest.raises(SweepRefused, match="another strategy code"):
        sweeper.run(sweeper.plan("strategy.params.mood=0"))


@pytest.mark.timeout(120)
def test_a_parameter_without_effect_is_told(sweeper: Any) -> None:
    facts = sweeper.run(sweeper.plan("strategy.params.fast=4,8", "vars.unused=1,2")).facts

    assert facts.idle == ("vars.unused",)


@pytest.mark.parametrize(
    ("params", "code", "column"),
    [
        (["strategy.params.fst=1,2"], "RT201", 9),
        (["strategy.params.fast=4,x"], "RT203", 30),
        (["strategy.params.fast=4", "risk.brake.limit=5%..10%:5%"], "RT202", 9),
        (["strategy.params.fast=90,4", "strategy.params.slow=20,40"], "RT204", 9),
    ],
)
def test_a_bad_path_or_value_is_found_before_anything_runs(
    sweeper: Any, params: list[str], code: str, column: int
) -> None:
    with pytest.raises(RecipeInvalid) as invalid:
        sweeper.run(sweeper.plan(*params))

    first = invalid.value.diagnostics[0]
    assert (first.code, first.file, first.column) == (code, "--param", column)
    assert not sweeper.out.exists()


def test_two_sweeps_do_not_share_a_folder(sweeper: Any) -> None:
    with workplace(sweeper.out), pytest.raises(SweepBusy, match="another sweep is running"):
        sweeper.run(sweeper.plan("strategy.params.fast=4"))


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ({}, 9),
        ({"trials": 4}, 4),
        ({"trials": 400}, 9),
        ({"sampler": "random", "trials": 5}, 5),
        ({"sampler": "random"}, 9),
    ],
)
def test_as_many_trials_as_asked_for_and_there_are(
    sweeper: Any, words: dict[str, Any], wanted: int
) -> None:
    assert sweeper.plan(**words).wanted == wanted
    large = sweeper.plan("strategy.params.fast=1..900", sampler="random")
    assert large.wanted == DEFAULT_TRIALS


def test_only_one_sampler_prunes(sweeper: Any) -> None:
    with pytest.raises(SweepRefused, match="only the sampler 'tpe' prunes"):
        sweeper.plan(prune=True).make_sampler()
