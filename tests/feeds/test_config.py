from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from realtrade.feeds import FileFeedConfig
from realtrade.feeds.file_feed import build
from realtrade.plugins.errors import SettingWrong
from realtrade.plugins.ports.build import BuildContext
from realtrade.utils.clock import ManualClock

if TYPE_CHECKING:
    from pathlib import Path

BASE: dict[str, Any] = {"path": "a.csv", "symbol": "BTC/USDT", "timeframe": "1h"}


@pytest.mark.parametrize(
    ("given", "market", "base", "quote"),
    [
        ({}, "spot", "BTC", "USDT"),
        ({"symbol": "BTC/USDT:USDT"}, "swap", "BTC", "USDT"),
        ({"symbol": "BTC/USD", "market": "swap"}, "swap", "BTC", "USD"),
    ],
)
def test_the_instrument_follows_the_symbol(
    given: dict[str, Any], market: str, base: str, quote: str
) -> None:
    instrument = FileFeedConfig.model_validate(BASE | given).instrument()

    assert (instrument.market, instrument.base, instrument.quote) == (market, base, quote)


def test_steps_and_limits_reach_the_instrument() -> None:
    given = {"tick": Decimal("0.5"), "lot": 1, "min_quantity": 2, "min_notional": 3}

    instrument = FileFeedConfig.model_validate(BASE | given | {"contract_size": 4}).instrument()

    assert (instrument.tick, instrument.lot) == (Decimal("0.5"), Decimal(1))
    assert (instrument.min_quantity, instrument.min_notional) == (Decimal(2), Decimal(3))
    assert instrument.contract_size == Decimal(4)


@pytest.mark.parametrize(
    ("given", "place", "message"),
    [
        ({"path": ""}, ("path",), "at least 1 character"),
        ({"symbol": "BTCUSDT"}, ("symbol",), "expected a symbol, such as BTC/USDT"),
        ({"timeframe": "1H"}, ("timeframe",), "is no timeframe"),
        ({"timezone": "Europe/Berln"}, ("timezone",), "expected a time zone"),
        ({"timezone": "../etc"}, ("timezone",), "expected a time zone"),
        ({"columns": {"tme": "Date"}}, ("columns", "tme", "[key]"), "Input should be"),
        ({"columns": {"open": "close"}}, (), "two of the columns have the same name"),
        ({"columns": {"price": "p"}}, (), "no column is 'price' here; there are time, open, high"),
        (
            {"columns": {"open": "o"}, "timeframe": "tick"},
            (),
            "no column is 'open' here; there are time, price, quantity",
        ),
        (
            {"columns": {"price": "quantity"}, "timeframe": "tick"},
            (),
            "two of the columns have the same name",
        ),
        ({"symbol": "BTC/USDT:USDT", "market": "spot"}, (), "is a swap"),
        ({"tick": -1}, ("tick",), "greater than or equal to 0"),
        ({"contract_size": 0}, ("contract_size",), "greater than 0"),
        ({"colums": {}}, ("colums",), "Extra inputs"),
    ],
)
def test_wrong_settings_are_refused(
    given: dict[str, Any], place: tuple[str, ...], message: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        FileFeedConfig.model_validate(BASE | given)

    (error,) = caught.value.errors()
    assert error["loc"] == place
    assert message in error["msg"]


def test_a_folder_of_bars_is_told_from_a_missing_file(tmp_path: Path) -> None:
    config = FileFeedConfig.model_validate(
        {"path": "btc.parquet", "symbol": "BTC/USD", "timeframe": "1h"}
    )
    (tmp_path / "btc.parquet").mkdir()

    with pytest.raises(SettingWrong, match=r"^btc\.parquet: a folder, not a file") as caught:
        build(config, BuildContext(name="feeds.btc", folder=tmp_path, clock=ManualClock()))

    assert (caught.value.at, caught.value.hint) == ("path", "bars are read from one file")
