from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from realtrade.model.order import Money
from realtrade.plugins import SettingWrong
from realtrade.plugins import values as v
from realtrade.utils.timeframes import Timeframe


@pytest.mark.parametrize(
    ("kind", "written", "value"),
    [
        (v.Number, 10, Decimal(10)),
        (v.Number, Decimal("0.10"), Decimal("0.10")),
        (v.Percent, "15%", Decimal("0.15")),
        (v.Percent, "-1.5 %", Decimal("-0.015")),
        (v.Percent, "10 bps", Decimal("0.001")),
        (v.Duration, "30s", timedelta(seconds=30)),
        (v.Duration, "1h30m", timedelta(minutes=90)),
        (v.Duration, "2w1d5ms", timedelta(days=15, milliseconds=5)),
        (v.Duration, timedelta(1), timedelta(1)),
        (v.Bars, "500 bars", 500),
        (v.Bars, "1 bar", 1),
        (v.MoneyAmount, "10000 USDT", Money(Decimal(10_000), "USDT")),
        (v.MoneyAmount, Money(Decimal(1), "USD"), Money(Decimal(1), "USD")),
        (v.RateLimit, "20/1h", v.Rate(20, timedelta(hours=1))),
        (v.RateLimit, v.Rate(1, timedelta(1)), v.Rate(1, timedelta(1))),
        (v.PriceDistance, "2 ticks", v.Distance(ticks=Decimal(2))),
        (v.PriceDistance, "0.5%", v.Distance(fraction=Decimal("0.005"))),
        (v.PriceDistance, v.Distance(), v.Distance()),
        (v.TimeframeText, "1M", Timeframe(1, "M")),
        (v.TimeframeText, Timeframe(1, "h"), Timeframe(1, "h")),
    ],
)
def test_reads(kind: Any, written: object, value: object) -> None:
    assert TypeAdapter(kind).validate_python(written) == value


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        (v.Number, "10"),
        (v.Number, True),
        (v.Number, 1.5),
        (v.Percent, "15"),
        (v.Percent, "15 %%"),
        (v.Percent, "\uff11%"),
        (v.Percent, True),
        (v.Percent, None),
        (v.Duration, "30"),
        (v.Duration, 30),
        (v.Duration, "1.5h"),
        (v.Duration, "999999999w"),
        (v.Duration, "1M"),
        (v.Bars, 500),
        (v.Bars, "500"),
        (v.Bars, "-1 bars"),
        (v.MoneyAmount, "10000"),
        (v.MoneyAmount, "10000USDT"),
        (v.MoneyAmount, "10000 usdt"),
        (v.MoneyAmount, "-1 USDT"),
        (v.RateLimit, "20"),
        (v.RateLimit, "20/h"),
        (v.PriceDistance, 2),
        (v.PriceDistance, "2"),
        (v.TimeframeText, "1H"),
        (v.TimeframeText, 1),
    ],
)
def test_refuses(kind: Any, written: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(written)


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        (15, "write 15%"),
        (Decimal("0.15"), r"write 15% or 0.15%\?"),
        (Decimal("0.001"), r"write 0.1% or 0.001%\?"),
        (Decimal("1E+3"), "write 1000%"),
    ],
)
def test_a_bare_percent_gets_a_question(written: object, hint: str) -> None:
    with pytest.raises(ValidationError, match=hint):
        TypeAdapter(v.Percent).validate_python(written)


def test_a_wrong_setting_says_where() -> None:
    wrong = SettingWrong("no such class", at="class", hint="did you mean 'Breakout'?")

    assert (str(wrong), wrong.at, wrong.hint) == (
        "no such class",
        "class",
        "did you mean 'Breakout'?",
    )
