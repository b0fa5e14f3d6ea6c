"""The checks of `realtrade doctor`, each a fact about this machine and one recipe."""

from __future__ import annotations

import platform
import shutil
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel

from realtrade.cli.examined import examined
from realtrade.plugins import Kind, PluginError, Registry
from realtrade.plugins.ports.checks import Check
from realtrade.plugins.secret import SecretRef
from realtrade.recipe.blocks import Plugged
from realtrade.recipe.secrets import SecretMissing, SecretResolver

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from realtrade.recipe import Recipe

_PACKAGES = ("realtrade", "backtrader", "numpy", "pydantic")
_LEAST_FREE = 1 << 30


class _Forgetful:
    """Takes note of no secret: none is logged here."""

    def add(self, value: str) -> None:
        """Forget `value`."""


def checks(recipe: Recipe, *, offline: bool = False) -> Iterator[Check]:
    """Yield every check, the cheap ones first; `offline` asks no exchange."""
    yield from _versions()
    yield Check("ok", "recipe", f"{recipe.name} is valid, mode {recipe.mode}, hash {recipe.hash}")
    yield from _plugins(recipe)
    yield from _secrets(recipe)
    yield from _files(recipe)
    yield _disk(Path.cwd())
    if not offline:
        yield from examined(recipe)


def _versions() -> Iterator[Check]:
    yield Check("ok", "python", platform.python_version())
    for package in _PACKAGES:
        try:
            yield Check("ok", package, version(package))
        except PackageNotFoundError:
            yield Check("fail", package, "is not installed")


def _plugins(recipe: Recipe) -> Iterator[Check]:
    registry = Registry()
    for kind, block in sorted(_plugged(recipe), key=lambda pair: (pair[0], pair[1].type)):
        subject = f"{kind} {block.type}"
        try:
            registry.builder(kind, block.type)
            yield Check("ok", subject, f"of {registry.distribution(kind, block.type)}")
        except PluginError as error:
            yield Check("fail", subject, str(error))


def _plugged(recipe: Recipe) -> Iterator[tuple[Kind, Plugged]]:
    ones = {Kind.EXCHANGE: recipe.exchange, Kind.SIZER: recipe.sizing, Kind.STORAGE: recipe.storage}
    many: dict[Kind, Mapping[str, object]] = {
        Kind.FEED: recipe.feeds,
        Kind.RISK_RULE: recipe.risk,
        Kind.NOTIFIER: recipe.notify.channels,
    }
    found: list[tuple[Kind, object]] = [(Kind.STRATEGY, recipe.strategy), *ones.items()]
    found += [(kind, block) for kind, blocks in many.items() for block in blocks.values()]
    seen = set()
    for kind, block in found:
        if isinstance(block, Plugged) and (kind, block.type) not in seen:
            seen.add((kind, block.type))
            yield kind, block


def _secrets(recipe: Recipe) -> Iterator[Check]:
    resolve = SecretResolver(recipe.folder, _Forgetful())
    for reference in sorted(set(_references(recipe)), key=str):
        try:
            resolve(reference)
            yield Check("ok", f"secret {reference}", "is there")
        except SecretMissing as error:
            needed = recipe.mode in {"testnet", "live"}
            yield Check("fail" if needed else "warn", f"secret {reference}", str(error))


def _references(value: object) -> Iterator[SecretRef]:
    if isinstance(value, SecretRef):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _references(getattr(value, name))
    elif isinstance(value, dict):
        for one in value.values():
            yield from _references(one)


def _files(recipe: Recipe) -> Iterator[Check]:
    for name, feed in recipe.feeds.items():
        path = getattr(feed.config, "path", None) if isinstance(feed, Plugged) else None
        if isinstance(path, str | Path):
            yield _file(name, recipe.folder / path)


def _file(name: str, path: Path) -> Check:
    try:
        with path.open("rb") as stream:
            stream.read(1)
    except OSError as error:
        return Check("fail", f"feed {name}", f"{path}: {error.strerror}")
    return Check("ok", f"feed {name}", f"{path}, {path.stat().st_size:,} bytes")


def _disk(folder: Path) -> Check:
    free = shutil.disk_usage(folder).free
    said = f"{free / (1 << 30):.1f} GiB free in {folder}"
    return Check("ok" if free >= _LEAST_FREE else "warn", "disk", said)
