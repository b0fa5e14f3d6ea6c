from __future__ import annotations

from collections import deque
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtrade.model.events import Event, EventType
from realtrade.model.order import (
    Fill,
    OrderIntent,
    OrderType,
    Position,
    Side,
    SimulationHints,
    TimeInForce,
)
from realtrade.plugins.ports.gateway import Outcome
from realtrade.plugins.ports.journal import Attempt, JournalError
from realtrade.storage import rows
from realtrade.storage.verify import _summing

DECIMALS = st.decimals(allow_nan=False, allow_infinity=False)
WHOLE = st.integers(-(2**63), 2**63 - 1)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
INTENTS = st.builds(
    OrderIntent,
    client_order_id=TEXT,
    symbol=TEXT,
    feed=TEXT,
    side=st.sampled_from(Side),
    type=st.sampled_from(OrderType),
    quantity=DECIMALS,
    limit_price=st.none() | DECIMALS,
    stop_price=st.none() | DECIMALS,
    trail_amount=st.none() | DECIMALS,
    trail_percent=st.none() | DECIMALS,
    valid_until_ms=st.none() | WHOLE,
    time_in_force=st.sampled_from(TimeInForce),
    post_only=st.booleans(),
    reduce_only=st.booleans(),
    parent_id=st.none() | TEXT,
    oco_id=st.none() | TEXT,
    reference_price=DECIMALS,
    created_ms=WHOLE,
    hints=st.none()
    | st.builds(
        SimulationHints,
        valued_at=st.none() | st.floats(allow_nan=False, allow_infinity=False),
        next_open=st.booleans(),
        session_end_ms=WHOLE,
    ),
)
FILLS = st.builds(
    Fill,
    trade_id=TEXT,
    client_order_id=TEXT,
    symbol=TEXT,
    side=st.sampled_from(Side),
    quantity=DECIMALS,
    price=DECIMALS,
    fee=DECIMALS,
    fee_currency=TEXT,
    maker=st.booleans(),
    time_ms=WHOLE,
)
ATTEMPTS = st.builds(
    Attempt,
    client_order_id=TEXT,
    number=WHOLE,
    dead_at_ms=WHOLE,
    outcome=st.none() | st.sampled_from(Outcome),
    venue_order_id=TEXT,
    reason=TEXT,
)
PLAIN = st.recursive(
    st.none() | st.booleans() | WHOLE | DECIMALS | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
ROWS = st.dictionaries(st.text(min_size=1), st.none() | WHOLE | TEXT, min_size=1)


@given(INTENTS)
def test_an_intent_comes_back_to_the_last_digit(intent: OrderIntent) -> None:
    again = rows.read_intent(rows.intent_row(intent))

    assert again == intent
    assert repr(again) == repr(intent)


@given(FILLS)
def test_an_execution_comes_back_to_the_last_digit(fill: Fill) -> None:
    assert repr(rows.read_fill(rows.fill_row(fill))) == repr(fill)


@given(ATTEMPTS)
def test_a_sending_comes_back(attempt: Attempt) -> None:
    assert rows.read_attempt(rows.attempt_row(attempt)) == attempt


@given(TEXT, DECIMALS, DECIMALS)
def test_a_position_comes_back(symbol: str, quantity: Decimal, price: Decimal) -> None:
    position = Position(quantity, price)

    assert repr(rows.read_position(rows.position_row(symbol, position))) == repr(position)


@given(st.dictionaries(st.text(), PLAIN))
def test_plain_values_come_back(content: dict[str, Any]) -> None:
    event = Event(EventType.REPORT, 1, "x", content)

    again = rows.read_event(rows.event_row(event, 7, str))

    assert again == event
    assert repr(again.data) == repr(content)


@given(st.text())
def test_any_text_becomes_one_that_every_database_takes(text: str) -> None:
    mended = rows.readable(text)

    assert "\0" not in mended
    assert mended.encode().decode() == mended
    assert rows.readable(mended) == mended


# The sum is not part of what it sums; Hypothesis tries names that it finds in the code.
@given(ROWS.filter(lambda row: "crc" not in row), st.data())
def test_a_checksum_tells_any_single_change(row: dict[str, Any], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(row)))
    value = data.draw(st.none() | WHOLE | TEXT)
    other = {**row, name: value}
    same = str(value) == str(row[name]) and (value is None) == (row[name] is None)

    assert (rows.checksum("t", row) == rows.checksum("t", other)) is same
    assert rows.checksum("t", row) != rows.checksum("u", row)


@given(ROWS)
def test_the_scan_sums_as_the_writer_does(row: dict[str, Any]) -> None:
    row["crc"] = 0
    names = list(row)

    assert _summing("t", names)([row[name] for name in names]) == rows.checksum("t", row)


def test_other_containers_come_back_as_plain_ones() -> None:
    content = {"a": deque([1, 2]), "b": MappingProxyType({"c": (3,)})}

    assert rows.from_json(rows.to_json(content)) == {"a": [1, 2], "b": {"c": [3]}}


@pytest.mark.parametrize("value", [Decimal("Infinity"), Decimal("NaN"), Decimal("sNaN")])
def test_what_is_no_number_is_refused(value: Decimal) -> None:
    with pytest.raises(JournalError, match=r"the price .* cannot be kept: it is not a number"):
        rows.number(value, "price")
