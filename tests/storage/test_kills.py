from __future__ import annotations

from typing import TYPE_CHECKING

from tests.storage.kills import survive

if TYPE_CHECKING:
    from pathlib import Path

    from tests.storage.postgres import PostgresServer


def test_whatever_was_acknowledged_survives_a_hundred_kills(tmp_path: Path) -> None:
    assert survive("sqlite:///state/bot.db", "killed", tmp_path, kills=100) > 100


def test_a_server_loses_nothing_when_its_clients_are_killed(
    server: PostgresServer, bot: str, tmp_path: Path
) -> None:
    assert survive(server.url, bot, tmp_path, kills=25) > 25
