"""A backtest of rules in one pass ends as the one bar by bar and as a replay, to the last digit."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from realtrade.engine.vectorised import run

if TYPE_CHECKING:
    from tests.engine.conftest import Bench

REPLAY = ("mode=paper", "exchange={type: replay}")
SPOT = "feeds: {btc: {type: file, path: btc.csv, symbol: BTC/USD, timeframe: 1h}}"
SWAP = SPOT.replace("1h}", "1h, market: swap}")
STEPS = SPOT.replace("1h}", "1h, tick: 0.01, lot: 0.001, min_quantity: 0.004, min_notional: 5}")
SWAP_STEPS = STEPS.replace("1h,", "1h, market: swap,")

CROSS = """
strategy:
  type: rules
  indicators: {fast: sma(close, 5), slow: sma(close, 20)}
  entry: crossover(fast, slow)
  exit: crossunder(fast, slow)
"""
LEVEL = """
strategy:
  type: rules
  indicators:
    strength: rsi(close, 7)
    band: bollinger_lower(close, 15, 1.5)
  entry: strength < 45 and not close > highest(high, 5)[1] or close < band
  exit: close > ema(close, 9) and change(close) > 0
"""
SHORT = """
strategy:
  type: rules
  indicators: {fast: ema(close, 4), slow: wma(close, 12)}
  short_entry: crossunder(fast, slow)
  short_exit: crossover(fast, slow) or stochastic_k(9) < 10
"""
BOTH = """
strategy:
  type: rules
  indicators: {line: macd(close, 5, 13), signal: macd_signal(close, 5, 13, 4)}
  entry: line > signal
  exit: line < signal
  short_entry: line < signal and adx(5) > 20
  short_exit: line > signal or cci(10) < -150
"""
RULES = {"cross": CROSS, "level": LEVEL, "short": SHORT, "both": BOTH}
SIZINGS = {
    "no sizing": "",
    "a share": "sizing: {type: percent_equity, percent: 95%}\n",
    "all of it, so that some orders fail": "sizing: {type: percent_equity, percent: 100%}\n",
    "a sum": "sizing: {type: fixed_notional, amount: 4000 USD}\n",
    "a quantity": "sizing: {type: fixed_quantity, quantity: 2.3456789}\n",
}
MONEY = {
    "plain": "{cash: 10000 USD}",
    "dear": "{cash: 10000 USD, fees: {maker: 1%, taker: 1%}, slippage: 20 bps}",
    "poor": "{cash: 1500 USD, fees: {taker: 10 bps}, slippage: 1%}",
}
ALWAYS = """
strategy:
  type: rules
  entry: close > 0
  exit: close > open
"""


def _text(feeds: str, rules: str, sizing: str, money: str) -> str:
    return f"{feeds}\n{rules}{sizing}backtest: {money}\npaper: {money}\n"


def _results(bench: Bench, name: str) -> list[bytes]:
    return [(bench.folder / name / file).read_bytes() for file in ("trades.csv", "equity.csv")]


@pytest.fixture
def bar_by_bar(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return what makes the next run go bar by bar."""

    def choose() -> None:
        monkeypatch.setattr(run, "objection", lambda parts: "the test wants it so")

    return choose


class Case(NamedTuple):
    feeds: str
    rules: str
    sizing: str
    money: str

    @property
    def may_not_trade(self) -> bool:
        """Sold short on spot; every order refused; not enough for a single one."""
        short_on_spot = self.rules == "short" and self.feeds == SPOT
        return short_on_spot or self.money == "poor" or self.sizing.startswith("all")


CASES = [
    Case(feeds, rules, sizing, list(MONEY)[number % len(MONEY)])
    for number, (feeds, rules, sizing) in enumerate(product((SPOT, SWAP), RULES, SIZINGS))
]


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, marks=() if number % 4 == 0 else pytest.mark.untraced)
        for number, case in enumerate(CASES)
    ],
    ids=[f"{one.rules}-{one.sizing}" for one in CASES],
)
def test_every_path_makes_the_same_trades_and_money(
    bench: Bench, bar_by_bar: Any, case: Case
) -> None:
    rules, sizing, money = RULES[case.rules], SIZINGS[case.sizing], MONEY[case.money]
    path = bench.recipe(_text(case.feeds, rules, sizing, money))

    once = bench.run(path, "once")
    bar_by_bar()
    each = bench.run(path, "each")

    assert once.summary["path_reason"] == run.VECTORISED
    assert each.summary["path_reason"] == "not vectorised: the test wants it so"
    assert _results(bench, "once") == _results(bench, "each")
    differing = {key for key in once.summary if once.summary[key] != each.summary[key]}
    assert differing == {"path_reason"}
    assert once.summary["trades"] > 3 or case.may_not_trade


@pytest.mark.parametrize("rules", [*RULES, "always"])
@pytest.mark.parametrize("feeds", [STEPS, SWAP_STEPS], ids=["spot", "swap"])
def test_steps_and_limits_of_the_instrument_hold_on_every_path(
    bench: Bench, bar_by_bar: Any, feeds: str, rules: str
) -> None:
    text = (RULES | {"always": ALWAYS})[rules]
    money = "{cash: 40 USD, fees: {taker: 5 bps}, slippage: 5 bps}"
    path = bench.recipe(_text(feeds, text, SIZINGS["a share"], money))

    bench.run(path, "once")
    replayed = bench.run(path, "replay", *REPLAY)
    bar_by_bar()
    bench.run(path, "each")

    assert replayed.crash is None
    assert _results(bench, "once") == _results(bench, "each") == _results(bench, "replay")


@pytest.mark.parametrize("rules", RULES)
def test_a_replay_makes_them_too(bench: Bench, rules: str) -> None:
    path = bench.recipe(_text(SWAP, RULES[rules], SIZINGS["a share"], MONEY["plain"]))

    once = bench.run(path, "once")
    replay = bench.run(path, "replay", *REPLAY)

    assert replay.crash is None
    assert once.summary["trades"] > 5
    assert _results(bench, "once") == _results(bench, "replay")


def test_rules_of_two_averages_trade_as_ma_cross_does(tmp_path: Path) -> None:
    from realtrade.engine import TradingRunner
    from realtrade.recipe import load_recipe

    recipes = Path(__file__).parents[3] / "recipes"
    outcomes = {
        name: TradingRunner(load_recipe(recipes / f"{name}.yaml"), out=tmp_path / name).run()
        for name in ("quickstart", "rules-ma-cross")
    }

    assert outcomes["rules-ma-cross"].summary["trades"] == 186
    for file in ("trades.csv", "equity.csv"):
        texts = {(tmp_path / name / file).read_bytes() for name in outcomes}
        assert len(texts) == 1


REASONS = {
    "there are several feeds": ("feeds.day={resample: btc, timeframe: 1d}",),
    "rules of risk are asked about every order": (
        "risk={much: {type: max_order_size, notional: 90%}}",
    ),
    "orders are not all market orders": ("orders.exit={type: limit}",),
    "this sizer looks at more than the account": (
        "sizing={type: volatility_target, target: 1%, period: 14}",
    ),
    "a contract is not one unit": (
        "feeds.btc.market=swap",
        "feeds.btc.contract_size=0.1",
    ),
}


@pytest.mark.parametrize("reason", REASONS)
def test_what_it_cannot_do_exactly_it_leaves_to_the_other_path(bench: Bench, reason: str) -> None:
    path = bench.recipe(_text(SPOT, CROSS, "", MONEY["plain"]))

    outcome = bench.run(path, "out", *REASONS[reason])

    assert outcome.crash is None
    assert outcome.summary["path"] == "fast"
    assert outcome.summary["path_reason"] == f"not vectorised: {reason}"


def test_a_pause_is_obeyed(bench: Bench) -> None:
    path = bench.recipe(_text(SPOT, CROSS, SIZINGS["a share"], MONEY["plain"]))
    runner = bench.runner(path)
    runner.pause()

    outcome = runner.run()

    assert outcome.summary["path_reason"] == "not vectorised: trading is paused"
    assert outcome.summary["trades"] == 0


def test_other_strategies_know_nothing_of_it(bench: Bench) -> None:
    path = bench.recipe(_text(SPOT, "strategy: {type: ma_cross}\n", "", MONEY["plain"]))

    assert bench.run(path).summary["path_reason"] == ""


def test_tells_that_all_bars_are_done(bench: Bench) -> None:
    seen: list[tuple[int, int | None]] = []

    class Watcher:
        def stage(self, name: str) -> None: ...

        def progress(self, done: int, total: int | None) -> None:
            seen.append((done, total))

        def log(self, level: str, line: str) -> None: ...

        def finished(self, outcome: Any) -> None: ...

    path = bench.recipe(_text(SPOT, CROSS, "", MONEY["plain"]))

    bench.run(path, "out", observer=Watcher())

    assert seen[-1] == (600, 600)


def test_rules_on_two_feeds_see_the_latest_known_day(bench: Bench) -> None:
    text = """
    feeds:
      btc: {type: file, path: btc.csv, symbol: BTC/USD, timeframe: 1h}
      day: {resample: btc, timeframe: 1d}
    strategy:
      type: rules
      indicators: {trend: "sma(day.close, 2)"}
      entry: close > trend and day.close > day.close[1]
      exit: crossunder(close, trend)
    """
    path = bench.recipe(text)

    backtest = bench.run(path, "backtest")
    replay = bench.run(path, "replay", *REPLAY)

    assert backtest.crash is None
    assert backtest.summary["trades"] > 3
    assert replay.summary["trades"] == backtest.summary["trades"]
    assert _results(bench, "backtest") == _results(bench, "replay")
