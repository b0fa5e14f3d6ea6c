"""What our `realtrade.exchanges` entry point for ccxt's exchanges holds."""

from __future__ import annotations

from realtrade.plugins.plugin import API_VERSION, Kind, Plugin

PLUGIN = Plugin(
    kind=Kind.EXCHANGE,
    name="ccxt",
    api=API_VERSION,
    config="realtrade.generic_ccxt.config:CcxtConfig",
    build="realtrade.generic_ccxt.exchange:build",
    summary="Any of ccxt's exchanges: bars and account by polling, market and limit orders.",
    orders=True,
)
