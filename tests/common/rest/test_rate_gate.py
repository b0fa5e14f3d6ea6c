"""The gate all requests of a process go through."""

from __future__ import annotations

import pytest

from realtrade.common.rest.errors import Gated
from realtrade.common.rest.rate_gate import RateGate, Urgency
from realtrade.utils.clock import ManualClock

MINUTE_MS = 60_000
USED = "X-MBX-USED-WEIGHT-1M"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(100 * MINUTE_MS)


@pytest.fixture
def gate(clock: ManualClock) -> RateGate:
    return RateGate(clock, per_minute=100, header=USED)


def wait_s(gate: RateGate, urgency: Urgency, weight: float = 1) -> float:
    """Return how long a request is kept back, 0 when it may go."""
    try:
        gate.admit(urgency, weight)
    except Gated as error:
        return error.retry_after_s
    return 0.0


@pytest.mark.parametrize(
    ("urgency", "share"), [(Urgency.READ, 80), (Urgency.ORDER, 95), (Urgency.CANCEL, 100)]
)
def test_each_kind_may_use_up_its_share(gate: RateGate, urgency: Urgency, share: int) -> None:
    gate.admit(Urgency.CANCEL, share - 1)

    gate.admit(urgency, 1)
    if urgency is not Urgency.READ:
        with pytest.raises(Gated, match="rate limit"):
            gate.admit(urgency, 1)


def test_orders_and_cancels_are_told_how_long(gate: RateGate, clock: ManualClock) -> None:
    clock.sleep(15)
    gate.admit(Urgency.CANCEL, 100)

    assert wait_s(gate, Urgency.ORDER) == 45.0
    assert wait_s(gate, Urgency.CANCEL) == 45.0


def test_reads_wait_for_the_next_minute(gate: RateGate, clock: ManualClock) -> None:
    clock.sleep(50)
    gate.admit(Urgency.CANCEL, 90)

    gate.admit(Urgency.READ)

    assert clock.now_ms() == 101 * MINUTE_MS


def test_a_request_that_is_larger_than_a_share_goes_alone(gate: RateGate) -> None:
    gate.admit(Urgency.READ, 500)

    assert wait_s(gate, Urgency.CANCEL) > 0


def test_what_the_exchange_counts_is_believed(gate: RateGate, clock: ManualClock) -> None:
    gate.observe(200, {USED: "99"})
    assert wait_s(gate, Urgency.ORDER) == 60.0

    gate.observe(200, {USED: "3"})
    assert wait_s(gate, Urgency.ORDER) == 0.0


@pytest.mark.parametrize("text", ["", "many", "-5", "1e9999", "٣"])
def test_a_header_that_is_no_number_breaks_nothing(gate: RateGate, text: str) -> None:
    assert gate.observe(200, {USED: text}) is None
    assert wait_s(gate, Urgency.READ) == 0.0


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (429, {"Retry-After": "7"}, 7.0),
        (429, {}, 50.0),
        (429, {"Retry-After": "0"}, 1.0),
        (418, {"Retry-After": "120"}, 120.0),
        (418, {}, 300.0),
        (418, {"Retry-After": "999999999"}, 259_200.0),
    ],
)
def test_a_ban_holds_everything_and_lets_cancels_go_first(
    gate: RateGate, clock: ManualClock, status: int, headers: dict[str, str], seconds: float
) -> None:
    clock.sleep(10)
    told: list[int] = []
    gate.on_ban = told.append

    assert gate.observe(status, headers) == seconds

    assert told == [clock.now_ms() + int(seconds * 1000)]
    assert gate.banned_until_ms == told[0]
    assert wait_s(gate, Urgency.CANCEL) == seconds
    assert wait_s(gate, Urgency.ORDER) == seconds + 0.2
    clock.sleep(seconds)
    assert wait_s(gate, Urgency.CANCEL) == 0.0
    assert wait_s(gate, Urgency.ORDER) == pytest.approx(0.2)
    clock.sleep(0.2)
    assert wait_s(gate, Urgency.ORDER) == 0.0


FULL = b'{"code":-1015,"msg":"Too many new orders"}'


@pytest.mark.parametrize(("said", "held"), [("7", 7.0), ("80000", 60.0)])
def test_too_many_new_orders_hold_orders_and_no_cancel(
    gate: RateGate, clock: ManualClock, said: str, held: float
) -> None:
    gate.orders_full = b'"code":-1015'
    told: list[int] = []
    gate.on_ban = told.append

    assert gate.observe(429, {"Retry-After": said}, FULL) == float(said)

    assert wait_s(gate, Urgency.CANCEL) == 0.0
    assert wait_s(gate, Urgency.ORDER) == held + 0.2
    assert (told, gate.banned_until_ms) == ([], 0)


@pytest.mark.parametrize(
    ("status", "body", "word"),
    [(418, FULL, b"-1015"), (429, b'{"code":-1003}', b"-1015"), (429, FULL, b"")],
)
def test_every_other_ban_holds_cancels_too(
    gate: RateGate, status: int, body: bytes, word: bytes
) -> None:
    gate.orders_full = word

    gate.observe(status, {"Retry-After": "7"}, body)

    assert wait_s(gate, Urgency.CANCEL) == 7.0


def test_reads_do_not_wait_for_the_end_of_a_long_ban(gate: RateGate, clock: ManualClock) -> None:
    gate.observe(418, {"Retry-After": "600"})
    began = clock.now_ms()

    with pytest.raises(Gated) as caught:
        gate.admit(Urgency.READ)

    assert (caught.value.retry_after_s, clock.now_ms()) == (601.0, began)


def test_a_ban_of_before_a_restart_is_taken_up(gate: RateGate, clock: ManualClock) -> None:
    gate.hold(clock.now_ms() + 5_000)

    assert wait_s(gate, Urgency.CANCEL) == 5.0


def test_a_shorter_ban_does_not_end_a_longer_one(gate: RateGate, clock: ManualClock) -> None:
    gate.hold(clock.now_ms() + 9_000)
    gate.hold(clock.now_ms() + 5_000)

    assert wait_s(gate, Urgency.CANCEL) == 9.0


def test_orders_alone_can_be_held(gate: RateGate, clock: ManualClock) -> None:
    gate.hold(clock.now_ms() + 10_000, least=Urgency.ORDER)

    assert wait_s(gate, Urgency.CANCEL) == 0.0
    assert wait_s(gate, Urgency.ORDER) == 10.2


def test_the_exchange_says_how_much_a_minute_has(gate: RateGate) -> None:
    gate.limit(1_000)

    gate.admit(Urgency.READ, 700)
    assert wait_s(gate, Urgency.READ, 100) == 0.0


def test_one_gate_for_each_name(clock: ManualClock) -> None:
    def make() -> RateGate:
        return RateGate(clock, per_minute=1)

    first = RateGate.shared("test one", make)

    assert RateGate.shared("test one", make) is first
    assert RateGate.shared("test two", make) is not first


@pytest.mark.parametrize(
    ("status", "trouble"), [(200, 0), (400, 0), (401, 0), (418, 1), (429, 1), (500, 1), (503, 1)]
)
def test_counts_answers_that_say_the_exchange_is_in_trouble(
    gate: RateGate, status: int, trouble: int
) -> None:
    gate.observe(status, {})

    assert (gate.troubles, gate.troubles_in_a_row) == (trouble, trouble)


def test_an_answer_ends_a_row_of_troubles_and_not_their_count(gate: RateGate) -> None:
    for status in (500, 502):
        gate.observe(status, {})
    gate.count(trouble=True)
    row = gate.troubles_in_a_row
    gate.observe(400, {})

    assert (row, gate.troubles_in_a_row, gate.troubles) == (3, 0, 3)
