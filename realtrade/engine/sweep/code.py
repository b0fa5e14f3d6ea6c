"""A user's own code, as a sweep met it: changed code gives other results to the same recipe."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from realtrade.engine.build import StageFailed, build
from realtrade.engine.observer import Silent
from realtrade.engine.parts import Parts
from realtrade.engine.stages import STAGES
from realtrade.plugins.registry import Registry
from realtrade.utils.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from realtrade.engine.bank import Bank
    from realtrade.recipe import Recipe

_OURS = frozenset({"realtrade", "backtrader", "__main__"})
_LOADED: dict[str, str] = {}
"""Modules that sweeps had this process load, and the code they were loaded for."""


@dataclass(frozen=True, slots=True)
class Code:
    """The user's modules that a strategy is made of; none if it is ours."""

    hash: str = ""
    """Of their sources."""
    modules: tuple[str, ...] = ()
    """Their names."""

    def renew(self) -> None:
        """Have modules imported anew that this process, which outlives a sweep, has of before."""
        for name in self.modules:
            if _LOADED.setdefault(name, self.hash) != self.hash:
                sys.modules.pop(name, None)
                _LOADED[name] = self.hash


def code_of(recipe: Recipe, bank: Bank) -> Code:
    """Return the user's modules that the strategy is made of.

    Those are the modules of its classes, with whatever lies in one package with them, and all that
    they import from the recipe's folder. None, too, where the strategy cannot be built: then
    every trial says why.
    """
    parts = Parts(
        recipe=recipe, registry=Registry(), clock=SystemClock(), observer=Silent(), bank=bank
    )
    names = [stage.name for stage in STAGES]
    try:
        with build(STAGES[: names.index("strategy") + 1], parts, lambda name: None):
            found = dict(_modules(parts.spec.cls, parts.folder))
    except StageFailed:
        return Code()
    digest = sha256()
    for file in sorted(set(found.values())):
        source = file.read_bytes()
        digest.update(f"{file.name} {len(source)}\n".encode() + source)
    return Code(digest.hexdigest()[:16], tuple(sorted(found))) if found else Code()


def _modules(strategy: type, folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield names and files of what is loaded of the strategy's packages and of the folder."""
    packages = {_package(kind.__module__) for kind in strategy.__mro__}
    packages -= _OURS | sys.stdlib_module_names
    for name, module in tuple(sys.modules.items()):
        file = Path(getattr(module, "__file__", None) or "")
        if file.suffix != ".py" or _package(name) in _OURS or not file.is_file():
            continue
        beside = file.is_relative_to(folder) and "site-packages" not in file.parts
        if beside or _package(name) in packages:
            yield name, file


def _package(module: str) -> str:
    return module.partition(".")[0]
