from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.engine import StageFailed, TradingRunner
from realtrade.engine.stages import STAGES
from realtrade.plugins import PluginError
from realtrade.plugins.ports import FeedError, JournalError
from realtrade.recipe import RecipeInvalid, load_recipe
from tests.engine.runs import MA_CROSS, MINE, REPLAY, STOPPING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engine.conftest import Bench


@pytest.mark.parametrize("stage", [stage.name for stage in STAGES])
def test_a_failing_stage_is_named_and_leaves_nothing_behind(
    bench: Bench, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(parts: Any, stack: Any) -> None:
        raise ValueError("no luck")

    broken = [one if one.name != stage else one._replace(build=failing) for one in STAGES]
    monkeypatch.setattr("realtrade.engine.runner.STAGES", broken)
    runner = bench.runner(bench.recipe(MA_CROSS), "out", *REPLAY)
    before = threading.active_count()

    with pytest.raises(StageFailed) as caught:
        runner.run()

    assert caught.value.stage == stage
    assert threading.active_count() == before
    parts = runner._parts
    if parts.journal is not None:
        with pytest.raises(JournalError, match="journal is closed"):
            parts.journal.event(None)  # type: ignore[arg-type]  # it must not even look
    if parts.hub is not None:
        assert parts.hub.over
    assert not (bench.folder / "out").exists()


@pytest.mark.parametrize(
    ("strategy", "path", "message", "hint"),
    [
        (
            "{type: python, class: 'mine:Mien'}",
            "strategy.class",
            "module 'mine' has no class 'Mien'",
            "did you mean 'Mine'?",
        ),
        (
            "{type: python, class: 'mine:Mine', params: {hok: 1}}",
            "strategy.params.hok",
            "Mine has no parameter 'hok'",
            "did you mean 'hook'?",
        ),
    ],
)
def test_a_wrong_class_or_parameter_is_shown_at_its_line(
    bench: Bench, strategy: str, path: str, message: str, hint: str
) -> None:
    bench.strategy("mine", STOPPING)
    recipe = bench.recipe(f"strategy: {strategy}\n")

    with pytest.raises(StageFailed) as caught:
        bench.run(recipe)

    assert caught.value.stage == "strategy"
    cause = caught.value.cause
    assert isinstance(cause, RecipeInvalid)
    (finding,) = cause.diagnostics
    assert (finding.code, finding.path) == ("RT801", path)
    assert (finding.message, finding.hint) == (message, hint)
    assert finding.source == f"strategy: {strategy}"
    assert finding.line == recipe.read_text().splitlines().index(finding.source) + 1
    word = "mine:" if path.endswith("class") else "1}"
    assert finding.source[finding.column - 1 :].lstrip("'").startswith(word)


def test_a_missing_file_is_shown_at_its_path(bench: Bench) -> None:
    recipe = bench.recipe(MA_CROSS)
    (bench.folder / "btc.csv").unlink()

    with pytest.raises(StageFailed, match="btc") as caught:
        bench.run(recipe)

    assert caught.value.stage == "markets"
    assert isinstance(caught.value.cause, RecipeInvalid)
    assert [finding.path for finding in caught.value.cause.diagnostics] == ["feeds.btc.path"]


def test_an_empty_file_fails_in_the_feeds_stage(bench: Bench) -> None:
    recipe = bench.recipe(MA_CROSS)
    (bench.folder / "btc.csv").write_text("")

    with pytest.raises(StageFailed, match="btc") as caught:
        bench.run(recipe)

    assert caught.value.stage == "feeds"
    assert isinstance(caught.value.cause, FeedError)


def test_a_mode_that_sends_orders_needs_an_exchange_that_takes_them(bench: Bench) -> None:
    runner = bench.runner(bench.recipe(MA_CROSS), "out", *REPLAY)
    runner._parts.recipe = runner._parts.recipe.model_copy(update={"mode": "testnet"})

    with pytest.raises(StageFailed) as caught:
        runner.run()

    assert caught.value.stage == "broker"
    assert isinstance(caught.value.cause, PluginError)
    assert str(caught.value.cause) == (
        "mode 'testnet' sends orders, and the exchange 'replay' takes none"
    )


def test_a_strategy_s_files_are_found_from_any_working_directory(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.strategy("mine", STOPPING)
    recipe = bench.recipe(MINE)
    monkeypatch.chdir(bench.folder.parent)

    outcome = TradingRunner(load_recipe(recipe.relative_to(bench.folder.parent))).run()

    assert outcome.ending == "completed"
