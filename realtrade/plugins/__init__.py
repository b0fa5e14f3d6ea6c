"""The API a stranger's plugin is written against: ports, configuration, descriptors, registry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from realtrade.plugins.errors import SettingWrong
from realtrade.plugins.plugin import API_VERSION, Kind, Plugin
from realtrade.plugins.registry import PluginError, Registry

if TYPE_CHECKING:
    from realtrade.plugins.config import PluginConfig
    from realtrade.plugins.secret import Secret, SecretRef

__all__ = [
    "API_VERSION",
    "Kind",
    "Plugin",
    "PluginConfig",
    "PluginError",
    "Registry",
    "Secret",
    "SecretRef",
    "SettingWrong",
]

if not TYPE_CHECKING:  # for mypy the import above is enough, and a misspelt name stays an error

    def __getattr__(name: str) -> Any:
        """Import `PluginConfig` and secrets when first asked for: listing costs no pydantic."""
        if name == "PluginConfig":
            from realtrade.plugins.config import PluginConfig

            return PluginConfig
        if name in ("Secret", "SecretRef"):
            from realtrade.plugins import secret

            return getattr(secret, name)
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
