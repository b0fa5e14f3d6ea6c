from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Command, WriteRecipe

PRICES = "time,open,high,low,close,volume\n" + "\n".join(
    f"2024-01-01T{hour:02}:00:00Z,100,101,99,100,5" for hour in range(24)
)
RECIPE = """\
realtrade: v1
name: risky
mode: backtest
feeds:
  btc: {type: file, path: prices.csv, symbol: BTC/USD, timeframe: 1h}
  btc_4h: {resample: btc, timeframe: 4h}
strategy: {type: ma_cross}
sizing: {type: percent_equity, percent: 50%}
risk:
  per_symbol: {type: max_position, notional: 20%}
  drawdown: {type: max_drawdown, limit: 15%, action: halt}
  quiet: {type: volatility_guard, limit: 5%}
  stop: {type: stop_loss, distance: 5%}
backtest: {cash: 10000 USD}
"""
LIVE = RECIPE.replace(
    "mode: backtest", "mode: paper\nexchange: {type: binance, market: swap}"
).replace(
    "btc: {type: file, path: prices.csv, symbol: BTC/USD, timeframe: 1h}",
    "btc: {symbol: 'BTC/USDT:USDT', timeframe: 1h}",
)


@pytest.fixture
def risky(write_recipe: WriteRecipe) -> Path:
    path = write_recipe("risky.yaml", RECIPE)
    (path.parent / "prices.csv").write_text(PRICES, encoding="utf-8")
    return path


def test_shows_what_each_rule_allows(realtrade: Command, risky: Path) -> None:
    result = realtrade("risk", risky, "--what-if")

    words = " ".join(result.output.split())
    assert result.exit_code == 0
    assert "equity 10,000.00 USD, nothing held" in words
    assert words.count("BTC/USD at 100.00") == 1
    for told in (
        "per_symbol max_position",
        "drawdown max_drawdown any size",
        "quiet volatility_guard it depends",
    ):
        assert told in words
    assert "of the sizer's 50 only 20 (2,000.00 USD, 20.0%) would be bought" in words


@pytest.mark.parametrize(
    ("sets", "told"),
    [
        (["risk=null"], "(none) any size the recipe has no rules"),
        (["risk=null"], "the sizer's 50 (5,000.00 USD, 50.0%) would be bought"),
        (["sizing=null"], "how much is bought is up to the strategy"),
    ],
)
def test_tells_what_is_left_of_an_order(
    sets: list[str], told: str, realtrade: Command, risky: Path
) -> None:
    flags = [word for one in sets for word in ("--set", one)]

    result = realtrade("risk", risky, "--what-if", "--equity", "10000", *flags)

    assert result.exit_code == 0
    assert told in " ".join(result.output.split())


def test_answers_at_any_equity_and_price_as_json(realtrade: Command, risky: Path) -> None:
    result = realtrade(
        "risk", risky, "--what-if", "--equity", "8000", "--price", "BTC/USD=50", "-o", "json"
    )

    answer = json.loads(result.output)
    (symbol,) = answer["symbols"]
    by_rule = {rule["rule"]: rule for rule in symbol["rules"]}
    assert (answer["equity"], answer["start"], symbol["price"]) == ("8000", "10000", "50")
    assert by_rule["per_symbol"]["quantity"] == "32"
    assert by_rule["drawdown"]["quantity"] == "0"
    assert by_rule["drawdown"]["text"] == "drawdown 20.00% has reached the limit 15.00%"
    assert by_rule["quiet"]["kind"] == "unknown"
    assert by_rule["stop"]["text"] == "bought here, given up at 47.5 (-5.00%)"
    assert (symbol["wanted"], symbol["allowed"]) == ("80", "0")


def test_a_loss_is_told_and_nothing_is_bought(realtrade: Command, risky: Path) -> None:
    result = realtrade("risk", risky, "--what-if", "--equity", "8000")

    words = " ".join(result.output.split())
    assert "equity 8,000.00 USD, -20.00% from its best, nothing held" in words
    assert "of the sizer's 40 nothing would be bought" in words


def test_an_exchange_is_not_asked_for_a_price(
    realtrade: Command, write_recipe: WriteRecipe
) -> None:
    live = write_recipe("live.yaml", LIVE)

    without = realtrade("risk", live, "--what-if")
    given = realtrade("risk", live, "--what-if", "--price", "BTC/USDT:USDT=50000")

    assert without.exit_code == 64
    assert "hint: write --price BTC/USDT:USDT=" in without.stderr
    assert given.exit_code == 0
    assert "BTC/USDT:USDT at 50,000.00" in given.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "ask it something: --what-if"),
        (["--what-if", "--equity", "-5"], "'-5' is no number above zero"),
        (["--what-if", "--equity", "nan"], "'nan' is no number above zero"),
        (["--what-if", "--price", "50000"], "'50000' is not written as BTC/USDT=50000"),
        (["--what-if", "--price", "BTC/USD=much"], "'much' is no number above zero"),
    ],
)
def test_refuses_questions_without_sense(
    words: list[str], told: str, realtrade: Command, risky: Path
) -> None:
    result = realtrade("risk", risky, *words)

    assert result.exit_code == 64
    assert told in result.stderr


@pytest.mark.parametrize("prices", ["", PRICES.partition("\n")[0] + "\n"])
def test_a_file_without_bars_needs_a_price(prices: str, realtrade: Command, risky: Path) -> None:
    (risky.parent / "prices.csv").write_text(prices, encoding="utf-8")

    assert realtrade("risk", risky, "--what-if").exit_code in {64, 78}
    assert realtrade("risk", risky, "--what-if", "--price", "BTC/USD=5").exit_code == 0
