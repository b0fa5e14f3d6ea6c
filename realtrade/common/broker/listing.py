"""What a broker knows of one Backtrader feed: name, instrument, tape, position, costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import backtrader as bt

from realtrade.common.data_tape import DataTape
from realtrade.common.simulated import Market
from realtrade.execution import is_free
from realtrade.model.bar import Bar
from realtrade.model.instrument import Instrument

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from realtrade.common.simulated import SimulatedVenue
    from realtrade.utils.timeframes import Timeframe

_SCHEME = bt.CommInfoBase
_INTEREST = ("get_credit_interest", "_get_credit_interest")


class HeldPosition(bt.Position):
    """A `bt.Position` that works out the time of its last change only when asked."""

    def __init__(self) -> None:
        super().__init__()
        self._changed: tuple[Any, float] | None = None

    def __bool__(self) -> bool:
        return not not self.size  # noqa: SIM208 - asked on most bars, and `bool()` is a call

    @property
    def datetime(self) -> datetime | None:
        """Time of the last change, in the feed's zone."""
        if self._changed is None:
            return None
        data, number = self._changed
        moment: datetime = data.num2date(number)
        return moment

    @datetime.setter
    def datetime(self, moment: Any) -> None:
        """Take what Backtrader's `update` hands over: the feed and its time."""
        self._changed = moment


class Listing:
    """One feed as the broker trades it."""

    __slots__ = (
        "data",
        "feed",
        "finest",
        "free",
        "held_as",
        "instrument",
        "interval",
        "may_short",
        "position",
        "symbol",
        "tape",
    )

    def __init__(self, data: Any, feed: str, instrument: Instrument, held: HeldPosition) -> None:
        self.data = data
        self.feed = feed
        self.instrument = instrument
        self.free = is_free(instrument)
        """No steps, no least: an intent need not be written down to be decided on."""
        self.may_short = instrument.may_short
        self.symbol = instrument.symbol
        self.position = held
        self.tape = DataTape(data)
        self.held_as: Listing | None = None
        """The feed whose position orders on this one change, where this one compensates it."""
        self.interval: Timeframe | None = getattr(data, "interval", None)
        self.finest: Timeframe | None = getattr(data, "finest", None)

    def freshness(self) -> tuple[int, int]:
        """Return what grows with the newest bar's time and, at one time, with shorter bars."""
        length = 0 if self.interval is None else self.interval.approximate_ms
        return self.tape.time_ms(), -length

    def due_ms(self, ago: int = 0) -> int:
        """Return when a bar was known; a plain Backtrader feed only tells its stamp."""
        stamp = self.tape.time_ms(ago)
        return stamp if self.finest is None or not stamp else self.finest.close_ms(stamp)

    def bar(self, ago: int = 0) -> Bar:
        """Return the newest bar, or the one `ago` (negative) before it."""
        inside = self.tape.time_ms(ago)
        if self.finest is not None and self.finest.is_tick and self.interval != self.finest:
            inside -= 1  # beside ticks a bar is stamped with its end, which is the next one's
        opened = inside if self.interval is None else self.interval.open_ms(inside)
        return Bar(opened, self.due_ms(ago), *self.tape.values(ago))


def feed_name(data: Any, taken: int) -> str:
    """Return the name a feed goes by: its recipe's, else Backtrader's, else one by its number."""
    return getattr(data, "feed_name", None) or data._name or f"data{taken}"  # noqa: SLF001  # theirs


def instrument_of(data: Any, feed: str) -> Instrument:
    """Return what a feed is of; a plain Backtrader feed trades in any step and may be shorted."""
    instrument: Instrument | None = getattr(data, "instrument", None)
    return instrument or Instrument(symbol=feed, base=feed, quote="", market="swap")


def settles(scheme: Any) -> bool:
    """Tell whether a commission scheme turns price changes into cash bar by bar."""
    if not isinstance(scheme, _SCHEME):
        return True
    return not scheme.stocklike or type(scheme).cashadjust is not _SCHEME.cashadjust


def accrues(scheme: Any) -> bool:
    """Tell whether a commission scheme charges interest on open positions."""
    if not isinstance(scheme, _SCHEME):
        return True
    own = any(getattr(type(scheme), name) is not getattr(_SCHEME, name) for name in _INTEREST)
    return own or bool(scheme.p.interest)


class Positions(dict[Any, HeldPosition]):
    """Positions by feed, made when first looked at, as Backtrader's broker has them."""

    def __init__(self, listings: Listings) -> None:
        super().__init__()
        self._listings = listings

    def __missing__(self, data: Any) -> HeldPosition:
        """Return the position on a feed not looked at before."""
        held = self[data] = self._listings.of(data).position
        return held


class Listings:
    """The feeds a broker trades on, by feed and by symbol; a simulated venue is told of each."""

    def __init__(self, venue: SimulatedVenue | None, scheme: Callable[[Any], Any]) -> None:
        """`scheme` returns the commission scheme of a feed."""
        self.positions = Positions(self)
        self._venue = venue
        self._scheme = scheme
        self._by_data: dict[Any, Listing] = {}
        self._by_symbol: dict[str, list[Listing]] = {}
        self._markets: list[Market] = []

    def __iter__(self) -> Iterator[Listing]:
        return iter(self._by_data.values())

    def of(self, data: Any) -> Listing:
        """Return what is known of a feed, listed when first asked for."""
        found = self._by_data.get(data)
        return self._list(data) if found is None else found

    def of_symbol(self, symbol: str) -> Listing | None:
        """Return the feed of `symbol` with the newest bar, the shortest of those; or None."""
        carriers = self._by_symbol.get(symbol)
        if carriers is None:
            return None
        if len(carriers) == 1:
            return carriers[0]
        return max(carriers, key=Listing.freshness)

    def of_feed(self, feed: str) -> Listing | None:
        """Return the feed of that name, or None."""
        return next((listing for listing in self if listing.feed == feed), None)

    def charge(self) -> None:
        """Look the commission schemes up anew."""
        for market in self._markets:
            self._set_charges(market)

    def _list(self, data: Any) -> Listing:
        compensated = data._compensate  # noqa: SLF001  # Backtrader's own name
        held_as = None if compensated is None else self.of(compensated)
        feed = self._name(data)
        instrument = instrument_of(data, feed)
        carriers = self._by_symbol.setdefault(instrument.symbol, [])
        held = carriers[0].position if carriers else HeldPosition()
        listing = self._by_data[data] = Listing(data, feed, instrument, held)
        carriers.append(listing)
        listing.held_as = held_as
        if self._venue is not None:
            self._list_market(listing, self._venue)
        return listing

    def _name(self, data: Any) -> str:
        taken = {listing.feed for listing in self}
        name = feed_name(data, len(taken))
        return name if name not in taken else f"{name}#{len(taken)}"

    def _list_market(self, listing: Listing, venue: SimulatedVenue) -> None:
        held_as = listing.held_as or listing
        scheme = self._scheme(listing.data)
        market = Market(
            feed=listing.feed,
            tape=listing.tape,
            book=venue.account.book(held_as.symbol),
            charges=scheme,
            opening=scheme,
            source=listing.data,
            contract_size=float(listing.instrument.contract_size),
            lot=float(listing.instrument.lot),
            may_short=listing.instrument.may_short,
            values=listing.held_as is None,
        )
        self._set_charges(market)
        self._markets.append(market)
        venue.list_market(market)

    def _set_charges(self, market: Market) -> None:
        data = market.source
        market.charges = market.opening = scheme = self._scheme(data)
        if data._compensate is not None:  # noqa: SLF001  # Backtrader's own name
            market.opening = self._scheme(data._compensate)  # noqa: SLF001  # as above
        market.settles, market.accrues = settles(scheme), accrues(scheme)
        if self._venue is not None:
            self._venue.account.per_bar |= market.settles or market.accrues
