from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from realtrade.storage import JournalBehind, JournalDamaged, JournalForeign, JournalTooNew
from realtrade.storage.meta import Meta, digest, write_meta
from realtrade.storage.sqlite import outline, writing
from realtrade.utils.clock import ManualClock
from tests.storage.damage import CONTENT, WAYS, closed, hashes, killed, verdict
from tests.storage.samples import ACCOUNT, BOT, an_intent, opened

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.storage.damage import Specimen

SEEDS = 300


@pytest.fixture(scope="module", params=[closed, killed], ids=["closed", "killed"])
def specimen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Specimen:
    made: Specimen = request.param(tmp_path_factory.mktemp("specimen"))
    return made


def test_a_damaged_journal_is_whole_or_refused_and_never_made_worse(
    specimen: Specimen, tmp_path: Path
) -> None:
    became = set()
    for seed in range(SEEDS // 2):
        folder = tmp_path / str(seed)
        folder.mkdir()
        became.add(verdict(specimen, folder, seed))

    ways = {way for way, (file, _) in WAYS.items() if (specimen.folder / file).exists()}
    assert {way for way, _ in became} == ways
    assert ("no table", "JournalDamaged") in became
    assert ("edited", "JournalDamaged") in became
    assert ("no database", "JournalBehind") in became


def made(path: Path) -> None:
    journal = opened(path)
    journal.intent(an_intent())
    journal.close()


def refused(path: Path, kind: type[Exception], told: str, **given: str) -> None:
    before = hashes(path.parent)

    with pytest.raises(kind, match=told):
        opened(path, **given)

    assert hashes(path.parent) == before


def test_the_journal_of_another_account_or_bot_is_refused_by_name(path: Path) -> None:
    made(path)

    refused(path, JournalForeign, "account 'binance:spot:4f2a', not of 'other'", account="other")
    refused(path, JournalForeign, "bot 'btc-trend', not of 'eth-trend'", bot="eth-trend")


def test_what_a_newer_program_wrote_is_refused(path: Path) -> None:
    made(path)
    with writing(path).begin() as connection:
        about = digest(outline(connection))
        newer = Meta(version=7, account=ACCOUNT, bot=BOT, outline=about)
        write_meta(connection, newer, seq=1_000, clock=ManualClock())

    refused(path, JournalTooNew, "its format is 7, this program knows 1.: update realtrade")


@pytest.mark.parametrize(
    ("file", "kind", "told"),
    [
        (b"", JournalDamaged, "the file is empty"),
        (b"# notes\n" * 100, JournalForeign, "no journal of realtrade"),
        (b"SQLite format 3\0", JournalForeign, "no journal of realtrade"),
    ],
)
def test_a_file_that_is_no_journal_is_left_alone(
    path: Path, file: bytes, kind: type[Exception], told: str
) -> None:
    path.write_bytes(file)

    refused(path, kind, told)


def test_another_program_s_database_is_left_alone(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE meta (key TEXT, value TEXT)")

    refused(path, JournalForeign, "no journal of realtrade")


def edit(path: Path, change: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(change)
        connection.commit()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("UPDATE intent SET quantity = '15.0'", "1 of 1 rows of table intent are not as written"),
        ("ALTER TABLE fill ADD COLUMN more TEXT", "its tables are not those that were made"),
        ("DROP TABLE outbox", "its tables are not those that were made"),
        ("DELETE FROM 'order'", "the intent rt-1 stands nowhere"),
        ("DELETE FROM intent", "a row of table order refers to none of table intent"),
        ("DELETE FROM meta WHERE key = 'bot'", "what it says of itself is not what was written"),
        ("UPDATE meta SET crc = 1", "what it says of itself is not what was written"),
    ],
)
def test_what_was_changed_by_others_is_damage(path: Path, change: str, told: str) -> None:
    made(path)
    edit(path, change)

    refused(path, JournalDamaged, told)


class TestBehind:
    def test_an_older_copy_is_refused_until_a_person_says_so(self, path: Path) -> None:
        made(path)
        backup = path.read_bytes()
        journal = opened(path)
        journal.intent(an_intent("rt-2"))
        journal.close()
        path.write_bytes(backup)

        refused(path, JournalBehind, r"is older than what was remembered here: it ends at write")
        path.with_name("bot.db.mark").unlink()
        journal = opened(path)

        assert len(journal.recall().orders) == 1
        journal.close()

    @pytest.mark.parametrize("left", [name for name in CONTENT if name != "bot.db"])
    def test_a_lost_journal_is_not_begun_anew_in_silence(
        self, specimen: Specimen, tmp_path: Path, left: str
    ) -> None:
        if not (specimen.folder / left).exists():
            assert specimen.folder.name.startswith("specimen")  # closed: it has no -wal
            return
        (tmp_path / left).write_bytes((specimen.folder / left).read_bytes())

        refused(tmp_path / "bot.db", JournalBehind, "is gone")

    def test_a_mark_that_lags_harms_nothing(self, path: Path) -> None:
        made(path)
        mark = path.with_name("bot.db.mark").read_bytes()
        made(path)
        path.with_name("bot.db.mark").write_bytes(mark)

        made(path)


def test_tells_every_finding_s_number(path: Path, make_contradictions: Callable[[], None]) -> None:
    make_contradictions()

    refused(
        path, JournalDamaged, "order rt-1 has the status 'lost', which there is not, and 1 more"
    )


@pytest.fixture
def make_contradictions(path: Path) -> Callable[[], None]:
    """Return what writes nonsense with a right checksum, as only a fault of ours could."""

    def make() -> None:
        from realtrade.storage.tables import ATTEMPT, ORDER

        journal = opened(path)
        journal.intent(an_intent())
        given = {"client_order_id": "rt-1", "reason": ""}
        journal._writer.put(ORDER, {**given, "status": "lost"})
        more = {"number": 1, "dead_at_ms": 1, "venue_order_id": "", "outcome": "maybe"}
        journal._writer.put(ATTEMPT, given | more)
        journal.close()

    return make
