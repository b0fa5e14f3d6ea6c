"""A bot that begins, trades, meets faults and ends again and again leaves nothing behind."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

import pytest

from realtrade.model.order import OrderStatus
from tests.scenario.invariants import check_footprint, footprint
from tests.scenario.wire import WireBot

if TYPE_CHECKING:
    from pathlib import Path

    from realtrade.model.instrument import MarketType

FAULTS = ("lost_answer", "truncated")
WARM, LIVES = 2, 3
MOST_A_LIFE = 1_500
"""Blocks of memory that a life may leave behind; a bot that is kept has tens of thousands."""


def live(folder: Path, market: MarketType) -> None:
    folder.mkdir()
    with WireBot(folder, market) as bot:
        for fault in FAULTS:
            bot.exchange.arm(fault, match={"method": "POST", "path": "*/order"})
            name = bot.place(bot.order("0.5"))
            assert bot.until_over(name) is OrderStatus.FILLED
        bot.exchange.drop_connections()
        bot.settle()


def held() -> int:
    gc.collect()
    return sys.getallocatedblocks()


@pytest.mark.untraced
@pytest.mark.parametrize("market", ["spot", "swap"])
def test_lives_with_faults_leave_no_memory_no_thread_and_no_descriptor(
    market: MarketType, tmp_path: Path
) -> None:
    for number in range(WARM):
        live(tmp_path / f"warm{number}", market)
    before, open_before = held(), footprint()

    for number in range(LIVES):
        live(tmp_path / f"life{number}", market)

    left = (held() - before) / LIVES
    assert left < MOST_A_LIFE
    check_footprint(open_before)


def test_what_is_left_behind_is_told(tmp_path: Path) -> None:
    before = footprint()
    with (tmp_path / "open").open("w"), pytest.raises(AssertionError, match="left behind"):
        check_footprint(before, seconds=0.1)

    check_footprint(before)
