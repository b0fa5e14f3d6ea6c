from __future__ import annotations

from importlib.metadata import distributions
from typing import TYPE_CHECKING, Protocol

import pytest

from realtrade.plugins import Registry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.metadata import EntryPoint
    from pathlib import Path


class Install(Protocol):
    def __call__(self, name: str, *points: str, **modules: str) -> None: ...


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Lay out distributions as pip would; `points` are lines such as `group: name = mod:ATTR`."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def lay_out(name: str, *points: str, **modules: str) -> None:
        info = tmp_path / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        lines = [f"[{group}]\n{line}" for group, line in (p.split(": ") for p in points)]
        (info / "entry_points.txt").write_text("\n".join(lines))
        for module, text in modules.items():
            (tmp_path / f"{module}.py").write_text(text)

    return lay_out


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    """Everything laid out by `install`, and nothing else."""

    class Points:
        def __iter__(self) -> Iterator[EntryPoint]:  # read once asked, after the test's arranging
            for found in distributions(path=[str(tmp_path)]):
                yield from found.entry_points

    return Registry(Points())
