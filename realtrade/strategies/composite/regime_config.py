"""Settings of the `regime` strategy, apart from it: validating imports no Backtrader."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from realtrade.plugins.config import PluginConfig
from realtrade.strategies.composite.member_config import (  # noqa: TC001  # pydantic reads it
    MemberConfig,
)
from realtrade.strategies.directions import DirectedParams


class Filter(PluginConfig):
    """What tells one regime from the other."""

    by: Literal["adx", "volatility", "distance"] = "adx"
    """`adx`: strength of the trend, 0 to 100. `volatility`: average true range in percent of the
    price. `distance`: of the price from its average, in percent, negative below it."""
    period: int = Field(default=14, ge=2, le=5_000)
    """Bars of the index, the range or the average."""
    high: float = 25.0
    """Value from which on the regime is `above`."""
    low: float = 20.0
    """Value below which it is `below`; between the two it stays as it was."""

    @model_validator(mode="after")
    def _low_fits_high(self) -> Self:
        if self.low > self.high:
            code, message = "realtrade_order", "low ({low}) must not be more than high ({high})"
            raise PydanticCustomError(code, message, {"low": self.low, "high": self.high})
        return self


class RegimeParams(DirectedParams):
    """Parameters of `Regime`."""

    filter: Filter = Filter()
    """How the regimes are told apart."""
    above: MemberConfig | None = None
    """The strategy while the filter is high; out when left out."""
    below: MemberConfig | None = None
    """The strategy while it is low; out when left out. It begins low."""

    @model_validator(mode="after")
    def _trades_at_all(self) -> Self:
        if self.above is None and self.below is None:
            code, message = "realtrade_member", "a regime needs a strategy `above` or `below`"
            raise PydanticCustomError(code, message)
        return self


class RegimeConfig(PluginConfig):
    """Settings of the `regime` strategy.

    Trade one strategy while a filter is high, another, or none, while it is low.

    Trend followers lose in ranges and mean reversion loses in trends: the filter chooses. Both
    strategies go on thinking all the time; when the regime changes, the stance becomes at once
    what the other strategy has, so a position may be left or turned around in the middle.

    Fails at the borders: a filter says afterwards what the market was, and each change may cost
    a position and its fees. The wider `low` and `high` are apart, the fewer changes.

    Example:
        ```yaml
        strategy:
          type: regime
          params:
            filter: {by: adx, period: 14, high: 25, low: 20}
            above: {type: macd}
            below: {type: rsi_reversion}
        ```
    """

    type: Literal["regime"] = "regime"
    params: RegimeParams
    """The filter and its two strategies."""
