from __future__ import annotations

import pytest

from realtrade.engine.sweep.errors import SweepRefused
from realtrade.engine.sweep.splits import Fold, Span, Split, told_apart

DAY = 86_400_000
START = 1_704_067_200_000  # 2024-01-01


def days(*spans: tuple[int, int]) -> list[Span]:
    return [Span(START + first * DAY, START + last * DAY) for first, last in spans]


def test_without_a_split_the_recipe_says_what_history_is() -> None:
    (fold,) = Split.parse(None, None).folds(START, START + DAY)

    assert fold == Fold(Span())
    assert fold.train.params() == ()


def test_a_holdout_keeps_the_last_part_for_judging() -> None:
    (fold,) = Split.parse(None, "30%").folds(START, START + 10 * DAY)

    assert [fold.train, fold.test] == days((0, 7), (7, 10))
    assert fold.train.params() == (
        "backtest.from='2024-01-01T00:00:00Z'",
        "backtest.to='2024-01-08T00:00:00Z'",
    )


def test_a_walk_forward_moves_on_by_what_it_judges() -> None:
    folds = Split.parse("walk-forward:train=4d,test=2d", None).folds(START, START + 9 * DAY)

    assert [fold.train for fold in folds] == days((0, 4), (2, 6))
    assert [fold.test for fold in folds] == days((4, 6), (6, 8))


def test_an_anchored_one_keeps_its_beginning() -> None:
    split = Split.parse("walk-forward:train=96h,test=2d,anchored", None)

    folds = split.folds(START, START + 8 * DAY)

    assert [fold.train for fold in folds] == days((0, 4), (0, 6))


@pytest.mark.parametrize(
    ("split", "holdout", "why"),
    [
        ("walk-forward:train=4d,test=2d", "30%", "exclude each other"),
        ("k-fold:5", None, "not understood"),
        ("walk-forward:train=4,test=2d", None, "not understood"),
        ("walk-forward:train=0d,test=2d", None, "length of 0"),
        (None, "0%", "not a percentage"),
        (None, "100%", "not a percentage"),
        (None, "0.3", "not a percentage"),
    ],
)
def test_what_is_not_understood_is_refused(
    split: str | None, holdout: str | None, why: str
) -> None:
    with pytest.raises(SweepRefused, match=why):
        Split.parse(split, holdout)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("walk-forward:train=9d,test=2d", "give none"),
        ("walk-forward:train=1d,test=1m", "more than 500"),
    ],
)
def test_history_must_hold_the_folds(text: str, why: str) -> None:
    with pytest.raises(SweepRefused, match=why):
        Split.parse(text, None).folds(START, START + 10 * DAY)


@pytest.mark.parametrize(
    ("spans", "share"),
    [
        (days((0, 4)), 1.0),
        (days((0, 4), (4, 8)), 1.0),
        (days((0, 4), (2, 6)), 6 / 8),
        (days((0, 4), (0, 6)), 6 / 10),
        ([Span()], 1.0),
    ],
)
def test_bars_that_folds_share_are_told_apart(spans: list[Span], share: float) -> None:
    assert told_apart(spans) == share
