"""Pages of `realtrade explain`: fields and plugins as text."""

from __future__ import annotations

import re
from enum import Enum
from textwrap import indent, wrap
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from realtrade.cli.fields import Field, block_models, fields_at, key_of
from realtrade.plugins import Kind, Registry
from realtrade.recipe.blocks import Plugged, Recipe
from realtrade.recipe.docs import field_docs, model_doc

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_WIDTH = 92
_BROKEN_LINE = re.compile(r"(?<=\S)\n(?![\s*-])")
"""The end of a line within a sentence, broken for the width of source code."""
_TYPES = {
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
}


def field_page(fields: Sequence[Field], registry: Registry) -> Iterator[str]:
    """Yield what every field of `fields` means, each distinct page once."""
    pages = dict.fromkeys(tuple(_one_field(field, registry)) for field in fields)
    for page in pages:
        yield from page
        yield ""


def plugin_page(kind: Kind, name: str, registry: Registry) -> Iterator[str]:
    """Yield what a plugin is, with an example and all its settings.

    Raises:
        PluginError: unknown or broken.
    """
    plugin, model = registry.get(kind, name), registry.config_class(kind, name)
    yield f"{kind} {name}, of {registry.distribution(kind, name)}"
    yield indent(plugin.summary, "  ")
    yield ""
    yield indent(model_doc(model), "  ")
    yield ""
    yield from _settings(model, "  ")


def known_words(path: str, registry: Registry) -> list[str]:
    """Return what a mistyped path may have meant: its neighbours, and all plugins."""
    above, dot, _ = path.rpartition(".")
    models: list[type[BaseModel]] = [] if dot else [Recipe]
    for field in fields_at(above, registry) if dot else ():
        models += [model for _, model in block_models(field, registry)]
    words = [
        f"{above}{dot}{key_of(model, name)}" for model in models for name in model.model_fields
    ]
    return words + [name for kind in Kind for name in registry.names(kind)]


def _one_field(field: Field, registry: Registry) -> Iterator[str]:
    yield f"{field.path}  ({field.whose})" if field.whose else field.path
    yield f"  {_shape(field.model, field.name)}"
    yield from _paragraph(field_docs(field.model).get(field.name, ""), "  ")
    blocks = block_models(field, registry)
    several = len(blocks) > 1
    for whose, model in blocks:
        if several or whose:
            yield ""
            yield from _paragraph(_heading(whose, model), "  ")
        yield from _settings(model, "    " if several else "  ")


def _heading(whose: str, model: type[BaseModel]) -> str:
    first = model_doc(model).partition("\n\n")[0].replace("\n", " ")
    return f"{whose}: {first}" if whose else first


def _settings(model: type[BaseModel], margin: str) -> Iterator[str]:
    docs = field_docs(model)
    for name in model.model_fields:
        if _says_nothing(model, name):
            continue
        yield f"{margin}{key_of(model, name)}: {_shape(model, name)}"
        yield from _paragraph(docs.get(name, ""), f"{margin}    ")
        for inner in _nested(model, name):
            yield from _settings(inner, f"{margin}    ")


def _says_nothing(model: type[BaseModel], name: str) -> bool:
    """Tell whether a field only repeats which plugin this is."""
    only_one_type = len(get_args(model.model_fields[name].annotation)) <= 1
    return (name == "type" and only_one_type) or (issubclass(model, Plugged) and name == "config")


def _nested(model: type[BaseModel], name: str) -> Iterator[type[BaseModel]]:
    annotation = model.model_fields[name].annotation
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation


def _paragraph(text: str, margin: str) -> Iterator[str]:
    """Yield text at the page's width; lists and what is indented keep their lines."""
    for line in _BROKEN_LINE.sub(" ", text).splitlines():
        yield from wrap(line, _WIDTH, initial_indent=margin, subsequent_indent=margin) or [""]


def _shape(model: type[BaseModel], name: str) -> str:
    """Say in words what may be written, and what holds when nothing is."""
    schema = _schema(model).get("properties", {}).get(key_of(model, name), {})
    said = _words(schema) or "a block"
    return f"{said}; {_default(model, name)}"


def _schema(model: type[BaseModel]) -> dict[str, Any]:
    try:
        return model.model_json_schema(by_alias=True)
    except Exception:  # noqa: BLE001 - a stranger's model may have types without a JSON form
        return {}


def _words(schema: dict[str, Any]) -> str:
    if "anyOf" in schema or "oneOf" in schema:
        choices = [_words(one) for one in schema.get("anyOf", schema.get("oneOf", []))]
        return ", or ".join(dict.fromkeys(choice for choice in choices if choice))
    if "enum" in schema:
        return "one of " + ", ".join(f"`{_text(value)}`" for value in schema["enum"])
    if "const" in schema:
        return f"`{_text(schema['const'])}`"
    said = _TYPES.get(schema.get("type", ""), "")
    if "examples" in schema:
        said += " such as " + " or ".join(f"`{_text(one)}`" for one in schema["examples"])
    limits = [
        f"{word} {schema[key]}"
        for key, word in (("minimum", "at least"), ("maximum", "at most"))
        if key in schema
    ]
    return ", ".join([said, *limits]) if said else ""


def _default(model: type[BaseModel], name: str) -> str:
    info = model.model_fields[name]
    if info.is_required():
        return "required"
    default = info.get_default(call_default_factory=True, validated_data={})
    if default is None or default is PydanticUndefined or isinstance(default, BaseModel):
        return "may be left out"
    if default in ({}, (), [], ""):
        return "empty when left out"
    return f"default {_text(default)}"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value.value if isinstance(value, Enum) else value)
