from __future__ import annotations

import pickle
from typing import Any

import pytest

from realtrade.engine.sweep.splits import Span
from realtrade.engine.sweep.sweep import history, read_bank
from realtrade.engine.sweep.trial import Job, Task, backtest
from realtrade.recipe import Variants, load_recipe

HOUR = 3_600_000
START = 1_704_067_200_000
MOODY = """
import backtrader as bt

class Moody(bt.Strategy):
    params = (("mood", 0),)

    def __init__(self):
        if self.p.mood == 2:
            raise KeyError("no such mood")

    def next(self):
        print("a strategy that prints")
        if self.p.mood == 1 and len(self) == 50:
            raise ValueError("bad mood at bar 50")
        if not self.position:
            self.buy(size=1)
"""


def job_of(bench: Any, text: str) -> Job:
    recipe = bench.recipe(text)
    return Job(Variants(recipe), read_bank(load_recipe(recipe)))


def task(*params: str, span: Span | None = None) -> Task:
    return Task(3, params, "train 0", span or Span())


@pytest.fixture
def job(bench: Any) -> Job:
    return job_of(bench, "strategy: {type: ma_cross, params: {fast: 5, slow: 20}}\n")


@pytest.fixture
def moody(bench: Any) -> Job:
    bench.strategy("moody", MOODY)
    return job_of(bench, 'strategy: {type: python, class: "moody:Moody", params: {mood: 0}}\n')


def test_a_trial_measures_what_a_run_writes(bench: Any, job: Job) -> None:
    recipe = bench.recipe("strategy: {type: ma_cross, params: {fast: 7, slow: 20}}\n")
    summary = bench.run(recipe).summary

    result = job.run(task("strategy.params.fast=7"))

    assert result.state == "done"
    measured = {key: value for key, value in result.measures.items() if key in summary}
    assert measured["sharpe"] == summary["sharpe"]
    assert measured["trades"] == summary["trades"] > 5
    assert f"{measured['final_equity']!r}".removesuffix(".0") == summary["final_equity"]
    assert result.moments.count == summary["bars"] == 600


def test_a_span_cuts_history_as_the_recipe_would(bench: Any, job: Job) -> None:
    recipe = bench.recipe(
        "strategy: {type: ma_cross, params: {fast: 5, slow: 20}}\n"
        "backtest: {cash: 10000 USD, fees: {maker: 2 bps, taker: 5 bps}, "
        "from: 2024-01-05, to: 2024-01-15}\n"
    )
    summary = bench.run(recipe).summary

    result = job.run(task(span=Span(START + 4 * 24 * HOUR, START + 14 * 24 * HOUR)))

    assert result.measures["bars"] == summary["bars"] == 240
    assert result.measures["sharpe"] == summary["sharpe"]


def test_another_process_gets_the_same(job: Job, tmp_path: Any) -> None:
    stored = Job(job.variants, job.bank.stored(tmp_path / "bars"))

    there = pickle.loads(pickle.dumps(stored))  # noqa: S301 - made on this line

    one, other = job.run(task("strategy.params.fast=9")), there.run(task("strategy.params.fast=9"))
    assert one == other
    assert other.state == "done"


def test_bars_are_read_once_for_all_trials(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_again(feed: object) -> None:
        raise AssertionError(feed)

    monkeypatch.setattr("realtrade.feeds.file_feed.FileFeed.history", read_again)
    there = pickle.loads(pickle.dumps(job))  # noqa: S301 - made on this line

    assert there.run(task("strategy.params.fast=9")).state == "done"


def test_rules_share_what_they_work_out_on_the_same_bars_and_no_others(bench: Any) -> None:
    text = """strategy: {type: rules, indicators: {fast: "sma(close, 5)", slow: "sma(close, 20)"},
  entry: fast > slow, exit: fast <= slow}
"""
    job = job_of(bench, text)
    tasks = [
        task(f"strategy.indicators.fast=sma(close, {fast})", *also, span=span)
        for also in ((), ("feeds.btc.path=eth.csv", "feeds.btc.timeframe=30m"))
        for span in (Span(), Span(START + 200 * HOUR, START + 500 * HOUR))
        for fast in (3, 4)
    ]

    shared = [job.run(one) for one in (*tasks, *tasks)]

    alone = [Job(job.variants, read_bank(job.variants.recipe())).run(one) for one in tasks]
    assert [one.state for one in alone] == ["done"] * len(tasks)
    assert shared == alone * 2
    assert len({one.measures["final_equity"] for one in alone}) == len(tasks)


def test_values_that_exclude_each_other_are_refused(job: Job) -> None:
    result = job.run(task("strategy.params.fast=30"))

    assert (result.state, result.message) == ("refused", "fast (30) must be less than slow (20)")
    assert result.key == (3, "train 0")


@pytest.mark.parametrize(
    ("mood", "told"),
    [
        (1, "ValueError: bad mood at bar 50 (moody.py, line "),
        (2, "KeyError: 'no such mood' (moody.py, line "),
    ],
)
def test_a_strategy_that_raises_is_a_failed_trial(moody: Job, mood: int, told: str) -> None:
    result = moody.run(task(f"strategy.params.mood={mood}"))

    assert result.state == "failed"
    assert result.message.startswith(told)
    assert result.measures == {}


def test_a_feed_of_another_file_is_read_by_the_trial_itself(bench: Any, job: Job) -> None:
    result = job.run(task("feeds.btc.path=eth.csv", "feeds.btc.timeframe=30m"))

    assert result.measures["bars"] == 1200


def test_a_feed_that_is_not_there_is_a_failed_trial(job: Job) -> None:
    result = job.run(task("feeds.btc.path=gone.csv"))

    assert result.state == "failed"
    assert "gone.csv: there is no such file" in result.message


def test_nothing_is_ever_run_live(bench: Any, job: Job) -> None:
    recipe = bench.recipe(
        "mode: paper\nexchange: {type: replay}\n"
        "strategy: {type: ma_cross, params: {fast: 5, slow: 20}}\n"
    )

    with pytest.raises(ValueError, match="a sweep never runs mode 'paper'"):
        backtest(load_recipe(recipe), job.bank)


def test_history_is_what_all_feeds_have_and_the_recipe_wants(bench: Any) -> None:
    both = (
        "feeds: {btc: {type: file, path: btc.csv, symbol: BTC/USD, timeframe: 1h}, "
        "eth: {type: file, path: eth.csv, symbol: ETH/USD, timeframe: 30m}}\n"
        "strategy: {type: ma_cross, params: {fast: 5, slow: 20}}\n"
    )
    recipe = load_recipe(bench.recipe(both))
    assert history(recipe, read_bank(recipe)) == (START + 10 * HOUR, START + 600 * HOUR)

    recipe = load_recipe(
        bench.recipe(both + "backtest: {cash: 10000 USD, from: 2024-01-05, to: 2024-01-06}\n")
    )
    assert history(recipe, read_bank(recipe)) == (START + 96 * HOUR, START + 120 * HOUR)
