"""`strategy.position` without a call: our broker answers with one object all run long."""

from __future__ import annotations

from typing import Any

import backtrader as bt

from realtrade.common import BaseBroker


class KnownPosition:
    """Marks a strategy's class while its `position` is the broker's object itself."""


def know_position(strategy: Any) -> None:
    """Put the position on the first feed in reach of `strategy`, unless it looks for its own.

    Asked for through Backtrader's property it costs three calls, on most bars of most strategies.
    """
    kind: Any = type(strategy)
    stock = kind.position is bt.Strategy.position and kind.getposition is bt.Strategy.getposition
    if not stock or "getposition" in vars(strategy):
        return
    broker: Any = strategy.broker
    if getattr(type(broker), "getposition", None) is not BaseBroker.getposition:
        return
    named = {name: getattr(kind, name) for name in ("__module__", "__qualname__", "__doc__")}
    named["position"] = broker.getposition(strategy.datas[0])
    # Made by `type` itself: Backtrader's metaclass would derive parameters and register a name.
    strategy.__class__ = type.__new__(type(kind), kind.__name__, (kind, KnownPosition), named)


def forget_position(strategy: Any) -> None:
    """Give `strategy` its own class back."""
    if isinstance(strategy, KnownPosition):
        kind: Any = type(strategy)
        strategy.__class__ = kind.__mro__[1]
