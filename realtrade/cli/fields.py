"""Find the fields that a dotted path of a recipe may mean, in the core and in plugins."""

from __future__ import annotations

from dataclasses import dataclass
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from realtrade.plugins import Kind, PluginError, Registry
from realtrade.recipe.blocks import FeedGroup, Plugged, Recipe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pydantic.fields import FieldInfo

_KINDS: dict[tuple[str, ...], Kind] = {
    ("exchange",): Kind.EXCHANGE,
    ("feeds", "*"): Kind.FEED,
    ("strategy",): Kind.STRATEGY,
    ("sizing",): Kind.SIZER,
    ("risk", "*"): Kind.RISK_RULE,
    ("notify", "channels", "*"): Kind.NOTIFIER,
    ("storage",): Kind.STORAGE,
}
"""Which kind of plugin checks the `type:` block at a place; `*` stands for a name."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a recipe."""

    path: str
    """Such as `risk.*.limit`."""
    whose: str
    """The plugin it belongs to, such as `risk_rule max_drawdown`; empty for the core."""
    model: type[BaseModel]
    name: str
    """Name of the attribute of `model`."""

    @property
    def info(self) -> FieldInfo:
        """What pydantic knows of it."""
        return self.model.model_fields[self.name]


@dataclass(frozen=True, slots=True)
class _Spot:
    """A model, and the way to it."""

    model: type[BaseModel]
    way: tuple[str, ...] = ()
    whose: str = ""


def fields_at(path: str, registry: Registry) -> list[Field]:
    """Return every field `path` may mean; names of blocks may be anything, or a plugin's."""
    parts = [part.partition("[")[0] for part in path.split(".")]
    return list(_search(_Spot(Recipe), parts, registry))


def key_of(model: type[BaseModel], name: str) -> str:
    """Return what a recipe writes for a field: its alias, if it has one."""
    return model.model_fields[name].alias or name


def block_models(field: Field, registry: Registry) -> list[tuple[str, type[BaseModel]]]:
    """Return the models a field's value may be, each with the plugin it belongs to."""
    spots, _ = _below(field, [], registry)
    return [(spot.whose, spot.model) for spot in spots]


def _search(spot: _Spot, parts: Sequence[str], registry: Registry) -> Iterator[Field]:
    for name in spot.model.model_fields:
        if key_of(spot.model, name) != parts[0]:
            continue
        field = Field(".".join((*spot.way, parts[0])), spot.whose, spot.model, name)
        if len(parts) == 1:
            yield field
            continue
        spots, rest = _below(field, parts[1:], registry)
        if not rest:
            yield field
        for below in spots if rest else ():
            yield from _search(below, rest, registry)


def _below(
    field: Field, parts: Sequence[str], registry: Registry
) -> tuple[list[_Spot], Sequence[str]]:
    """Return the models below a field, and the parts of the path that are left for them."""
    way = tuple(field.path.split("."))
    annotation = _bare(field.info.annotation)
    named = parts[0] if parts else ""
    if get_origin(annotation) is dict:
        annotation = get_args(annotation)[1]
        way, parts = (*way, "*"), parts[1:]
    kind = _KINDS.get(way)
    names = registry.names(kind) if kind else []
    if kind and named in names:
        rest = parts if way[-1] == "*" else parts[1:]
        return list(_plugin_spots(kind, [named], way, registry)), rest
    models = list(_models(annotation)) + [FeedGroup] * (way == ("feeds", "*"))
    spots = [_Spot(model, way, field.whose) for model in models if model is not Plugged]
    if kind:
        spots += _plugin_spots(kind, names, way, registry)
    return spots, parts


def _plugin_spots(
    kind: Kind, names: Sequence[str], way: tuple[str, ...], registry: Registry
) -> Iterator[_Spot]:
    for name in names:
        try:
            yield _Spot(registry.config_class(kind, name), way, f"{kind} {name}")
        except PluginError:
            continue  # `list` tells what is wrong with it


def _bare(annotation: Any) -> Any:
    """Take off `Annotated` and `| None`."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        inner = [part for part in get_args(annotation) if part is not type(None)]
        return _bare(inner[0]) if len(inner) == 1 else annotation
    return annotation


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    annotation = _bare(annotation)
    for part in get_args(annotation) or (annotation,):
        if isinstance(part, type) and issubclass(part, BaseModel):
            yield part
