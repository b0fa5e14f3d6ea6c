"""Secrets: a recipe holds references, and a value lives only in the process."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NoReturn, cast

from pydantic_core import PydanticCustomError, core_schema

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue

_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}", re.ASCII)
_MAX_PATH = 1_000


@dataclass(frozen=True, slots=True)
class SecretRef:
    """Where a secret is kept: `{env: NAME}` or `{file: PATH}`. A field type for plugin settings.

    A value written in clear is refused, and the error does not repeat it.
    """

    source: Literal["env", "file"]
    name: str

    def __str__(self) -> str:
        return f"{{{self.source}: {self.name}}}"

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[Any], handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(parse_secret_ref)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        names = {"env": {"type": "string", "pattern": f"^{_ENV_NAME.pattern}$"}}
        paths = {"file": {"type": "string", "minLength": 1}}
        choices = [
            {
                "type": "object",
                "properties": properties,
                "required": list(properties),
                "additionalProperties": False,
            }
            for properties in (names, paths)
        ]
        return {"title": "Secret reference", "oneOf": choices}


def parse_secret_ref(value: Any) -> SecretRef:
    """Read `{env: NAME}` or `{file: PATH}`; nothing else, and nothing else is ever repeated."""
    if isinstance(value, SecretRef):
        return value
    if not isinstance(value, dict):
        raise PydanticCustomError(
            "realtrade_secret_literal", "a secret is a reference: {env: NAME} or {file: PATH}"
        )
    if len(value) == 1:
        (source, name), *_ = value.items()
        if source in ("env", "file") and isinstance(name, str) and _is_name(source, name):
            return SecretRef(cast("Literal['env', 'file']", source), name)
    raise PydanticCustomError(
        "realtrade_secret_reference", "expected exactly {env: NAME} or {file: PATH}"
    )


def _is_name(source: str, name: str) -> bool:
    if source == "env":
        return _ENV_NAME.fullmatch(name) is not None
    return 0 < len(name) <= _MAX_PATH and "\0" not in name


class Secret:
    """A secret's value. It has no text form, cannot be pickled, and is no JSON."""

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        self.__value = value

    def reveal(self) -> str:
        """Return the value, at the one call that needs it."""
        return self.__value

    def __repr__(self) -> str:
        return "Secret(***)"

    def __str__(self) -> str:
        return "***"

    def __format__(self, spec: str) -> str:
        return "***"

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        msg = "a secret cannot be pickled or copied"
        raise TypeError(msg)
