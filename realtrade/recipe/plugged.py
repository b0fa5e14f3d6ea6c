"""Check blocks by their models: core blocks by ours, `type:` blocks by their plugin's."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError

from realtrade.plugins.config import PluginConfig
from realtrade.plugins.registry import PluginError, Registry
from realtrade.recipe.blocks import Plugged
from realtrade.recipe.findings import did_you_mean, shown
from realtrade.recipe.merge import without
from realtrade.recipe.nulls import Nulls, report_unknown
from realtrade.recipe.translate import report
from realtrade.recipe.tree import Loc, Map, Node, Scalar, find, key_place, plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from realtrade.plugins.plugin import Kind
    from realtrade.recipe.findings import Findings

_Model = TypeVar("_Model", bound=PluginConfig)


class Checker:
    """Checks the blocks of one tree and notes what is wrong with them."""

    def __init__(
        self, tree: Map, registry: Registry, findings: Findings, nulls: Nulls | None = None
    ) -> None:
        self.nulls = nulls or {}
        self.tree = tree
        self.registry = registry
        self.findings = findings

    def say(self, code: str, message: str, loc: Loc, hint: str = "", *, key: bool = False) -> None:
        """Note a finding at the value at `loc`, or at its key."""
        node = None if key else find(self.tree, loc)
        place = node.place if node else key_place(self.tree, loc)
        if not self.findings.is_spoilt(place):
            self.findings.add(code, message, place, loc=loc, hint=hint)

    def core(self, loc: Loc, model: type[_Model], *, also: Iterable[str] = ()) -> _Model | None:
        """Return the block at `loc` as `model`, or None when it is wrong."""
        node = self.mapping(loc)
        return None if node is None else self._validated(node, loc, model, also)

    def mapping(self, loc: Loc) -> Map | None:
        """Return the mapping at `loc`; anything else is a finding."""
        node = find(self.tree, loc)
        if isinstance(node, Map):
            return node
        if node is not None:
            self.say("RT203", "expected a mapping of keys and values", loc)
        return None

    def plugged(self, kind: Kind, loc: Loc, *, ours: tuple[str, ...] = ()) -> Plugged | None:
        """Return the `type:` block at `loc`, checked by its plugin; None when it is wrong.

        Keys in `ours` belong to the core and are not shown to the plugin.
        """
        node = self.mapping(loc)
        name = None if node is None else self._type(kind, node, loc)
        model = None if name is None else self._config_class(kind, name, loc)
        if node is None or name is None or model is None:
            return None
        hidden = ours if "type" in model.model_fields else (*ours, "type")
        config = self._validated(without(node, *hidden), loc, model, (*ours, "type"))
        return None if config is None else Plugged.model_construct(type=name, config=config)

    def _type(self, kind: Kind, node: Map, loc: Loc) -> str | None:
        found = node.get("type")
        if isinstance(found, Scalar) and isinstance(found.value, str):
            return found.value
        if found is None:
            hint = f"installed: {', '.join(self.registry.names(kind)) or 'none'}"
            self.say("RT202", "missing key 'type'", loc, hint, key=True)
        else:
            self.say("RT203", "expected text", (*loc, "type"))
        return None

    def _config_class(self, kind: Kind, name: str, loc: Loc) -> type[PluginConfig] | None:
        at = (*loc, "type")
        names = self.registry.names(kind)
        if name not in names:
            message = f"no {kind.replace('_', ' ')} is named '{shown(name)}'"
            self.say("RT401", message, at, self._instead(kind, name))
            return None
        try:
            return self.registry.config_class(kind, name)
        except PluginError as error:
            self.say("RT402", str(error), at, error.hint)
            return None

    def _instead(self, kind: Kind, name: str) -> str:
        names = self.registry.names(kind)
        listed = f"`realtrade list {kind}` shows the {len(names)} that are installed"
        return did_you_mean(name, names) or (listed if names else "none is installed")

    def _validated(
        self, node: Node, loc: Loc, model: type[_Model], also: Iterable[str]
    ) -> _Model | None:
        report_unknown(self.nulls, loc, model, self.findings, also=also)
        try:
            return model.model_validate(plain(node), by_alias=True, by_name=False)
        except ValidationError as error:
            report(error, self.tree, loc, model, self.findings, also=also)
        except Exception as error:  # noqa: BLE001 - a plugin's own check may raise anything, and takes no other down
            kind = type(error).__name__
            message = f"the check of '{model.__name__}' broke: {kind}"
            self.say("RT403", message, loc, "report this to the plugin's author", key=True)
        return None
