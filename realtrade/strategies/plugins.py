"""What our `realtrade.strategies` entry points hold."""

from __future__ import annotations

from realtrade.plugins.plugin import API_VERSION, Kind, Plugin

MA_CROSS = Plugin(
    kind=Kind.STRATEGY,
    name="ma_cross",
    api=API_VERSION,
    config="realtrade.strategies.trend.ma_cross_config:MaCrossConfig",
    build="realtrade.strategies.trend.ma_cross:build",
    summary="Hold while a fast moving average is above a slow one.",
)

PYTHON = Plugin(
    kind=Kind.STRATEGY,
    name="python",
    api=API_VERSION,
    config="realtrade.strategies.python_config:PythonConfig",
    build="realtrade.strategies.python:build",
    summary="Run any bt.Strategy class of your own.",
)

RULES = Plugin(
    kind=Kind.STRATEGY,
    name="rules",
    api=API_VERSION,
    config="realtrade.strategies.rules.config:RulesConfig",
    build="realtrade.strategies.rules.strategy:build",
    summary="Trade by conditions written in the recipe, without code.",
)
