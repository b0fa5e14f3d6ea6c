"""The docstring below each field of a settings model, read from its source when it is asked for.

Pydantic can keep them in the model (`use_attribute_docstrings`), but then every start pays for
reading all sources; only `explain` and the JSON Schema need them.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from pydantic import BaseModel

if TYPE_CHECKING:
    from collections.abc import Iterator


@lru_cache(maxsize=256)
def field_docs(model: type[BaseModel]) -> dict[str, str]:
    """Return field name to docstring, inherited ones included; fields without one are left out."""
    found: dict[str, str] = {}
    for cls in reversed(model.__mro__):
        if issubclass(cls, BaseModel) and cls is not BaseModel:
            found.update(_docs(cls))
    return {name: found[name] for name in model.model_fields if name in found}


def model_doc(model: type[BaseModel]) -> str:
    """Return the model's own docstring, indented as it was meant; empty when it has none."""
    return inspect.cleandoc(model.__doc__ or "")


def _docs(cls: type) -> Iterator[tuple[str, str]]:
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(cls)))
    except (OSError, TypeError, SyntaxError):  # made at run time, or shipped without source
        return
    body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
    for before, after in pairwise(body):
        if (
            isinstance(before, ast.AnnAssign)
            and isinstance(before.target, ast.Name)
            and isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
            and isinstance(after.value.value, str)
        ):
            yield before.target.id, inspect.cleandoc(after.value.value)
