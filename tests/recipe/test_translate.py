"""What people are told of a wrong value: what may be written there, and what was meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.recipe import Diagnostic

    Check = Callable[..., list[Diagnostic]]


@pytest.mark.parametrize(
    ("mode", "hint"),
    [("Backtest", "did you mean 'backtest'?"), ("papr", "did you mean 'paper'?"), ("dry-run", "")],
)
def test_a_wrong_mode_is_told_which_there_are(
    check: Check, good: str, mode: str, hint: str
) -> None:
    (finding,) = check(good.replace("mode: backtest", f"mode: {mode}"))

    expected = "expected 'backtest', 'paper', 'testnet' or 'live'"
    assert (finding.code, finding.line, finding.message) == ("RT204", 3, expected)
    assert finding.hint == hint


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("BTCUSDT", "did you mean 'BTC/USDT'?"),
        ("btc/usdt", "did you mean 'BTC/USDT'?"),
        ("BTC-USD", "did you mean 'BTC/USD'?"),
        ("ETHBTC", "did you mean 'ETH/BTC'?"),
        ("bitcoin", ""),
        ("USDT", ""),
    ],
)
@pytest.mark.parametrize("feed", ["type: file, path: x.csv, ", ""])
def test_a_wrong_symbol_is_told_how_one_is_written(
    check: Check, good: str, feed: str, written: str, hint: str
) -> None:
    symbol = good.replace(
        "type: file, path: data/btc.csv, symbol: BTC/USD", f"{feed}symbol: {written}"
    )

    finding = check(symbol.replace("feeds:", "exchange: {type: binance}\nfeeds:"))[0]

    assert (finding.code, finding.path) == ("RT204", "feeds.btc.symbol")
    assert finding.message == "expected a symbol, such as BTC/USDT or BTC/USDT:USDT"
    assert finding.hint == hint


def test_the_unknown_name_of_one_of_many_plugins_is_told_where_they_are_listed(
    check: Check, good: str
) -> None:
    (finding,) = check(good.replace("strategy:", "risk: {a: {type: acme_brake}}\nstrategy:"))

    assert finding.code == "RT401"
    assert finding.hint.startswith("`realtrade list risk_rule` shows the ")


def test_a_brace_that_is_not_closed_is_told_so(check: Check, good: str) -> None:
    (finding,) = check(good.replace("slow: 30}}", "slow: 30}\nsizing: {type: x}"))

    assert finding.code == "RT101"
    assert finding.hint.startswith("close every { with }")
