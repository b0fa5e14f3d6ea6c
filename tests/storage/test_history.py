"""What changes over the life of a journal: its format, its age, its size."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from realtrade.model.events import Event, EventType
from realtrade.model.order import OrderStatus, Position
from realtrade.plugins.ports.journal import JournalError
from realtrade.storage import JournalDamaged
from realtrade.storage.meta import Meta, digest, read_meta, write_meta
from realtrade.storage.migrate import migrate, reseal
from realtrade.storage.places import Place
from realtrade.storage.retain import is_behind
from realtrade.storage.rows import Row, checksum, fill_row, intent_row
from realtrade.storage.sqlite import outline, writing
from realtrade.storage.tables import BAR_MARK, CURSOR, FILL, INTENT, ORDER
from realtrade.storage.verify import scan
from realtrade.utils.clock import ManualClock
from tests.effort import with_calls
from tests.storage.samples import ACCOUNT, BOT, NOW_MS, a_fill, a_sending, an_intent, opened

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

DAY_MS = 86_400_000
PLACE = Place("x")


class TestMigration:
    @pytest.fixture
    def connection(self, path: Path) -> Any:
        """Return a connection to a journal of format 1, inside a transaction."""
        journal = opened(path)
        journal.cursor("fills:BTC/USDT", "17")
        journal.close()
        with writing(path).begin() as connection:
            yield connection

    def test_goes_step_by_step_and_says_so(self, connection: sa.Connection) -> None:
        meta = read_meta(connection, PLACE)
        told = []
        steps: Any = {1: lambda c: told.append(1), 2: lambda c: told.append(2)}

        now, seq = migrate(
            connection,
            meta,
            seq=50,
            clock=ManualClock(),
            place=PLACE,
            outline=outline,
            steps=steps,
            newest=3,
        )

        assert told == [1, 2]
        assert (now.version, now.bot, seq) == (3, BOT, 54)
        assert read_meta(connection, PLACE) == now

    def test_a_step_that_adds_a_column_leaves_every_row_whole(
        self, connection: sa.Connection
    ) -> None:
        meta = read_meta(connection, PLACE)
        newer = sa.Table(
            "cursor", sa.MetaData(),
            *(sa.Column(c.name, c.type, primary_key=c.primary_key) for c in CURSOR.columns),
            sa.Column("source", sa.Text),
        )  # fmt: skip

        def step(connection: sa.Connection) -> None:
            connection.exec_driver_sql("ALTER TABLE cursor ADD COLUMN source TEXT")
            reseal(connection, newer)

        broken = "ALTER TABLE command ADD COLUMN source TEXT"
        now, _ = migrate(
            connection, meta, seq=50, clock=ManualClock(), place=PLACE, outline=outline,
            steps={1: step}, newest=2,
        )  # fmt: skip

        assert scan(connection).damage == []
        assert now.outline == digest(outline(connection))
        connection.exec_driver_sql(broken)
        assert now.outline != digest(outline(connection))

    def test_no_way_on_is_told(self, connection: sa.Connection) -> None:
        meta = read_meta(connection, PLACE)

        with pytest.raises(JournalError, match="has format 1, from which none leads on"):
            migrate(
                connection, meta, seq=50, clock=ManualClock(), place=PLACE, outline=outline,
                steps={}, newest=2,
            )  # fmt: skip

    def test_meta_that_is_not_whole_is_damage(self, connection: sa.Connection) -> None:
        meta = Meta(version=1, account=ACCOUNT, bot=BOT, outline="")
        write_meta(connection, meta, seq=9, clock=ManualClock())
        connection.exec_driver_sql("UPDATE meta SET value = 'eth' WHERE key = 'bot'")

        with pytest.raises(JournalDamaged, match="what it says of itself"):
            read_meta(connection, PLACE)


class TestForgetting:
    def test_drops_what_was_over_long_ago_and_nothing_a_start_needs(self, path: Path) -> None:
        journal = opened(path)
        for name in ("over", "open", "untold", "parent", "child"):
            journal.intent(an_intent(name, parent_id="parent" if name == "child" else None))
            journal.attempt(a_sending(name))
        for number, name in enumerate(("over", "open", "parent"), start=1):
            journal.fill(a_fill(str(number), name))
        journal.fill(a_fill("99", "untold"))
        for name in ("over", "untold", "parent"):
            journal.status(name, OrderStatus.FILLED)
        journal.cursor("fills:BTC/USDT", "10")
        journal.bar("btc_1h", 5_000)
        journal.position("BTC/USDT", Position(Decimal(1), Decimal(2)))
        journal.event(Event(EventType.STARTED, NOW_MS, "told"), ["phone"])
        journal.event(Event(EventType.STARTED, NOW_MS, "untold"), ["phone"])
        journal.delivered(journal.undelivered()[0].number, "phone")
        before = journal.recall()
        journal.close()

        journal = opened(path, clock=ManualClock(NOW_MS + 181 * DAY_MS))

        after = journal.recall()
        names = [
            row["client_order_id"] for row in journal._writer.rows(sa.text('SELECT * FROM "order"'))
        ]
        assert sorted(names) == ["child", "open", "parent", "untold"]
        assert (after.orders, after.positions, after.bars) == (
            before.orders,
            before.positions,
            before.bars,
        )
        assert before.seen - after.seen == {("BTC/USDT", "1")}
        assert [one.event.message for one in journal.undelivered()] == ["untold"]
        journal.close()
        opened(path).close()

    def test_keeps_everything_young(self, path: Path) -> None:
        journal = opened(path)
        journal.intent(an_intent())
        journal.status("rt-1", OrderStatus.CANCELLED)
        journal.bar("btc_1h", 5_000)
        journal.close()

        journal = opened(path, clock=ManualClock(NOW_MS + 179 * DAY_MS))

        journal.intent(an_intent())
        assert journal._writer.rows(sa.text("SELECT count(*) AS n FROM intent"))[0]["n"] == 1
        journal.close()

    @pytest.mark.parametrize(
        ("cursor", "trade", "behind"),
        [
            ("100", "100", True), ("100", "101", False), ("100", "99", True), ("", "1", False),
            ("ms:1000", "x", True), ("ms:999", "x", False), ("ms:", "x", False),
            ("ms:1e9", "x", False), ("abc", "1", False), ("100", "t99", False),
        ],
    )  # fmt: skip
    def test_a_trade_is_behind_a_cursor_only_for_certain(
        self, cursor: str, trade: str, behind: bool
    ) -> None:
        assert is_behind(cursor, trade, 999) is behind


def sealed(table: sa.Table, rows: Iterable[Row]) -> list[Row]:
    """Return rows as a journal writes them, far faster than one by one."""
    made = [{"seq": 100 + number, **row, "at_ms": NOW_MS} for number, row in enumerate(rows)]
    return [{**row, "crc": checksum(table.name, row)} for row in made]


@pytest.mark.untraced
def test_recalls_quickly_among_a_hundred_thousand_executions(path: Path) -> None:
    opened(path).close()
    names = [f"rt-{number}" for number in range(20_000)]
    trades = [(f"{name}-{part}", name) for name in names for part in range(5)]
    over = {"status": "filled", "reason": ""}
    plenty: dict[sa.Table, list[Row]] = {
        INTENT: [intent_row(an_intent(name, created_ms=int(name[3:]))) for name in names],
        ORDER: [{"client_order_id": name, **over} for name in names],
        FILL: [fill_row(a_fill(trade, name)) for trade, name in trades],
        BAR_MARK: [{"feed": "btc_1h", "time_ms": 19_990, "seq": 30_000}],
    }
    with writing(path).begin() as connection:
        for table, rows in plenty.items():
            connection.execute(sa.insert(table), sealed(table, rows))

    journal = opened(path)
    recalled, calls = with_calls(journal.recall)
    journal.close()

    assert (len(recalled.orders), len(recalled.seen)) == (10, 20_000)
    assert calls < 200_000, "it makes 35,000; fills looked through for each order, a million"
