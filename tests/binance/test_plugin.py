from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from realtrade.binance.config import BinanceConfig, Endpoints
from realtrade.plugins import Kind, Registry, SecretRef
from realtrade.plugins.ports.build import BuildContext
from realtrade.utils.clock import ManualClock

if TYPE_CHECKING:
    from pathlib import Path

KEYS = {"api_key": {"env": "K"}, "secret": {"env": "S"}}


@pytest.mark.parametrize(
    ("written", "key", "value"),
    [
        ({}, "market", "spot"),
        ({"market": "swap"}, "market", "swap"),
        (KEYS, "api_key", SecretRef("env", "K")),
        ({"proxy": "none"}, "proxy", "none"),
        ({"proxy": "socks5h://127.0.0.1:1080"}, "proxy", "socks5h://127.0.0.1:1080"),
        ({"endpoints": "http://127.0.0.1:8900/"}, "endpoints", "http://127.0.0.1:8900"),
        (
            {"endpoints": {"rest": "https://a", "stream": "wss://b:1"}},
            "endpoints",
            Endpoints(rest="https://a", stream="wss://b:1"),
        ),
    ],
)
def test_accepts(written: dict[str, Any], key: str, value: object) -> None:
    assert getattr(BinanceConfig.model_validate(written), key) == value


@pytest.mark.parametrize(
    "written",
    [
        {"market": "futures"},
        {"api_key": {"env": "K"}},
        {"secret": {"env": "S"}},
        {"api_key": "literal", "secret": {"env": "S"}},
        {"proxy": "127.0.0.1:7890"},
        {"proxy": "http://user:hunter2@host:1"},
        {"endpoints": "http://host/path"},
        {"endpoints": "http://user:hunter2@host"},
        {"endpoints": "ftp://host"},
        {"endpoints": {"rst": "http://host"}},
        {"testnet": True},
    ],
)
def test_refuses(written: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        BinanceConfig.model_validate(written)
    assert "hunter2" not in str(caught.value)


def test_builds_without_asking_anybody(tmp_path: Path) -> None:
    registry = Registry()
    plugin = registry.get(Kind.EXCHANGE, "binance")
    context = BuildContext(name="exchange", folder=tmp_path, clock=ManualClock())

    exchange = registry.builder(Kind.EXCHANGE, "binance")(BinanceConfig(), context)

    assert plugin.orders
    exchange.close()


def test_leverage_is_a_setting_of_swaps() -> None:
    with pytest.raises(ValidationError, match="settings of market: swap"):
        BinanceConfig.model_validate({"leverage": 3})
    assert BinanceConfig.model_validate({"market": "swap", "leverage": 3}).leverage == 3
