"""Orders and executions a journal no longer has in mind: its database knows them still."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from realtrade.model.order import OrderStatus
from realtrade.plugins.ports.journal import JournalError, KnowsFills, KnowsOrders
from realtrade.storage import MemoryJournal
from tests.storage.samples import a_fill, a_sending, an_intent, opened

if TYPE_CHECKING:
    from pathlib import Path

    from realtrade.storage import SqlJournal

ORDERS = [f"rt-{number}" for number in range(12)]


@pytest.fixture(autouse=True)
def _forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("realtrade.storage.journal._REMEMBERED", 4)
    monkeypatch.setattr("realtrade.storage.recall._SEEN", 3)


def fill_all(journal: SqlJournal) -> None:
    for name in ORDERS:
        journal.intent(an_intent(name))
        journal.attempt(a_sending(name))
        assert journal.fill(a_fill(f"of-{name}", name))
        journal.status(name, OrderStatus.FILLED)


def asked_of(journal: SqlJournal, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return where every question to the database is noted from now on."""
    asked: list[Any] = []
    execute = journal._writer.execute

    def ask(statement: Any) -> Any:
        asked.append(statement)
        return execute(statement)

    monkeypatch.setattr(journal._writer, "execute", ask)
    return asked


def test_an_order_on_its_way_is_never_looked_up(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = opened(path)
    asked = asked_of(journal, monkeypatch)

    fill_all(journal)

    assert asked == []
    journal.close()


@pytest.mark.parametrize("again", [False, True])
def test_orders_and_executions_long_forgotten_are_known(path: Path, again: bool) -> None:
    journal = opened(path)
    fill_all(journal)
    if again:
        journal.close()
        journal = opened(path)

    assert isinstance(journal, KnowsOrders)
    assert isinstance(journal, KnowsFills)
    assert [journal.knows(name) for name in (*ORDERS, "rt-other")] == [True] * 12 + [False]
    assert [journal.fill(a_fill(f"of-{name}", name)) for name in ORDERS] == [False] * 12
    assert all(journal.booked("BTC/USDT", f"of-{name}") for name in ORDERS)
    assert not journal.booked("ETH/USDT", "of-rt-0")
    assert journal.fill(a_fill("late", "rt-0")), "an old order may be executed still"
    journal.status("rt-0", OrderStatus.FILLED)
    with pytest.raises(JournalError, match="there is no such intent"):
        journal.fill(a_fill("late", "rt-other"))
    journal.close()


def test_an_order_long_forgotten_stays_what_it_was(path: Path) -> None:
    journal = opened(path)
    fill_all(journal)

    journal.intent(an_intent("rt-0"))

    with pytest.raises(JournalError, match="rt-0 is known as another"):
        journal.intent(an_intent("rt-0", symbol="ETH/USDT"))
    journal.close()


def test_what_was_looked_up_inside_a_commit_that_failed_is_not_known(path: Path) -> None:
    journal = opened(path)

    def give_up() -> None:
        with journal.together():
            for name in ORDERS:
                journal.intent(an_intent(name))
            assert journal.knows("rt-0")
            raise KeyError

    with pytest.raises(KeyError):
        give_up()

    assert not any(journal.knows(name) for name in ORDERS)
    journal.close()


def test_a_start_begins_with_the_newest_executions(path: Path) -> None:
    journal = opened(path)
    fill_all(journal)

    newest = {("BTC/USDT", f"of-{name}") for name in ORDERS[-3:]}

    assert journal.recall().seen == newest
    journal.close()


def test_a_journal_of_memory_forgets_what_is_long_over() -> None:
    journal = MemoryJournal(limit=2)
    for number in range(6):
        assert journal.fill(a_fill(str(number)))
        assert journal.command("pause", str(number))

    assert (journal.booked("BTC/USDT", "5"), journal.fill(a_fill("5"))) == (True, False)
    assert not journal.command("pause", "5")
    assert (journal.booked("BTC/USDT", "0"), journal.command("pause", "0")) == (False, True)
