"""What a strategy plugin brings: a plain `bt.Strategy` class and its parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class StrategySpec:
    """A strategy ready to be added to a Cerebro."""

    cls: type
    """A subclass of `backtrader.Strategy`."""
    params: Mapping[str, Any]
