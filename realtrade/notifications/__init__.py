"""Telling people what happens, through whatever service reaches them, off the trading thread."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from realtrade.notifications.notifier import Notifier
    from realtrade.notifications.plan import RoutePlan
    from realtrade.notifications.words import Words

__all__ = ["Notifier", "RoutePlan", "Words"]

_HOMES = {"Notifier": "notifier", "RoutePlan": "plan", "Words": "words"}


def __getattr__(name: str) -> Any:
    """Import a public name from its module when it is first asked for."""
    if name not in _HOMES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
