"""Risk rules across a restart: old bars are shown again, and nothing was held in them."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.scenario.restarts import Minutes, played

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.untraced  # traced would be the exchange only, which its own tests cover
STRATEGY = """\
strategy: {{type: rules, entry: "close < 960"}}
sizing: {{type: fixed_quantity, quantity: 50}}
risk:
  stop: {{type: trailing_stop, distance: 10%, place: {place}}}
  daily: {{type: daily_loss, limit: 10%}}
  fall: {{type: max_drawdown, limit: 10%}}
"""
# High, then low: 50 are bought below 960, for half of all there is. At 1500 they would be worth
# so much that today's price were a loss of a fifth, and a stop behind the best price were met.
BOUGHT = (1500, 1490, 1500, 1000, 955, 952)
HELD = {"spot": Decimal("49.95"), "swap": Decimal(50)}
"""On spot, what was bought pays its fee."""


@pytest.mark.parametrize("place", ["local", "exchange"])
@pytest.mark.parametrize("market", ["spot", "swap"])
def test_what_is_held_is_not_valued_at_prices_of_before_it_was_bought(
    tmp_path: Path, market: str, place: str
) -> None:
    minutes = Minutes(closes=(*BOUGHT, 950, 951, 953, 954), dead=range(6, 8))

    ended = played(tmp_path / "bot", market, STRATEGY.format(place=place), minutes)

    assert [side for side, _, _ in ended.fills] == ["buy"]
    assert ended.held == HELD[market]
    assert [side for side, _, _ in ended.orders] == ["sell"] * (place == "exchange")
    summary = json.loads((tmp_path / "bot" / "out" / "summary.json").read_text())
    assert summary["bars"] == 2
    assert summary["max_drawdown"] == 0


@pytest.mark.parametrize("market", ["spot", "swap"])
def test_a_stop_follows_what_was_missed_while_it_was_held(tmp_path: Path, market: str) -> None:
    """Met by the first bar that is traded again, at its price."""
    minutes = Minutes(closes=(*BOUGHT, 1300, 1100, 1101, 1102), dead=range(6, 8))

    ended = played(tmp_path / "bot", market, STRATEGY.format(place="local"), minutes)

    assert ended.fills[1:] == [("sell", HELD[market], Decimal(1101))]
    assert not ended.held
