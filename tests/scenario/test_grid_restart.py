"""A grid killed at the exchange holds and rests, in the end, what one never killed does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.scenario.restarts import Minutes, played

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.untraced  # traced would be the exchange only, which its own tests cover
GRIDS = {
    "fixed": (
        "strategy:\n  type: fixed_grid\n  params: {lower: 900, upper: 1100, lines: 21, "
        "quantity: 0.05, most: 6, resting: 2}"
    ),
    "atr": (
        "strategy:\n  type: atr_grid\n"
        "  params: {period: 10, factor: 4, quantity: 0.05, most: 6, resting: 2}"
    ),
}
CLOSES = (994, 979, 984, 968, 975, 993, 981, 962, 974)


@pytest.mark.parametrize("market", ["spot", "swap"])
@pytest.mark.parametrize("grid", GRIDS)
def test_inventory_and_orders_are_as_if_never_killed(
    grid: str, market: str, tmp_path: Path
) -> None:
    """Dead for a bar in which one of its orders is filled, and nobody there to see it."""
    whole = played(tmp_path / "whole", market, GRIDS[grid], Minutes(closes=CLOSES))

    again = played(
        tmp_path / "killed", market, GRIDS[grid], Minutes(closes=CLOSES, dead=range(3, 4))
    )

    assert again == whole
    assert whole.held > 0
    assert {side for side, _, _ in whole.orders} == {"buy", "sell"}
