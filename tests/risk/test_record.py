"""What rules refused, cut and did is counted and told."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from realtrade.model.verdict import Action, ActionKind, Approved, Denied, Resized
from realtrade.risk.record import RiskNote, RiskRecord

D = Decimal


def test_the_gate_counts_what_its_rules_say(bench: Any) -> None:
    bench.bar(100)
    gate = bench.gate(bench.says(Approved()))
    gate.assess(bench.buy(), bench.account)
    assert gate.record.rules == {}

    gate.add_rule(bench.build("max_order_size", "size", quantity=2))
    gate.assess(bench.buy(5), bench.account)
    gate.add_rule(bench.says(Denied("no", "never")))
    gate.assess(bench.buy(5), bench.account)
    gate.assess(bench.buy(1), bench.account)

    counts = {name: (one.denied, one.cut) for name, one in gate.record.rules.items()}
    assert counts == {"size": (0, 1), "no": (2, 0)}
    last = gate.record.rules["no"].last
    assert last == RiskNote(bench.account.now_ms, "no", "denied", "BTC/USDT", "never")


def test_the_gate_counts_what_is_really_done(bench: Any) -> None:
    bench.fill(1)
    bench.bar(100)
    close = Action(ActionKind.CLOSE, "stop", "met", "BTC/USDT")
    gate = bench.gate(
        bench.wants(close, close, Action(ActionKind.CLOSE, "stop", "met", "ETH/USDT"))
    )

    gate.watch(bench.account)

    assert gate.record.rules["stop"].acted == 1
    assert [(one.what, one.symbol) for one in gate.record.newest] == [("close", "BTC/USDT")]


def test_a_cut_order_counts_for_the_rate_of_orders(bench: Any) -> None:
    bench.bar(100)
    gate = bench.gate(
        bench.build("max_order_size", quantity=2), bench.build("order_rate", max=1, per="1h")
    )

    verdicts = [gate.assess(bench.buy(5), bench.account) for _ in range(2)]

    assert isinstance(verdicts[0], Resized)
    assert isinstance(verdicts[1], Denied)


def test_memory_does_not_grow_with_a_run(bench: Any) -> None:
    record = RiskRecord()
    record.judged(bench.buy(), Approved(), 0)
    assert not record.newest

    for number in range(500):
        record.judged(bench.buy(), Denied("no", f"{number}"), number)
        record.acted(Action(ActionKind.HALT, "no", "enough"), number)

    assert len(record.newest) == 50
    assert (record.rules["no"].denied, record.rules["no"].acted) == (500, 500)
    assert record.newest[-1] == RiskNote(499, "no", "halt", "", "enough")
