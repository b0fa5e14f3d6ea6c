"""One PostgreSQL for the tests of this room, and a SQLite journal for each."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import pytest

from tests.storage.postgres import PostgresServer, binaries

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BOTS = count()


@pytest.fixture(scope="session")
def server() -> Iterator[PostgresServer]:
    with PostgresServer(binaries()) as server:
        yield server


@pytest.fixture
def bot() -> str:
    """Return a name nobody else has: a schema of its own on the server."""
    return f"a-bot-{next(BOTS)}"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a SQLite journal may be."""
    return tmp_path / "bot.db"
