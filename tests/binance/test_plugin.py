from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from realtrade.binance.config import BinanceConfig, Endpoints
from realtrade.plugins import Kind, PluginError, Registry, SecretRef
from realtrade.plugins.ports.build import BuildContext
from realtrade.utils.clock import ManualClock

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


def test_says_that_it_does_not_trade_yet() -> None:
    registry = Registry()
    plugin = registry.get(Kind.EXCHANGE, "binance")
    context = BuildContext(name="exchange", folder=Path(), clock=ManualClock())

    assert plugin.orders
    with pytest.raises(PluginError, match="does not connect or trade yet"):
        registry.builder(Kind.EXCHANGE, "binance")(BinanceConfig(), context)
