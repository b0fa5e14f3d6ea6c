"""A halt of the account's own is remembered, and told of where it cannot be."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from realtrade.engine.halts import forget_halt, note_halt, stand_as_before
from realtrade.execution import Standing, State, Step
from realtrade.execution.protocol import KEY_REFUSED
from realtrade.plugins.ports.journal import JournalError, Recalled
from realtrade.utils.logs import Redactor


class Keeper:
    """A journal of cursors."""

    def __init__(self) -> None:
        self.cursors: dict[str, str] = {}
        self.full = False

    def cursor(self, name: str, value: str) -> None:
        if self.full:
            raise JournalError("disk full")
        self.cursors[name] = value


def a_bot(halted: str = "", *, simulated: bool = False) -> Any:
    said: list[tuple[str, str]] = []
    redactor = Redactor()
    redactor.add("sesame")
    return SimpleNamespace(
        journal=Keeper(),
        redactor=redactor,
        recovery=SimpleNamespace(
            venue=None if simulated else object(),
            standing=Standing(),
            recalled=Recalled(cursors={"halt": halted} if halted else {}),
        ),
        say=lambda level, line: said.append((level, line)),
        said=said,
    )


def test_a_halt_is_kept_without_secrets_and_forgotten_when_it_ends() -> None:
    bot = a_bot()

    note_halt(bot, State.LIVE, State.HALTED, "the key sesame is \ud800 odd\0")
    kept = dict(bot.journal.cursors)
    note_halt(bot, State.HALTED, State.RECONCILING, "resumed")

    assert "sesame" not in kept["halt"]
    assert kept["halt"].endswith("is ? odd?")
    assert bot.journal.cursors == {"halt": ""}


@pytest.mark.parametrize("simulated", [False, True])
def test_other_moves_and_simulated_accounts_keep_nothing(simulated: bool) -> None:
    bot = a_bot(simulated=simulated)
    now = State.HALTED if simulated else State.LIVE

    note_halt(bot, State.RECONCILING, now, "")

    assert bot.journal.cursors == {}


def test_a_halt_that_cannot_be_kept_is_told_of() -> None:
    bot = a_bot()
    bot.journal.full = True

    note_halt(bot, State.LIVE, State.HALTED, "")

    assert bot.said == [("error", "a restart may forget that trading is halted: disk full")]


@pytest.mark.parametrize(
    ("reason", "stays"),
    [("the side has flipped", True), (f"{KEY_REFUSED}: code -2015", False), ("", False)],
)
def test_a_start_stands_as_the_process_before_it_did(reason: str, stays: bool) -> None:
    bot = a_bot(reason)

    assert stand_as_before(bot) is stays

    standing = bot.recovery.standing
    assert (standing.state is State.HALTED) is stays
    if stays:
        assert standing.reason == reason
        assert not standing.move(Step.AGREED)


@pytest.mark.parametrize(("reason", "told"), [("the exchange refuses the key", 1), ("", 0)])
def test_a_key_that_is_taken_again_is_told_of(reason: str, told: int) -> None:
    bot = a_bot(reason)

    forget_halt(bot)

    assert bot.journal.cursors == ({"halt": ""} if told else {})
    assert len(bot.said) == told
