"""What every room's tests share: the soak, off by default, and how long it is."""

from __future__ import annotations

import sys
from itertools import islice
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = (
    "test_sigkill.py",
    "test_sigkill_at_random.py",
    "test_modes.py",
    "test_flatten_kill.py",
    "test_operating.py",
    "test_killed_while_telling.py",
    "test_grid_restart.py",
    "test_fault_requests.py",
    "test_wire_orders.py",
    "test_differences.py",
    "test_fault_clocks.py",
    "test_dca_restart.py",
    "test_wire_mixture.py",
    "test_modes_through_ccxt.py",
)
"""Files that take half a minute or more, the longest first; most of it they wait."""


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
    # No example has a deadline: how long one takes is up to what else the machine has to do.
    settings.register_profile("unhurried", parent=settings(), deadline=None)
    settings.load_profile("unhurried")
    config.addinivalue_line(
        "markers",
        "soak: seeded combinations of faults; only they: `-m soak --seeds N --database-seeds M`",
    )
    config.addinivalue_line(
        "markers",
        "untraced: runs without coverage's tracing, which makes all Python take twice to thrice "
        "as long; for what repeats, much and often, lines that other tests show to be covered",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the tests that take long, in every process: begun last, all would wait for them.

    `--dist worksteal` cuts all tests into as many equal parts as there are processes.
    """
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    rest = iter([item for item in items if item.path.name not in LONGEST])
    dealt: list[pytest.Item] = []
    for worker in range(workers):
        names = LONGEST[worker::workers]
        long = [item for item in items if item.path.name in names]
        long.sort(key=lambda item: names.index(item.path.name))
        size = (len(items) - len(dealt)) // (workers - worker)
        dealt += [*long, *islice(rest, max(0, size - len(long)))]
    items[:] = [*dealt, *rest]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Stop tracing for tests that do without, their fixtures and their threads included."""
    plugin = item.config.pluginmanager.getplugin("_cov")
    controller = getattr(plugin, "cov_controller", None)
    if controller is None or item.get_closest_marker("untraced") is None:
        return (yield)
    controller.pause()
    try:
        return (yield)
    finally:
        controller.resume()


@pytest.fixture(autouse=True)
def _no_bans_of_before() -> None:
    """Ports come back: an exchange must not inherit the ban of another that once had its own."""
    gates = sys.modules.get("realtrade.common.rest.rate_gate")
    if gates is not None:
        gates.RateGate._GATES.clear()
