"""The setting that strategies which take a stance share."""

from __future__ import annotations

from typing import Literal

from realtrade.plugins.config import PluginConfig


class DirectedParams(PluginConfig):
    """Parameters of a strategy that may be long, short or both."""

    direction: Literal["long", "short", "both"] = "long"
    """Which side is traded; short and both need a market that can be sold short."""
