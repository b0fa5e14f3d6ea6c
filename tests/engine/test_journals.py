from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from realtrade.engine import StageFailed
from realtrade.engine.journals import _keep_bans
from realtrade.recipe import RecipeInvalid
from realtrade.storage import AccountLocked, JournalForeign, open_journal
from realtrade.storage.places import Place
from realtrade.storage.reader import read_journal
from realtrade.utils.clock import SystemClock
from tests.engine.runs import MINE, REPLAY, STOPPING, Notes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from realtrade.storage import SqlJournal
    from tests.engine.conftest import Bench

KEPT = f"{MINE}storage: {{url: 'sqlite:///state/bot.db'}}\n"


@pytest.fixture
def recipe(bench: Bench) -> Path:
    """Return a recipe whose strategy buys once, and whose journal is kept."""
    bench.strategy("mine", STOPPING)
    return bench.recipe(KEPT)


def orders(path: Path) -> list[tuple[str, str]]:
    with read_journal(Place(str(path), path=path)) as reader:
        sides = [row["side"] for row in reader.rows("intent")]
        return list(zip(sides, [row["status"] for row in reader.rows("order")], strict=True))


def held(bench: Bench, account: str = "paper", bot: str = "bot") -> SqlJournal:
    return open_journal(
        "sqlite:///state/bot.db",
        account=account,
        bot=bot,
        folder=bench.folder,
        clock=SystemClock(),
        locks=bench.folder / "locks",
    )


def test_paper_trading_is_remembered_where_the_recipe_says(bench: Bench, recipe: Path) -> None:
    notes = Notes()

    outcome = bench.run(recipe, "out", *REPLAY, observer=notes)

    assert outcome.ending == "completed"
    assert orders(bench.folder / "state" / "bot.db") == [("buy", "filled")]
    assert [line for _, line in notes.lines if "journal" in line or "storage" in line] == []


def test_paper_trading_is_forgotten_where_the_recipe_says_nothing(bench: Bench) -> None:
    bench.strategy("mine", STOPPING)
    notes = Notes()

    bench.run(bench.recipe(MINE), "out", *REPLAY, observer=notes)

    assert not (bench.folder / "state").exists()
    assert any("the journal is kept in memory" in line for _, line in notes.lines)


def test_a_backtest_remembers_nothing(bench: Bench, recipe: Path) -> None:
    bench.run(recipe)

    assert not (bench.folder / "state").exists()


def test_real_money_is_remembered_even_when_the_recipe_says_nothing(bench: Bench) -> None:
    bench.strategy("mine", STOPPING)
    runner = bench.runner(bench.recipe(MINE), "out", *REPLAY)
    runner._parts.recipe = runner._parts.recipe.model_copy(update={"mode": "testnet"})

    with pytest.raises(StageFailed, match="takes none"):
        runner.run()

    path = bench.folder / "state" / "bot.db"
    with read_journal(Place(str(path), path=path)) as reader:
        assert (reader.meta.account, reader.meta.bot) == ("replay:testnet", "bot")


def test_a_url_may_be_a_secret(bench: Bench) -> None:
    bench.strategy("mine", STOPPING)
    (bench.folder / "url.txt").write_text("sqlite:///elsewhere.db\n")
    recipe = bench.recipe(f"{MINE}storage: {{url: {{file: url.txt}}}}\n")

    bench.run(recipe, "out", *REPLAY)

    assert orders(bench.folder / "elsewhere.db") == [("buy", "filled")]


def test_a_secret_that_is_not_there_is_shown_at_its_place(bench: Bench) -> None:
    bench.strategy("mine", STOPPING)
    recipe = bench.recipe(f"{MINE}storage: {{url: {{file: url.txt}}}}\n")

    with pytest.raises(StageFailed) as caught:
        bench.run(recipe, "out", *REPLAY)

    assert caught.value.stage == "storage"
    assert isinstance(caught.value.cause, RecipeInvalid)
    assert caught.value.cause.diagnostics[0].path == "storage.url"


def test_a_journal_in_use_keeps_a_bot_from_starting(bench: Bench, recipe: Path) -> None:
    journal = held(bench)

    with pytest.raises(StageFailed, match="is in use") as caught:
        bench.run(recipe, "out", *REPLAY)
    journal.close()

    assert isinstance(caught.value.cause, AccountLocked)


def test_another_bot_s_journal_keeps_a_bot_from_starting(bench: Bench, recipe: Path) -> None:
    held(bench, bot="other").close()

    with pytest.raises(StageFailed, match="is of bot 'other', not of 'bot'") as caught:
        bench.run(recipe, "out", *REPLAY)

    assert isinstance(caught.value.cause, JournalForeign)


class Banned:
    """An exchange that keeps silent when it is told to."""

    def __init__(self) -> None:
        self.until_ms = -1
        self.tell: Callable[[int], None] | None = None

    def hold(self, until_ms: int) -> None:
        self.until_ms = until_ms

    def on_ban(self, tell: Callable[[int], None]) -> None:
        self.tell = tell


def test_a_ban_is_kept_over_a_restart(bench: Bench) -> None:
    first, second = Banned(), Banned()

    with closing(held(bench)) as journal:
        _keep_bans(first, journal, journal.recall())
        assert first.until_ms == 0
        assert first.tell is not None
        first.tell(1_700_000_120_000)
    with closing(held(bench)) as journal:
        _keep_bans(second, journal, journal.recall())

    assert second.until_ms == 1_700_000_120_000


def test_a_ban_that_cannot_be_written_down_stops_nobody(bench: Bench) -> None:
    exchange = Banned()
    journal = held(bench)
    _keep_bans(exchange, journal, journal.recall())
    journal.close()

    assert exchange.tell is not None
    exchange.tell(1_700_000_120_000)
