"""Settings of the `multi_timeframe` strategy, apart from it: validating imports no Backtrader."""

from __future__ import annotations

from typing import Literal

from realtrade.plugins.config import PluginConfig
from realtrade.strategies.composite.member_config import (  # noqa: TC001  # pydantic reads it
    MemberConfig,
)
from realtrade.strategies.directions import DirectedParams


class MultiTimeframeParams(DirectedParams):
    """Parameters of `MultiTimeframe`."""

    entry: MemberConfig
    """The strategy on the first feed, which is traded."""
    trend: MemberConfig
    """The strategy on every other feed, which has to agree."""
    leave: Literal["either", "entry"] = "either"
    """Leave when either of them no longer says so, or only when `entry` does."""


class MultiTimeframeConfig(PluginConfig):
    """Settings of the `multi_timeframe` strategy.

    Enter when a strategy on short bars says so and one on longer bars is on the same side.

    The first feed is traded; every other one, of the same symbol and longer bars, is only asked:
    `{resample: btc_1h, timeframe: 1d}` makes one. A long bar counts from its close on, never
    before, so on a day's feed the newest opinion may be a day old.

    Fails when the long view turns late: the short entries then keep buying what falls. And with
    much agreement asked for, few trades are left to learn anything from.

    Example:
        ```yaml
        feeds:
          btc_1h: {type: file, path: data/btc-usd-1h.csv, symbol: BTC/USD, timeframe: 1h}
          btc_1d: {resample: btc_1h, timeframe: 1d}
        strategy:
          type: multi_timeframe
          params:
            entry: {type: rsi_momentum}
            trend: {type: ma_cross, params: {fast: 5, slow: 20}}
        ```
    """

    type: Literal["multi_timeframe"] = "multi_timeframe"
    params: MultiTimeframeParams
    """The two strategies, and when they are left."""
