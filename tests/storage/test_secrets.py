from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from realtrade.model.events import Event, EventType
from realtrade.model.order import OrderStatus
from realtrade.plugins.ports.gateway import Outcome
from realtrade.storage import open_journal
from realtrade.utils.clock import SystemClock
from realtrade.utils.logs import Redactor
from tests.storage.samples import NOW_MS, a_sending, an_intent, opened

if TYPE_CHECKING:
    from pathlib import Path

    from tests.storage.postgres import PostgresServer

CANARY = 'canary-7f3e"91\\ab'


def test_no_secret_reaches_a_byte_of_the_journal(tmp_path: Path) -> None:
    redactor = Redactor()
    redactor.add(CANARY)
    journal = opened(tmp_path / "bot.db", redact=redactor.redact)
    said = f"https://api/x?key={CANARY}&signature=1"
    journal.intent(an_intent())
    journal.attempt(a_sending(outcome=Outcome.AUTH, reason=said))
    journal.status("rt-1", OrderStatus.REJECTED, said)
    journal.event(Event(EventType.FAILED, NOW_MS, said, {"reason": said}), ["phone"])
    journal.risk({"halt": said})
    journal.strategy({CANARY: [said]})
    journal.command(said, "1")

    written = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    journal.close()

    assert set(written) == {"bot.db", "bot.db-wal", "bot.db-shm", "bot.db.lock", "bot.db.mark"}
    assert [name for name, content in written.items() if b"canary-7f3e" in content] == []


def test_a_number_that_looks_like_a_secret_stays_a_number(tmp_path: Path) -> None:
    redactor = Redactor()
    redactor.add("123456")
    journal = opened(tmp_path / "bot.db", redact=redactor.redact)
    journal.strategy({"n": 123456, "d": Decimal(123456), "chat": "to 123456", "l": ["123456", 1]})

    recalled = journal.recall()
    journal.close()

    assert recalled.strategy == {
        "n": 123456,
        "d": Decimal(123456),
        "chat": "to ***",
        "l": ["***", 1],
    }


def test_a_server_s_password_reaches_no_text(
    server: PostgresServer, bot: str, tmp_path: Path
) -> None:
    url = server.url.replace("realtrade@", f"realtrade:{'canary-7f3e'}@")
    clock = SystemClock()
    given = {"account": "a", "bot": bot, "folder": tmp_path, "locks": tmp_path}
    journal = open_journal(url, clock=clock, **given)  # type: ignore[arg-type]  # as above

    assert (
        "canary" not in f"{journal.place} {journal!r} {vars(journal)!r} {vars(journal._writer)!r}"
    )
    journal.close()


@pytest.mark.parametrize("suffix", ["", "-wal", "-shm", ".lock", ".mark"])
def test_a_journal_s_files_are_its_user_s_alone(tmp_path: Path, suffix: str) -> None:
    journal = opened(tmp_path / "bot.db")
    journal.intent(an_intent())

    assert (tmp_path / f"bot.db{suffix}").stat().st_mode & 0o777 == 0o600
    journal.close()


def test_a_journal_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    opened(tmp_path / "bot.db").close()
    (tmp_path / "bot.db").chmod(0o644)

    opened(tmp_path / "bot.db").close()

    assert (tmp_path / "bot.db").stat().st_mode & 0o777 == 0o600
