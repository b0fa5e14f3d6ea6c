from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtrade.monitor.texts import decimal_text, iso_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (10_000.0, "10000"),
        (0.1 + 0.2, "0.30000000000000004"),
        (-0.0, "0"),
        (1e-7, "0.0000001"),
        (1.5e21, "1500000000000000000000"),
        (-2.5, "-2.5"),
        (3, "3"),
    ],
)
def test_money_is_plain_decimal_text(value: float, text: str) -> None:
    assert decimal_text(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_money_text_reads_back_as_the_same_float(value: float) -> None:
    text = decimal_text(value)

    assert float(Decimal(text)) == value
    assert "e" not in text.lower()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_amount_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="no amount"):
        decimal_text(value)


@pytest.mark.parametrize(
    ("time_ms", "text"),
    [
        (1_498_906_800_000, "2017-07-01T11:00:00Z"),
        (1_498_906_800_007, "2017-07-01T11:00:00.007Z"),
        (0, "1970-01-01T00:00:00Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
    ],
)
def test_times_are_iso_8601_utc(time_ms: int, text: str) -> None:
    assert iso_text(time_ms) == text


@given(st.integers(-60_000_000_000_000, 250_000_000_000_000))
def test_times_read_back(time_ms: int) -> None:
    moment = datetime.fromisoformat(iso_text(time_ms))

    assert round(moment.timestamp() * 1000) == time_ms
