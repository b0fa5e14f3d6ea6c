"""What an exchange holds against what we know: every difference named, none mended by trading."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from realtrade.model.order import Position, Side

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from realtrade.model.account import AccountState, VenueOrder
    from realtrade.model.instrument import Instrument
    from realtrade.model.order import Fill, OrderIntent

_ZERO = Decimal(0)
_NOTHING = Position()


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """An account as an exchange tells of it at one moment."""

    orders: Sequence[VenueOrder]
    """Every open order of the symbols traded, ours and foreign."""
    fills: Sequence[Fill]
    """Every execution since the cursors, ours and foreign, oldest first."""
    state: AccountState
    gone: frozenset[str] = frozenset()
    """Our orders, believed open, that are not among the open ones; each is being asked for."""


class Kind(StrEnum):
    """What was found."""

    UPDATE = "update"
    """Our order, as journaled."""
    ADOPT = "adopt"
    """Our order by its name, though not in the journal."""
    ORPHAN = "orphan"
    """It has our prefix, but is no order we would have named so."""
    EXTERNAL = "external"
    """A foreign order, a manual trade, a liquidation, a surplus."""
    GONE = "gone"
    """Our order, believed open, is not among the open ones."""
    DUST = "dust"
    """A position differs by no more than can be traded."""
    EXPLAINED = "explained"
    """A position differs by our own executions that are not booked yet."""
    UNEXPLAINED = "unexplained"
    """A position differs, and nothing tells why."""
    FLIPPED = "flipped"
    """Long here, short there."""
    HEDGED = "hedged"
    """The account holds longs and shorts side by side."""


class Consequence(StrEnum):
    """What follows unless a person decides otherwise."""

    NOTHING = "nothing"
    NOTIFY = "notify"
    ASK = "ask"
    """Fetch, apply, compare again."""
    ADJUST = "adjust"
    """Set our position to the exchange's, and write down why."""
    ADOPT = "adopt"
    REDUCE_SYMBOL = "reduce_symbol"
    """No new exposure in that symbol."""
    REDUCE_ALL = "reduce_all"
    """No new exposure anywhere."""
    HALT = "halt"


class OnDifference(StrEnum):
    """What a recipe wants done about a position that differs, and nothing tells why."""

    REDUCE_ONLY = "reduce_only"
    """Nothing: no new exposure in that symbol until a person decides."""
    ADOPT = "adopt"
    """What the exchange holds is taken for ours."""
    FLATTEN = "flatten"
    """The same, and then it is closed."""
    HALT = "halt"
    """Nothing but cancels, until a person resumes."""


_DEFAULTS = MappingProxyType(
    {
        Kind.UPDATE: Consequence.NOTHING,
        Kind.ADOPT: Consequence.ADOPT,
        Kind.ORPHAN: Consequence.REDUCE_ALL,
        Kind.EXTERNAL: Consequence.NOTIFY,
        Kind.GONE: Consequence.ASK,
        Kind.DUST: Consequence.ADJUST,
        Kind.EXPLAINED: Consequence.ASK,
        Kind.UNEXPLAINED: Consequence.REDUCE_SYMBOL,
        Kind.FLIPPED: Consequence.HALT,
        Kind.HEDGED: Consequence.HALT,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing found; `ours` and `theirs` are signed quantities where it is about a position."""

    kind: Kind
    symbol: str
    message: str
    client_order_id: str = ""
    ours: Decimal = _ZERO
    theirs: Decimal = _ZERO
    difference: Decimal = _ZERO
    """What has to be added to our position of `symbol` to agree."""
    external: Decimal = _ZERO
    """What others hold of it, signed, as far as their trades were seen."""

    @property
    def consequence(self) -> Consequence:
        """Return what follows by default."""
        return _DEFAULTS[self.kind]


def _never(_: Fill) -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What we know, from the journal at a start and from the broker later."""

    orders: Mapping[str, OrderIntent]
    """By client order id, all that may be at the exchange."""
    positions: Mapping[str, Position]
    """By symbol, as our own fills made them."""
    seen: Callable[[Fill], bool] = _never
    """Tells of an execution of ours whether it was booked."""
    external: Mapping[str, Decimal] = field(default_factory=dict)
    """What others have traded on the account, signed, by symbol; spot needs none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """How orders of ours are told from others."""

    owns: Callable[[str], bool]
    """Does an id carry our prefix?"""
    derives: Callable[[VenueOrder], bool]
    """Would we have given this order its id?"""


def reconcile(
    snapshot: Snapshot, known: Known, instruments: Sequence[Instrument], names: Names
) -> list[Finding]:
    """Compare; return every finding, orders first, then positions in the instruments' order."""
    findings = [_order(order, known, names) for order in snapshot.orders]
    findings += [_gone(name, known) for name in sorted(snapshot.gone)]
    if snapshot.state.hedged:
        message = "the account holds longs and shorts side by side; only one-way mode is traded"
        findings.append(Finding(kind=Kind.HEDGED, symbol="", message=message))
        return findings
    unseen = _Unseen(snapshot.fills, known, names)
    swaps = [instrument for instrument in instruments if instrument.may_short]
    findings += [_swap(each, snapshot, known, unseen) for each in swaps]
    spots = [instrument for instrument in instruments if not instrument.may_short]
    findings += _spot(spots, snapshot, known, unseen)
    return [finding for finding in findings if finding.message]


def adopted(held: Decimal, finding: Finding) -> tuple[Decimal, Decimal]:
    """Return our position, and that of others, once the exchange is taken to be right.

    Both add up to what it holds. Others who traded against us have closed ours: that is netted.
    """
    ours, external = held + finding.difference, finding.external
    if ours * external >= 0:
        return ours, external
    left = ours + external
    return (left, _ZERO) if left * ours > 0 else (_ZERO, left)


def limits(findings: Iterable[Finding]) -> dict[str, str]:
    """Return the symbols that may only be reduced, each with the reason."""
    return {
        finding.symbol: finding.message
        for finding in findings
        if finding.consequence is Consequence.REDUCE_SYMBOL
    }


def first(findings: Iterable[Finding], consequence: Consequence) -> Finding | None:
    """Return the first finding with this consequence, or None."""
    return next((finding for finding in findings if finding.consequence is consequence), None)


def _order(order: VenueOrder, known: Known, names: Names) -> Finding:
    words = f"{order.side} {order.quantity} {order.symbol} ({order.client_order_id})"
    if order.client_order_id in known.orders:
        kind, message = Kind.UPDATE, f"{words}: open there as here"
    elif not names.owns(order.client_order_id):
        kind, message = Kind.EXTERNAL, f"{words}: not ours, and left alone"
    elif names.derives(order):
        kind, message = Kind.ADOPT, f"{words}: ours by its name, though not in the journal"
    else:
        kind, message = Kind.ORPHAN, f"{words}: has our prefix, but no order of ours has its name"
    return Finding(
        kind=kind, symbol=order.symbol, message=message, client_order_id=order.client_order_id
    )


def _gone(name: str, known: Known) -> Finding:
    intent = known.orders[name]
    message = f"{intent.side} {intent.quantity} {intent.symbol} ({name}): no longer open there"
    return Finding(kind=Kind.GONE, symbol=intent.symbol, message=message, client_order_id=name)


class _Unseen:
    """Executions of ours that are not booked, added up by symbol, signed."""

    def __init__(self, fills: Iterable[Fill], known: Known, names: Names) -> None:
        self.ours: defaultdict[str, Decimal] = defaultdict(Decimal)
        for fill in fills:
            id_ = fill.client_order_id
            if (id_ in known.orders or names.owns(id_)) and not known.seen(fill):
                moved = fill.quantity if fill.side is Side.BUY else -fill.quantity
                self.ours[fill.symbol] += moved


def _step(instrument: Instrument) -> Decimal:
    """Return the most a position may differ by without anyone being able to trade it."""
    return max(instrument.lot, instrument.min_quantity)


def _swap(each: Instrument, snapshot: Snapshot, known: Known, unseen: _Unseen) -> Finding:
    symbol = each.symbol
    ours = known.positions.get(symbol, _NOTHING).quantity
    external = known.external.get(symbol, _ZERO)
    theirs = snapshot.state.positions.get(symbol, _NOTHING).quantity
    difference = theirs - external - ours
    mine = unseen.ours[symbol]
    words = f"{symbol}: {theirs} held there, {ours} by our own fills"
    words += f", {external} traded by others" if external else ""
    if not difference:
        kind, words = _beside(ours, external, words)
    elif mine and difference == mine:
        kind, words = Kind.EXPLAINED, f"{words}; {mine} of ours was executed and is not booked yet"
    elif ours and theirs and (ours > 0) != (theirs > 0) and not external:
        kind, words = Kind.FLIPPED, f"{words}: the side has flipped"
    elif abs(difference) <= _step(each):
        kind = Kind.DUST
    else:
        kind, words = Kind.UNEXPLAINED, f"{words}: {difference} is unexplained"
    return Finding(
        kind=kind,
        symbol=symbol,
        message=words,
        ours=ours,
        theirs=theirs,
        difference=difference,
        external=external,
    )


def _beside(ours: Decimal, external: Decimal, words: str) -> tuple[Kind, str]:
    """Judge a position that adds up: others' trades against ours are nothing to live with."""
    if not external:
        return Kind.UPDATE, ""
    if ours * external < 0:
        return Kind.UNEXPLAINED, f"{words}: others trade against our position"
    return Kind.EXTERNAL, words


def _spot(
    instruments: Sequence[Instrument], snapshot: Snapshot, known: Known, unseen: _Unseen
) -> list[Finding]:
    """Compare holdings currency by currency: symbols of one base share its balance."""
    by_base: defaultdict[str, list[Instrument]] = defaultdict(list)
    for each in instruments:
        by_base[each.base].append(each)
    return [_holding(base, group, snapshot, known, unseen) for base, group in by_base.items()]


def _holding(
    base: str, group: Sequence[Instrument], snapshot: Snapshot, known: Known, unseen: _Unseen
) -> Finding:
    """Compare one currency's balance with what our fills bought of it; a surplus is not ours.

    What is missing is taken to be missing from the symbol that holds the most of it.
    """
    most = max(group, key=lambda each: known.positions.get(each.symbol, _NOTHING).quantity)
    ours = sum((known.positions.get(each.symbol, _NOTHING).quantity for each in group), _ZERO)
    balance = snapshot.state.balances.get(base)
    theirs = _ZERO if balance is None else balance.total
    mine = sum((unseen.ours[each.symbol] for each in group), _ZERO)
    missing = ours - theirs
    words = f"{base}: {theirs} in the account, {ours} by our own fills"
    if mine:
        kind, words = Kind.EXPLAINED, f"{words}; {mine} of ours was executed and is not booked yet"
    elif missing <= 0:
        # More than ours is somebody else's: never sold, never counted as a position of ours.
        kind, words = Kind.UPDATE, ""
    elif missing <= max(_step(each) for each in group):
        kind = Kind.DUST
    else:
        kind, words = Kind.UNEXPLAINED, f"{words}: {missing} is missing"
    held = known.positions.get(most.symbol, _NOTHING).quantity
    return Finding(
        kind=kind,
        symbol=most.symbol,
        message=words,
        ours=ours,
        theirs=theirs,
        difference=-min(missing, held),
    )
