from __future__ import annotations

from decimal import Decimal
from typing import Any

from realtrade.model.instrument import Instrument
from realtrade.model.remembered import Halt, Resumed
from realtrade.model.verdict import Action, ActionKind, Approved, Denied
from realtrade.risk import RiskManager, RiskMemory

BTC, ETH = "BTC/USDT", "ETH/USDT"


def halt(rule: str = "wants", **kwargs: Any) -> Action:
    return Action(ActionKind.HALT, rule, "too much", **kwargs)


FLATTEN = Action(ActionKind.FLATTEN_AND_HALT, "wants", "far too much")


def test_a_halt_denies_all_but_reductions(bench: Any) -> None:
    gate = bench.gate(bench.wants(halt()))
    bench.hold(2)
    assert gate.watch(bench.account) == [halt()]

    assert gate.assess(bench.buy(), bench.account) == Denied("wants", "halted: too much")
    assert gate.assess(bench.sell(3), bench.account) == Denied("wants", "halted: too much")
    assert gate.assess(bench.sell(2), bench.account) == Approved()


def test_remembers_since_when_it_halts(bench: Any) -> None:
    gate = bench.gate(
        bench.wants(halt()), bench.says(Denied("other", "no", halt("other", until_ms=99)))
    )
    bench.account.now_ms = 5
    gate.watch(bench.account)
    bench.memory.halts.clear()
    gate.assess(bench.buy(), bench.account)
    gate.watch(bench.account)

    assert bench.memory.halts == {
        "other": Halt("other", "too much", 5, 99, flatten=False),
        "wants": Halt("wants", "too much", 5, None, flatten=False),
    }


def test_a_halt_is_news_once(bench: Any) -> None:
    gate = bench.gate(bench.wants(halt()))

    assert [len(gate.watch(bench.account)) for _ in range(3)] == [1, 0, 0]


def test_a_halt_ends_at_its_time(bench: Any) -> None:
    stop = bench.wants(halt(until_ms=1000))
    gate = bench.gate(stop)
    gate.watch(bench.account)
    stop.actions = ()

    bench.account.now_ms = 999
    assert isinstance(gate.assess(bench.buy(), bench.account), Denied)
    bench.account.now_ms = 1000
    assert gate.assess(bench.buy(), bench.account) == Approved()
    assert bench.view.resumed("wants") == Resumed(1000, Decimal(0), Decimal(0))


def test_a_halt_that_ended_measures_from_the_equity_last_seen(bench: Any) -> None:
    gate = bench.gate(bench.wants(halt(until_ms=1000)))
    bench.memory.note_equity(Decimal(777), 0)
    gate.watch(bench.account)

    bench.account.now_ms = 1000
    gate.assess(bench.buy(), bench.account)

    assert bench.view.resumed("wants").equity == 777


def test_a_halt_without_time_waits_for_a_person(bench: Any) -> None:
    stop = bench.wants(halt())
    gate = bench.gate(stop, bench.wants(halt("other")))
    gate.watch(bench.account)
    bench.account.now_ms = 10**12
    assert isinstance(gate.assess(bench.buy(), bench.account), Denied)

    assert gate.resume(bench.account, "wants") == ("wants",)
    assert gate.assess(bench.buy(), bench.account) == Denied("other", "halted: too much")
    assert gate.resume(bench.account) == ("other",)
    assert gate.assess(bench.buy(), bench.account) == Approved()


def test_a_denial_may_halt_at_once_and_act_on_the_next_bar(bench: Any) -> None:
    rule = bench.says(Denied("wants", "too much", FLATTEN))
    gate = bench.gate(rule)
    gate.assess(bench.buy(), bench.account)
    rule.verdict = Approved()

    assert isinstance(gate.assess(bench.buy(), bench.account), Denied)
    assert gate.watch(bench.account) == [FLATTEN]
    assert gate.watch(bench.account) == []


def test_resuming_takes_back_what_was_not_yet_done(bench: Any) -> None:
    gate = bench.gate()
    gate.halt("person", "lunch", bench.account, flatten=True)
    gate.halt("other", "lunch", bench.account)

    gate.resume(bench.account, "person")

    assert [action.rule for action in gate.watch(bench.account)] == ["other"]


def test_a_denial_may_want_a_close(bench: Any) -> None:
    close = Action(ActionKind.CLOSE, "r", "why", BTC)
    gate = bench.gate(bench.says(Denied("r", "why", close)))
    bench.hold(1)

    gate.assess(bench.buy(), bench.account)

    assert gate.watch(bench.account) == [close]
    assert not bench.memory.halts


def test_a_flatten_says_more_than_a_halt(bench: Any) -> None:
    gate = bench.gate()
    gate.halt("person", "first", bench.account)
    gate.halt("person", "second", bench.account, flatten=True)
    gate.halt("person", "third", bench.account)

    assert [action.reason for action in gate.watch(bench.account)] == ["first", "second"]
    assert bench.memory.halts["person"].flatten
    assert bench.memory.halts["person"].reason == "second"


def test_a_flatten_is_asked_for_until_nothing_is_held(bench: Any) -> None:
    gate = bench.gate()
    bench.hold(2)
    bench.hold(-1, symbol=ETH)
    gate.halt("person", "enough", bench.account, flatten=True)
    again = Action(ActionKind.FLATTEN, "person", "enough")

    assert [action.kind for action in gate.watch(bench.account)] == [ActionKind.FLATTEN_AND_HALT]
    assert gate.watch(bench.account) == [again]
    bench.account.open_orders = [bench.sell(2), bench.buy(1, ETH)]
    assert gate.watch(bench.account) == []
    bench.account.open_orders = []
    del bench.account.positions[BTC]
    assert gate.watch(bench.account) == [again]
    del bench.account.positions[ETH]
    assert gate.watch(bench.account) == []


def test_a_flatten_goes_on_after_a_restart(bench: Any) -> None:
    gate = bench.gate()
    bench.hold(2)
    gate.halt("person", "enough", bench.account, flatten=True)

    again = RiskManager(memory=RiskMemory.from_dict(bench.memory.to_dict()))

    assert again.watches
    assert isinstance(again.assess(bench.buy(), bench.account), Denied)
    assert again.watch(bench.account) == [
        Action(ActionKind.HALT, "person", "still halted: enough"),
        Action(ActionKind.FLATTEN, "person", "enough"),
    ]
    assert again.watch(bench.account) == [Action(ActionKind.FLATTEN, "person", "enough")]


def test_bars_of_before_a_start_halt_nothing_and_leave_a_flatten_to_the_bars_behind_them(
    bench: Any,
) -> None:
    gate = bench.gate(bench.wants(FLATTEN))
    gate.watch(bench.account)
    bench.hold(2)

    again = RiskManager([bench.wants(halt("news"))], memory=bench.memory)

    told = Action(ActionKind.HALT, "wants", "still halted: far too much")
    assert [again.look_back(bench.account) for _ in range(2)] == [[told], ()]
    assert list(bench.memory.halts) == ["wants"]
    asked = [(action.kind, action.rule) for action in again.watch(bench.account)]
    assert asked == [(ActionKind.HALT, "news"), (ActionKind.FLATTEN, "wants")]


def test_a_halt_is_told_once_more_after_a_restart_for_its_cancels(bench: Any) -> None:
    """Whoever was killed between halting and cancelling has left entries that rest."""
    bench.gate(bench.says(Denied("wants", "no", halt(until_ms=99)))).assess(
        bench.buy(), bench.account
    )

    again = RiskManager(memory=RiskMemory.from_dict(bench.memory.to_dict()))

    assert again.watches
    assert list(again.watch(bench.account)) == [
        Action(ActionKind.HALT, "wants", "still halted: too much", until_ms=99)
    ]
    assert list(again.watch(bench.account)) == []


def test_a_halt_about_to_be_lifted_is_let_go_and_in_force_until_it_is(bench: Any) -> None:
    bench.gate(bench.wants(halt())).watch(bench.account)

    again = RiskManager(memory=bench.memory)
    again.let_go()

    assert again.look_back(bench.account) == ()
    assert isinstance(again.assess(bench.buy(), bench.account), Denied)


def test_a_halt_that_ended_meanwhile_is_not_told_again(bench: Any) -> None:
    bench.gate(bench.wants(halt(until_ms=99))).watch(bench.account)
    bench.account.now_ms = 99

    again = RiskManager(memory=RiskMemory.from_dict(bench.memory.to_dict()))

    assert list(again.watch(bench.account)) == []
    assert not again.watches


def test_dust_is_not_flattened_for_ever(bench: Any) -> None:
    bench.account.instruments[BTC] = Instrument(BTC, "BTC", "USDT", min_notional=Decimal(10))
    gate = bench.gate()
    bench.hold("0.0999")
    gate.halt("person", "enough", bench.account, flatten=True)
    gate.watch(bench.account)

    assert gate.watch(bench.account) == []
