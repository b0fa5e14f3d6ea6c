"""What only a server can do: several bots in one database, damage behind our back."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from realtrade.plugins.ports.journal import JournalError
from realtrade.storage import JournalDamaged, JournalForeign, JournalTooNew, open_journal
from realtrade.storage.meta import Meta, digest, write_meta
from realtrade.storage.places import place_of
from realtrade.storage.postgres import engine_of, outline, schema_of
from realtrade.storage.reader import read_journal, verify_journal
from realtrade.utils.clock import ManualClock, SystemClock
from tests.storage.samples import a_fill, an_intent

if TYPE_CHECKING:
    from pathlib import Path

    from realtrade.storage import SqlJournal
    from tests.storage.postgres import PostgresServer


@pytest.fixture
def url(server: PostgresServer) -> str:
    return server.url


def on_server(url: str, bot: str, folder: Path, account: str = "acc") -> SqlJournal:
    return open_journal(
        url, account=account, bot=bot, folder=folder, clock=SystemClock(), locks=folder
    )


def made(url: str, bot: str, folder: Path) -> None:
    journal = on_server(url, bot, folder)
    journal.intent(an_intent())
    journal.fill(a_fill())
    journal.close()


def edit(url: str, bot: str, change: str) -> None:
    with engine_of(sa.make_url(url), bot).begin() as connection:
        connection.exec_driver_sql(change)


def test_bots_of_one_database_keep_apart(url: str, bot: str, tmp_path: Path) -> None:
    one, other = (on_server(url, f"{bot}-{n}", tmp_path) for n in "ab")

    one.intent(an_intent())

    assert (len(one.recall().orders), len(other.recall().orders)) == (1, 0)
    one.close()
    other.close()


def test_another_account_is_refused_by_name(url: str, bot: str, tmp_path: Path) -> None:
    made(url, bot, tmp_path)

    with pytest.raises(JournalForeign, match="is of account 'acc', not of 'other'"):
        on_server(url, bot, tmp_path, account="other")


def test_what_a_newer_program_wrote_is_refused(url: str, bot: str, tmp_path: Path) -> None:
    made(url, bot, tmp_path)
    with engine_of(sa.make_url(url), bot).begin() as connection:
        about = digest(outline(connection, bot))
        newer = Meta(version=7, account="acc", bot=bot, outline=about)
        write_meta(connection, newer, seq=1_000, clock=ManualClock())

    with pytest.raises(JournalTooNew, match="its format is 7"):
        on_server(url, bot, tmp_path)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("UPDATE fill SET price = '1'", "1 of 1 rows of table fill are not as written"),
        ("DROP TABLE outbox", "its tables are not those that were made"),
        ("DROP TABLE meta", 'relation "meta" does not exist'),
        ('DELETE FROM "order"', "the intent rt-1 stands nowhere"),
    ],
)
def test_what_was_changed_by_others_is_damage(
    url: str, bot: str, tmp_path: Path, change: str, told: str
) -> None:
    made(url, bot, tmp_path)
    edit(url, bot, change)

    with pytest.raises(JournalDamaged, match=f"is damaged: .*{told}"):
        on_server(url, bot, tmp_path)
    assert told in verify_journal(place_of(url, tmp_path), bot=bot).damage[0]


def test_is_looked_into_while_its_bot_runs(url: str, bot: str, tmp_path: Path) -> None:
    journal = on_server(url, bot, tmp_path)
    journal.intent(an_intent())

    with read_journal(place_of(url, tmp_path), bot=bot) as reader:
        rows = reader.rows("intent")
    found = verify_journal(place_of(url, tmp_path), bot=bot)
    journal.close()

    assert [row["client_order_id"] for row in rows] == ["rt-1"]
    assert (found.damage, found.odd, found.rows["intent"]) == ([], [], 1)


def test_a_bot_without_a_journal_is_told(url: str, bot: str, tmp_path: Path) -> None:
    with (
        pytest.raises(JournalError, match=f"there is no journal of bot '{bot}' in postgresql://"),
        read_journal(place_of(url, tmp_path), bot=bot),
    ):
        pass


def test_a_commit_waits_for_the_disk_whatever_the_server_s_default(
    url: str, bot: str, tmp_path: Path
) -> None:
    journal = on_server(url, bot, tmp_path)

    shown = journal._writer.rows(sa.text("SHOW synchronous_commit"))

    assert shown == [{"synchronous_commit": "on"}]
    journal.close()


def test_a_machine_without_the_driver_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)

    with pytest.raises(JournalError, match=r"pip install 'realtrade\[postgres\]'"):
        on_server("postgresql://127.0.0.1:1/db", "bot", tmp_path)


def test_long_names_stay_apart_and_short_enough() -> None:
    names = {schema_of("x" * 60 + tail) for tail in ("a", "b")}

    assert len(names) == 2
    assert {len(name) for name in names} == {59}
