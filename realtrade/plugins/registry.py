"""Find installed plugins by entry point, and load no more of each than was asked for."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from importlib.metadata import EntryPoint, EntryPoints, entry_points
from typing import TYPE_CHECKING, Any, cast

from realtrade.plugins.plugin import API_VERSION, Kind, Plugin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from realtrade.plugins.config import PluginConfig

_OTHERS_WORK = "reinstall or remove it; other plugins still work"


class PluginError(Exception):
    """A plugin is unknown, broken, of another API version, or clashes with one of the same name."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Installed:
    """An entry point as found."""

    kind: Kind
    name: str
    entry_point: EntryPoint

    @property
    def distribution(self) -> str:
        """Name of the distribution that brought it; reads its metadata, so ask only to show it."""
        return self.entry_point.dist.name if self.entry_point.dist else "?"

    def __str__(self) -> str:
        return f"{self.kind} plugin '{self.name}' of '{self.distribution}'"


class Registry:
    """The plugins installed beside us; each is touched only when asked for by name.

    A broken plugin raises `PluginError` when it is asked for and never before.
    """

    def __init__(self, points: Iterable[EntryPoint] | None = None) -> None:
        self._points = points

    @cached_property
    def _installed(self) -> dict[tuple[Kind, str], list[Installed]]:
        # One sweep for all groups: asking for each reads every installed package's metadata anew.
        swept = entry_points() if self._points is None else EntryPoints(self._points)
        found: dict[tuple[Kind, str], list[Installed]] = {}
        for kind in Kind:
            for point in swept.select(group=kind.group):
                rows = found.setdefault((kind, point.name), [])
                if all(other.entry_point.value != point.value for other in rows):
                    rows.append(Installed(kind, point.name, point))
        return found

    def names(self, kind: Kind) -> list[str]:
        """Return the names of one kind, sorted, loading nothing."""
        return sorted(name for of_kind, name in self._installed if of_kind is kind)

    def distribution(self, kind: Kind, name: str) -> str:
        """Return the name of the distribution that brought a plugin."""
        return self._only(kind, name).distribution

    def get(self, kind: Kind, name: str) -> Plugin:
        """Return the descriptor of one plugin.

        Raises:
            PluginError: unknown, clashing, broken, or written for another API version.
        """
        row = self._only(kind, name)
        try:
            plugin = row.entry_point.load()
        except Exception as error:
            msg = f"{row} cannot be loaded: {type(error).__name__}: {error}"
            raise PluginError(msg, hint=_OTHERS_WORK) from error
        if not isinstance(plugin, Plugin):
            msg = f"{row} is a {type(plugin).__name__}, not a realtrade.plugins.Plugin"
            raise PluginError(msg)
        if plugin.api != API_VERSION:
            msg = f"{row} was written for plugin API {plugin.api}; this one is {API_VERSION}"
            raise PluginError(msg, hint="install a version of it made for this realtrade")
        if (plugin.kind, plugin.name) != (kind, name):
            msg = f"{row} describes itself as {plugin.kind} '{plugin.name}'"
            raise PluginError(msg, hint="the entry point and its descriptor must agree")
        return plugin

    def config_class(self, kind: Kind, name: str) -> type[PluginConfig]:
        """Import and return a plugin's settings class.

        Raises:
            PluginError: it cannot be imported or is no `PluginConfig`.
        """
        from realtrade.plugins.config import PluginConfig

        target = self.get(kind, name).config
        found = _import(target, f"{kind} plugin '{name}'")
        if not (isinstance(found, type) and issubclass(found, PluginConfig)):
            msg = f"{kind} plugin '{name}': {target} is not a PluginConfig"
            raise PluginError(msg)
        return found

    def builder(self, kind: Kind, name: str) -> Callable[..., Any]:
        """Import and return a plugin's builder, `build(config, context)`.

        Raises:
            PluginError: it cannot be imported or called.
        """
        target = self.get(kind, name).build
        found = _import(target, f"{kind} plugin '{name}'")
        if not callable(found):
            msg = f"{kind} plugin '{name}': {target} cannot be called"
            raise PluginError(msg)
        return cast("Callable[..., Any]", found)

    def _only(self, kind: Kind, name: str) -> Installed:
        rows = self._installed.get((kind, name), [])
        if not rows:
            near = difflib.get_close_matches(name, self.names(kind), n=1)
            known = ", ".join(self.names(kind)) or "none"
            hint = f"did you mean '{near[0]}'?" if near else f"installed: {known}"
            msg = f"no {kind} plugin is named '{name}'"
            raise PluginError(msg, hint=hint)
        if len(rows) > 1:
            owners = " and ".join(sorted(f"'{row.distribution}'" for row in rows))
            msg = f"{kind} plugin '{name}' is brought by {owners}"
            raise PluginError(msg, hint="uninstall one of them")
        return rows[0]


def _import(target: str, who: str) -> Any:
    module, _, name = target.partition(":")
    try:
        return getattr(import_module(module), name)
    except Exception as error:
        msg = f"{who}: {target} cannot be imported: {type(error).__name__}: {error}"
        raise PluginError(msg, hint=_OTHERS_WORK) from error
