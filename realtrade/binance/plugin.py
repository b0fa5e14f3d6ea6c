"""What our `realtrade.exchanges` entry point for Binance holds."""

from __future__ import annotations

from realtrade.plugins.plugin import API_VERSION, Kind, Plugin

PLUGIN = Plugin(
    kind=Kind.EXCHANGE,
    name="binance",
    api=API_VERSION,
    config="realtrade.binance.config:BinanceConfig",
    build="realtrade.binance.exchange:build",
    summary="Binance spot and USDⓈ-M perpetuals: bars, paper, test venues and real orders.",
    orders=True,
)
