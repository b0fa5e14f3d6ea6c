"""One market of Binance in one timeframe."""

from __future__ import annotations

from realtrade.common.market_feed import MarketFeed


class BinanceFeed(MarketFeed):
    """A feed as a recipe asks Binance for it."""
