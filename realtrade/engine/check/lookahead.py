"""Look-ahead: does a decision stand when the bars after it are gone, or are others?

Peer: freqtrade's lookahead-analysis, which cuts the data after each trade and compares trades and
indicators. Here every order counts, whatever made it, and the future is replaced as well as cut.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from realtrade.engine.check.lines import leaks
from realtrade.engine.check.outcome import Finding, Leak, LookAhead
from realtrade.engine.check.signals import Difference, first_difference, up_to

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from realtrade.engine.check.market import Market
    from realtrade.engine.check.outcome import Proof
    from realtrade.engine.check.runs import Laboratory, Trace

TOLERANCE = 1e-9
"""Sums of another number of bars may differ in their last digits; no decision does in its first."""


class FickleRuns(Exception):
    """The same bars gave other signals when run again."""

    def __init__(self, where: Difference) -> None:
        super().__init__("two runs on the same bars differ")
        self.where = where


class _Found(NamedTuple):
    where: Difference
    proof: Proof


def choose_cuts(market: Market, trace: Trace, count: int, seed: int) -> list[int]:
    """Return stamps at which to take the future away, rising.

    At most `count` bars with signals, spread evenly, and half as many others by chance: a strategy
    may also keep still because of what it sees. Not before indicators have their bars, and not at
    the last bar, which has no future.
    """
    ticks = market.ticks()
    if trace.ready_ms is None or count < 1:
        return []
    open_to = ticks[(ticks >= trace.ready_ms) & (ticks < ticks[-1])]
    if not len(open_to):
        return []
    decided = {signal.time_ms for signal in trace.signals}
    signalled = sorted(at for at in decided if open_to[0] <= at <= open_to[-1])
    still = sorted({*open_to.tolist()} - decided)
    chance = Random(seed)  # noqa: S311 - a sample of bars, no secret
    others = chance.sample(still, min(len(still), (count + 1) // 2))
    return sorted({*spread(signalled, count), *others})


def spread(values: Sequence[int], count: int) -> list[int]:
    """Return at most `count` of `values`, evenly spread, the first and the last among them."""
    if len(values) <= count:
        return list(values)
    places = np.linspace(0, len(values) - 1, count).round().astype(int)
    return [values[place] for place in places.tolist()]


def look_ahead(
    laboratory: Laboratory, market: Market, whole: Trace, cuts: Sequence[int]
) -> LookAhead:
    """Rerun with the future cut off, and with another one, at each of `cuts`.

    Raises:
        FickleRuns: a difference is not the future's doing.
    """
    found: list[_Found] = []
    leaking: dict[str, list[int]] = {}
    for cut in cuts:
        for proof, changed in _variants(market, cut):
            again = laboratory.run(changed)
            if proof == "no future":
                for name, bars in leaks(whole.lines, again.lines):
                    leaking.setdefault(name, []).append(bars)
            where = _apart(whole, again, cut)
            if where is None:
                continue
            if not found:
                _make_sure(laboratory, market, whole, changed, cut, where)
            found.append(_Found(where, proof))
    return LookAhead(
        cuts=len(cuts),
        findings=tuple(_findings(found)),
        leaks=tuple(Leak(name=n, bars=max(b), cuts=len(b)) for n, b in sorted(leaking.items())),
    )


def _variants(market: Market, cut: int) -> Iterator[tuple[Proof, Market]]:
    yield "no future", market.until(cut)
    yield "another future", market.otherwise(cut)


def _apart(whole: Trace, again: Trace, cut: int) -> Difference | None:
    return first_difference(up_to(whole.signals, cut), up_to(again.signals, cut), TOLERANCE)


def _make_sure(  # noqa: PLR0917 - what the two comparisons need
    laboratory: Laboratory,
    market: Market,
    whole: Trace,
    changed: Market,
    cut: int,
    where: Difference,
) -> None:
    """Repeat the runs behind the first difference: chance is not foresight."""
    again = laboratory.run(market)
    apart = first_difference(whole.signals, again.signals, TOLERANCE)
    if apart is None and _apart(whole, laboratory.run(changed), cut) != where:
        apart = where
    if apart is not None:
        raise FickleRuns(apart)


def _findings(found: Iterable[_Found]) -> Iterator[Finding]:
    """Put together what is one decision; the first rerun that shows it tells what it became."""
    groups: dict[tuple[int, str], list[_Found]] = {}
    for one in found:
        groups.setdefault((one.where.time_ms, one.where.symbol), []).append(one)
    for (time_ms, symbol), group in sorted(groups.items()):
        yield Finding(
            time_ms=time_ms,
            symbol=symbol,
            seeing=group[0].where.one,
            blind=group[0].where.other,
            proofs=tuple(dict.fromkeys(one.proof for one in group)),
            cuts=len(group),
        )
