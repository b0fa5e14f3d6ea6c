"""Which strategies may be combined, and their settings inside a composite strategy."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Discriminator, Tag

from realtrade.strategies.mean_reversion.bollinger_config import BollingerConfig
from realtrade.strategies.mean_reversion.rsi_reversion_config import RsiReversionConfig
from realtrade.strategies.mean_reversion.zscore_config import ZscoreConfig
from realtrade.strategies.momentum.rsi_momentum_config import RsiMomentumConfig
from realtrade.strategies.momentum.volume_breakout_config import VolumeBreakoutConfig
from realtrade.strategies.python_config import PythonConfig
from realtrade.strategies.trend.adx_trend_config import AdxTrendConfig
from realtrade.strategies.trend.donchian_config import DonchianConfig
from realtrade.strategies.trend.ma_cross_config import MaCrossConfig
from realtrade.strategies.trend.macd_config import MacdConfig
from realtrade.strategies.trend.supertrend_config import SupertrendConfig


def _type(block: Any) -> Any:
    return block.get("type") if isinstance(block, dict) else getattr(block, "type", None)


MemberConfig = Annotated[
    Annotated[AdxTrendConfig, Tag("adx_trend")]
    | Annotated[BollingerConfig, Tag("bollinger")]
    | Annotated[DonchianConfig, Tag("donchian")]
    | Annotated[MaCrossConfig, Tag("ma_cross")]
    | Annotated[MacdConfig, Tag("macd")]
    | Annotated[PythonConfig, Tag("python")]
    | Annotated[RsiMomentumConfig, Tag("rsi_momentum")]
    | Annotated[RsiReversionConfig, Tag("rsi_reversion")]
    | Annotated[SupertrendConfig, Tag("supertrend")]
    | Annotated[VolumeBreakoutConfig, Tag("volume_breakout")]
    | Annotated[ZscoreConfig, Tag("zscore")],
    Discriminator(
        _type,
        custom_error_type="realtrade_member",
        custom_error_message=(
            "expected a `type` that can be combined: adx_trend, bollinger, donchian, ma_cross, "
            "macd, python, rsi_momentum, rsi_reversion, supertrend, volume_breakout or zscore"
        ),
    ),
]
"""A strategy by its `type` and `params`; one of your own must be a StanceStrategy with a `signal`.

Its `direction` says which stances it may take: `long`, unless it is written.
"""
