"""The findings of a check in a trader's words, and as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from realtrade.engine.check.outcome import CheckOutcome, Finding, LookAhead, Trial, WarmUp
    from realtrade.engine.check.signals import Signal

_SHOWN = 10
FORMAT_VERSION = 1


def as_json(name: str, outcome: CheckOutcome) -> str:
    """Return the outcome as one object; times are milliseconds since the epoch, UTC."""
    found: dict[str, Any] = {
        "format_version": FORMAT_VERSION,
        "recipe": name,
        "clean": outcome.clean,
        "bars": outcome.bars,
        "signals": outcome.signals,
        "seed": outcome.seed,
        "not_deterministic": None,
        "look_ahead": None,
        "warm_up": None,
        "crash": None if outcome.crash is None else outcome.crash.text,
    }
    if outcome.fickle is not None:
        time_ms, symbol, one, other = outcome.fickle
        runs = [[asdict(signal) for signal in signals] for signals in (one, other)]
        found["not_deterministic"] = {"time_ms": time_ms, "symbol": symbol, "runs": runs}
    if outcome.look_ahead is not None:
        found["look_ahead"] = asdict(outcome.look_ahead)
    if outcome.warm_up is not None:
        verdict = {"settles": outcome.warm_up.settles, "enough": outcome.warm_up.enough}
        found["warm_up"] = {**asdict(outcome.warm_up), **verdict}
    return json.dumps(found, indent=2)


def as_text(outcome: CheckOutcome) -> Iterator[str]:
    """Yield the lines for people."""
    looked = f"{outcome.bars:,} bars, {_count(outcome.signals, 'signal')}"
    yield f"{looked}{'' if outcome.signals else ': nothing to compare; look at more --bars'}"
    if outcome.fickle is not None:
        yield from _fickle(outcome)
        return
    if outcome.look_ahead is not None:
        yield ""
        yield from _look_ahead(outcome.look_ahead)
    if outcome.warm_up is not None:
        yield ""
        yield from _warm_up(outcome.warm_up)


def _fickle(outcome: CheckOutcome) -> Iterator[str]:
    assert outcome.fickle is not None  # noqa: S101 - asked only when it is there
    time_ms, symbol, one, other = outcome.fickle
    yield ""
    yield "not deterministic: two runs on the same bars placed other orders"
    yield f"  {_when(time_ms)} {symbol}: {_told(one)}; run again, {_told(other)}"
    yield "  chance without a seed, the clock, or memory kept between runs in a module or class"
    yield "  nothing can be told of look-ahead and warm-up until equal bars give equal orders"


def _look_ahead(part: LookAhead) -> Iterator[str]:
    where = f"the future changed at {_count(part.cuts, 'bar')}"
    if not part.cuts:
        yield "look-ahead: not checked, there are too few bars"
    elif not part.findings:
        yield f"look-ahead: none ({where}, no signal did)"
    else:
        count = _count(len(part.findings), "decision")
        yield f"LOOK-AHEAD: {count} rest on bars not there yet ({where})"
        yield from (f"  {_finding(found)}" for found in part.findings[:_SHOWN])
        if len(part.findings) > _SHOWN:
            yield f"  and {len(part.findings) - _SHOWN} more; -o json lists them all"
    for leak in part.leaks:
        yield f"  beware: {leak.name} changes up to {_count(leak.bars, 'bar')} back as others come"


def _finding(found: Finding) -> str:
    changed = "without it" if found.proofs[0] == "no future" else "with another one"
    seeing, blind = _told(found.seeing), _told(found.blind)
    return (
        f"{_when(found.time_ms)} {found.symbol}: "
        f"{seeing} with the future visible; {changed}, {blind}"
    )


def _warm_up(part: WarmUp) -> Iterator[str]:
    starts = f"{_count(part.starts, 'start')}, {_count(part.signals, 'signal')} in all"
    if not part.trials or not part.signals:
        yield "warm-up: not checked, there are too few bars or signals"
        return
    if part.recommended is None:
        yield f"WARM-UP: not settled by {part.trials[-1].history_bars:,} bars ({starts})"
        yield "  what is ordered depends on where history begins"
    elif not part.enough:
        yield f"WARM-UP: {part.stated:,} bars of {part.feed} are too few ({starts})"
    else:
        yield f"warm-up: settles ({starts})"
    for name, bars in (part.recommended or {}).items():
        yield f"  feed {name} needs `history: {bars} bars`"
    if part.signals < part.starts:
        yield "  few signals to go by: more --bars or --cuts tell better"
    yield ""
    yield f"  {'history':>12}  {'starts alike':>12}  first other order"
    yield from (f"  {_trial(trial)}" for trial in part.trials)


def _trial(trial: Trial) -> str:
    alike = f"{trial.agreeing} of {trial.starts}"
    line = f"{_count(trial.history_bars, 'bar'):>12}  {alike:>12}"
    if trial.time_ms is None:
        return f"{line}  none"
    parted = f"{_told(trial.settled)} with all history; with this, {_told(trial.unsettled)}"
    return f"{line}  {_when(trial.time_ms)} {trial.symbol}: {parted}"


def _told(signals: Sequence[Signal]) -> str:
    return ", ".join(signal.told for signal in signals) or "nothing"


def _when(time_ms: int) -> str:
    """Return the bar's open time; zero is before the first bar."""
    if not time_ms:
        return "before the first bar"
    return f"{datetime.fromtimestamp(time_ms / 1000, UTC):%Y-%m-%d %H:%M}"


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'s' * (number != 1)}"
