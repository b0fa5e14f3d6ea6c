"""x."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """What one code of a finding means."""

    title: str


CODES: dict[str, Code] = {}
