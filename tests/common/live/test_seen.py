"""Executions that come back after they were forgotten, against a journal on disk."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import pytest

from realtrade.common.live.seen import Seen
from tests.storage.samples import NOW_MS, a_fill, an_intent, opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from realtrade.model.order import Fill
    from realtrade.plugins.ports.journal import Journal
    from realtrade.storage import SqlJournal

FILLS = [a_fill(str(number), time_ms=NOW_MS + number) for number in range(12)]


class Asked:
    """A journal that notes what it is asked for."""

    def __init__(self, journal: SqlJournal) -> None:
        self._journal = journal
        self.asked: list[str] = []

    def fill(self, fill: Fill) -> bool:
        return self._journal.fill(fill)

    def booked(self, symbol: str, trade_id: str) -> bool:
        self.asked.append(trade_id)
        return self._journal.booked(symbol, trade_id)


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Asked]:
    monkeypatch.setattr("realtrade.common.live.seen._KEPT", 4)
    journal = opened(tmp_path / "bot.db")
    journal.intent(an_intent())
    yield Asked(journal)
    journal.close()


def told(journal: Asked, fills: list[Fill]) -> Seen:
    seen = Seen(cast("Journal", journal))
    for fill in fills:
        assert not seen.has(fill)
        seen.add(fill)
        assert journal.fill(fill)
    return seen


def test_new_executions_are_never_looked_up(journal: Asked) -> None:
    told(journal, FILLS)

    assert journal.asked == []


def test_a_forgotten_execution_that_is_repeated_is_known(journal: Asked) -> None:
    seen = told(journal, FILLS)

    assert [seen.has(fill) for fill in FILLS] == [True] * 12
    assert journal.asked == [fill.trade_id for fill in FILLS[:8]]


def test_an_old_execution_that_nobody_told_of_is_new(journal: Asked) -> None:
    seen = told(journal, FILLS[1:])

    assert not seen.has(FILLS[0])
    assert not seen.has(replace(FILLS[3], symbol="ETH/USDT"))


def test_a_start_knows_what_the_journal_has_and_asks_only_about_what_is_older(
    journal: Asked,
) -> None:
    told(journal, FILLS[:10])
    seen = Seen(cast("Journal", journal))
    seen.begin({("BTC/USDT", "8"), ("BTC/USDT", "9")}, NOW_MS + 10)

    assert [seen.has(fill) for fill in FILLS] == [True] * 10 + [False] * 2
    assert journal.asked == [str(number) for number in (*range(8), 10)]


def test_what_was_booked_before_a_start_is_known_when_it_is_forgotten_too(journal: Asked) -> None:
    told(journal, FILLS[:2])
    seen = Seen(cast("Journal", journal))
    seen.begin({("BTC/USDT", "0"), ("BTC/USDT", "1")}, NOW_MS - 5_000)
    for fill in FILLS[2:]:
        seen.add(fill)

    assert seen.has(FILLS[0])
    assert seen.has(FILLS[1])


def test_without_a_journal_to_ask_what_is_forgotten_counts_as_new(journal: Asked) -> None:
    seen = Seen(cast("Any", object()))
    for fill in FILLS:
        seen.add(fill)

    assert [seen.has(fill) for fill in (FILLS[0], FILLS[-1])] == [False, True]
