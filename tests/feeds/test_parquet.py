from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from pyarrow import csv, parquet

from realtrade.feeds import FileFeed, FileFeedConfig
from realtrade.plugins.ports import FeedError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.feeds.conftest import Feeder

HOUR_MS = 3_600_000
NOON_MS = 1_704_110_400_000  # 2024-01-01T12:00:00Z
ROW = "10,12,9,11,5.5"
GOOD = f"2024-01-01T12:00:00Z,{ROW}"


def _as_parquet(feed: FileFeed, folder: Path, times: Any, **settings: Any) -> FileFeed:
    table = csv.read_csv(folder / "bars.csv")
    table = table.set_column(0, "time", times)
    parquet.write_table(table, folder / "bars.parquet")
    given = {"path": "bars.parquet", "symbol": "BTC/USD", "timeframe": "1h", **settings}
    return FileFeed(FileFeedConfig.model_validate(given), folder=folder)


@pytest.mark.parametrize(
    "times",
    [
        pa.array([NOON_MS], pa.timestamp("ms", "UTC")),
        pa.array([NOON_MS * 1_000_000], pa.timestamp("ns")),
        pa.array([NOON_MS // 1000], pa.timestamp("s", "Europe/Berlin")),
        pa.array([NOON_MS // 1000], pa.int64()),
        pa.array([NOON_MS], pa.uint64()),
        pa.array(["2024-01-01T12:00:00Z"]),
        pa.array(["2024-01-01T12:00:00Z"], pa.large_string()),
    ],
)
def test_parquet_reads_as_csv_does(feed_of: Feeder, tmp_path: Path, times: pa.Array) -> None:
    text = feed_of(GOOD)

    feed = _as_parquet(text, tmp_path, times)

    assert feed.history().bar(0) == text.history().bar(0)


def test_parquet_dates_and_local_times(feed_of: Feeder, tmp_path: Path) -> None:
    text = feed_of(f"2024-01-01,{ROW}")

    days = _as_parquet(text, tmp_path, pa.array([19_723], pa.date32()), timeframe="1d")
    assert days.history().time_ms.tolist() == [1_704_067_200_000]

    local = pa.array([NOON_MS + HOUR_MS], pa.timestamp("ms"))
    feed = _as_parquet(text, tmp_path, local, timezone="Europe/Berlin")
    assert feed.history().time_ms.tolist() == [NOON_MS]


def test_parquet_rows_are_refused_by_number(tmp_path: Path) -> None:
    table = pa.table(
        {
            "time": pa.array([NOON_MS, None, NOON_MS + 2 * HOUR_MS], pa.int64()),
            "open": [10, 10, 10],
            "high": [12, 12, 12],
            "low": [9, 9, 9],
            "close": pa.array([Decimal("11.5"), None, Decimal("11.5")]),
            "volume": [5.0, 5.0, float("nan")],
        }
    )
    parquet.write_table(table, tmp_path / "b.parquet")
    config = FileFeedConfig.model_validate(
        {"path": "b.parquet", "symbol": "BTC/USD", "timeframe": "1h"}
    )

    with pytest.raises(FeedError) as caught:
        FileFeed(config, folder=tmp_path).history()

    assert str(caught.value).splitlines() == [
        "b.parquet: 2 bad rows",
        "  b.parquet:2: time is empty; close is empty",
        "  b.parquet:3: volume 'nan' is not finite",
    ]


def test_parquet_columns_of_a_wrong_kind_are_refused(tmp_path: Path) -> None:
    values = {name: [1.0] for name in ("open", "high", "low", "close", "volume")}
    table = pa.table({"time": [1.5], **values})
    parquet.write_table(table, tmp_path / "b.parquet")
    config = FileFeedConfig.model_validate(
        {"path": "b.parquet", "symbol": "BTC/USD", "timeframe": "1h"}
    )

    with pytest.raises(FeedError, match="time column holds double values, which are no times"):
        FileFeed(config, folder=tmp_path).history()

    parquet.write_table(pa.table({**values, "time": [1], "open": [True]}), tmp_path / "b.parquet")
    with pytest.raises(FeedError, match=r"b\.parquet:1: open 'True' is not a number"):
        FileFeed(config, folder=tmp_path).history()
