"""Settings of the strategy, apart from it so that validating imports no Backtrader."""

from __future__ import annotations

from typing import Literal

from realtrade.plugins import PluginConfig


class InAndOutParams(PluginConfig):
    """When to buy and how long to stay."""

    enter: tuple[int, ...] = (2, 9)
    """Bars at whose close to buy, counted from 1."""
    stay: int = 3
    """Bars from one order to the next."""


class InAndOutConfig(PluginConfig):
    """Settings of the `acme_in_and_out` strategy.

    Example:
        ```yaml
        strategy: {type: acme_in_and_out, params: {stay: 3}}
        ```
    """

    type: Literal["acme_in_and_out"] = "acme_in_and_out"
    params: InAndOutParams = InAndOutParams()
    """When to buy and how long to stay."""
