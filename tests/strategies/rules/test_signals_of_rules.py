"""Rules over an indicator, against TA-Lib and a walk of our own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import talib

from realtrade.strategies.rules.compiling import compile_rules
from realtrade.strategies.rules.strategy import RulesStrategy

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from tests.strategies.conftest import Stood

RULES = {
    "entry": "rsi(close, 14) < 30",
    "exit": "rsi(close, 14) >= 50",
    "short_entry": "rsi(close, 14) > 70",
    "short_exit": "rsi(close, 14) <= 50",
}


def _reverting(close: pd.Series[float]) -> list[int]:
    side, sides = 0, []
    for value in talib.RSI(close.to_numpy(), 14):
        if side == 0:
            side = 1 if value < 30 else -1 if value > 70 else 0
        elif (value - 50) * side >= 0:
            side = 0
        sides.append(side)
    return sides


def test_is_on_the_side_an_independent_computation_says(
    hours: pd.DataFrame, stand: Callable[..., Stood]
) -> None:
    expected = [0, *_reverting(hours["close"])[:-1]]

    stood = stand(RulesStrategy, hours, plan=compile_rules({}, RULES).plan)

    assert stood.sides[:, 0].tolist() == expected
    assert np.count_nonzero(np.diff(expected)) > 50
    assert set(expected) == {-1, 0, 1}
