"""From a recipe to a chat that listens, and to jobs at wall times."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.engine import StageFailed
from realtrade.engine.jobs import flattening, jobs_of
from realtrade.recipe import RecipeInvalid
from realtrade.recipe.blocks import ScheduleBlock
from realtrade.utils.clock import SystemClock
from tests.engine.test_operations import runner_of
from tests.notifications.conftest import Seen, Site, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.engine.conftest import Bench

CLOCK = SystemClock()
TOKEN = "123456789:abcdefg_hijklmnop"  # noqa: S105 - made up, in Telegram's form


@pytest.fixture
def site() -> Iterator[Site]:
    yield from serving()


def bot_api(seen: Seen) -> Any:
    if seen.path.endswith("/getMe"):
        me = {"id": 1, "is_bot": True, "first_name": "demo", "username": "demo_bot"}
        return {"ok": True, "result": me}
    CLOCK.sleep(0.05)
    return {"ok": True, "result": [] if seen.path.endswith("/getUpdates") else True}


def test_a_run_listens_to_the_chat_its_recipe_names(
    bench: Bench, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAT", TOKEN)
    site.answer, site.form = bot_api, True

    def hook(strategy: Any) -> None:
        until_s = CLOCK.monotonic_s() + 10
        asked = "/getUpdates"
        while len(strategy) == 300 and not any(asked in seen.path for seen in site.seen):
            assert CLOCK.monotonic_s() < until_s
            CLOCK.sleep(0.02)

    block = f"notify: {{telegram: {{token: {{env: CHAT}}, chats: [1], endpoint: '{site.url}'}}}}\n"
    runner, notes = runner_of(bench, hook, block)
    outcome = runner.run()

    assert outcome.crash is None
    assert site.seen[0].path == f"/bot{TOKEN}/getMe"
    assert not any(TOKEN in line for _, line in notes.lines)


def test_without_the_library_the_recipe_says_what_is_missing(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAT", TOKEN)
    monkeypatch.setitem(sys.modules, "realtrade.notifications.telegram", None)
    block = "notify: {telegram: {token: {env: CHAT}, chats: [1]}}\n"
    runner, _ = runner_of(bench, lambda strategy: None, block)

    with pytest.raises(StageFailed) as caught:
        runner.run()

    assert isinstance(caught.value.cause, RecipeInvalid)
    (finding,) = caught.value.cause.diagnostics
    assert finding.message == "commands by chat need python-telegram-bot"
    assert finding.hint == "pip install 'realtrade[telegram]'"


def parts_of(wall: Any, **schedule: Any) -> tuple[Any, list[dict[str, Any]]]:
    done: list[dict[str, Any]] = []
    recipe = SimpleNamespace(
        schedule=ScheduleBlock.model_validate(schedule), monitor=SimpleNamespace(report="never")
    )
    controls = SimpleNamespace(flatten=lambda **words: done.append(words))
    return SimpleNamespace(recipe=recipe, wall=wall, controls=controls), done


def test_live_positions_are_closed_by_the_wall_clock_and_trading_goes_on() -> None:
    parts, done = parts_of(CLOCK.now_ms, flatten={"weekend": "50 20 * * 5"})

    (job,) = jobs_of(parts, None)  # type: ignore[arg-type]  # no report, so nothing is asked
    job.run()

    assert job.name == "flatten 'weekend'"
    assert job.grace_s == 900
    assert done == [{"by": "schedule", "reason": "weekend", "halt": False}]


def test_where_bars_tell_the_time_there_is_no_such_job() -> None:
    parts, _ = parts_of(None, flatten={"weekend": "50 20 * * 5"})

    assert jobs_of(parts, None) == []  # type: ignore[arg-type]  # as above
    assert flattening(parts_of(None)[0]) == []
