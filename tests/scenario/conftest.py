"""A bot on the simulated exchange, spot unless a test says otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from realtrade.common.live import rounds, sender
from realtrade.common.rest.transport import Limits
from tests.scenario.wire import WireBot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from realtrade.model.instrument import MarketType


@pytest.fixture
def market() -> MarketType:
    return "spot"


@pytest.fixture
def bot(market: MarketType, tmp_path: Path) -> Iterator[WireBot]:
    with WireBot(tmp_path, market) as bot:
        yield bot


@pytest.fixture
def short_lived(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let requests die soon, so that nobody waits twenty seconds for a test."""
    monkeypatch.setattr(sender, "MARGIN_MS", -4_000)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give requests one second in all instead of fifteen."""
    most_bytes = Limits().max_bytes
    monkeypatch.setattr(Limits.__new__, "__defaults__", (1.0, most_bytes))


@pytest.fixture
def watchful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at the exchange twice a second."""
    monkeypatch.setattr(rounds, "EVERY_S", 0.5)
    monkeypatch.setattr(rounds, "AT_MOST_S", 0.5)
