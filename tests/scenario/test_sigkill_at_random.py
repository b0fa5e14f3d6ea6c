"""`realtrade run` as a process, killed with SIGKILL wherever it is, and started again."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

from tests.scenario.kill_scene import MARKETS, OPENED, Scene, played
from tests.storage.postgres import PostgresServer, binaries

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [
    pytest.mark.untraced,  # traced would be the exchange only, which its own tests cover
    pytest.mark.timeout(900),  # a slow machine takes its time to start a hundred processes
]
RANDOM_KILLS = 100
SERVER_KILLS = 30


@pytest.fixture(params=list(MARKETS))
def scene(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scene]:
    with played(tmp_path, request.param) as scene:
        yield scene


def test_killed_at_random_times(scene: Scene) -> None:
    random = Random(11)  # noqa: S311 - when to kill
    for number in range(RANDOM_KILLS):
        # Every other one may still be starting; how long that takes depends on the machine.
        after_s, after = random.uniform(0.2, 1.4), "" if number % 2 else OPENED
        scene.die(None, after_s / 2 if after else after_s, after)

    scene.live(4)
    assert len(scene.ledger().trades) > RANDOM_KILLS / 4


def test_killed_at_random_times_with_the_journal_on_a_server(tmp_path: Path) -> None:
    with PostgresServer(binaries()) as server, played(tmp_path, "spot", server.url) as scene:
        random = Random(13)  # noqa: S311 - when to kill
        for number in range(SERVER_KILLS):
            scene.die(None, random.uniform(0.4, 1.6), "" if number % 2 else OPENED)

        scene.live(4)
        assert len(scene.ledger().trades) > SERVER_KILLS / 4
