"""What every code of a finding means; the pages are in `codes.md`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Code:
    """One code of a finding."""

    code: str
    """Stable, such as `RT201`."""
    title: str
    """A few words."""
    page: str
    """What it means, why it is an error, a wrong and a right example; Markdown."""


@cache
def codes() -> dict[str, Code]:
    """Return every code with its page, in order."""
    text = files("realtrade.recipe").joinpath("codes.md").read_text("utf-8")
    parts = re.split(r"^## (RT[0-9]{3}) (.+)$", text, flags=re.MULTILINE)[1:]
    triples = zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    return {code: Code(code, title, page.strip()) for code, title, page in triples}
