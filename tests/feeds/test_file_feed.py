from __future__ import annotations

import gzip
import re
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from realtrade.feeds import FileFeed, FileFeedConfig
from realtrade.feeds.file_feed import build
from realtrade.plugins import Kind, Registry
from realtrade.plugins.errors import SettingWrong
from realtrade.plugins.ports import BuildContext, FeedError
from realtrade.utils.clock import ManualClock

if TYPE_CHECKING:
    from pathlib import Path

    from tests.feeds.conftest import Feeder

HOUR_MS = 3_600_000
NOON_MS = 1_704_110_400_000  # 2024-01-01T12:00:00Z
ROW = "10,12,9,11,5.5"


def test_the_sample_file_reads_as_pandas_reads_it(repository: Path) -> None:
    config = FileFeedConfig.model_validate(
        {
            "path": "recipes/data/coinbase-btc-usd-1h.csv",
            "symbol": "BTC/USD",
            "timeframe": "1h",
        }
    )

    columns = FileFeed(config, folder=repository).history()

    frame = pd.read_csv(repository / config.path, parse_dates=["time"])
    expected_ms = frame["time"].dt.tz_localize(None).to_numpy().astype("datetime64[ms]")
    assert len(columns) == 20_111
    assert columns.time_ms.tolist() == expected_ms.astype(np.int64).tolist()
    assert columns.due_ms.tolist() == (expected_ms.astype(np.int64) + HOUR_MS).tolist()
    for name in ("open", "high", "low", "close", "volume"):
        assert getattr(columns, name).tolist() == frame[name].tolist()
        assert getattr(columns, name).dtype == np.float64


def test_the_plugin_builds_the_feed_a_recipe_names(repository: Path) -> None:
    registry = Registry()
    config = registry.config_class(Kind.FEED, "file").model_validate(
        {
            "type": "file",
            "path": "coinbase-btc-usd-1h.csv",
            "symbol": "BTC/USD",
            "timeframe": "1h",
            "tick": Decimal("0.01"),
            "lot": Decimal("0.0001"),
        }
    )
    context = BuildContext(name="btc", folder=repository / "recipes/data", clock=ManualClock())

    feed = registry.builder(Kind.FEED, "file")(config, context)

    assert len(feed.history()) == 20_111
    assert str(feed.timeframe) == "1h"
    instrument = feed.instrument
    assert (instrument.symbol, instrument.base, instrument.quote) == ("BTC/USD", "BTC", "USD")
    assert (instrument.tick, instrument.lot) == (Decimal("0.01"), Decimal("0.0001"))
    assert (instrument.market, instrument.may_short) == ("spot", False)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("2024-01-01T12:00:00Z", "2024-01-01T13:00:00Z"),
        ("2024-01-01T12:00:00.000Z", "2024-01-01T13:00:00.000Z"),
        ("2024-01-01T13:00:00+01:00", "2024-01-01T08:00:00-05:00"),
        ("2024-01-01T13:00:00+0100", "2024-01-01 14:00+0100"),
        ("2024-01-01 12:00:00", "2024-01-01 13:00:00"),
        ("2024-01-01T12:00:00", "2024-01-01 13:00"),
        ("1704110400", "1704114000"),
        ("1704110400000", "1704114000000"),
        ("1704110400000000", "1704114000000000"),
        ("1704110400000000000", "1704114000000000000"),
        ('"2024-01-01T12:00:00Z"', " 2024-01-01T13:00:00Z "),
    ],
)
def test_times_are_read_in_every_way_they_are_written(
    feed_of: Feeder, first: str, second: str
) -> None:
    columns = feed_of(f"{first},{ROW}", f"{second},{ROW}").history()

    assert columns.time_ms.tolist() == [NOON_MS, NOON_MS + HOUR_MS]


def test_days_are_read_as_dates(feed_of: Feeder) -> None:
    columns = feed_of(f"2024-01-01,{ROW}", f"2024-01-02,{ROW}", timeframe="1d").history()

    assert columns.time_ms.tolist() == [1_704_067_200_000, 1_704_153_600_000]
    assert columns.due_ms.tolist() == [1_704_153_600_000, 1_704_240_000_000]


@pytest.mark.parametrize(
    ("local", "zone", "utc_ms"),
    [
        ("2024-01-01 13:00:00", "Europe/Berlin", NOON_MS),
        ("2024-07-01 14:00:00", "Europe/Berlin", 1_719_835_200_000),  # summer time
        ("2024-01-01 17:30:00", "Asia/Kolkata", NOON_MS),
        ("2024-01-01T12:00:00Z", "Europe/Berlin", NOON_MS),  # an offset wins
        ("1704110400", "Europe/Berlin", NOON_MS),
    ],
)
def test_the_timezone_is_that_of_times_without_an_offset(
    feed_of: Feeder, local: str, zone: str, utc_ms: int
) -> None:
    assert feed_of(f"{local},{ROW}", timezone=zone).history().time_ms.tolist() == [utc_ms]


def test_local_times_agree_with_pandas_over_a_year(feed_of: Feeder) -> None:
    utc = pd.date_range("2023-03-26 02:00", "2023-10-28 23:00", freq="h", tz="UTC")
    local = utc.tz_convert("America/New_York").strftime("%Y-%m-%d %H:%M:%S")

    columns = feed_of(*(f"{at},{ROW}" for at in local), timezone="America/New_York").history()

    assert columns.time_ms.tolist() == (utc.as_unit("ms").asi8).tolist()


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        ("2024-10-27 02:00:00", "happens twice in Europe/Berlin"),
        ("2024-03-31 02:00:00", "does not exist in Europe/Berlin"),
    ],
)
def test_local_times_that_are_none_or_two_are_refused(
    feed_of: Feeder, at: str, reason: str
) -> None:
    feed = feed_of(f"2024-01-01 02:00:00,{ROW}", f"{at},{ROW}", timezone="Europe/Berlin")

    with pytest.raises(FeedError, match=rf"bars\.csv:3: time '{at}' {reason}"):
        feed.history()


GOOD = f"2024-01-01T12:00:00Z,{ROW}"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("2024-01-01T13:00:00Z,ten,12,9,11,5", "open 'ten' is not a number"),
        ("2024-01-01T13:00:00Z,10,12,9,,5", "close is empty"),
        ("2024-01-01T13:00:00Z,10,12,9,1_1,5", "close '1_1' is not a number"),
        ('2024-01-01T13:00:00Z,10,12,9,"1,1",5', "close '1,1' is not a number"),
        ("2024-01-01T13:00:00Z,10,12,9,0x1p3,5", "close '0x1p3' is not a number"),
        ("2024-01-01T13:00:00Z,10,12,9,11,nan", "volume 'nan' is not finite"),
        ("2024-01-01T13:00:00Z,10,inf,9,11,5", "high 'inf' is not finite"),
        ("2024-01-01T13:00:00Z,10,-Inf,9,11,5", "high '-Inf' is not finite"),
        ("2024-01-01T13:00:00Z,10,1e999,9,11,5", "high '1e999' is not finite"),
        ("2024-01-01T13:00:00Z,-10,12,-11,11,5", "open -10.0 is not above zero; low -11.0 is not"),
        ("2024-01-01T13:00:00Z,0,12,0,11,5", "open 0.0 is not above zero"),
        ("2024-01-01T13:00:00Z,10,12,9,11,-5", "volume -5.0 is negative"),
        ("2024-01-01T13:00:00Z,10,9,12,11,5", "high 9.0 is below low 12.0"),
        ("2024-01-01T13:00:00Z,13,12,9,11,5", "open 13.0 is above the high"),
        ("2024-01-01T13:00:00Z,8,12,9,11,5", "open 8.0 is below the low"),
        ("2024-01-01T13:00:00Z,10,12,9,12.5,5", "close 12.5 is above the high"),
        ("2024-01-01T13:00:00Z,10,12,9,8.5,5", "close 8.5 is below the low"),
        (f"2024-01-01T12:00:00Z,{ROW}", "time 2024-01-01T12:00:00Z is there twice"),
        (f"2024-01-01T11:00:00Z,{ROW}", "time 2024-01-01T11:00:00Z is earlier than the row before"),
        (f"2024-01-01T13:30:00Z,{ROW}", "time 2024-01-01T13:30:00Z is not the open of a 1h bar"),
        (f"2024-01-01T13:00:00.5Z,{ROW}", "time 2024-01-01T13:00:00.500Z is not the open of a 1h"),
        (f"2024-01-01T13:00:00.0000001Z,{ROW}", "is finer than a millisecond"),
        (f"2024-01-01T13:00:00,{ROW}", "time '2024-01-01T13:00:00' is no time"),
        (f"2024-02-30T13:00:00Z,{ROW}", "time '2024-02-30T13:00:00Z' is no time"),
        (f"1704114000,{ROW}", "time '1704114000' is no time"),
        (f"01/02/2024,{ROW}", "time '01/02/2024' is no time"),
        (f",{ROW}", "time is empty"),
        ("2024-01-01T13:00:00Z,10,12,9,11", "5 columns where the header has 6"),
        (f"2024-01-01T13:00:00Z,{ROW},7", "7 columns where the header has 6"),
    ],
)
def test_a_bad_row_is_refused_by_line_and_reason(feed_of: Feeder, row: str, reason: str) -> None:
    feed = feed_of(GOOD, row, f"2024-01-01T14:00:00Z,{ROW}")

    with pytest.raises(FeedError) as caught:
        feed.history()

    assert str(caught.value).startswith("bars.csv: 1 bad row\n  bars.csv:3: ")
    assert reason in str(caught.value)


def test_an_epoch_time_too_far_away_is_refused(feed_of: Feeder) -> None:
    with pytest.raises(FeedError, match=r"bars.csv:3: time '99999999999999999' is no time"):
        feed_of(f"1704110400,{ROW}", f"99999999999999999,{ROW}").history()


def test_all_bad_rows_are_named_at_once(feed_of: Feeder) -> None:
    feed = feed_of(
        "2024-01-01T12:00:00Z,ten,12,9,11,5",
        GOOD,
        "",
        "2024-01-01T13:00:00Z,10,12,9,11",
        "2024-01-01T14:00:00Z,10,8,9,x,5",
        "2024-01-01T15:00:00Z,10,8,9,11,-1",
        f"2024-01-01T15:00:00Z,{ROW}",
    )

    with pytest.raises(FeedError) as caught:
        feed.history()

    assert str(caught.value).splitlines() == [
        "bars.csv: 6 bad rows",
        "  bars.csv:2: open 'ten' is not a number",
        "  bars.csv:3: time 2024-01-01T12:00:00Z is there twice",
        "  bars.csv:5: 5 columns where the header has 6",
        "  bars.csv:6: close 'x' is not a number",
        "  bars.csv:7: volume -1.0 is negative; high 8.0 is below low 9.0",
        "  bars.csv:8: time 2024-01-01T15:00:00Z is there twice",
    ]


def test_the_first_twenty_are_named_and_the_rest_counted(feed_of: Feeder) -> None:
    rows = [f"{1_704_110_400 + 3600 * i},10,12,9,{'x' if i % 2 else 11},5" for i in range(20_000)]

    with pytest.raises(FeedError) as caught:
        feed_of(*rows).history()

    lines = str(caught.value).splitlines()
    assert lines[0] == "bars.csv: 10000 bad rows"
    assert lines[1] == "  bars.csv:3: close 'x' is not a number"
    assert lines[20] == "  bars.csv:41: close 'x' is not a number"
    assert lines[21:] == ["  and 9980 more"]


def test_long_garbage_is_cut_in_messages(feed_of: Feeder) -> None:
    with pytest.raises(FeedError) as caught:
        feed_of(f"2024-01-01T13:00:00Z,10,12,9,{'z' * 1000},5").history()

    assert f"close '{'z' * 40}' is not a number" in str(caught.value)


def test_empty_lines_are_passed_over_and_counted(feed_of: Feeder) -> None:
    columns = feed_of("", GOOD, "", f"2024-01-01T13:00:00Z,{ROW}", "", "").history()

    assert columns.time_ms.tolist() == [NOON_MS, NOON_MS + HOUR_MS]
    assert columns.close.tolist() == [11, 11]


def test_columns_may_have_other_names_and_another_order(feed_of: Feeder) -> None:
    feed = feed_of(
        "5.5,x,11,9,12,10,1704110400",
        header="Vol,note,Close,Low,High,Open,Date",
        columns={
            "time": "Date",
            "open": "Open",
            "high": "High",
            "low": "Low",
            "close": "Close",
            "volume": "Vol",
        },
    )

    bar = feed.history().bar(0)

    assert bar == (NOON_MS, NOON_MS + HOUR_MS, 10.0, 12.0, 9.0, 11.0, 5.5)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (
            "Date,Open,High,Low,Close,Adj Close,Volume",
            (
                "did you mean columns: {time: Date, open: Open, high: High, low: Low,"
                " close: Close, volume: Volume}?"
            ),
        ),
        (
            "time;open;high;low;close;volume",
            "its columns are separated by semicolons, and must be by commas",
        ),
        (
            "2024-01-01T00:00:00Z,1,2,0.5,1.5,3",
            "its first line must name the columns: write time,open,high,low,close,volume above",
        ),
        (
            "Time,open,high,low,close,volume",
            (
                "no column is named 'time'; the file has 'Time', 'open', 'high', 'low', 'close',"
                " 'volume'; did you mean columns: {time: Time}?"
            ),
        ),
        (
            "time,open,high,low,close,amount",
            (
                "no column is named 'volume'; the file has 'time', 'open', 'high', 'low', 'close',"
                " 'amount'; name yours with columns: {volume: ...}"
            ),
        ),
        (
            "time,open,high,low,close,close",
            (
                "more than one column is named 'close'; the file has 'time', 'open', 'high', 'low',"
                " 'close', 'close'"
            ),
        ),
    ],
)
def test_wrong_columns_are_answered_with_those_there_are(
    feed_of: Feeder, header: str, message: str
) -> None:
    with pytest.raises(FeedError) as caught:
        feed_of(GOOD, header=header).history()

    assert str(caught.value).startswith("bars.csv: ")
    assert str(caught.value).endswith(message)


def test_building_a_feed_without_its_file_is_wrong_at_its_path(tmp_path: Path) -> None:
    config = FileFeedConfig.model_validate(
        {"path": "smaple.csv", "symbol": "BTC/USD", "timeframe": "1h"}
    )
    (tmp_path / "sample.csv").touch()

    with pytest.raises(SettingWrong, match=r"smaple\.csv: there is no such file") as caught:
        build(config, BuildContext(name="feeds.btc", folder=tmp_path, clock=ManualClock()))

    assert (caught.value.at, caught.value.hint) == ("path", "did you mean 'sample.csv'?")


def test_a_missing_file_is_named_with_the_place_looked_at(tmp_path: Path) -> None:
    config = FileFeedConfig.model_validate(
        {"path": "data/none.csv", "symbol": "BTC/USD", "timeframe": "1h"}
    )
    place = re.escape(str(tmp_path / "data/none.csv"))

    with pytest.raises(
        FeedError, match=rf"^data/none.csv: there is no such file \(looked for {place}"
    ):
        FileFeed(config, folder=tmp_path).history()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("b.csv", b"", "b.csv: cannot be read: Empty CSV file"),
        ("b.csv", b"time,open,high,low,close,volume\n", "b.csv: the file has no rows"),
        ("b.csv", b"time,open,high,low,close,volume", "b.csv: cannot be read"),
        (
            "b.csv",
            b"time,open,high,low,close,volume\n1,\xff\xfe,1,1,1,1\n",
            "b.csv: cannot be read",
        ),
        ("b.csv.gz", b"plain text", "b.csv.gz: cannot be read"),
        ("b.parquet", b"plain text", "b.parquet: cannot be read"),
        ("b.xlsx", b"x", "b.xlsx: not a kind of file that can be read; .csv, .csv.gz"),
    ],
)
def test_an_unreadable_file_is_named(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    config = FileFeedConfig.model_validate({"path": name, "symbol": "BTC/USD", "timeframe": "1h"})

    with pytest.raises(FeedError, match="^" + re.escape(message)):
        FileFeed(config, folder=tmp_path).history()


def test_a_first_time_in_no_known_way_says_how_to_write_it(feed_of: Feeder) -> None:
    with pytest.raises(
        FeedError, match=r"the first time, '31.12.2023', is written in no known way"
    ):
        feed_of(f"31.12.2023,{ROW}").history()


def test_a_byte_order_mark_and_windows_lines_do_no_harm(tmp_path: Path) -> None:
    text = "\ufefftime,open,high,low,close,volume\r\n" + GOOD + "\r\n"
    (tmp_path / "w.csv").write_bytes(text.encode())
    config = FileFeedConfig.model_validate(
        {"path": "w.csv", "symbol": "BTC/USD", "timeframe": "1h"}
    )

    assert FileFeed(config, folder=tmp_path).history().time_ms.tolist() == [NOON_MS]


def test_compressed_files_read_alike(feed_of: Feeder, tmp_path: Path) -> None:
    plain = feed_of(GOOD).history()
    (tmp_path / "z.csv.gz").write_bytes(gzip.compress((tmp_path / "bars.csv").read_bytes()))
    with pa.CompressedOutputStream(str(tmp_path / "z.csv.zst"), "zstd") as out:
        out.write((tmp_path / "bars.csv").read_bytes())

    for name in ("z.csv.gz", "z.csv.zst"):
        config = FileFeedConfig.model_validate(
            {"path": name, "symbol": "BTC/USD", "timeframe": "1h"}
        )
        assert FileFeed(config, folder=tmp_path).history().bar(0) == plain.bar(0)
