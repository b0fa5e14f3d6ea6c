from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from realtrade.common.bar_file import BarFile, Span
from realtrade.common.history import History, joined, no_bars, read_bars, stepped_back
from realtrade.model.bar import BarColumns
from realtrade.plugins.ports.feed import FeedError
from realtrade.utils.timeframes import Timeframe

if TYPE_CHECKING:
    from pathlib import Path

HOUR = Timeframe.parse("1h")
MS = 3_600_000


class Market:
    """Bars of some hours, given out in pages; counts what is asked."""

    def __init__(self, hours: list[int], now: float, *, page: int = 10) -> None:
        self.hours = hours
        self.now = now
        self.page = page
        self.close = 1.0
        self.asked: list[tuple[int, int]] = []
        self.left_out_of_long_answers: set[int] = set()

    def now_ms(self) -> int:
        return int(self.now * MS)

    def fetch_bars(
        self, symbol: str, timeframe: Timeframe, since_ms: int, until_ms: int
    ) -> BarColumns:
        self.asked.append((since_ms // MS, until_ms // MS))
        found = [hour for hour in self.hours if since_ms <= hour * MS < until_ms]
        found = [hour for hour in found if hour + 1 <= self.now][: self.page]
        if len(found) > 1:
            found = [hour for hour in found if hour not in self.left_out_of_long_answers]
        return self.columns(found)

    def columns(self, hours: list[int]) -> BarColumns:
        times = np.array(hours, np.int64) * MS
        values = [np.array(hours, np.float64) + offset for offset in (1, 3, 0, self.close, 10)]
        return BarColumns(times, times + MS, *values)


def hours(columns: BarColumns) -> list[int]:
    return [int(time_ms) // MS for time_ms in columns.time_ms]


def test_pages_are_joined_until_there_is_no_more() -> None:
    market = Market(list(range(100)), now=35.5)

    found = read_bars(market, "X", HOUR, 5 * MS, 100 * MS)

    assert hours(found) == list(range(5, 35))
    assert market.asked == [(5, 100), (15, 100), (25, 100)]
    assert found.bar(0) == (5 * MS, 6 * MS, 6.0, 8.0, 5.0, 6.0, 15.0)


def test_a_hole_is_asked_for_once_by_itself() -> None:
    market = Market([*range(20), *range(24, 40)], now=50, page=100)
    market.left_out_of_long_answers = {7, 8, 30}

    found = read_bars(market, "X", HOUR, 0, 50 * MS)

    # In an answer of two the exchange of this test is just as forgetful; of one it is not.
    assert hours(found) == [hour for hour in market.hours if hour not in {7, 8}]
    assert market.asked == [(0, 50), (40, 50), (7, 9), (20, 24), (30, 31)]


def test_nothing_to_be_had_is_no_bars() -> None:
    assert hours(read_bars(Market([], now=10), "X", HOUR, 0, 10 * MS)) == []
    assert len(no_bars()) == 0
    assert len(joined([])) == 0


@pytest.mark.parametrize("wrong", [[3], [12], [6, 6], [7, 6]])
def test_bars_that_were_not_asked_for_are_not_taken(wrong: list[int]) -> None:
    market = Market([], now=20)
    market.fetch_bars = lambda *_: market.columns(wrong)  # type: ignore[method-assign]  # it lies

    with pytest.raises(FeedError, match="X 1h: bars out of order, or others than were asked for"):
        read_bars(market, "X", HOUR, 5 * MS, 10 * MS)


def test_the_last_bars_are_the_last_closed_ones() -> None:
    market = Market(list(range(100)), now=50.2)

    assert hours(History(market).last("X", HOUR, 7)) == list(range(43, 50))


def test_a_bar_that_has_only_just_closed_is_left_to_the_stream() -> None:
    market = Market(list(range(100)), now=50 + 0.5 / 3600)

    assert hours(History(market).last("X", HOUR, 2)) == [47, 48]


def test_pauses_of_a_market_are_looked_behind() -> None:
    market = Market([*range(30), *range(2_000, 2_003)], now=2_010)

    assert hours(History(market).last("X", HOUR, 5)) == [28, 29, 2_000, 2_001, 2_002]


def test_a_young_market_has_fewer() -> None:
    market = Market([5, 6, 7], now=8.5)

    assert hours(History(market).last("X", HOUR, 500)) == [5, 6, 7]


def test_a_second_start_fetches_only_what_is_new(tmp_path: Path) -> None:
    first = Market(list(range(100)), now=60.5, page=1000)
    History(first, tmp_path).last("X/Y", HOUR, 50)
    second = Market(list(range(100)), now=63.5, page=1000)

    found = History(second, tmp_path).last("X/Y", HOUR, 50)

    assert hours(found) == list(range(13, 63))
    assert second.asked == [(59, 63)]
    assert [path.name for path in tmp_path.iterdir()] == ["X-Y-1h.parquet"]
    np.testing.assert_array_equal(found.high, np.arange(13, 63) + 3.0)


def test_more_bars_than_were_kept_are_fetched_in_front(tmp_path: Path) -> None:
    History(Market(list(range(100)), now=60.5, page=1000), tmp_path).last("X", HOUR, 10)
    second = Market(list(range(100)), now=60.5, page=1000)

    assert hours(History(second, tmp_path).last("X", HOUR, 20)) == list(range(40, 60))
    assert second.asked == [(59, 60), (40, 50)]


def test_kept_bars_that_are_not_the_exchanges_are_fetched_anew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    History(Market(list(range(100)), now=60.5, page=1000), tmp_path).last("X", HOUR, 10)
    other = Market(list(range(100)), now=61.5, page=1000)
    other.close = 0.25

    found = History(other, tmp_path).last("X", HOUR, 10)

    assert found.close.tolist() == [hour + 0.25 for hour in range(51, 61)]
    assert "kept bars of X 1h are not the exchange's: fetched anew" in caplog.text


def test_months_and_minutes_have_files_of_their_own(tmp_path: Path) -> None:
    market = Market([], now=1_000_000)
    for length in ("1m", "1M"):
        History(market, tmp_path).last("X", Timeframe.parse(length), 1)

    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "X-1min.parquet",
        "X-1month.parquet",
    ]


@pytest.mark.parametrize(
    ("length", "count", "expected"),
    [("1h", 3, "2024-03-31T21"), ("1w", 2, "2024-03-18T00"), ("1M", 2, "2024-02-01T00")],
)
def test_steps_back_are_on_the_grid(length: str, count: int, expected: str) -> None:
    at_ms = int(np.datetime64("2024-04-01T00", "ms").astype(np.int64))

    found = stepped_back(Timeframe.parse(length), at_ms, count)

    assert np.datetime64(found, "ms") == np.datetime64(expected, "ms")


# -- the file ---------------------------------------------------------------------------------


def a_span() -> Span:
    return Span(Market([], now=0).columns([3, 4, 6]), 2 * MS, 8 * MS)


def test_a_file_gives_back_what_was_saved(tmp_path: Path) -> None:
    file = BarFile(tmp_path / "deep/er/x.parquet", label="X 1h")
    file.save(a_span())

    found = file.load()

    assert found is not None
    assert (found.from_ms, found.to_ms) == (2 * MS, 8 * MS)
    expected = a_span().columns
    for name in BarColumns.__dataclass_fields__:
        values = getattr(found.columns, name)
        np.testing.assert_array_equal(values, getattr(expected, name))
        assert values.dtype == getattr(expected, name).dtype


def test_there_need_be_no_file(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert BarFile(tmp_path / "x", label="X").load() is None
    assert caplog.text == ""


def test_every_damage_is_noticed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "x.parquet"
    file = BarFile(path, label="X 1h")
    file.save(a_span())
    whole = path.read_bytes()
    expected = a_span().columns.close.tolist()
    for at in range(0, len(whole), 7):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        found = file.load()
        assert found is None or found.columns.close.tolist() == expected
    for length in (0, 1, 10, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        assert file.load() is None
    assert "x.parquet is damaged" in caplog.text


def test_a_file_of_something_else_is_not_believed(tmp_path: Path) -> None:
    BarFile(tmp_path / "x", label="X 1h").save(a_span())

    assert BarFile(tmp_path / "x", label="X 1m").load() is None


def test_a_disk_that_takes_nothing_is_told_of_and_survived(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "taken").write_text("a file where a folder should be")

    BarFile(tmp_path / "taken/x.parquet", label="X").save(a_span())

    assert "x.parquet cannot be kept" in caplog.text


def test_saving_leaves_nothing_beside_the_file(tmp_path: Path) -> None:
    for _ in range(3):
        BarFile(tmp_path / "x", label="X").save(a_span())

    assert [path.name for path in tmp_path.iterdir()] == ["x"]
