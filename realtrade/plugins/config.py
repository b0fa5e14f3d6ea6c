"""The base of every plugin's settings."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class PluginConfig(BaseModel):
    """Frozen settings of one plugin; unknown keys are refused, inputs never echoed in errors.

    A docstring under a field documents it for `realtrade explain` and the JSON Schema.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        hide_input_in_errors=True,
        populate_by_name=True,
    )
