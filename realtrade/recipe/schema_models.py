"""Pydantic models as JSON Schema definitions that fit what a recipe may write."""

from __future__ import annotations

from enum import Enum
from types import UnionType
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from realtrade.recipe.docs import field_docs, model_doc

if TYPE_CHECKING:
    from collections.abc import Iterator

Schema = dict[str, Any]
_TEMPLATE = {"$ref": "#/definitions/template"}
NULL = {"type": "null"}
REFERENCE = "Secret reference"


def definitions_of(
    models: list[type[BaseModel]],
) -> tuple[dict[str, Schema], dict[type[BaseModel], str]]:
    """Return definitions by name for `models` and all models inside them, and the name of each."""
    every = list(dict.fromkeys(inner for model in models for inner in _with_inner(model)))
    found, whole = models_json_schema(
        [(model, "validation") for model in every], ref_template="#/definitions/{model}"
    )
    names = {model: found[(model, "validation")]["$ref"].rpartition("/")[2] for model in every}
    definitions = whole["$defs"]
    blocks = {f"#/definitions/{name}" for name in names.values()}
    for model, name in names.items():
        _finish(definitions[name], model, blocks)
    return definitions, names


def plain_value(schema: Schema) -> Schema:
    """Return a property's schema without the template that was added to it."""
    choices = [one for one in schema.get("anyOf", ()) if one not in (_TEMPLATE, NULL)]
    if len(choices) != 1:
        return schema
    rest = {key: one for key, one in schema.items() if key != "anyOf"}
    return {**choices[0], **rest}


def _with_inner(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    yield model
    for field in model.model_fields.values():
        for inner in _models_in(field.annotation):
            yield from _with_inner(inner)


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    if get_origin(annotation) in (Union, UnionType, dict, list, tuple):
        for inner in get_args(annotation):
            yield from _models_in(inner)


def _finish(schema: Schema, model: type[BaseModel], blocks: set[str]) -> None:
    """Add docs and templates to the properties of one model's schema."""
    schema.pop("title", None)
    schema["description"] = model_doc(model).partition("\n\n")[0].replace("\n", " ")
    docs = field_docs(model)
    for name, field in model.model_fields.items():
        key = field.alias or name
        found = _property(schema["properties"][key], blocks)
        default = field.default
        if isinstance(default, (bool, int, str)) and default != "":
            found["default"] = default.value if isinstance(default, Enum) else default
        if name in docs:
            found["description"] = docs[name].replace("\n", " ")
        schema["properties"][key] = found


def _property(schema: Schema, blocks: set[str]) -> Schema:
    bare = {key: one for key, one in schema.items() if key not in ("default", "title")}
    if any("$ref" not in one for one in bare.get("oneOf", ())):
        bare["title"] = REFERENCE
    choices = [one for one in bare.get("anyOf", [bare]) if one != NULL]
    choices = [_item(choice, blocks) for choice in choices]
    if any(_takes_template(choice, blocks) for choice in choices):
        choices.append(_TEMPLATE)
    return choices[0] if len(choices) == 1 else {"anyOf": choices}


def _item(schema: Schema, blocks: set[str]) -> Schema:
    """Let items of lists and values of maps be templates too."""
    for key in ("items", "additionalProperties"):
        inner = schema.get(key)
        if isinstance(inner, dict) and _takes_template(inner, blocks):
            schema = {**schema, key: {"anyOf": [inner, _TEMPLATE]}}
    return schema


def _takes_template(schema: Schema, blocks: set[str]) -> bool:
    plain = schema.get("title") != REFERENCE and schema.get("type") not in ("object", "array")
    return plain and schema.get("$ref") not in blocks and bool(schema)
