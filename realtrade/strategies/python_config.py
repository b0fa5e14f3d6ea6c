"""Settings of the `python` strategy, apart from it so that validating imports no user code."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from realtrade.plugins.config import PluginConfig


def _is_target(value: Any) -> str:
    """Accept `package.module:Class`, every part an identifier."""
    if isinstance(value, str):
        module, colon, name = value.partition(":")
        if colon and all(part.isidentifier() for part in [*module.split("."), name]):
            return value
    code, message = (
        "realtrade_target",
        "expected a class as module:Class, such as my_bot:MyStrategy",
    )
    raise PydanticCustomError(code, message)


Target = Annotated[
    str,
    BeforeValidator(_is_target),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*$",
            "examples": ["my_bot:MyStrategy"],
        }
    ),
]


class PythonConfig(PluginConfig):
    """Settings of the `python` strategy: any `bt.Strategy` class, unchanged.

    Example:
        ```yaml
        strategy:
          type: python
          class: "my_bot:MyStrategy"     # my_bot.py beside the recipe
          params: {period: 20}
        ```
    """

    type: Literal["python"] = "python"
    cls: Target = Field(alias="class")
    """The class as `module:Class`, found in the recipe's folder first, then on the Python path."""
    params: dict[str, Any] = Field(default_factory=dict)
    """Values for the class's own `params`; a number with a point arrives as a float."""
