from __future__ import annotations

import csv
import json
from decimal import Decimal
from typing import IO, TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtrade.monitor.artifacts import (
    decimal_column,
    iso_column,
    replacing,
    write_equity,
    write_summary,
    write_trades,
)
from realtrade.monitor.round_trips import RoundTrip
from realtrade.monitor.texts import decimal_text, iso_text
from realtrade.monitor.tracker import Columns

if TYPE_CHECKING:
    from pathlib import Path


def columns(times: list[int], cash: list[float], equity: list[float]) -> Columns:
    return Columns(np.array(times, dtype=np.int64), np.array(cash), np.array(equity))


def test_trades_have_the_recipes_columns(tmp_path: Path) -> None:
    trip = RoundTrip("BTC/USDT:USDT", "short", 0, 1_500, 0.1, 20000.0, 19999.5, -0.15, 0.2)

    path = write_trades(tmp_path, [trip])

    assert path.read_bytes() == (
        b"symbol,side,opened,closed,quantity,entry_price,exit_price,pnl,fees\n"
        b"BTC/USDT:USDT,short,1970-01-01T00:00:00Z,1970-01-01T00:00:01.500Z,"
        b"0.1,20000,19999.5,-0.15,0.2\n"
    )


def test_a_hostile_symbol_stays_one_cell(tmp_path: Path) -> None:
    symbol = 'A,"B"\n/C'
    path = write_trades(tmp_path, [RoundTrip(symbol, "long", 0, 0, 1, 1, 1, 0, 0)])

    with path.open(newline="") as file:
        rows = list(csv.reader(file))

    assert [row[0] for row in rows] == ["symbol", symbol]


def test_equity_has_the_recipes_columns(tmp_path: Path) -> None:
    path = write_equity(tmp_path, columns([0, 60_000], [10_000.0, 0.1 + 0.2], [10_000.0, 1e-7]))

    assert path.read_bytes() == (
        b"time,cash,equity\n"
        b"1970-01-01T00:00:00Z,10000,10000\n"
        b"1970-01-01T00:01:00Z,0.30000000000000004,0.0000001\n"
    )


def test_one_odd_millisecond_gives_all_rows_milliseconds(tmp_path: Path) -> None:
    path = write_equity(tmp_path, columns([0, 1], [1.0, 1.0], [1.0, 1.0]))

    assert path.read_text().splitlines()[1:] == [
        "1970-01-01T00:00:00.000Z,1,1",
        "1970-01-01T00:00:00.001Z,1,1",
    ]


def test_no_bars_give_a_header(tmp_path: Path) -> None:
    assert write_equity(tmp_path, columns([], [], [])).read_text() == "time,cash,equity\n"


def test_many_chunks_lose_no_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("realtrade.monitor.artifacts._CHUNK", 7)
    count = 50
    amounts = [number + 0.5 for number in range(count)]

    path = write_equity(tmp_path, columns([1000 * row for row in range(count)], amounts, amounts))

    with path.open() as file:
        rows = list(csv.DictReader(file))
    assert [float(row["equity"]) for row in rows] == amounts
    assert rows[-1]["time"] == "1970-01-01T00:00:49Z"


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_a_column_is_written_as_each_amount_is(values: list[float]) -> None:
    texts = decimal_column(np.array(values)).to_pylist()

    assert texts == [decimal_text(value) for value in values]


@given(st.lists(st.floats(-1e14, 1e14).filter(lambda x: abs(x) >= 1e-5), min_size=1, max_size=20))
def test_everyday_amounts_too(values: list[float]) -> None:
    # Money as it is: pyarrow writes these itself, and must write what we would.
    texts = decimal_column(np.array([*values, 0.0, -0.0])).to_pylist()

    assert texts == [*(decimal_text(value) for value in values), "0", "0"]
    assert [float(Decimal(text)) for text in texts[:-2]] == values


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_what_is_no_amount_is_refused(tmp_path: Path, bad: float) -> None:
    with pytest.raises(ValueError, match="no amount"):
        write_equity(tmp_path, columns([0], [1.0], [bad]))

    assert list(tmp_path.iterdir()) == []


@given(st.lists(st.integers(-5_000_000_000_000, 5_000_000_000_000), max_size=20))
def test_times_are_written_as_each_time_is(times: list[int]) -> None:
    seconds = [time_ms // 1000 * 1000 for time_ms in times]

    whole = iso_column(np.array(seconds, dtype=np.int64), whole_seconds=True).to_pylist()
    fine = iso_column(np.array(times, dtype=np.int64), whole_seconds=False).to_pylist()

    assert whole == [iso_text(time_ms) for time_ms in seconds]
    assert [text for text, time_ms in zip(fine, times, strict=True) if time_ms % 1000] == [
        iso_text(time_ms) for time_ms in times if time_ms % 1000
    ]


def test_a_summary_keeps_its_order(tmp_path: Path) -> None:
    path = write_summary(tmp_path, {"name": "größer", "a": None, "cash": "1.5"})

    assert path.read_text(encoding="utf-8") == (
        '{\n  "name": "größer",\n  "a": null,\n  "cash": "1.5"\n}\n'
    )


def test_a_summary_cannot_hold_what_json_has_no_word_for(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Out of range float"):
        write_summary(tmp_path, {"sharpe": float("nan")})

    assert list(tmp_path.iterdir()) == []


def test_what_fails_halfway_leaves_the_old_file(tmp_path: Path) -> None:
    path = write_summary(tmp_path, {"run": 1})

    def fail(file: IO[bytes]) -> None:
        file.write(b"half")
        raise RuntimeError

    with pytest.raises(RuntimeError), replacing(path) as file:
        fail(file)

    assert json.loads(path.read_text()) == {"run": 1}
    assert list(tmp_path.iterdir()) == [path]
