"""Trades from files: one a row, several of one moment, in the order of the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from pyarrow import parquet

from realtrade.feeds import FileFeed, FileFeedConfig
from realtrade.plugins.ports import FeedError

if TYPE_CHECKING:
    from pathlib import Path

    from realtrade.model.bar import BarColumns
    from tests.feeds.conftest import Feeder

HEADER = "time,price,quantity"
AT_MS = 1_704_110_400_000  # 2024-01-01T12:00:00Z
TICK = {"timeframe": "tick"}


def rows(columns: BarColumns) -> list[tuple[float, ...]]:
    bars = [columns.bar(row) for row in range(len(columns))]
    return [(bar.time_ms - AT_MS, bar.due_ms - AT_MS, *bar[2:]) for bar in bars]


EXPECTED = [
    (0, 0, 10.5, 10.5, 10.5, 10.5, 2.0),
    (0, 0, 10.25, 10.25, 10.25, 10.25, 0.0),
    (7, 7, 11.0, 11.0, 11.0, 11.0, 0.5),
]


@pytest.mark.parametrize(
    "times",
    [
        (AT_MS, AT_MS, AT_MS + 7),
        (AT_MS * 1_000 + 3, AT_MS * 1_000 + 900, AT_MS * 1_000 + 7_999),
        ("2024-01-01T12:00:00Z", "2024-01-01T12:00:00.0004Z", "2024-01-01T12:00:00.007Z"),
    ],
)
def test_each_row_of_a_csv_is_a_trade(feed_of: Feeder, times: tuple[object, ...]) -> None:
    lines = [f"{at},{more}" for at, more in zip(times, ("10.5,2", "10.25,0", "11,.5"), strict=True)]

    assert rows(feed_of(*lines, header=HEADER, **TICK).history()) == EXPECTED


def test_each_row_of_a_parquet_file_is_a_trade_and_columns_may_have_other_names(
    tmp_path: Path,
) -> None:
    table = {
        "T": pa.array([AT_MS, AT_MS, AT_MS + 7], pa.timestamp("ms", "UTC")),
        "p": [10.5, 10.25, 11.0],
        "q": [2.0, 0.0, 0.5],
        "id": [1, 2, 3],
    }
    parquet.write_table(pa.table(table), tmp_path / "trades.parquet")
    given = {"path": "trades.parquet", "symbol": "BTC/USD", **TICK}
    named = {"time": "T", "price": "p", "quantity": "q"}
    config = FileFeedConfig.model_validate({**given, "columns": named})

    assert rows(FileFeed(config, folder=tmp_path).history()) == EXPECTED


def test_every_bad_row_is_named(feed_of: Feeder) -> None:
    feed = feed_of(
        f"{AT_MS + 7},10,1",
        f"{AT_MS},10,1",
        f"{AT_MS + 8},0,1",
        f"{AT_MS + 8},10,-1",
        f"{AT_MS + 8},x,1",
        f"{AT_MS + 8},inf,1",
        header=HEADER,
        **TICK,
    )

    with pytest.raises(FeedError) as caught:
        feed.history()

    assert str(caught.value).splitlines() == [
        "bars.csv: 5 bad rows",
        "  bars.csv:3: time 2024-01-01T12:00:00Z is earlier than the row before",
        "  bars.csv:4: price 0.0 is not above zero",
        "  bars.csv:5: quantity -1.0 is negative",
        "  bars.csv:6: price 'x' is not a number",
        "  bars.csv:7: price 'inf' is not finite",
    ]


def test_a_file_of_bars_is_no_file_of_trades(feed_of: Feeder) -> None:
    feed = feed_of(f"{AT_MS},1,1,1,1,1", **TICK)

    with pytest.raises(FeedError, match="no column is named 'price'; the file has 'time', 'open'"):
        feed.history()
