"""The API a stranger's plugin is written against: ports, configuration, descriptors, registry."""

from __future__ import annotations

from realtrade.plugins.config import PluginConfig
from realtrade.plugins.errors import SettingWrong
from realtrade.plugins.plugin import API_VERSION, Kind, Plugin
from realtrade.plugins.registry import PluginError, Registry

__all__ = [
    "API_VERSION",
    "Kind",
    "Plugin",
    "PluginConfig",
    "PluginError",
    "Registry",
    "SettingWrong",
]
