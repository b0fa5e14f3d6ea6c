"""What our `realtrade.exchanges` entry point for Binance holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from realtrade.plugins.plugin import API_VERSION, Kind, Plugin
from realtrade.plugins.registry import PluginError

if TYPE_CHECKING:
    from realtrade.binance.config import BinanceConfig
    from realtrade.plugins.ports.build import BuildContext

PLUGIN = Plugin(
    kind=Kind.EXCHANGE,
    name="binance",
    api=API_VERSION,
    config="realtrade.binance.config:BinanceConfig",
    build="realtrade.binance.plugin:build",
    summary="Binance spot and USDⓈ-M swaps; this version checks recipes for it, no more.",
    orders=True,
)


def build(config: BinanceConfig, context: BuildContext) -> NoReturn:
    """Refuse: nothing here connects yet.

    Raises:
        PluginError: always.
    """
    msg = "the exchange 'binance' validates in this version, it does not connect or trade yet"
    hint = "backtest with file feeds, or use exchange: {type: replay} in mode paper"
    raise PluginError(msg, hint=hint)
