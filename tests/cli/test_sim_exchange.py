from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING
from urllib.request import ProxyHandler, build_opener

import pytest

from tests.cli.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Command


class Running:
    """`realtrade sim-exchange` as a process of its own."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "realtrade", "sim-exchange", "--port", "0", *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.said = [self.process.stdout.readline() for _ in range(5)]

    def ask(self, path: str) -> object:
        address = re.search(r"http://127\.0\.0\.1:\d+", self.said[0])
        assert address, self.said
        opener = build_opener(ProxyHandler({}))
        with opener.open(address[0] + path, timeout=5) as answer:
            return json.loads(answer.read())

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=10)
        return self.process.returncode


@pytest.fixture
def start() -> type[Running]:
    return Running


def test_it_tells_where_it_listens_trades_made_up_prices_and_stops(start: type[Running]) -> None:
    running = start("--symbols", "BTC/USDT,SOL/USDT:USDT", "--seed", "7")
    try:
        assert running.said[1:4] == [
            "markets:  BTC/USDT, SOL/USDT:USDT\n",
            "api key:  sim-key\n",
            "secret:   sim-secret\n",
        ]
        rows = running.ask("/api/v3/klines?symbol=BTCUSDT&interval=1m&limit=1000")
        assert isinstance(rows, list)
        assert len(rows) >= 999
    finally:
        code = running.stop()
    assert code == 0


def test_it_plays_a_file(start: type[Running], tmp_path: Path) -> None:
    path = tmp_path / "bars.csv"
    path.write_text(
        "time,open,high,low,close,volume\n"
        "2024-01-01T00:00:00Z,100,110,90,105,3\n"
        "2024-01-01T01:00:00Z,105,106,101,102,4\n"
    )
    running = start("--data", str(path), "--timeframe", "1h", "--speed", "1e9")
    try:
        assert running.process.stdout is not None
        assert running.process.stdout.readline() == "played:   2 bars; prices rest now\n"
        rows = running.ask("/api/v3/klines?symbol=BTCUSDT&interval=1h")
        assert isinstance(rows, list)
        assert [row[4] for row in rows] == ["105.00000000", "102.00000000"]
    finally:
        running.stop()


def test_a_word_that_is_no_symbol_is_refused(realtrade: Command) -> None:
    result = realtrade("sim-exchange", "--port", "0", "--symbols", "BTCUSDT")

    assert result.exit_code == 64
    assert "'BTCUSDT' is no symbol; write it as BTC/USDT or BTC/USDT:USDT" in result.output


def test_a_taken_port_is_said(realtrade: Command, start: type[Running]) -> None:
    running = start()
    try:
        port = running.said[0].split(":")[3].split(" ")[0]

        result = realtrade("sim-exchange", "--port", port)
    finally:
        running.stop()

    assert result.exit_code == 69
    assert f"cannot listen on port {port}" in result.output


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--timeframe", "1hour", "'1hour' is no timeframe"),
        ("--cash", "lots", "'lots' is no number above zero"),
        ("--speed", "0", "0.0 is not in the range x>0"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused_by_name(
    realtrade: Command, option: str, value: str, message: str
) -> None:
    data = ROOT / "recipes/data/coinbase-btc-usd-1h.csv"

    done = realtrade("sim-exchange", "--port", "0", "--data", data, option, value)

    assert done.exit_code == 64
    assert option in done.stderr
    assert message in done.stderr
