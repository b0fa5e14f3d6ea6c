from __future__ import annotations

import csv
import json
import re
import sqlite3
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from realtrade.model.events import Event, EventType
from realtrade.model.order import Position
from tests.cli.conftest import RECIPE, ROOT
from tests.storage.damage import hashes, remember_plenty
from tests.storage.samples import NOW_MS, a_fill, an_intent, opened

if TYPE_CHECKING:
    from pathlib import Path

    from realtrade.storage import SqlJournal
    from tests.cli.conftest import Command, WriteRecipe


@pytest.fixture
def journal(tmp_path: Path) -> SqlJournal:
    """Return the open journal of the recipe `small.yaml`, as of a bot that runs."""
    (tmp_path / "state").mkdir()
    journal = opened(tmp_path / "state" / "small.db", bot="small")
    journal.intent(an_intent("rt-hostile", feed="x"))
    remember_plenty(journal, 30)
    return journal


@pytest.fixture
def recipe(journal: SqlJournal, write_recipe: WriteRecipe) -> Path:
    return write_recipe(text=RECIPE)


def test_shows_a_running_bot_s_journal(
    realtrade: Command, recipe: Path, journal: SqlJournal
) -> None:
    shown = realtrade("journal", "show", recipe, "--orders", 3)
    journal.close()

    assert shown.exit_code == 0, shown.output
    assert "bot small, account binance:spot:4f2a, started 1 x" in shown.stdout
    lines = shown.stdout.splitlines()
    newest = lines[lines.index("newest 3 orders") + 2 :][:3]
    assert [line.split()[0] for line in newest] == ["rt-29", "rt-28", "rt-27"]
    assert newest[0].split()[3:9] == ["BTC/USDT", "buy", "limit", "1.50", "30000", "0.5"]
    assert "ETH/USDT  1         2" in shown.stdout
    assert "30 messages still to be told" in shown.stdout


def test_what_is_held_is_written_as_people_write_numbers(
    realtrade: Command, recipe: Path, journal: SqlJournal
) -> None:
    mean = Decimal("49802.42999698057442183843446")
    journal.position("X/Y", Position(Decimal("6.0E-7"), mean))
    journal.close()

    shown = realtrade("journal", "show", recipe).stdout

    assert re.search(r"X/Y +0\.00000060 +49802\.4299969806\s", shown)


def test_shows_a_closed_journal_by_its_file(
    realtrade: Command, recipe: Path, journal: SqlJournal, tmp_path: Path
) -> None:
    journal.close()
    before = hashes(tmp_path / "state"), sorted((tmp_path / "state").iterdir())

    shown = realtrade("journal", "show", tmp_path / "state" / "small.db")

    assert shown.exit_code == 0
    assert (hashes(tmp_path / "state"), sorted((tmp_path / "state").iterdir())) == before


def test_what_an_exchange_wrote_moves_no_cursor(
    realtrade: Command, recipe: Path, journal: SqlJournal
) -> None:
    journal.adjust("X/Y", Position(), Position(), "\x1b[2J[red]boo")
    journal.close()

    shown = realtrade("journal", "show", recipe)

    assert "\x1b" not in shown.stdout
    assert "\N{REPLACEMENT CHARACTER}[2J[red]boo" in shown.stdout


def test_exports_every_row_in_the_order_of_writing(
    realtrade: Command, recipe: Path, journal: SqlJournal, tmp_path: Path
) -> None:
    journal.event(Event(EventType.STARTED, NOW_MS, "späť", {"n": 1}))
    journal.close()
    out = tmp_path / "all.jsonl"

    done = realtrade("journal", "export", recipe, "-o", out)

    assert done.exit_code == 0, done.output
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert [row["seq"] for row in rows] == sorted(row["seq"] for row in rows)
    assert {row["table"] for row in rows} >= {"intent", "attempt", "order", "fill", "event"}
    assert (rows[-1]["message"], rows[-1]["data"]) == ("späť", {"n": 1})
    assert sum(row["table"] == "fill" for row in rows) == 30


def test_exports_a_table_as_csv_that_no_spreadsheet_runs(
    realtrade: Command, recipe: Path, journal: SqlJournal
) -> None:
    journal.intent(an_intent("rt-odd"))
    journal.fill(a_fill("=1+1", "rt-odd"))
    journal.close()

    done = realtrade("journal", "export", recipe, "--format", "csv", "--table", "fill")

    rows = list(csv.DictReader(done.stdout.splitlines()))
    assert len(rows) == 31
    assert (rows[0]["price"], rows[0]["fee"], rows[0]["trade_id"]) == ("29999.90", "0.0005", "t0")
    assert rows[-1]["trade_id"] == "'=1+1"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--table", "fills"], "a journal has no table 'fills'; it has"),
        (["--format", "csv"], "csv holds one table: name it with --table"),
    ],
)
def test_an_export_that_cannot_be_is_told(
    realtrade: Command, recipe: Path, journal: SqlJournal, options: list[str], told: str
) -> None:
    done = realtrade("journal", "export", recipe, *options)
    journal.close()

    assert done.exit_code == 64
    assert told in done.stderr


def test_verify_checks_every_row_of_a_running_bot(
    realtrade: Command, recipe: Path, journal: SqlJournal
) -> None:
    done = realtrade("journal", "verify", recipe)
    journal.close()

    assert done.exit_code == 0, done.output
    assert "small.db: sound, " in done.stdout
    assert "nothing odd" in done.stdout


def test_verify_tells_of_more_executed_than_wanted(
    realtrade: Command, recipe: Path, journal: SqlJournal
) -> None:
    for number in range(4):
        journal.fill(a_fill(f"more{number}", "rt-1"))
    journal.close()

    done = realtrade("journal", "verify", recipe)

    assert done.exit_code == 0
    assert "odd: order rt-1 of 1.50 was executed for 2.5\n" in done.stdout
    assert "1 oddities" in done.stdout


def test_verify_tells_of_damage_and_changes_nothing(
    realtrade: Command, recipe: Path, journal: SqlJournal, tmp_path: Path
) -> None:
    journal.close()
    path = tmp_path / "state" / "small.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE position SET quantity = '7'")
        connection.commit()
    before = hashes(path.parent)

    done = realtrade("journal", "verify", recipe)

    assert done.exit_code == 65
    assert "damaged: 2 of 2 rows of table position are not as written" in done.stdout
    assert hashes(path.parent) == before


@pytest.mark.parametrize("command", ["show", "export", "verify"])
def test_what_is_no_journal_is_told(realtrade: Command, tmp_path: Path, command: str) -> None:
    (tmp_path / "notes.db").write_text("dear diary" * 100)

    done = realtrade("journal", command, tmp_path / "notes.db")

    assert done.exit_code == 65
    assert "no journal of realtrade" in done.output


def test_a_bot_that_never_ran_has_no_journal(realtrade: Command, write_recipe: WriteRecipe) -> None:
    done = realtrade("journal", "show", write_recipe())

    assert done.exit_code == 69
    assert "there is no journal" in done.stderr


@pytest.mark.parametrize(
    ("storage", "code", "told"),
    [
        ("{url: {env: NOT_SET_ANYWHERE}}", 78, "the environment variable is not set"),
        ("{url: 'mysql://host/db'}", 78, "no journal can be kept in mysql"),
    ],
)
def test_a_recipe_whose_storage_cannot_be_is_told(
    realtrade: Command, write_recipe: WriteRecipe, storage: str, code: int, told: str
) -> None:
    done = realtrade("journal", "verify", write_recipe(text=f"{RECIPE}storage: {storage}\n"))

    assert done.exit_code == code
    assert told in done.stderr


def test_a_bot_whose_account_is_in_use_ends_with_75(
    realtrade: Command, write_recipe: WriteRecipe, tmp_path: Path
) -> None:
    data = ROOT / "recipes" / "data" / "coinbase-btc-usd-1h.csv"
    text = RECIPE.replace("mode: backtest", "mode: paper\nexchange: {type: replay}")
    storage = "storage: {url: 'sqlite:///state/small.db'}\n"
    recipe = write_recipe(text=text.replace("prices.csv", str(data)) + storage)
    (tmp_path / "state").mkdir()
    journal = opened(
        tmp_path / "state" / "small.db", bot="small", account="paper", locks=tmp_path / "state"
    )

    done = realtrade("run", recipe, "--out", tmp_path / "out", "--state", tmp_path / "bot")
    journal.close()

    assert done.exit_code == 75, done.output
    assert "account paper of bot small is in use: process" in done.stderr
