from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtrade.execution.unknown import ALERT_AFTER_S, Next, Search, looked, missed, overdue, wants

DEAD_MS = 20_000
FRESH = Search(dead_at_ms=DEAD_MS, began_s=0.0)


def search_after(*misses: tuple[float, int], healthy_since_s: float | None = -1.0) -> Search:
    """Return a search after clean looks at these seconds, the exchange's clock being as given."""
    search = FRESH
    for now_s, exchange_ms in misses:
        search = missed(
            search, now_s=now_s, exchange_ms=exchange_ms, healthy_since_s=healthy_since_s
        )
    return search


def test_looks_come_half_a_second_after_and_then_ever_later() -> None:
    search, pauses = FRESH, []
    for _ in range(7):
        pauses.append(search.pause_s(0))
        search = looked(search)

    assert pauses == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0]


@pytest.mark.parametrize(
    ("exchange_ms", "pause_s"), [(0, 8.0), (15_000, 5.001), (19_000, 2.0), (25_000, 2.0)]
)
def test_once_only_time_is_missing_the_next_look_is_right_behind_it(
    exchange_ms: int, pause_s: float
) -> None:
    search = replace(search_after((0, 0), (2, 0), (4, 0)), looks=9)

    assert search.pause_s(exchange_ms) == pause_s


def test_three_clean_looks_after_the_end_ask_for_a_last_one_through_everything() -> None:
    search = search_after((0, 1_000), (2, 3_000), (21, 22_000))

    assert wants(search) is Next.SWEEP
    assert wants(search, swept=True) is Next.GIVE_UP


@pytest.mark.parametrize(
    "misses",
    [
        [],
        [(21, 22_000)],
        [(21, 22_000), (23, 24_000)],
        [(21, 22_000), (22.9, 23_900), (23.5, 24_500)],  # too close together
        [(0, 1_000), (2, 3_000), (4, 5_000)],  # the request may still take effect
        [(0, 1_000), (2, 3_000), (19, DEAD_MS)],  # to the millisecond
    ],
)
def test_less_than_that_proves_nothing(misses: list[tuple[float, int]]) -> None:
    assert wants(search_after(*misses)) is Next.LOOK
    assert wants(search_after(*misses), swept=True) is Next.LOOK


def test_looks_while_the_user_stream_is_silent_do_not_count() -> None:
    search = search_after((21, 22_000), (23, 24_000), (25, 26_000), healthy_since_s=None)

    assert (search.misses, search.dead, search.looks) == (0, False, 3)


def test_looks_from_before_the_user_stream_was_interrupted_do_not_count() -> None:
    search = search_after((21, 22_000), (23, 24_000))

    search = missed(search, now_s=30.0, exchange_ms=31_000, healthy_since_s=25.0)

    assert (search.misses, search.first_miss_s) == (1, 30.0)
    assert wants(search) is Next.LOOK


def test_people_are_told_once_after_a_minute() -> None:
    search, early = overdue(FRESH, 59.9)
    search, now = overdue(search, 60.0)
    search, again = overdue(search, 61.0)

    assert (early, now, again) == (False, True, False)


moments = st.lists(
    st.tuples(st.floats(0.1, 9, allow_nan=False), st.booleans(), st.booleans()), max_size=30
)


@given(moments)
def test_nothing_is_given_up_before_its_time_or_unheard(
    steps: list[tuple[float, bool, bool]],
) -> None:
    search, now_s = FRESH, 0.0
    since_s: float | None = None
    clean: list[float] = []
    for pause_s, healthy, tells in steps:
        now_s += pause_s
        if not healthy:
            since_s = None
            clean.clear()
        elif since_s is None:
            since_s = now_s
        if not tells:
            search = looked(search)
            continue
        exchange_ms = int(now_s * 1000)
        search = missed(search, now_s=now_s, exchange_ms=exchange_ms, healthy_since_s=since_s)
        if healthy:
            clean.append(now_s)
        if wants(search, swept=True) is Next.GIVE_UP:
            assert now_s * 1000 > DEAD_MS
            assert len(clean) >= 3
            assert clean[-1] - clean[0] >= 4 - 1e-9


def test_the_stream_that_falls_silent_takes_back_what_was_proven() -> None:
    search = search_after((21, 22_000), (23, 24_000))

    silent = missed(search, now_s=25.0, exchange_ms=26_000, healthy_since_s=None)

    assert (silent.misses, silent.dead) == (0, False)


def test_an_interruption_takes_back_that_the_request_is_dead() -> None:
    search = search_after((21, 22_000))

    again = missed(search, now_s=30.0, exchange_ms=DEAD_MS, healthy_since_s=25.0)

    assert (again.misses, again.dead) == (1, False)


def test_a_look_at_the_moment_the_stream_began_to_flow_counts() -> None:
    search = search_after((21, 22_000), (23, 24_000))

    search = missed(search, now_s=25.0, exchange_ms=26_000, healthy_since_s=21.0)

    assert (search.misses, search.first_miss_s, search.last_miss_s) == (3, 21.0, 25.0)


@pytest.mark.parametrize(("after_s", "told"), [(ALERT_AFTER_S - 1, False), (ALERT_AFTER_S, True)])
def test_people_are_told_by_how_long_it_takes_not_by_the_clock(after_s: float, told: bool) -> None:
    search = replace(FRESH, began_s=500.0)

    assert overdue(search, 500.0 + after_s)[1] is told
