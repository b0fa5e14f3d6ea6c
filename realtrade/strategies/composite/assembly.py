"""From a member's settings to its class and parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtrade.plugins.errors import SettingWrong
from realtrade.plugins.plugin import Kind
from realtrade.plugins.registry import Registry
from realtrade.strategies.composite.members import signal_of

if TYPE_CHECKING:
    from realtrade.plugins.config import PluginConfig
    from realtrade.plugins.ports.build import BuildContext
    from realtrade.plugins.ports.strategy import StrategySpec
    from realtrade.strategies.composite.members import Part


def part_of(config: PluginConfig, context: BuildContext, at: str) -> Part:
    """Return a member's class and parameters; `at` is where its settings stand.

    Raises:
        SettingWrong: the class cannot be had, or has no signal to ask.
    """
    build = Registry().builder(Kind.STRATEGY, config.type)  # type: ignore[attr-defined]  # every member's settings have a type
    try:
        spec: StrategySpec = build(config, context)
        signal_of(spec.cls)
    except SettingWrong as wrong:
        place = f"{at}.{wrong.at}" if wrong.at else at
        raise SettingWrong(str(wrong), at=place, hint=wrong.hint) from wrong
    except TypeError as error:
        raise SettingWrong(str(error), at=f"{at}.class", hint="name its `signal`") from error
    return spec.cls, dict(spec.params)
