"""Import a user's module from the recipe's folder, else from the Python path."""

from __future__ import annotations

import importlib
import sys
from hashlib import sha256
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import module_from_spec, spec_from_file_location
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType


def import_from(folder: Path, name: str) -> ModuleType:
    """Return module `name`, preferring `folder`.

    A module of the folder never replaces one that is loaded already or that is Python's own: it
    is then loaded under a name of its own. Modules beside it can be imported by it as usual.

    Raises:
        ModuleNotFoundError: it is in neither place.
        Exception: whatever the module itself raises.
    """
    importlib.invalidate_caches()
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
    top, dot, rest = name.partition(".")
    spec = PathFinder.find_spec(top, [str(folder)])
    if spec is None:
        return importlib.import_module(name)
    return importlib.import_module(_load(spec, folder) + dot + rest)


def _load(spec: ModuleSpec, folder: Path) -> str:
    """Load the top-level module behind `spec` unless it is; return the name it goes by."""
    known = sys.modules.get(spec.name)
    if known is not None and _same(known.__spec__, spec):
        return spec.name
    if known is not None or spec.name in sys.stdlib_module_names:
        spec = _renamed(spec, f"{spec.name}_{sha256(str(folder).encode()).hexdigest()[:8]}")
    if spec.name not in sys.modules:
        _execute(spec)
    return spec.name


def _same(one: ModuleSpec | None, other: ModuleSpec) -> bool:
    return one is not None and (one.origin, list(one.submodule_search_locations or [])) == (
        other.origin,
        list(other.submodule_search_locations or []),
    )


def _renamed(spec: ModuleSpec, name: str) -> ModuleSpec:
    folders = spec.submodule_search_locations
    if spec.origin is None:  # a folder without __init__.py
        renamed = ModuleSpec(name, None, is_package=True)
        renamed.submodule_search_locations = list(folders or [])
        return renamed
    found = spec_from_file_location(name, spec.origin, submodule_search_locations=folders)
    return found or spec


def _execute(spec: ModuleSpec) -> None:
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    if spec.loader is None:  # a folder without __init__.py
        return
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[spec.name]
        raise
