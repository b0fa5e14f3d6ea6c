from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtrade.monitor.round_trips import RoundTrip, RoundTrips


def trips_of(*fills: tuple[float, float, float], contract_size: float = 1.0) -> RoundTrips:
    """Apply fills of (signed quantity, price, fee), one a second."""
    trips = RoundTrips()
    for number, (signed, price, fee) in enumerate(fills):
        trips.apply(
            "BTC/USDT",
            signed,
            price=price,
            fee=fee,
            time_ms=1000 * number,
            contract_size=contract_size,
        )
    return trips


def trip(side: str, times: tuple[int, int], *figures: float) -> RoundTrip:
    return RoundTrip("BTC/USDT", side, times[0], times[1], *figures)  # type: ignore[arg-type]  # parametrised text


@pytest.mark.parametrize(
    ("fills", "expected"),
    [
        pytest.param(
            [(2, 100, 1), (-2, 110, 1)],
            [trip("long", (0, 1000), 2, 100, 110, 18, 2)],
            id="long",
        ),
        pytest.param(
            [(-2, 100, 0), (2, 110, 0)],
            [trip("short", (0, 1000), 2, 100, 110, -20, 0)],
            id="short",
        ),
        pytest.param(
            [(1, 100, 1), (1, 200, 1), (-1, 160, 1), (-1, 180, 1)],
            [trip("long", (0, 3000), 2, 150, 170, 36, 4)],
            id="partial entries and exits are one trip",
        ),
        pytest.param(
            [(2, 100, 0), (-1, 120, 0), (1, 110, 0), (-2, 130, 0)],
            [trip("long", (0, 3000), 3, 310 / 3, 380 / 3, 70, 0)],
            id="reduced and added to again",
        ),
        pytest.param(
            [(2, 100, 2), (-3, 110, 3), (1, 90, 1)],
            [
                trip("long", (0, 1000), 2, 100, 110, 16, 4),
                trip("short", (1000, 2000), 1, 110, 90, 18, 2),
            ],
            id="reversal shares its fee by quantity",
        ),
        pytest.param([(1, 100, 1)], [], id="open"),
        pytest.param([(2, 100, 1), (-1, 100, 1)], [], id="still open"),
    ],
)
def test_a_trip_runs_from_flat_to_flat(
    fills: list[tuple[float, float, float]], expected: list[RoundTrip]
) -> None:
    closed = trips_of(*fills).closed

    assert [found[:4] for found in closed] == [wanted[:4] for wanted in expected]
    assert [found[4:] for found in closed] == [pytest.approx(wanted[4:]) for wanted in expected]


def test_one_price_stays_that_price_to_the_last_digit() -> None:
    # 3 * 0.1 / 3 is 0.10000000000000002: an average must not be taken where there is none.
    closed = trips_of((3, 0.1, 0), (3, 0.1, 0), (-6, 0.7, 0)).closed[0]

    assert (closed.entry_price, closed.exit_price) == (0.1, 0.7)


@pytest.mark.parametrize("sold", [0.3, 0.1 + 0.2])
def test_float_residue_is_no_position(sold: float) -> None:
    trips = trips_of((0.1, 10, 0), (0.2, 10, 0), (-sold, 11, 0))

    assert trips.open == {}
    assert trips.closed[0].pnl == pytest.approx(0.3)


def test_contracts_count_their_size() -> None:
    closed = trips_of((5, 100, 1), (-5, 110, 1), contract_size=0.01).closed[0]

    assert closed.pnl == pytest.approx(0.5 - 2)


def test_what_is_open_can_be_asked() -> None:
    held = trips_of((-2, 100, 1), (-2, 110, 1), (1, 90, 1)).open["BTC/USDT"]

    assert (held.side, held.held, held.entry_price, held.fees) == ("short", -3, 105, 3)


def test_symbols_are_strangers() -> None:
    trips = RoundTrips()
    trips.apply("BTC/USDT", 1, price=100, fee=0, time_ms=0)
    trips.apply("ETH/USDT", -1, price=10, fee=0, time_ms=1)

    assert set(trips.open) == {"BTC/USDT", "ETH/USDT"}
    assert trips.closed == []


@given(
    st.lists(
        st.tuples(st.integers(-5, 5).filter(bool), st.integers(1, 1000), st.integers(0, 5)),
        max_size=30,
    )
)
def test_no_money_is_lost_between_trips(fills: list[tuple[int, int, int]]) -> None:
    # Closing what is left at its last price, all results together are what the cash flows say.
    held = sum(signed for signed, _, _ in fills)
    if held:
        fills = [*fills, (-held, fills[-1][1], 0)]
    flows = sum((Fraction(-signed * price - fee) for signed, price, fee in fills), Fraction(0))

    trips = trips_of(*fills)

    assert trips.open == {}
    assert sum(closed.pnl for closed in trips.closed) == pytest.approx(float(flows), abs=1e-6)
    assert sum(closed.fees for closed in trips.closed) == pytest.approx(
        sum(fee for _, _, fee in fills)
    )


FILLS = st.lists(
    st.tuples(
        st.integers(0, 10**12),
        st.sampled_from([1.0, -1.0, 2.5, -2.5, 0.1, -0.1]),
        st.floats(0.01, 1e5),
        st.floats(0, 100),
    ),
    max_size=30,
)


@given(fills=FILLS)
def test_many_fills_at_once_make_the_trips_of_one_after_another(
    fills: list[tuple[int, float, float, float]],
) -> None:
    at_once, in_turn = RoundTrips(), RoundTrips()

    at_once.apply_all("BTC/USD", fills, 0.5)
    for time_ms, signed, price, fee in fills:
        in_turn.apply("BTC/USD", signed, price=price, fee=fee, time_ms=time_ms, contract_size=0.5)

    assert at_once.closed == in_turn.closed
    assert [trip.held for trip in at_once.open.values()] == [
        trip.held for trip in in_turn.open.values()
    ]
