"""What became of orders behind the newest mark: no bar came that would have told a strategy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtrade.model.order import OrderStatus
from tests.storage.samples import a_sending, an_intent, opened

if TYPE_CHECKING:
    from pathlib import Path

    from realtrade.storage import SqlJournal


def _recalled(journal: SqlJournal) -> dict[str, bool]:
    found = {known.intent.client_order_id: known.untold for known in journal.recall().orders}
    journal.close()
    return found


def _placed(journal: SqlJournal, *names: str) -> None:
    for name in names:
        journal.intent(an_intent(name, created_ms=1_000))
        journal.attempt(a_sending(name))
        journal.status(name, OrderStatus.ACCEPTED)


def test_an_order_that_ended_behind_the_newest_mark_is_recalled(path: Path) -> None:
    journal = opened(path)
    _placed(journal, "rt-1", "rt-2", "rt-3")
    journal.status("rt-1", OrderStatus.FILLED)
    journal.bar("btc_1h", 5_000)
    journal.status("rt-2", OrderStatus.FILLED)

    assert _recalled(journal) == {"rt-2": True, "rt-3": False}


def test_the_newest_mark_is_that_of_any_feed(path: Path) -> None:
    """A strategy is told of everything with each bar, whichever feed's it is."""
    journal = opened(path)
    journal.bar("btc_1h", 5_000)
    _placed(journal, "rt-1")
    journal.status("rt-1", OrderStatus.FILLED)
    journal.bar("other", 6_000)

    assert _recalled(journal) == {}


def test_without_a_mark_nobody_can_tell(path: Path) -> None:
    journal = opened(path)
    _placed(journal, "rt-1")
    journal.status("rt-1", OrderStatus.FILLED)

    assert _recalled(journal) == {"rt-1": False}
