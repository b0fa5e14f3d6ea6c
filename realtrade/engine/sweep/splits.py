"""Which part of history chooses, and which part judges the choice."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from realtrade.engine.sweep.errors import SweepRefused

if TYPE_CHECKING:
    from collections.abc import Sequence

_DAY_MS = 86_400_000
_SPAN_MS = {"m": 60_000, "h": 3_600_000, "d": _DAY_MS, "w": 7 * _DAY_MS}
_LENGTH = r"([0-9]{1,6})([mhdw])"
_WALK = re.compile(rf"walk-forward:train={_LENGTH},test={_LENGTH}(,anchored)?", re.ASCII)
_SHARE = re.compile(r"([0-9]{1,2}(?:\.[0-9]{1,6})?)%", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_FOLDS = 500
_HINT = "write --split walk-forward:train=180d,test=30d, or --holdout 30%"


@dataclass(frozen=True, slots=True)
class Span:
    """Bars that open from `start_ms` on and before `end_ms`; None leaves a side to the recipe."""

    start_ms: int | None = None
    end_ms: int | None = None

    def params(self) -> tuple[str, ...]:
        """Return the span as `path=value` texts for the recipe's loader."""
        sides = (("from", self.start_ms), ("to", self.end_ms))
        return tuple(f"backtest.{word}={_text(at)}" for word, at in sides if at is not None)


@dataclass(frozen=True, slots=True)
class Fold:
    """One choice and its judgement."""

    train: Span
    test: Span | None = None
    """Bars the choice has not seen; None without a split."""


@dataclass(frozen=True, slots=True)
class Split:
    """How history is divided: `describe` tells two ways apart."""

    described: str = ""
    holdout: Decimal | None = None
    train_ms: int = 0
    test_ms: int = 0
    anchored: bool = False
    """True when every training span begins with the first bar."""

    @classmethod
    def parse(cls, split: str | None, holdout: str | None) -> Split:
        """Return what `--split` and `--holdout` ask for; the whole history without either.

        Raises:
            SweepRefused: both are given, or one is not understood.
        """
        if split and holdout:
            raise SweepRefused("a split and a holdout exclude each other", hint=_HINT)
        if split:
            return cls._walk(split)
        if holdout:
            return cls._share(holdout)
        return cls()

    @classmethod
    def _walk(cls, text: str) -> Split:
        found = _WALK.fullmatch(text.replace(" ", ""))
        if found is None:
            msg = f"the split '{text}' is not understood"
            raise SweepRefused(msg, hint=_HINT)
        train = int(found[1]) * _SPAN_MS[found[2]]
        test = int(found[3]) * _SPAN_MS[found[4]]
        if not (train and test):
            msg = f"the split '{text}' has a length of 0"
            raise SweepRefused(msg, hint=_HINT)
        return cls(found[0], train_ms=train, test_ms=test, anchored=bool(found[5]))

    @classmethod
    def _share(cls, text: str) -> Split:
        found = _SHARE.fullmatch(text.strip())
        if found is None or not Decimal(found[1]):
            msg = f"the holdout '{text}' is not a percentage between 0% and 100%"
            raise SweepRefused(msg, hint=_HINT)
        return cls(f"holdout:{text.strip()}", holdout=Decimal(found[1]) / 100)

    def folds(self, first_ms: int, end_ms: int) -> tuple[Fold, ...]:
        """Return the folds of a history that opens at `first_ms` and ends before `end_ms`.

        Raises:
            SweepRefused: it is too short for one, or has too many.
        """
        if self.holdout is not None:
            cut = end_ms - int((end_ms - first_ms) * self.holdout)
            cut -= cut % 1000  # a recipe's times are whole seconds
            return (Fold(Span(first_ms, cut), Span(cut, end_ms)),)
        if not self.train_ms:
            return (Fold(Span()),)
        return self._walked(first_ms, end_ms)

    def _walked(self, first_ms: int, end_ms: int) -> tuple[Fold, ...]:
        count = (end_ms - first_ms - self.train_ms) // self.test_ms
        if not 1 <= count <= _MOST_FOLDS:
            days = (end_ms - first_ms) / _DAY_MS
            what = "none" if count < 1 else f"more than {_MOST_FOLDS}"
            msg = f"{days:.1f} days of bars give {what} of the folds of '{self.described}'"
            raise SweepRefused(msg, hint=_HINT)
        return tuple(
            self._fold(first_ms, first_ms + self.train_ms + index * self.test_ms)
            for index in range(count)
        )

    def _fold(self, first_ms: int, cut: int) -> Fold:
        start = first_ms if self.anchored else cut - self.train_ms
        return Fold(Span(start, cut), Span(cut, cut + self.test_ms))


def told_apart(spans: Sequence[Span]) -> float:
    """Return how much of the spans together is no repetition: 1 when none overlap."""
    lengths = [(one.end_ms or 0) - (one.start_ms or 0) for one in spans]
    total = sum(lengths)
    if len(spans) == 1 or not total:
        return 1.0
    covered, reached = 0, 0
    for one in sorted(spans, key=lambda span: span.start_ms or 0):
        start, end = max(one.start_ms or 0, reached), one.end_ms or 0
        covered += max(0, end - start)
        reached = max(reached, end)
    return covered / total


def _text(time_ms: int) -> str:
    moment = _EPOCH + timedelta(milliseconds=time_ms)
    return moment.strftime("'%Y-%m-%dT%H:%M:%SZ'")
