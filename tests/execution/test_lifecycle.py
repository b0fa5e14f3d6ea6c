from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtrade.execution.lifecycle import TERMINAL, OwnStep, advance, is_over
from realtrade.model.order import OrderStatus as S
from realtrade.plugins.ports.venue import ReportKind as K

STEPS = st.one_of(st.sampled_from(K), st.sampled_from(OwnStep))
RANK = {S.CREATED: 0, S.SUBMITTED: 1, S.ACCEPTED: 2, S.PARTIALLY_FILLED: 3}


@pytest.mark.parametrize(
    ("steps", "end"),
    [
        ([OwnStep.SUBMITTED], S.SUBMITTED),
        ([OwnStep.DENIED], S.DENIED),
        ([OwnStep.SUBMITTED, K.ACCEPTED], S.ACCEPTED),
        ([OwnStep.SUBMITTED, K.REJECTED], S.REJECTED),
        ([OwnStep.SUBMITTED, K.MARGIN], S.MARGIN),
        ([OwnStep.SUBMITTED, K.CANCELLED], S.CANCELLED),
        ([OwnStep.SUBMITTED, K.EXPIRED], S.EXPIRED),
        ([OwnStep.SUBMITTED, K.FILLED], S.PARTIALLY_FILLED),
        ([OwnStep.SUBMITTED, K.FILLED, K.ACCEPTED], S.PARTIALLY_FILLED),
        ([OwnStep.SUBMITTED, K.ACCEPTED, K.FILLED], S.PARTIALLY_FILLED),
        ([OwnStep.SUBMITTED, K.ACCEPTED, K.CANCELLED], S.CANCELLED),
        ([OwnStep.SUBMITTED, K.ACCEPTED, K.EXPIRED], S.EXPIRED),
        ([OwnStep.SUBMITTED, K.ACCEPTED, K.REJECTED], S.REJECTED),
        ([OwnStep.SUBMITTED, K.ACCEPTED, K.MARGIN], S.MARGIN),
        ([OwnStep.SUBMITTED, K.ACCEPTED, K.FILLED, K.FILLED], S.PARTIALLY_FILLED),
        ([OwnStep.SUBMITTED, K.ACCEPTED, K.FILLED, K.CANCELLED], S.CANCELLED),
        ([OwnStep.SUBMITTED, K.ACCEPTED, K.FILLED, K.EXPIRED], S.EXPIRED),
        ([OwnStep.SUBMITTED, K.ACCEPTED, K.FILLED, K.REJECTED], S.REJECTED),
        ([OwnStep.SUBMITTED, K.ACCEPTED, K.FILLED, K.MARGIN], S.MARGIN),
        ([OwnStep.SUBMITTED, K.ACCEPTED, K.TRIGGERED, K.TRAILED], S.ACCEPTED),
        ([OwnStep.SUBMITTED, OwnStep.DENIED], S.SUBMITTED),
        ([OwnStep.DENIED, OwnStep.SUBMITTED], S.DENIED),
        ([K.ACCEPTED], S.CREATED),
    ],
)
def test_moves(steps: list[K | OwnStep], end: S) -> None:
    status = S.CREATED
    for step in steps:
        status = advance(status, step)

    assert status is end


@pytest.mark.parametrize("status", [S.SUBMITTED, S.ACCEPTED, S.PARTIALLY_FILLED])
def test_the_last_fill_completes(status: S) -> None:
    assert advance(status, K.FILLED, complete=True) is S.FILLED


def test_completeness_means_nothing_without_a_fill() -> None:
    assert advance(S.SUBMITTED, K.ACCEPTED, complete=True) is S.ACCEPTED
    assert advance(S.PARTIALLY_FILLED, K.CANCELLED, complete=True) is S.CANCELLED


@given(st.sampled_from(sorted(TERMINAL)), STEPS, st.booleans())
def test_terminal_is_sticky(status: S, step: K | OwnStep, complete: bool) -> None:
    assert is_over(status)
    assert advance(status, step, complete=complete) is status


@given(st.lists(st.tuples(STEPS, st.booleans()), max_size=12))
def test_an_order_never_goes_back(steps: list[tuple[K | OwnStep, bool]]) -> None:
    status = S.CREATED
    for step, complete in steps:
        moved = advance(status, step, complete=complete)

        assert is_over(moved) or RANK[moved] >= RANK[status]
        assert advance(moved, step, complete=complete) is moved or step is K.FILLED
        status = moved


def test_every_status_is_open_or_over() -> None:
    assert {status for status in S if not is_over(status)} == set(RANK)
