"""The light descriptor behind an entry point: strings only, so that listing imports nothing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

API_VERSION = 1


class Kind(StrEnum):
    """What a plugin adds; `group` is its entry-point group."""

    EXCHANGE = "exchange"
    FEED = "feed"
    STRATEGY = "strategy"
    SIZER = "sizer"
    RISK_RULE = "risk_rule"
    NOTIFIER = "notifier"
    STORAGE = "storage"
    SECRET = "secret"  # noqa: S105 - a kind of plugin, not a password

    @property
    def group(self) -> str:
        """Return the entry-point group, such as `realtrade.risk_rules`."""
        plurals = {Kind.EXCHANGE: "exchanges", Kind.STRATEGY: "strategies"}
        return f"realtrade.{plurals.get(self, f'{self}s')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """What an entry point holds.

    Example:
        ```python
        PLUGIN = Plugin(
            kind=Kind.RISK_RULE, name="max_drawdown", api=1,
            config="realtrade.risk.max_drawdown:MaxDrawdownConfig",
            build="realtrade.risk.max_drawdown:MaxDrawdown",
            summary="Stop adding exposure once equity has fallen too far below its peak.",
        )
        ```
    """

    kind: Kind | str
    name: str
    """The `type:` a recipe writes."""
    api: int
    """The API version the plugin was written for; this one is `API_VERSION`."""
    config: str
    """`module:Class` of its `PluginConfig`; imported by `validate`."""
    build: str
    """`module:callable` of its builder, `build(config, context)`; imported by `run`."""
    summary: str
    """One line for `realtrade list`."""
    orders: bool = False
    """For exchanges: whether it takes real orders; modes `testnet` and `live` need that."""
