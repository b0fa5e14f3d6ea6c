"""What to do about a first line that does not name the columns that are wanted."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from realtrade.feeds.config import Role

_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}
_ALSO: dict[str, tuple[str, ...]] = {
    "time": ("date", "datetime", "timestamp", "open_time", "open time"),
    "volume": ("vol", "volume usd", "tick_volume"),
    "quantity": ("qty", "amount", "size"),
}
"""Names that other programs give to the same columns."""


def readable(name: str) -> str:
    """Return a column's name fit for a message: a file may be anything but text."""
    return "".join(letter if letter.isprintable() else "?" for letter in name[:60])


def column_hint(names: Mapping[Role, str], missing: Role, found: Sequence[str]) -> str:
    """Return what to do about a file without the column of role `missing`, as `; …`.

    Args:
        names: what the columns are expected to be called.
        missing: the role whose column is not there, or there twice.
        found: the names in the file's first line.
    """
    if names[missing] in found:
        return ""
    if len(found) == 1 and (separator := re.search(r"[;\t|]", found[0])):
        return f"; its columns are separated by {_SEPARATORS[separator[0]]}, and must be by commas"
    if found and re.fullmatch(r"[0-9][0-9T:. Z+-]*", found[0]):
        wanted = ",".join(names.values())
        return f"; its first line must name the columns: write {wanted} above"
    return _renamed(names, missing, found)


def _renamed(names: Mapping[Role, str], missing: Role, found: Sequence[str]) -> str:
    """Suggest a name of the file's for every column that has one much like it."""
    lower = {each.lower().strip(): each for each in found}
    meant = {role: _like(role, name, lower) for role, name in names.items() if name not in found}
    if not meant[missing]:
        return f"; name yours with columns: {{{missing}: ...}}"
    told = ", ".join(f"{role}: {name}" for role, name in meant.items() if name)
    return f"; did you mean columns: {{{told}}}?"


def _like(role: Role, name: str, lower: Mapping[str, str]) -> str:
    for known in (name.lower(), role, *_ALSO.get(role, ())):
        if known in lower:
            return lower[known]
    near = difflib.get_close_matches(name.lower(), lower, n=1)
    return lower[near[0]] if near else ""
