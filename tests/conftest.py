"""What every room's tests share: the soak, off by default, and how long it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

LONGEST = frozenset({"test_sigkill.py", "test_modes.py"})


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--seeds", type=int, default=250, help="how many seeded combinations of faults are tried"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "soak: seeded combinations of faults; `-m soak --seeds N` tries only and more"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests that take minutes: begun last, one process would wait for the other."""
    items.sort(key=lambda item: item.path.name not in LONGEST)
