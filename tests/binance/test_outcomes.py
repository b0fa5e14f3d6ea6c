"""What Binance's errors mean, by status and number: the table of the order protocol, section 3."""

from __future__ import annotations

import pytest

from realtrade.binance.errors import outcome_of
from realtrade.common.rest.errors import Gated, NoAnswer, NotSent, OddAnswer, Refused, RestError
from realtrade.plugins.ports.gateway import Outcome

INSUFFICIENT = "Account has insufficient balance for requested action."


@pytest.mark.parametrize(
    ("status", "code", "said", "expected"),
    [
        (400, -1013, "Filter failure: LOT_SIZE", Outcome.REJECTED),
        (400, -1100, "Illegal characters found in parameter", Outcome.REJECTED),
        (400, -1102, "Mandatory parameter was not sent", Outcome.REJECTED),
        (400, -1111, "Precision is over the maximum", Outcome.REJECTED),
        (400, -1121, "Invalid symbol.", Outcome.REJECTED),
        (400, -1199, "", Outcome.REJECTED),
        (400, -2010, "Order would immediately match and take.", Outcome.REJECTED),
        (400, -2010, "Duplicate order sent.", Outcome.EXISTS),
        (400, -2010, INSUFFICIENT, Outcome.MARGIN),
        (400, -2018, "Balance is insufficient.", Outcome.MARGIN),
        (400, -2019, "Margin is insufficient.", Outcome.MARGIN),
        (400, -1014, "Unsupported order combination.", Outcome.REJECTED),
        (400, -1020, "This operation is not supported.", Outcome.REJECTED),
        (400, -2007, "Invalid callBack rate.", Outcome.REJECTED),
        (400, -2020, "Unable to fill.", Outcome.REJECTED),
        (400, -2021, "Order would immediately trigger.", Outcome.REJECTED),
        (400, -2022, "ReduceOnly Order is rejected.", Outcome.REJECTED),
        (400, -2023, "User in liquidation mode now.", Outcome.REJECTED),
        (400, -2024, "Position is not sufficient.", Outcome.REJECTED),
        (400, -2028, "Leverage is smaller than permitted", Outcome.REJECTED),
        (400, -4003, "Quantity less than zero.", Outcome.REJECTED),
        (400, -4116, "ClientOrderId is duplicated.", Outcome.EXISTS),
        (400, -4120, "Please use the Algo Order API endpoints instead.", Outcome.REJECTED),
        (400, -4164, "Order's notional must be no smaller than 5", Outcome.REJECTED),
        (400, -5022, "the Post Only order will be rejected", Outcome.REJECTED),
        (400, -5040, "The goodTillDate timestamp must be greater", Outcome.REJECTED),
        (408, -1007, "Timeout waiting for response", Outcome.UNKNOWN),
        (408, None, "", Outcome.UNKNOWN),
        (401, -1011, "This IP cannot access this route.", Outcome.AUTH),
        (400, -2017, "API Keys are locked on this account.", Outcome.AUTH),
        (429, -1003, "Too much request weight used", Outcome.THROTTLED),
        (418, -1003, "Way too many requests; IP banned", Outcome.THROTTLED),
        (400, -1003, "Too many requests", Outcome.THROTTLED),
        (429, -1015, "Too many new orders", Outcome.THROTTLED),
        (400, -1021, "Timestamp for this request", Outcome.CLOCK),
        (400, -5028, "Timestamp for this request is outside of the ME recvWindow", Outcome.CLOCK),
        (401, -1002, "You are not authorized", Outcome.AUTH),
        (400, -1022, "Signature for this request is not valid.", Outcome.AUTH),
        (401, -2014, "API-key format invalid.", Outcome.AUTH),
        (401, -2015, "Invalid API-key, IP, or permissions for action.", Outcome.AUTH),
        (400, -2011, "Unknown order sent.", Outcome.ABSENT),
        (400, -2013, "Order does not exist.", Outcome.ABSENT),
        (400, -1000, "An unknown error occurred", Outcome.UNKNOWN),
        (400, -1001, "Internal error", Outcome.UNKNOWN),
        (400, -1006, "An unexpected response", Outcome.UNKNOWN),
        (400, -1007, "Timeout waiting for response", Outcome.UNKNOWN),
        (400, -1008, "Server is currently overloaded", Outcome.UNKNOWN),
        (400, -9999, "a number nobody knows", Outcome.UNKNOWN),
        (400, None, "", Outcome.UNKNOWN),
        (401, None, "", Outcome.AUTH),
        (429, None, "", Outcome.THROTTLED),
        (403, None, "", Outcome.UNKNOWN),
        (503, -1013, "Filter failure: LOT_SIZE", Outcome.UNKNOWN),
        (500, -2010, INSUFFICIENT, Outcome.UNKNOWN),
        (200, -2010, INSUFFICIENT, Outcome.UNKNOWN),
    ],
)
def test_an_answer(status: int, code: int | None, said: str, expected: Outcome) -> None:
    assert outcome_of(Refused("x", status=status, code=code, said=said)) is expected


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (NotSent("x"), Outcome.NOT_SENT),
        (Gated("x", retry_after_s=1), Outcome.THROTTLED),
        (NoAnswer("x"), Outcome.UNKNOWN),
        (OddAnswer("x"), Outcome.UNKNOWN),
        (OddAnswer("x", status=200), Outcome.UNKNOWN),
        (OddAnswer("x", status=502), Outcome.UNKNOWN),
        (OddAnswer("x", status=403), Outcome.UNKNOWN),
        (OddAnswer("x", status=429), Outcome.THROTTLED),
        (OddAnswer("x", status=418), Outcome.THROTTLED),
        (RestError("x"), Outcome.UNKNOWN),
    ],
)
def test_no_answer_of_the_exchange(error: RestError, expected: Outcome) -> None:
    assert outcome_of(error) is expected
