from __future__ import annotations

import pytest

from realtrade.cli.check_text import as_text
from realtrade.engine.check.outcome import CheckOutcome, Finding, LookAhead, Trial, WarmUp
from realtrade.engine.check.signals import Signal

HOUR_MS = 1_520_139_600_000  # 2018-03-04 05:00 UTC


def _signal(**words: object) -> Signal:
    given = {"time_ms": HOUR_MS, "symbol": "BTC/USD", "feed": "btc", "act": "buy", "asked": 2.0}
    return Signal(**{"kind": "market", **given, **words})  # type: ignore[arg-type]  # a test's shorthand


@pytest.mark.parametrize(
    ("signal", "told"),
    [
        (_signal(sent=2.0), "bought 2 at market"),
        (_signal(sent=1.5), "bought 2 (cut to 1.5) at market"),
        (_signal(sent=0.0), "bought 2 (denied) at market"),
        (_signal(act="sell", kind="limit", price=101.5), "sold 2 by limit 101.5"),
        (
            _signal(act="sell", kind="stop_limit", price=90.0, limit=89.0),
            "sold 2 by stop limit 90 limit 89",
        ),
        (
            _signal(act="sell", kind="trailing_stop", price=90.0, trail=0.05),
            "sold 2 by trailing stop 90 trailing by 0.05",
        ),
        (_signal(act="cancel", kind="limit"), "cancelled 2 by limit"),
        (_signal(act="failure", text="IndexError: x"), "failed with IndexError: x"),
    ],
)
def test_a_decision_in_words(signal: Signal, told: str) -> None:
    assert signal.told == told


def _text(**words: object) -> str:
    given: dict[str, object] = {"bars": 100, "signals": 5, "seed": 0, **words}
    return "\n".join(as_text(CheckOutcome(**given)))  # type: ignore[arg-type]  # a test's shorthand


def test_findings_beyond_ten_are_counted() -> None:
    found = [
        Finding(
            time_ms=HOUR_MS + day * 86_400_000,
            symbol="BTC/USD",
            seeing=(),
            blind=(_signal(sent=2.0),),
            proofs=("another future",),
            cuts=1,
        )
        for day in range(12)
    ]

    text = _text(look_ahead=LookAhead(cuts=20, findings=tuple(found)))

    assert (
        "  2018-03-04 05:00 BTC/USD: nothing with the future visible; "
        "with another one, bought 2 at market\n"
    ) in text
    assert text.count("BTC/USD") == 10
    assert text.endswith("  and 2 more; -o json lists them all")


def _warm_up(**words: object) -> WarmUp:
    trial = Trial(history_bars=80, starts=3, agreeing=3)
    given: dict[str, object] = {"starts": 3, "signals": 9, "trials": (trial,), **words}
    return WarmUp(feed="btc", recommended={"btc": 80}, **given)  # type: ignore[arg-type]  # a test's shorthand


def test_history_stated_and_too_short_is_told_with_what_is_needed() -> None:
    text = _text(warm_up=_warm_up(stated=50))

    assert "WARM-UP: 50 bars of btc are too few (3 starts, 9 signals in all)" in text
    assert "  feed btc needs `history: 80 bars`" in text


@pytest.mark.parametrize(("signals", "said"), [(2, True), (3, False)])
def test_thin_evidence_is_called_so(signals: int, said: bool) -> None:
    assert ("few signals to go by" in _text(warm_up=_warm_up(signals=signals))) is said


def test_a_failure_before_any_bar_has_no_date() -> None:
    found = Finding(
        time_ms=0,
        symbol="BTC/USD",
        seeing=(),
        blind=(_signal(time_ms=0, act="failure", text="IndexError"),),
        proofs=("no future",),
        cuts=1,
    )

    assert "  before the first bar BTC/USD: nothing" in _text(
        look_ahead=LookAhead(cuts=1, findings=(found,))
    )
    assert "not checked" in _text(look_ahead=LookAhead(cuts=0))
