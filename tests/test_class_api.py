"""The classes people import: every name that was promised is there, documented, and shared.

"Change one import, the rest stays the same": Binance's classes are the base classes, and have no
method of another name for the same thing.
"""

from __future__ import annotations

import inspect
from typing import Any

import pytest

import realtrade.binance
import realtrade.common
from realtrade.binance import (
    BinanceBroker,
    BinanceData,
    BinanceStore,
    BinanceWebSocket,
    create_binance_engine,
)
from realtrade.common import BaseBroker, BaseData, BaseStore, BaseWebSocket

STORE = """get_instance test_connection get_balance get_total_value get_positions get_open_orders
    get_markets get_ticker exchange is_connected _create_exchange"""
BROKER = """getcash setcash getvalue getposition buy sell submit cancel getcommissioninfo
    setcommission"""
DATA = "from_timeframe_string start islive _load TIMEFRAME_MAP"
SOCKET = """on emit start stop send is_connected _get_ws_url _build_subscribe_msg _on_message"""
PROMISED = [
    (BaseStore, BinanceStore, STORE),
    (BaseBroker, BinanceBroker, BROKER),
    (BaseData, BinanceData, DATA),
    (BaseWebSocket, BinanceWebSocket, SOCKET),
]
NAMES = [(base, own, name) for base, own, names in PROMISED for name in names.split()]


@pytest.mark.parametrize(("base", "own", "name"), NAMES)
def test_a_promised_name_is_there(base: Any, own: Any, name: str) -> None:
    assert issubclass(own, base)
    assert hasattr(base, name)
    assert hasattr(own, name)


@pytest.mark.parametrize(
    ("own", "name"),
    [
        (own, name)
        for base, own, name in NAMES
        if not name.startswith("_") and base in {BaseStore, BaseWebSocket}
    ],
)
def test_a_method_of_ours_says_what_it_does(own: Any, name: str) -> None:
    assert inspect.getdoc(inspect.getattr_static(own, name))


def test_one_call_makes_all_three_and_is_safe_unless_told_otherwise() -> None:
    signature = inspect.signature(create_binance_engine)
    defaults = {name: one.default for name, one in signature.parameters.items()}

    assert [*signature.parameters][:10] == [
        *("apikey", "secret", "symbol", "timeframe", "testnet", "paper_trading"),
        *("cash", "proxy", "backtest", "market_type"),
    ]
    assert defaults["testnet"] is True
    assert defaults["paper_trading"] is True
    assert defaults["backtest"] is False
    assert "Example:" in (inspect.getdoc(create_binance_engine) or "")


@pytest.mark.parametrize("package", [realtrade.common, realtrade.binance])
def test_what_a_package_exports_can_be_had(package: Any) -> None:
    for name in package.__all__:
        assert inspect.getdoc(getattr(package, name))
    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        package.Nothing  # noqa: B018 - asking is the test
