"""Feeds of an exchange: history first, then the stream; longer bars made of both."""

from __future__ import annotations

import csv
import sys
import textwrap
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.engine import RunOutcome, StageFailed, TradingRunner
from realtrade.engine.observer import Silent
from realtrade.plugins import Kind, Registry
from realtrade.recipe import load_recipe

if TYPE_CHECKING:
    from realtrade.engine.observer import Level
    from tests.engine.conftest import Bench

FAKE = """
    from decimal import Decimal
    from pathlib import Path
    from typing import Literal

    from realtrade.feeds import FileFeed, FileFeedConfig, ReadyFeed
    from realtrade.plugins import Plugin, PluginConfig
    from realtrade.plugins.ports import FeedError
    from realtrade.plugins.ports.build import BuildContext
    from realtrade.plugins.secret import SecretRef
    from realtrade.replay.stream import ReplayStream
    from realtrade.utils.clock import SystemClock

    PLUGIN = Plugin(kind="exchange", name="fake", api=1, config="fake_exchange:Config",
                    build="fake_exchange:Fake", summary="A file, part history and part stream.")


    class Config(PluginConfig):
        type: Literal["fake"] = "fake"
        key: SecretRef | None = None
        log: str = ""


    class Fake:
        def __init__(self, config, context):
            self._context = context
            self._config = config
            self._bars = {}
            if config.key is not None:
                self.told("key of " + str(len(context.secret(config.key).reveal())))

        def told(self, text):
            with open(self._config.log, "a") as file:
                file.write(text + "\\n")

        def feed(self, request):
            path = request.symbol.partition("/")[0].lower() + ".csv"
            config = FileFeedConfig(path=path, symbol=request.symbol, timeframe=request.timeframe)
            whole = FileFeed(config, folder=self._context.folder)
            self._bars[request.name] = (whole.history(), request.history)
            bars = whole.history().part(0, request.history)
            return ReadyFeed(bars, instrument=whole.instrument, timeframe=request.timeframe)

        def stream(self, feeds):
            # As after a slow start, the stream repeats the last bars of the history.
            rest = {name: bars.part(max(0, known - 3), len(bars))
                    for name, (bars, known) in self._bars.items()}
            return ReplayStream(rest, clock=SystemClock(), pace=None)

        def venue(self):
            return None

        def instrument(self, symbol):
            return None

        def close(self):
            self.told("closed") if self._config.log else None
"""
FEEDS = """
    exchange: {type: fake}
    feeds:
      btc: {symbol: BTC/USD, timeframe: 1h, history: 205 bars}
      btc_4h: {resample: btc, timeframe: 4h}
      btc_12h: {resample: btc_4h, timeframe: 12h}
"""
LOOKING = """
    import backtrader as bt

    class Mine(bt.Strategy):
        params = (("path", ""),)

        def next(self):
            with open(self.p.path, "a") as file:
                for data in filter(len, self.datas):
                    print(data._name, len(data), data.datetime.datetime(0), data.open[0],
                          data.high[0], data.low[0], data.close[0], data.volume[0], file=file)

        prenext = next
"""


@pytest.fixture
def registry(bench: Bench) -> Registry:
    """Return the installed plugins and the fake exchange beside them."""
    (bench.folder / "fake_exchange.py").write_text(textwrap.dedent(FAKE), encoding="utf-8")
    sys.path.append(str(bench.folder))
    fake = EntryPoint("fake", "fake_exchange:PLUGIN", Kind.EXCHANGE.group)
    installed = [point for kind in Kind for point in entry_points(group=kind.group)]
    return Registry([*installed, fake])


def _run(bench: Bench, registry: Registry, text: str, *sets: str) -> RunOutcome:
    recipe = load_recipe(bench.recipe(text), sets=sets, registry=registry)
    return TradingRunner(recipe, out=bench.folder / "out", registry=registry).run()


@pytest.mark.parametrize("feeds", ["[btc, btc_4h, btc_12h]", "[btc_12h]", "[btc_4h, btc]"])
def test_history_and_stream_join_without_a_seam(
    bench: Bench, registry: Registry, feeds: str
) -> None:
    bench.strategy("mine", LOOKING)
    mine = "    strategy: {type: python, class: 'mine:Mine', feeds: %s}\n" % feeds  # noqa: UP031 - braces abound
    files = (
        "{btc: {type: file, path: btc.csv, symbol: BTC/USD, timeframe: 1h}, "
        "btc_4h: {resample: btc, timeframe: 4h}, btc_12h: {resample: btc_4h, timeframe: 12h}}"
    )
    seen: dict[str, list[str]] = {}

    for name, text in {
        "whole": f"    feeds: {files}\n",
        "joined": f"    mode: paper{FEEDS}",
    }.items():
        path = bench.folder / f"{name}.txt"
        outcome = _run(bench, registry, text + mine, f"strategy.params={{path: '{path}'}}")
        assert outcome.crash is None
        seen[name] = path.read_text().splitlines()

    assert seen["joined"] == seen["whole"]
    assert len(seen["joined"]) >= 49


def test_bars_from_before_the_start_are_not_traded(bench: Bench, registry: Registry) -> None:
    trading = "    strategy: {type: ma_cross, feeds: [btc], params: {fast: 3, slow: 9}}\n"

    outcome = _run(bench, registry, f"    mode: paper{FEEDS}{trading}")

    assert outcome.crash is None
    assert outcome.folder is not None
    with (outcome.folder / "trades.csv").open(encoding="utf-8") as file:
        opened = [row["opened"] for row in csv.DictReader(file)]
    # Bar 205 is the last of the history; an order placed on bar 206 is filled on bar 207.
    assert min(opened) >= "2024-01-09T14:00:00Z"
    assert len(opened) > 10


def test_a_backtest_on_an_exchange_s_history_needs_no_stream(
    bench: Bench, registry: Registry
) -> None:
    trading = "    strategy: {type: ma_cross, feeds: [btc], params: {fast: 3, slow: 9}}\n"

    outcome = _run(bench, registry, f"    mode: backtest{FEEDS}{trading}")

    assert (outcome.ending, outcome.summary["bars"]) == ("completed", 205)


def test_a_file_beside_a_live_market_is_refused(bench: Bench, registry: Registry) -> None:
    text = """
        mode: paper
        exchange: {type: fake}
        feeds:
          btc: {symbol: BTC/USD, timeframe: 1h, history: 9 bars}
          old: {type: file, path: eth.csv, symbol: ETH/USD, timeframe: 30m}
        strategy: {type: ma_cross}
    """

    with pytest.raises(StageFailed, match="feed 'old' is a file: its bars are past") as caught:
        _run(bench, registry, textwrap.dedent(text))

    assert caught.value.stage == "feeds"


def test_a_hole_in_what_is_streamed_is_told(bench: Bench, registry: Registry) -> None:
    file = bench.folder / "btc.csv"
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(lines[:301] + lines[304:]), encoding="utf-8")
    trading = "    strategy: {type: ma_cross, feeds: [btc]}\n"
    recipe = load_recipe(bench.recipe(f"    mode: paper{FEEDS}{trading}"), registry=registry)
    said: list[str] = []

    class Notes(Silent):
        def log(self, level: Level, line: str) -> None:
            said.append(line)

    TradingRunner(recipe, registry=registry, observer=Notes()).run()

    gap = "feed 'btc': no bar opened from 2024-01-13T12:00:00Z to 2024-01-13T15:00:00Z"
    assert [line for line in said if "no bar" in line] == [gap]


def _log(bench: Bench) -> Any:
    return (bench.folder / "log.txt").read_text().splitlines()


def test_secrets_reach_the_exchange_alone_and_it_is_closed(
    bench: Bench, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_KEY", "canary-0123456789")
    trading = "    strategy: {type: ma_cross, feeds: [btc]}\n"
    log = f"exchange.log={bench.folder / 'log.txt'}"

    _run(bench, registry, f"    mode: paper{FEEDS}{trading}", log, "exchange.key={env: FAKE_KEY}")

    assert _log(bench) == ["key of 17", "closed"]
    for path in (bench.folder / "out").iterdir():
        assert b"canary" not in path.read_bytes()


def test_a_missing_secret_is_shown_where_it_is_named(bench: Bench, registry: Registry) -> None:
    trading = "    strategy: {type: ma_cross, feeds: [btc]}\n"

    with pytest.raises(StageFailed) as caught:
        _run(bench, registry, f"    mode: paper{FEEDS}{trading}", "exchange.key={env: NO_SUCH_KEY}")

    assert caught.value.stage == "exchange"
    (finding,) = caught.value.cause.diagnostics  # type: ignore[attr-defined]  # a RecipeInvalid
    assert (finding.code, finding.path) == ("RT604", "exchange.key")
    assert "NO_SUCH_KEY" in finding.message
    assert finding.hint == "export NO_SUCH_KEY=… before the run"
