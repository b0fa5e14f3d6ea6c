"""The JSON Schema of recipes for editors, made from the models; never imported at start-up.

Draft-07, which every editor speaks. A plugin's settings hang on its `type` by `if`/`then`, since
editors ignore discriminators. Wherever a value is expected a template fits too. There are two of
every block: a whole one, and a patch, in which nothing is required; environments and recipes that
extend others are patches.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from realtrade.plugins.plugin import Kind
from realtrade.plugins.registry import PluginError, Registry
from realtrade.recipe.blocks import ExchangeFeed, FeedGroup, Recipe, ResampledFeed
from realtrade.recipe.docs import model_doc
from realtrade.recipe.schema_models import NULL, REFERENCE, Schema, definitions_of, plain_value
from realtrade.recipe.variables import VarBlock

if TYPE_CHECKING:
    from pydantic import BaseModel

_ID = "https://realtrade.dev/schemas/recipe.v1.schema.json"
_OURS = "realtrade"
_KEYS = {"pattern": "^[A-Za-z][A-Za-z0-9_]{0,62}$"}
_TEMPLATE = {"type": "string", "pattern": r"\{\{[\s\S]*\}\}", "description": "A template."}
_FIXED = ("realtrade", "name", "mode")
_NEVER_PATCHED = ("extends", "environments", "realtrade", "name")
_BLOCKS = {
    Kind.EXCHANGE: "exchange",
    Kind.SIZER: "sizing",
    Kind.RISK_RULE: "risk",
    Kind.NOTIFIER: "channel",
    Kind.STRATEGY: "strategy",
    Kind.FEED: "feed",
}


def schema_text(*, local: bool = False) -> str:
    """Return the schema as JSON text; `local` adds the plugins installed here to our own."""
    schema = build_schema(Registry(), local=local)
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def build_schema(registry: Registry, *, local: bool = False) -> Schema:
    """Return the JSON Schema of recipes; plugins that cannot be loaded are left out."""
    plugins = _plugins(registry, local=local)
    models: list[type[BaseModel]] = [Recipe, FeedGroup, ExchangeFeed, ResampledFeed, VarBlock]
    models += [model for found in plugins.values() for model in found.values()]
    definitions, names = definitions_of(models)
    for kind, block in _BLOCKS.items():
        definitions[block] = _block(kind, plugins[kind], definitions, names)
    definitions["feed"] = _feed(definitions["feed"], names)
    definitions["template"] = _TEMPLATE
    whole = _recipe(definitions.pop(names[Recipe]), definitions)
    patches = {f"{name}.patch": _patch(schema) for name, schema in definitions.items()}
    definitions["recipe"] = whole
    definitions.update(patches)
    definitions["recipe.patch"] = _patch(whole)
    definitions["environment"] = _environment(definitions["recipe.patch"])
    return _pruned(
        {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "$id": _ID,
            "title": "realtrade recipe, format v1",
            "type": "object",
            "required": ["realtrade", "name"],
            "if": {"required": ["extends"]},
            "then": {"$ref": "#/definitions/recipe.patch"},
            "else": {"$ref": "#/definitions/recipe"},
            "definitions": definitions,
        }
    )


def _pruned(schema: Schema) -> Schema:
    """Drop definitions nothing refers to."""
    definitions = schema["definitions"]
    bare = {key: one for key, one in schema.items() if key != "definitions"}
    kept: set[str] = set()
    waiting = set(_references(bare))
    while waiting - kept:
        name = (waiting - kept).pop()
        kept.add(name)
        waiting.update(_references(definitions[name]))
    return {**bare, "definitions": {name: definitions[name] for name in sorted(kept)}}


def _references(schema: Schema) -> list[str]:
    return re.findall(r'"#/definitions/([^"]+)"', json.dumps(schema))


def _plugins(registry: Registry, *, local: bool) -> dict[Kind, dict[str, type[BaseModel]]]:
    """Return settings models by kind and name."""
    found: dict[Kind, dict[str, type[BaseModel]]] = {kind: {} for kind in _BLOCKS}
    for kind, models in found.items():
        for name in registry.names(kind):
            try:
                ours = registry.distribution(kind, name) == _OURS
                if ours or local:
                    models[name] = registry.config_class(kind, name)
            except PluginError:  # it says so itself when a recipe names it
                continue
    return found


def _block(
    kind: Kind,
    plugins: dict[str, type[BaseModel]],
    definitions: dict[str, Schema],
    names: dict[type[BaseModel], str],
) -> Schema:
    """Return the schema of a `type:` block: its plugin's settings hang on the type."""
    for name, model in plugins.items():
        properties = definitions[names[model]].setdefault("properties", {})
        properties["type"] = {"const": name, "description": _line(model)}
        if kind is Kind.STRATEGY:
            properties["feeds"] = _strategy_feeds()
    types = {"enum": sorted(plugins), "description": f"Which {kind.replace('_', ' ')}."}
    return {
        "type": "object",
        "required": ["type"],
        "properties": {"type": types},
        "allOf": [
            {
                "if": {"required": ["type"], "properties": {"type": {"const": name}}},
                "then": {"$ref": f"#/definitions/{names[model]}"},
            }
            for name, model in sorted(plugins.items())
        ],
    }


def _strategy_feeds() -> Schema:
    return {
        "type": "array",
        "items": {"type": "string"},
        "description": "Names of feeds, in the order of `self.datas`; all when left out.",
    }


def _line(model: type[BaseModel]) -> str:
    return model_doc(model).partition("\n")[0]


def _feed(plugged: Schema, names: dict[type[BaseModel], str]) -> Schema:
    """Return a feed: by `type`, else by what it is made of."""

    def ref(model: type[BaseModel]) -> Schema:
        return {"$ref": f"#/definitions/{names[model]}"}

    del plugged["required"]
    bare: Schema = {
        "if": {"required": ["resample"]},
        "then": ref(ResampledFeed),
        "else": {
            "if": {"required": ["symbols"]},
            "then": ref(FeedGroup),
            "else": ref(ExchangeFeed),
        },
    }
    return {"type": "object", "if": {"required": ["type"]}, "then": plugged, "else": bare}


def _keyed(block: str, description: str) -> Schema:
    return {
        "type": "object",
        "propertyNames": _KEYS,
        "additionalProperties": {"$ref": f"#/definitions/{block}"},
        "description": description,
    }


def _recipe(schema: Schema, definitions: dict[str, Schema]) -> Schema:
    """Return the whole recipe: the core model, its plugged blocks put in."""
    properties = schema["properties"]

    def described(block: str, key: str) -> Schema:
        return {"$ref": f"#/definitions/{block}", "description": _description(properties[key])}

    properties["exchange"] = described("exchange", "exchange")
    properties["sizing"] = described("sizing", "sizing")
    properties["strategy"] = described("strategy", "strategy")
    for key, block in (("feeds", "feed"), ("risk", "risk")):
        properties[key] = _keyed(block, _description(properties[key]))
    properties["storage"] = described("StorageBlock", "storage")
    channels = definitions["NotifyBlock"]["properties"]
    channels["channels"] = _keyed("channel", _description(channels["channels"]))
    for key in _FIXED:
        properties[key] = plain_value(properties[key])
    properties["vars"] = _variables(_description(properties["vars"]))
    properties["extends"] = _extends()
    properties["environments"] = _environments()
    return schema


def _description(schema: Schema) -> str:
    return str(schema.get("description", ""))


def _variables(description: str) -> Schema:
    bare = {"type": ["string", "number", "boolean"]}
    variable = {"anyOf": [bare, {"$ref": "#/definitions/VarBlock"}]}
    return {
        "type": "object",
        "propertyNames": _KEYS,
        "additionalProperties": variable,
        "description": description,
    }


def _extends() -> Schema:
    file = {"type": "string", "pattern": r"\.ya?ml$"}
    return {
        "anyOf": [file, {"type": "array", "items": file}],
        "description": "Local files merged below this one, later ones over earlier ones.",
    }


def _environments() -> Schema:
    return {
        "type": "object",
        "additionalProperties": {"$ref": "#/definitions/environment"},
        "description": "Patches by name; `--env NAME` lays one over the recipe.",
    }


def _environment(patch: Schema) -> Schema:
    properties = {
        key: schema for key, schema in patch["properties"].items() if key not in _NEVER_PATCHED
    }
    return {**patch, "properties": properties}


def _patch(schema: Any) -> Any:
    """Return `schema` with nothing required, nulls allowed, references led to patches."""
    if isinstance(schema, list):
        return [_patch(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("title") == REFERENCE:
        return schema
    patched = {
        key: one if key == "if" else _patch(one)
        for key, one in schema.items()
        if not (key in ("required", "minProperties") and not isinstance(one, dict))
    }
    if "oneOf" in patched:
        patched["anyOf"] = patched.pop("oneOf")  # the type that chose one may stand below
    reference = patched.get("$ref", "")
    if reference and reference != "#/definitions/environment":
        patched["$ref"] = f"{reference}.patch"
    if patched.get("if") == {"required": ["type"]} and "else" in patched:
        del patched["else"]  # the type may stand in what is patched
    if schema.get("additionalProperties") is False:
        properties = patched.get("properties", {})
        patched["properties"] = {key: _or_null(one) for key, one in properties.items()}
    return patched


def _or_null(schema: Schema) -> Schema:
    """Let a property also be null, which restores its default."""
    choices = schema.get("anyOf")
    if choices:
        return {**schema, "anyOf": [*choices, NULL]}
    said = {"description": schema["description"]} if "description" in schema else {}
    return {**said, "anyOf": [schema, NULL]}
