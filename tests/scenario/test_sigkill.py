"""`realtrade run` as a process, killed with SIGKILL at every step of an order's way or a start."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from tests.scenario.kill_points import PLACES, KillPoint
from tests.scenario.kill_scene import MARKETS, OPENED, Scene, played

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [
    pytest.mark.untraced,  # traced would be the exchange only, which its own tests cover
    pytest.mark.timeout(900),  # a slow machine takes its time to start a hundred processes
]
POINTS = [
    KillPoint(place, after, nth) for place in PLACES for after in (False, True) for nth in (1, 4)
]


@pytest.fixture(params=list(MARKETS))
def scene(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scene]:
    with played(tmp_path, request.param) as scene:
        yield scene


def test_what_bots_are_to_find_imported_can_be() -> None:
    """A server of forks says nothing of imports that fail: every start would then make them all."""
    import_module("tests.scenario.kill_imports")


def test_killed_at_every_named_point(scene: Scene) -> None:
    for point in POINTS:
        scene.die(point, after_s=2, after=OPENED)

    scene.live(4)
    assert scene.deaths == len(POINTS)
    assert scene.struck > len(POINTS) / 2, "most die at their point, not for want of time"
    assert len(scene.ledger().trades) > len(POINTS) / 4
