from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from realtrade.recipe import words


@pytest.mark.parametrize(
    ("kind", "good"),
    [
        (words.Slug, "btc-trend-2"),
        (words.Key, "btc_1h"),
        (words.Symbol, "BTC/USDT"),
        (words.Symbol, "1000PEPE/USDT:USDT"),
        (words.Symbol, "BTC/USD:BTC-250328"),
        (words.Zone, "UTC"),
        (words.Zone, "Europe/Berlin"),
        (words.Cron, "0 8 * * 2"),
        (words.Cron, "*/15 0-6,12 1,15 * 1-5"),
        (words.Days, "mon-sun"),
        (words.Days, "mon, wed-fri"),
        (words.Hours, "08:00-24:00"),
        (words.Address, "127.0.0.1:9464"),
        (words.Address, "[::1]:80"),
        (words.Url, "sqlite:///x.db"),
    ],
)
def test_accepts(kind: Any, good: str) -> None:
    assert TypeAdapter(kind).validate_python(good) == good


@pytest.mark.parametrize(
    ("kind", "bad"),
    [
        (words.Slug, "Btc"),
        (words.Slug, "-btc"),
        (words.Slug, "btc\n"),
        (words.Slug, ""),
        (words.Slug, "a" * 64),
        (words.Key, "1h"),
        (words.Key, "btc-1h"),
        (words.Symbol, "btc/usdt"),
        (words.Symbol, "BTCUSDT"),
        (words.Symbol, "BTC/USDT:"),
        (words.Symbol, 5),
        (words.Zone, "Mars/Base"),
        (words.Zone, "../../etc/passwd"),
        (words.Zone, "/etc/localtime"),
        (words.Cron, "0 8 * *"),
        (words.Cron, "60 8 * * 2"),
        (words.Cron, "0 8 0 * 2"),
        (words.Cron, "5-1 8 * * 2"),
        (words.Cron, "0 8 * * tue"),
        (words.Cron, "*/0 8 * * 2"),
        (words.Days, "monday"),
        (words.Hours, "8-22"),
        (words.Hours, "25:00-26:00"),
        (words.Address, "9464"),
        (words.Url, "/var/x.db"),
        (words.Moment, "yesterday"),
        (words.Moment, "2018-13-01"),
        (words.Moment, "0001-01-01T00:00:00+14:00"),
        (words.Moment, 2018),
    ],
)
def test_refuses(kind: Any, bad: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(bad)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2018-01-01", datetime(2018, 1, 1, tzinfo=UTC)),
        ("2018-01-01T12:00:00Z", datetime(2018, 1, 1, 12, tzinfo=UTC)),
        ("2018-01-01 12:00:00+02:00", datetime(2018, 1, 1, 10, tzinfo=UTC)),
    ],
)
def test_moments_are_utc(text: str, moment: datetime) -> None:
    assert TypeAdapter(words.Moment).validate_python(text) == moment
