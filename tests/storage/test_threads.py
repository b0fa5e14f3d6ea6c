from __future__ import annotations

from threading import Event as Flag
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from realtrade.model.events import Event, EventType
from realtrade.storage import open_journal
from realtrade.utils.clock import ManualClock
from tests.storage.samples import NOW_MS, a_fill, a_sending, an_intent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from realtrade.storage import SqlJournal


@pytest.fixture(params=["sqlite", "postgresql"])
def journal(request: pytest.FixtureRequest, bot: str, tmp_path: Path) -> Iterator[SqlJournal]:
    lasting = request.param == "postgresql"
    url = request.getfixturevalue("server").url if lasting else "sqlite:///bot.db"
    clock = ManualClock(NOW_MS)
    journal = open_journal(
        url, account="acc", bot=bot, folder=tmp_path, clock=clock, locks=tmp_path
    )
    yield journal
    journal.close()


def test_one_thread_is_let_in_at_a_time(journal: SqlJournal) -> None:
    inside, done = Flag(), Flag()

    def other() -> None:
        inside.wait(5)
        journal.bar("other", 1)
        done.set()

    thread = Thread(target=other)
    thread.start()
    with journal.together():
        inside.set()
        waited = not done.wait(0.2)
        journal.bar("mine", 1)
    thread.join()

    assert waited
    assert journal.recall().bars == {"mine": 1, "other": 1}


def test_what_several_threads_write_at_once_is_all_there(journal: SqlJournal) -> None:
    def write(thread: int) -> None:
        for number in range(25):
            name = f"rt-{thread}-{number}"
            with journal.together():
                journal.intent(an_intent(name))
                journal.fill(a_fill(name, name))
            journal.attempt(a_sending(name))
            journal.event(Event(EventType.ORDER_FILLED, NOW_MS, name), ["phone"])

    threads = [Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    recalled = journal.recall()
    assert len(recalled.orders) == len(recalled.seen) == 100
    assert all(len(order.attempts) == len(order.fills) == 1 for order in recalled.orders)
    told = journal.undelivered()
    assert len({one.number for one in told}) == len(told) == 100
