"""A key without a value takes a value away; one that is misspelt must not vanish unseen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.recipe import Diagnostic

    Check = Callable[..., list[Diagnostic]]


@pytest.mark.parametrize(
    ("change", "path", "hint"),
    [
        (("strategy:", "rsik:\nstrategy:"), "rsik", "did you mean 'risk'?"),
        (("1h}", "1h, tikc: }"), "feeds.btc.tikc", "did you mean 'tick'?"),
        (("fast: 10", "fats: , fast: 10"), "strategy.params.fats", "did you mean 'fast'?"),
        (("strategy:", "notify: {chanels: }\nstrategy:"), "notify.chanels", "'channels'?"),
        (("1h}", "1h, min_notional:5}"), "feeds.btc.min_notional:5", "min_notional: 5"),
    ],
)
def test_an_unknown_key_without_a_value_is_told(
    check: Check, good: str, change: tuple[str, str], path: str, hint: str
) -> None:
    (finding,) = check(good.replace(*change, 1))

    assert (finding.code, finding.path) == ("RT201", path)
    assert hint in finding.hint


@pytest.mark.parametrize(
    "new",
    [
        "risk:\nstrategy:",
        "sizing: \nstrategy:",
        "risk: {daily: }\nstrategy:",
        "vars: {x: }\nstrategy:",
        "notify: {channels: {ops: }, routes: {ops: }}\nstrategy:",
        "environments: {live: {risk: {daily: }, exchange: }}\nstrategy:",
    ],
)
def test_a_known_key_without_a_value_is_as_if_it_were_not_there(
    check: Check, good: str, new: str
) -> None:
    assert check(good.replace("strategy:", new)) == []


def test_the_parameters_of_a_strategy_of_ones_own_are_left_to_it(check: Check, good: str) -> None:
    own = 'strategy: {type: python, class: "mine:Mine", params: {anything: }}'

    assert (
        check(good.replace("strategy: {type: ma_cross, params: {fast: 10, slow: 30}}", own)) == []
    )
