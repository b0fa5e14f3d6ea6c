from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtrade.execution import protocol as p
from realtrade.execution.protocol import Case, Decision, Request, Stage, decide, mismatch
from realtrade.model.account import VenueOrder
from realtrade.model.order import OrderIntent, OrderStatus, OrderType, Side
from realtrade.plugins.ports.gateway import Answer, Outcome
from realtrade.plugins.ports.venue import ReportKind

D = Decimal
INTENT = OrderIntent(
    client_order_id="rt-1",
    symbol="BTC/USDT",
    feed="btc",
    side=Side.BUY,
    type=OrderType.LIMIT,
    quantity=D(2),
    limit_price=D(90),
)
ORDER = VenueOrder(
    client_order_id="rt-1",
    venue_order_id="77",
    symbol="BTC/USDT",
    side=Side.BUY,
    type=OrderType.LIMIT,
    status=OrderStatus.ACCEPTED,
    quantity=D(2),
    filled=D(0),
    limit_price=D(90),
)
APPLY = p.Apply(ORDER, ())
REFUSED_KEY = "the exchange refuses the key: why [-1]"
LOCKED = (p.Halt(REFUSED_KEY), p.Alert(REFUSED_KEY))
PLACE, CANCEL, FIND = Request.PLACE, Request.CANCEL, Request.FIND


def a_case(outcome: Outcome, stage: Stage = Stage.SENDING, **words: Any) -> Case:
    order = words.pop("order", ORDER if outcome is Outcome.ACK else None)
    wait_s = words.pop("retry_after_s", None)
    answer = Answer(outcome=outcome, order=order, code=-1, reason="why", retry_after_s=wait_s)
    return Case(stage=stage, intent=INTENT, answer=answer, **words)


@pytest.mark.parametrize(
    ("outcome", "stage", "effects"),
    [
        (Outcome.ACK, Stage.PLACED, (APPLY,)),
        (Outcome.REJECTED, Stage.REFUSED, (p.Tell(ReportKind.REJECTED, "why [-1]"),)),
        (Outcome.MARGIN, Stage.REFUSED, (p.Tell(ReportKind.MARGIN, "why [-1]"),)),
        (Outcome.EXISTS, Stage.UNKNOWN, (p.Ask(0.0),)),
        (Outcome.ABSENT, Stage.UNKNOWN, (p.Ask(0.5),)),
        (Outcome.NOT_SENT, Stage.WAITING, (p.SendAgain(0.25),)),
        (Outcome.THROTTLED, Stage.WAITING, (p.Gate(1.0), p.SendAgain(1.0))),
        (Outcome.CLOCK, Stage.WAITING, (p.Resync(), p.SendAgain(0.0))),
        (Outcome.AUTH, Stage.REFUSED, (*LOCKED, p.Tell(ReportKind.REJECTED, "why [-1]"))),
        (Outcome.UNKNOWN, Stage.UNKNOWN, (p.Ask(0.5),)),
    ],
)
def test_the_answer_to_placing_an_order(
    outcome: Outcome, stage: Stage, effects: tuple[p.Effect, ...]
) -> None:
    assert decide(PLACE, a_case(outcome)) == Decision(stage, effects)


@pytest.mark.parametrize(
    ("outcome", "effects"),
    [
        (Outcome.ACK, (APPLY,)),
        (Outcome.REJECTED, (p.Ask(0.0),)),
        (Outcome.MARGIN, (p.Ask(0.0),)),
        (Outcome.EXISTS, (p.Ask(0.0),)),
        (Outcome.ABSENT, (p.Ask(0.0),)),
        (Outcome.NOT_SENT, ()),
        (Outcome.THROTTLED, (p.Gate(1.0),)),
        (Outcome.CLOCK, (p.Resync(),)),
        (Outcome.AUTH, LOCKED),
        (Outcome.UNKNOWN, ()),
    ],
)
def test_an_answer_that_the_user_stream_has_overtaken_resends_nothing(
    outcome: Outcome, effects: tuple[p.Effect, ...]
) -> None:
    assert decide(PLACE, a_case(outcome, Stage.PLACED)) == Decision(Stage.PLACED, effects)


@pytest.mark.parametrize(
    ("outcome", "effects"),
    [
        (Outcome.ACK, (APPLY,)),
        (Outcome.REJECTED, (p.Ask(0.0),)),
        (Outcome.MARGIN, (p.Ask(0.0),)),
        (Outcome.EXISTS, (p.Ask(0.0),)),
        (Outcome.ABSENT, (p.Ask(0.0),)),
        (Outcome.NOT_SENT, (p.CancelAgain(1.0),)),
        (Outcome.THROTTLED, (p.Gate(1.0), p.CancelAgain(1.0))),
        (Outcome.CLOCK, (p.Resync(), p.CancelAgain(1.0))),
        (Outcome.AUTH, (*LOCKED, p.Ask(30.0))),
        (Outcome.UNKNOWN, (p.CancelAgain(1.0),)),
    ],
)
def test_the_answer_to_a_cancel(outcome: Outcome, effects: tuple[p.Effect, ...]) -> None:
    assert decide(CANCEL, a_case(outcome, Stage.PLACED)) == Decision(Stage.PLACED, effects)


@pytest.mark.parametrize(
    ("outcome", "effects"),
    [
        (Outcome.REJECTED, (p.Ask(0.5),)),
        (Outcome.MARGIN, (p.Ask(0.5),)),
        (Outcome.EXISTS, (p.Ask(0.5),)),
        (Outcome.ABSENT, (p.Missed(),)),
        (Outcome.NOT_SENT, (p.Ask(0.5),)),
        (Outcome.THROTTLED, (p.Gate(1.0), p.Ask(1.0))),
        (Outcome.CLOCK, (p.Resync(), p.Ask(0.5))),
        (Outcome.AUTH, (*LOCKED, p.Ask(30.0))),
        (Outcome.UNKNOWN, (p.Ask(0.5),)),
    ],
)
def test_the_answer_to_a_question_that_found_nothing(
    outcome: Outcome, effects: tuple[p.Effect, ...]
) -> None:
    assert decide(FIND, a_case(outcome, Stage.UNKNOWN)) == Decision(Stage.UNKNOWN, effects)


@pytest.mark.parametrize("stage", [Stage.UNKNOWN, Stage.PLACED, Stage.ABSENT, Stage.REFUSED])
def test_an_order_that_is_found_is_there_whatever_was_believed(stage: Stage) -> None:
    assert decide(FIND, a_case(Outcome.ACK, stage)) == Decision(Stage.PLACED, (APPLY,))


def test_how_long_to_be_silent_is_what_the_exchange_says() -> None:
    decision = decide(PLACE, a_case(Outcome.THROTTLED, retry_after_s=120.0))

    assert decision.effects == (p.Gate(120.0), p.SendAgain(120.0))


@pytest.mark.parametrize(
    ("tries", "after_s"), [(1, 0.25), (2, 0.5), (3, 1.0), (4, 2.0), (5, 4.0), (60, 4.0)]
)
def test_what_could_not_leave_is_tried_again_ever_later(tries: int, after_s: float) -> None:
    decision = decide(PLACE, a_case(Outcome.NOT_SENT, tries=tries))

    assert decision.effects == (p.SendAgain(after_s),)


@pytest.mark.parametrize("outcome", [Outcome.NOT_SENT, Outcome.THROTTLED, Outcome.CLOCK])
def test_what_is_not_wanted_any_more_expires_instead_of_being_sent_again(outcome: Outcome) -> None:
    decision = decide(PLACE, a_case(outcome, may_send=False))

    told = p.Tell(ReportKind.EXPIRED, "never sent, and no longer wanted: why [-1]")
    assert decision.stage is Stage.REFUSED
    assert decision.effects[-1] == told


def test_a_clock_that_cannot_be_set_ends_the_order() -> None:
    decision = decide(PLACE, a_case(Outcome.CLOCK, resynced=True))

    assert decision.stage is Stage.REFUSED
    assert decision.effects == (
        p.Tell(ReportKind.REJECTED, "why [-1]"),
        p.Alert("buy 2 BTC/USDT (rt-1): refused for its time twice, the clock cannot be set"),
    )


@pytest.mark.parametrize(
    "order",
    [
        None,
        replace(ORDER, venue_order_id=""),
        replace(ORDER, client_order_id="web_1"),
    ],
)
def test_an_acknowledgement_that_does_not_name_the_order_by_both_ids_is_none(
    order: VenueOrder | None,
) -> None:
    decision = decide(PLACE, a_case(Outcome.ACK, order=order))

    assert decision == Decision(Stage.UNKNOWN, (p.Ask(0.5),))


@pytest.mark.parametrize("order", [None, replace(ORDER, client_order_id="web_1")])
def test_an_answer_that_tells_of_another_order_teaches_nothing(order: VenueOrder | None) -> None:
    found = decide(FIND, a_case(Outcome.ACK, Stage.UNKNOWN, order=order))
    cancelled = decide(CANCEL, a_case(Outcome.ACK, Stage.PLACED, order=order))

    assert found == Decision(Stage.UNKNOWN, (p.Ask(0.5),))
    assert cancelled == Decision(Stage.PLACED, (p.Ask(0.0),))


@pytest.mark.parametrize(
    ("changes", "fact"),
    [
        ({"quantity": D(3)}, "its quantity is 3, ours 2"),
        ({"quantity": D(1)}, "its quantity is 1, ours 2"),
        ({"side": Side.SELL}, "it is a sell of BTC/USDT, ours a buy of BTC/USDT"),
        ({"symbol": "ETH/USDT"}, "it is a buy of ETH/USDT, ours a buy of BTC/USDT"),
        ({"limit_price": D(91)}, "its limit is 91, ours 90"),
    ],
)
def test_an_order_of_our_id_that_is_another_halts(changes: dict[str, Any], fact: str) -> None:
    order = replace(ORDER, **changes)

    decision = decide(FIND, a_case(Outcome.ACK, Stage.UNKNOWN, order=order))

    reason = f"buy 2 BTC/USDT (rt-1): the exchange has another order of this id: {fact}"
    assert decision.stage is Stage.PLACED
    assert decision.effects == (p.Halt(reason), p.Alert(reason), p.Apply(order, ()))


def test_an_exit_may_be_smaller_than_it_was_wanted() -> None:
    for cut in (replace(INTENT, parent_id="rt-0"), replace(INTENT, reduce_only=True)):
        assert mismatch(cut, replace(ORDER, quantity=D("1.9"))) is None
        assert mismatch(cut, replace(ORDER, quantity=D("2.1"))) is not None
    assert mismatch(INTENT, replace(ORDER, limit_price=None)) is None


def test_a_reason_without_a_number_is_told_without_one() -> None:
    answer = Answer(outcome=Outcome.REJECTED)

    assert Case(stage=Stage.SENDING, intent=INTENT, answer=answer).told() == "rejected"


@pytest.mark.parametrize("request_", list(Request))
@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_case_has_an_answer(request_: Request, stage: Stage, outcome: Outcome) -> None:
    assert isinstance(decide(request_, a_case(outcome, stage)), Decision)


PROVES_NOTHING_WAS_DONE = {Outcome.NOT_SENT, Outcome.THROTTLED, Outcome.CLOCK}
steps = st.lists(
    st.tuples(st.sampled_from(Request), st.sampled_from(Outcome), st.booleans(), st.booleans()),
    max_size=20,
)


@given(steps)
def test_nothing_is_ever_sent_again_after_it_may_have_been_executed(
    taken: list[tuple[Request, Outcome, bool, bool]],
) -> None:
    stage, may_exist, sent = Stage.SENDING, False, True
    for request, outcome, may_send, resynced in taken:
        case = a_case(outcome, stage, may_send=may_send, resynced=resynced)
        first = request is PLACE and stage is Stage.SENDING
        if sent and first and outcome not in PROVES_NOTHING_WAS_DONE:
            may_exist = True
        if outcome is Outcome.ACK:
            may_exist = True

        decision = decide(request, case)

        resends = any(isinstance(effect, p.SendAgain) for effect in decision.effects)
        assert not (resends and may_exist)
        assert resends == (decision.stage is Stage.WAITING and first)
        stage = Stage.SENDING if resends else decision.stage


@given(st.sampled_from(Request), st.sampled_from(Outcome), st.booleans())
def test_an_end_is_only_told_of_what_never_was_there(
    request: Request, outcome: Outcome, may_send: bool
) -> None:
    for stage in Stage:
        decision = decide(request, a_case(outcome, stage, may_send=may_send))
        if any(isinstance(effect, p.Tell) for effect in decision.effects):
            assert (request, stage, decision.stage) == (PLACE, Stage.SENDING, Stage.REFUSED)
