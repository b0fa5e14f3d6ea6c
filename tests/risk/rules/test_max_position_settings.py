from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"quantity": Decimal(1), "scope": "total"},
        {"notional": "20%", "scope": "total", "trim": True},
        {"notional": "0%"},
        {"notional": "20"},
        {"notional": 20},
        {"notional": "-5 USDT"},
        {"quantity": Decimal(0)},
        {"notional": "20%", "histroy": 1},
    ],
)
def test_refuses_settings_that_are_no_limit(bench: Any, settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        bench.config("max_position", **settings)


@pytest.mark.parametrize(
    ("text", "printed"),
    [("20%", "20.00% of equity"), ("50 bps", "0.50% of equity"), ("5000 USDT", "5000")],
)
def test_reads_shares_and_money(bench: Any, text: str, printed: str) -> None:
    amount = bench.config("max_position", notional=text).notional

    assert str(amount) == printed
    assert bench.config("max_position", notional=amount).notional == amount
