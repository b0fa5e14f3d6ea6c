"""Binance's timeframes as Backtrader feeds."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from realtrade.binance.config import BinanceConfig
from realtrade.common.base_data import BaseData, backtrader_timeframe
from realtrade.utils.timeframes import Timeframe

if TYPE_CHECKING:
    from collections.abc import Mapping


class BinanceData(BaseData):
    """Bars of one of Binance's markets: history, or history and then live bars."""

    TIMEFRAME_MAP: ClassVar[Mapping[str, tuple[int, int]]] = {
        text: backtrader_timeframe(Timeframe.parse(text))
        for text in (*BinanceConfig.TIMEFRAMES, "tick")
    }
    """Binance's timeframes to Backtrader's `(timeframe, compression)`."""
