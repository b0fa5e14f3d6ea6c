"""Killed just before and just after an alarm leaves: nothing is lost, and doubt is told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from realtrade.notifications.letters import AGAIN

if TYPE_CHECKING:
    from tests.notifications.conftest import Mails, Site

ROOT = Path(__file__).parents[2]
TELLER = [sys.executable, "-m", "tests.notifications.killed_teller"]


class Told(NamedTuple):
    """One message as a sink took it."""

    title: str
    lines: list[str]
    key: str


def kill_at(point: str, url: str, folder: Path, *alarms: str) -> None:
    """Tell alarms, and kill the process once it is at a point."""
    words = [*TELLER, url, str(folder), point, *alarms]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    assert process.stdout.readline() == "there\n"
    process.kill()
    process.wait(10)
    process.stdout.close()


def tell(url: str, folder: Path, *alarms: str) -> None:
    """Start again, with more alarms, and let everything be told."""
    subprocess.run([*TELLER, url, str(folder), "", *alarms], check=True, timeout=60, cwd=ROOT)


def hooks(site: Site) -> list[Told]:
    return [
        Told(seen.json["title"], seen.json["message"].splitlines(), seen.headers["Idempotency-Key"])
        for seen in site.seen
    ]


@pytest.mark.parametrize(("point", "taken"), [("before", 0), ("after", 1)])
def test_a_webhook_sees_by_title_text_and_key_that_an_alarm_may_be_a_repetition(
    site: Site, tmp_path: Path, point: str, taken: int
) -> None:
    url = f"json://127.0.0.1:{site.port}/"
    kill_at(point, url, tmp_path, "fire")
    before = hooks(site)
    tell(url, tmp_path, "flood")
    tell(url, tmp_path, "storm")

    told = hooks(site)
    assert [one.lines for one in before] == [["fire"]] * taken
    assert [one.lines for one in told[taken:]] == [["fire", AGAIN], ["flood"], ["storm"]]
    assert len({one.key for one in told}) == len({one.title for one in told}) == 3
    if taken:
        assert before[0].title == told[1].title
        assert before[0].key == told[1].key


def test_a_letter_that_told_several_comes_again_as_one(site: Site, tmp_path: Path) -> None:
    url, alarms = f"json://127.0.0.1:{site.port}/", [f"alarm {number}" for number in range(12)]
    kill_at("after", url, tmp_path, *alarms)
    tell(url, tmp_path, "flood")

    first, again, rest = hooks(site)
    assert first.lines == alarms
    assert again.lines == [*alarms, AGAIN]
    assert again.key == first.key
    assert rest.lines == ["flood"]


@pytest.mark.parametrize(("point", "taken"), [("before", 0), ("after", 1)])
def test_a_mail_program_shows_a_repetition_with_the_first(
    mails: tuple[Mails, int], tmp_path: Path, point: str, taken: int
) -> None:
    handler, port = mails
    url = f"mailto://127.0.0.1:{port}?from=bot@example.org&to=me@example.org&mode=insecure"
    kill_at(point, url, tmp_path, "fire")
    tell(url, tmp_path)

    texts = [mail.get_content().splitlines()[:2] for mail in handler.seen]
    assert texts[-1] == ["fire", AGAIN]
    assert [text[0] for text in texts[:-1]] == ["fire"] * taken
    for name in ("References", "X-Realtrade-Key", "Subject"):
        assert len({mail[name] for mail in handler.seen}) == 1
    assert len({mail["Message-ID"] for mail in handler.seen}) == 1 + taken


def test_what_a_sink_refused_is_no_repetition(site: Site, tmp_path: Path) -> None:
    url = f"json://127.0.0.1:{site.port}/"
    site.answer = lambda seen: 503
    words = [*TELLER, url, str(tmp_path), "", "fire"]
    process = subprocess.Popen(words, cwd=ROOT)
    try:
        while not _refused(tmp_path):
            assert process.poll() is None
    finally:
        process.kill()
        process.wait(10)
    site.answer = lambda seen: {"ok": True}
    tell(url, tmp_path)

    assert hooks(site)[-1].lines == ["fire"]


def _refused(folder: Path) -> bool:
    """Tell whether the journal has it that a letter was refused."""
    import sqlite3
    from contextlib import closing, suppress

    there = f"file:{folder / 'j.db'}?mode=ro"
    with (
        suppress(sqlite3.OperationalError),
        closing(sqlite3.connect(there, uri=True)) as opened,
    ):
        rows = opened.execute("SELECT value FROM cursor WHERE name = 'telling:all.sink'").fetchall()
        return rows == [("",)]
    return False
