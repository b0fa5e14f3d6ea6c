from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from realtrade.model.instrument import Instrument
from realtrade.model.order import Fill, Side
from realtrade.model.remembered import ClosedTrade, Entry, Halt, Period
from realtrade.plugins.ports.risk import Needs
from realtrade.risk import RiskManager, RiskMemory

BTC, ETH = "BTC/USDT", "ETH/USDT"
HOUR = 3_600_000


def filled(time_ms: int) -> Fill:
    return Fill(
        trade_id="t",
        client_order_id="o",
        symbol=BTC,
        side=Side.BUY,
        quantity=Decimal(1),
        price=Decimal(100),
        fee=Decimal(0),
        fee_currency="USDT",
        maker=False,
        time_ms=time_ms,
    )


# -- fills


def test_an_entry_grows_at_its_average(bench: Any) -> None:
    bench.account.now_ms = 5
    bench.fill(1, 100, fee=1)
    bench.account.now_ms = 9
    bench.fill(3, 120, fee=2)

    assert bench.memory.entries[BTC] == Entry(
        symbol=BTC,
        quantity=Decimal(4),
        price=Decimal(115),
        opened_ms=5,
        largest=Decimal(4),
        notional=Decimal(460),
        highest=Decimal(120),
        lowest=Decimal(100),
        realised=Decimal(-3),
    )


@pytest.mark.parametrize(("side", "pnl"), [(1, "17"), (-1, "-23")])
def test_a_trade_is_closed_after_fees(bench: Any, side: int, pnl: str) -> None:
    bench.account.now_ms = 5
    bench.fill(2 * side, 100, fee=1)
    bench.fill(-1 * side, 105, fee=1)
    assert bench.memory.entries[BTC].quantity == side
    assert bench.memory.entries[BTC].largest == 2
    assert not bench.memory.trades
    bench.account.now_ms = 8
    bench.fill(-1 * side, 115, fee=1)

    assert list(bench.memory.trades) == [
        ClosedTrade(symbol=BTC, opened_ms=5, closed_ms=8, pnl=Decimal(pnl), gain=Decimal(pnl) / 200)
    ]
    assert not bench.memory.entries


def test_a_fill_may_turn_the_position_round(bench: Any) -> None:
    bench.fill(1, 100)
    bench.fill(-3, 90, fee=3)

    assert bench.memory.trades[0].pnl == -11
    entry = bench.memory.entries[BTC]
    assert (entry.quantity, entry.price, entry.realised) == (-2, 90, -2)
    assert (entry.largest, entry.notional) == (2, 180)


def test_a_fee_is_shared_by_what_it_closes_and_opens(bench: Any) -> None:
    bench.fill("0.5", 100)
    bench.fill("-0.25", 100)
    assert not bench.memory.trades
    bench.fill("-1", 100, fee=4)

    assert bench.memory.trades[0].pnl == -1
    assert bench.memory.entries[BTC].realised == -3


def test_what_cost_nothing_has_no_gain(bench: Any) -> None:
    bench.fill(1, 0)
    bench.fill(-1, 5)

    assert (bench.memory.trades[0].pnl, bench.memory.trades[0].gain) == (5, 0)


def test_contracts_are_counted_at_their_size(bench: Any) -> None:

    bench.account.instruments[BTC] = Instrument(
        BTC, "BTC", "USDT", "swap", contract_size=Decimal("0.1")
    )
    bench.fill(1, 100)
    bench.fill(1, 100)
    bench.fill(-2, 110)

    assert bench.memory.trades[0].pnl == 2
    assert bench.memory.trades[0].gain == Decimal("0.1")


@pytest.mark.parametrize(("currency", "pnl"), [("USDT", "-2"), ("BTC", "-200"), ("BNB", "0")])
def test_fees_are_valued_in_quote_currency(bench: Any, currency: str, pnl: str) -> None:
    bench.fill(1, 100, fee=1, fee_currency=currency)
    bench.fill(-1, 100, fee=1, fee_currency=currency)

    assert bench.memory.trades[0].pnl == Decimal(pnl)


def test_closing_what_was_there_before_us_opens_nothing(bench: Any) -> None:
    bench.hold(3)
    bench.fill(-1, 100)
    assert not bench.memory.entries
    bench.fill(-2, 100)

    assert not bench.memory.entries
    assert not bench.memory.trades


def test_the_account_is_the_truth_about_what_is_held(bench: Any) -> None:
    bench.fill(1, 100)
    bench.hold("0.999")
    bench.fill("0.001", 100)
    assert bench.memory.entries[BTC].quantity == 1

    bench.hold(-1)
    bench.fill("0.5", 100)

    assert not bench.memory.entries


def test_adding_that_leaves_nothing_forgets_the_entry(bench: Any) -> None:
    bench.fill(1, 100)
    bench.hold(-1)
    bench.fill(1, 100)

    assert not bench.memory.entries


def test_adding_below_the_lowest_price_lowers_it(bench: Any) -> None:
    bench.fill(1, 100)
    bench.fill(1, 90)

    assert bench.memory.entries[BTC].lowest == 90


# -- bars


def test_highest_and_lowest_follow_the_bars(bench: Any) -> None:
    bench.fill(1, 100)
    bench.bar(101, high=110, low=95)
    bench.see_bar()
    bench.bar(101, high=105, low=94)
    bench.see_bar()

    entry = bench.memory.entries[BTC]
    assert (entry.highest, entry.lowest, entry.seen_ms) == (110, 94, HOUR)


def test_a_bar_from_before_the_entry_gives_its_close_only(bench: Any) -> None:
    bench.bar(101, high=110, low=90)
    bench.account.now_ms = 1
    bench.fill(1, 100)
    bench.see_bar()

    entry = bench.memory.entries[BTC]
    assert (entry.highest, entry.lowest) == (101, 100)


def test_what_is_no_longer_held_is_forgotten(bench: Any) -> None:
    bench.fill(1)
    bench.memory.note_level("stop", BTC, Decimal(9))
    bench.account.positions.clear()

    bench.see_bar()

    assert not bench.memory.entries
    assert bench.view.level("stop", BTC) is None


# -- equity


def test_peak_equity_never_falls(bench: Any) -> None:
    for equity in (5, 9, 7):
        bench.memory.note_equity(Decimal(equity), 0)

    assert (bench.memory.peak, bench.memory.equity) == (9, 7)


def test_peaks_of_a_window_stay_few_and_right() -> None:
    memory = RiskMemory(Needs(window=timedelta(hours=10)))
    equities = [Decimal((minute * 7919) % 1000) for minute in range(3000)]
    for minute, equity in enumerate(equities):
        memory.note_equity(equity, minute * 60_000)
        true = max(equities[max(0, minute - 600) : minute + 1])
        kept = memory.peaks[0][1]
        slack = max(equities[max(0, minute - 602) : minute + 1])
        assert true <= kept <= slack

    assert len(memory.peaks) <= 501


def test_a_falling_account_keeps_no_more_than_the_buckets() -> None:
    memory = RiskMemory(Needs(window=timedelta(hours=1)))
    for second in range(7200):
        memory.note_equity(Decimal(10_000 - second), second * 1000)

    assert len(memory.peaks) <= 502
    assert memory.peaks[0][1] <= 10_000 - 3600 + 8


# -- restarts


def full(bench: Any) -> RiskMemory:
    memory: RiskMemory = bench.memory
    memory.needs = Needs(
        equity=True,
        entries=True,
        orders=5,
        trades=5,
        window=timedelta(days=1),
        periods=frozenset({("day", "Asia/Tokyo"), ("week", "UTC")}),
    )
    bench.account.now_ms = 10 * HOUR
    memory.note_equity(Decimal("1000.10"), bench.account.now_ms)
    memory.note_order(bench.account.now_ms)
    bench.fill("0.3", "99.9", fee="0.01")
    bench.trade(-1, ETH)
    memory.note_level("stop", BTC, Decimal("95.5"))
    memory.halts["a"] = Halt("a", "why", 1, None, flatten=True)
    memory.halts["b"] = Halt("b", "why", 1, 99, flatten=False)
    memory.lift("c", Decimal(7), 3)
    return memory


def test_all_of_it_survives_as_json(bench: Any) -> None:
    memory = full(bench)

    text = json.dumps(memory.to_dict())
    again = RiskMemory.from_dict(json.loads(text), memory.needs)

    assert {**vars(again)} == {**vars(memory)}
    assert json.dumps(again.to_dict()) == text


def test_an_empty_memory_survives() -> None:
    again = RiskMemory.from_dict(RiskMemory().to_dict())

    assert vars(again) == vars(RiskMemory())


def test_money_is_kept_as_text(bench: Any) -> None:
    data = full(bench).to_dict()

    assert data["equity"] == "1000.10"
    assert data["levels"] == {"stop": {BTC: "95.5"}}
    assert data["periods"][0][2] in (
        {"start_ms": -9 * HOUR, "end_ms": 15 * HOUR, "equity": "1000.10"},
        {"start_ms": -72 * HOUR, "end_ms": 96 * HOUR, "equity": "1000.10"},
    )


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("format", 2),
        ("equity", 5),
        ("equity", "NaN"),
        ("peak", "a lot"),
        ("entries", [{"symbol": "BTC/USDT"}]),
        ("entries", None),
        ("trades", [{}]),
        ("orders", ["soon"]),
        ("periods", [["day"]]),
        ("peaks", [[1]]),
        ("levels", {"stop": "95"}),
        ("halts", [{"rule": 5, "reason": "", "since_ms": 1, "until_ms": None, "flatten": True}]),
        ("halts", [{"rule": "", "reason": "", "since_ms": True, "until_ms": 1, "flatten": True}]),
        ("halts", [{"rule": "", "reason": "", "since_ms": 1, "until_ms": 1, "flatten": 1}]),
        ("resumed", {"a": []}),
    ],
)
def test_refuses_what_it_cannot_read(bench: Any, key: str, value: Any) -> None:
    data = full(bench).to_dict() | {key: value}

    with pytest.raises(ValueError, match="risk memory cannot be read"):
        RiskMemory.from_dict(data)


@pytest.mark.parametrize("key", RiskMemory().to_dict())
def test_refuses_what_has_a_hole(bench: Any, key: str) -> None:
    data = full(bench).to_dict()
    del data[key]

    with pytest.raises(ValueError, match=f"KeyError: '{key}'"):
        RiskMemory.from_dict(data)


def test_a_period_goes_on_until_its_end() -> None:
    memory = RiskMemory()
    first = memory.period("day", "UTC", Decimal(5), 10 * HOUR)

    assert first == Period(0, 24 * HOUR, Decimal(5))
    assert memory.period("day", "UTC", Decimal(9), 24 * HOUR) is first
    assert memory.period("day", "UTC", Decimal(9), 24 * HOUR + 1) == Period(
        24 * HOUR, 48 * HOUR, Decimal(9)
    )


@pytest.mark.parametrize(
    ("filled_ms", "expected_ms"),
    [
        (3 * HOUR + 40, 3 * HOUR),  # an exchange's stamp, behind the bar it was decided on
        (3 * HOUR, 3 * HOUR),
        (3 * HOUR - 1, 2 * HOUR),  # within the newest bar
        (2 * HOUR, 2 * HOUR),  # at its beginning, as bars are filled in a backtest
        (2 * HOUR - 1, 2 * HOUR - 1),  # before it: found out after a restart
    ],
)
def test_a_fill_counts_from_the_beginning_of_its_bar(
    bench: Any, filled_ms: int, expected_ms: int
) -> None:
    bench.bar(100, at_ms=2 * HOUR)
    bench.account.now_ms = 3 * HOUR
    bench.hold(1)

    bench.memory.note_fill(filled(filled_ms), bench.account)

    assert bench.memory.entries[BTC].opened_ms == expected_ms


@pytest.mark.parametrize("now_ms", [0, 9 * HOUR])
def test_a_fill_before_the_first_bar_keeps_its_time(bench: Any, now_ms: int) -> None:
    bench.account.now_ms = now_ms
    bench.hold(1)

    bench.memory.note_fill(filled(5 * HOUR), bench.account)

    assert bench.memory.entries[BTC].opened_ms == 5 * HOUR


def test_stops_follow_bars_missed_while_something_was_held_and_none_of_before(bench: Any) -> None:
    stop = bench.build("trailing_stop", name="trail", distance="10%")
    bench.bar(150, at_ms=0)
    bench.bar(100)
    bench.fill(2)
    seen = [*bench.account.history[BTC]]
    bench.gate(stop).watch(bench.account)
    before = bench.memory.to_dict()

    again = RiskManager([stop], memory=RiskMemory.from_dict(before))
    for count in range(3):  # at first there is no bar, then those of before are shown again
        bench.account.history[BTC] = seen[:count]
        assert again.look_back(bench.account) == ()
    assert again.memory.to_dict() == before

    bench.bar(120, high=130, low=80)
    assert again.look_back(bench.account) == ()
    assert again.memory.levels == {"trail": {BTC: Decimal(117)}}
    assert again.memory.entries[BTC].lowest == 80

    after = again.memory.to_dict()
    bench.bar(140)
    bench.hold(1)  # less than is known of: not from before the bar
    assert again.look_back(bench.account) == ()
    assert again.memory.to_dict() == after
