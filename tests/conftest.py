"""What every room's tests share: the soak, off by default, and how long it is."""

from __future__ import annotations

import sys

import pytest

LONGEST = frozenset({"test_sigkill.py", "test_modes.py"})


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--seeds", type=int, default=250, help="how many seeded combinations of faults are tried"
    )
    parser.addoption(
        "--database-seeds",
        type=int,
        default=10,
        help="how many of them are tried once more on SQLite and on PostgreSQL",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "soak: seeded combinations of faults; only they: `-m soak --seeds N --database-seeds M`",
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests that take minutes: begun last, one process would wait for the other."""
    items.sort(key=lambda item: item.path.name not in LONGEST)


@pytest.fixture(autouse=True)
def _no_bans_of_before() -> None:
    """Ports come back: an exchange must not inherit the ban of another that once had its own."""
    gates = sys.modules.get("realtrade.common.rest.rate_gate")
    if gates is not None:
        gates.RateGate._GATES.clear()
