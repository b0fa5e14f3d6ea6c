from __future__ import annotations

import subprocess
import sys

import pytest

import realtrade.plugins


def test_every_public_name_is_there() -> None:
    for name in realtrade.plugins.__all__:
        assert hasattr(realtrade.plugins, name)


def test_a_name_that_is_not_there_is_refused() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'PluginConfigs'"):
        realtrade.plugins.PluginConfigs  # type: ignore[attr-defined]  # noqa: B018 - the access is the test


def test_listing_plugins_costs_no_pydantic() -> None:
    program = """
import sys
from realtrade.plugins import Kind, Registry
assert Registry().names(Kind.STRATEGY)
assert 'pydantic' not in sys.modules
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
