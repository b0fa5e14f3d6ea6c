"""What is remembered of a run: equity bar by bar, fills, round trips, fees."""

from __future__ import annotations

from array import array
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from realtrade.model.order import Side
from realtrade.monitor.round_trips import OpenTrip, RoundTrip, RoundTrips
from realtrade.monitor.slippage import Slippage, slippage
from realtrade.monitor.statistics import EquityCurve, Statistics, measure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from decimal import Decimal

    from numpy.typing import ArrayLike, NDArray

    from realtrade.model.order import Fill
    from realtrade.monitor.round_trips import PlainFill
    from realtrade.utils.timeframes import Timeframe

_FILL_COLUMNS = (
    *("_fill_time", "_fill_symbol", "_fill_quantity"),
    *("_fill_price", "_fill_fee", "_fill_wanted"),
)
_NEWEST = 200
"""Executions kept whole, for people to look at."""


class FillRecord(NamedTuple):
    """One execution in account currency."""

    time_ms: int
    symbol: str
    side: Side
    quantity: float
    """Unsigned, base units or contracts."""
    price: float
    fee: float
    """Positive is paid."""
    wanted: float = 0.0
    """Price at the signal; zero where it is not known."""

    @property
    def slippage_bps(self) -> float | None:
        """How much worse than at the signal it was, in basis points; None when not known."""
        if not self.wanted > 0:
            return None
        worse = self.price - self.wanted
        return (worse if self.side is Side.BUY else -worse) / self.wanted * 10_000 + 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """The equity curve as arrays of one length, oldest bar first."""

    time_ms: NDArray[np.int64]
    """Stamp of each bar, milliseconds since the epoch, UTC."""
    cash: NDArray[np.float64]
    """Cash after the bar."""
    equity: NDArray[np.float64]
    """Cash plus what the positions were worth at the bar's close."""


class PerformanceTracker:
    """Records a run, backtest and live alike, and cheaply.

    A bar costs three array appends, or nothing when whole columns are handed over. Money is held
    as floats, as Backtrader has it; text made of it keeps every digit.
    """

    def __init__(
        self,
        start_cash: float | Decimal,
        *,
        timeframe: Timeframe | None = None,
        contract_sizes: Mapping[str, Decimal] | None = None,
    ) -> None:
        """Start with `start_cash` and no position.

        Args:
            start_cash: equity before the first bar, in account currency.
            timeframe: length of the bars recorded; told from their spacing when left out.
            contract_sizes: base units per contract by symbol; 1 where not named.
        """
        self.start_cash = float(start_cash)
        self.timeframe = timeframe
        self.fees_paid = 0.0
        """Fees of all fills, in account currency."""
        self.other_fees: dict[str, float] = {}
        """Fees paid in currencies that no price here converts, by currency; not in `fees_paid`."""
        self._contract_sizes = {key: float(size) for key, size in (contract_sizes or {}).items()}
        self._trips = RoundTrips()
        self._symbols: dict[str, int] = {}
        self._fill_time, self._fill_symbol = array("q"), array("q")
        self._fill_quantity, self._fill_price, self._fill_fee = array("d"), array("d"), array("d")
        self._fill_wanted = array("d")
        self._newest: deque[FillRecord] = deque(maxlen=_NEWEST)
        self._sealed: list[Columns] = []
        self._time, self._cash, self._equity = array("q"), array("d"), array("d")

    # -- writing ---------------------------------------------------------------------------------

    def record_bar(self, time_ms: int, cash: float, equity: float) -> None:
        """Remember the account after one bar; bars come in time order."""
        self._time.append(time_ms)
        self._cash.append(cash)
        self._equity.append(equity)

    def record_columns(self, times: ArrayLike, cash: ArrayLike, equity: ArrayLike) -> None:
        """Remember the account after each of many bars; arrays of int64 and float64 are not copied.

        Raises:
            ValueError: the columns differ in length.
        """
        columns = Columns(
            np.asarray(times, dtype=np.int64),
            np.asarray(cash, dtype=np.float64),
            np.asarray(equity, dtype=np.float64),
        )
        if not len(columns.time_ms) == len(columns.cash) == len(columns.equity):
            msg = (
                f"columns of one length are wanted, not {len(columns.time_ms)} times, "
                f"{len(columns.cash)} cash and {len(columns.equity)} equity values"
            )
            raise ValueError(msg)
        self._seal()
        self._sealed.append(columns)

    def record_fill(
        self,
        symbol: str,
        side: Side,
        *,
        quantity: float,
        price: float,
        fee: float,
        time_ms: int,
        contract_size: float | None = None,
        wanted: float = 0.0,
        bar_ms: int | None = None,
        note: bool = True,
    ) -> None:
        """Take in one execution in plain numbers: unsigned quantity, fee in account currency.

        `wanted` is the price at the signal, where it is known; `bar_ms` when it was on the bars'
        clock, where that is not `time_ms`. Without `note` it is a part of what was noted already.
        """
        if note:
            self.note(FillRecord(time_ms, symbol, side, quantity, price, fee, wanted))
        signed = quantity if side is Side.BUY else -quantity
        self._fill_time.append(time_ms)
        self._fill_symbol.append(self._symbols.setdefault(symbol, len(self._symbols)))
        self._fill_quantity.append(signed)
        self._fill_price.append(price)
        self._fill_fee.append(fee)
        self._fill_wanted.append(wanted)
        self.fees_paid += fee
        if contract_size is None:
            contract_size = self._contract_sizes.get(symbol, 1.0)
        if signed:
            self._trips.apply(
                symbol,
                signed,
                price=price,
                fee=fee,
                time_ms=time_ms if bar_ms is None else bar_ms,
                contract_size=contract_size,
            )

    def note(self, fill: FillRecord) -> None:
        """Keep an execution for `last_fills`, whole, whatever parts it is recorded in."""
        self._newest.append(fill)

    def hold(self, symbol: str, quantity: float, price: float, time_ms: int) -> None:
        """Begin with something held already, signed: no fill of this run, no fee."""
        size = self._contract_sizes.get(symbol, 1.0)
        self._trips.apply(
            symbol, quantity, price=price, fee=0.0, time_ms=time_ms, contract_size=size
        )

    def record_fills(
        self,
        symbol: str,
        fills: Sequence[PlainFill],
        *,
        contract_size: float = 1.0,
        wanted: Sequence[float] | None = None,
    ) -> None:
        """Take in many executions of one symbol, oldest first, none of them of nothing.

        `wanted` has the price at the signal of each, where they are known.
        """
        if not fills:
            return
        index = self._symbols.setdefault(symbol, len(self._symbols))
        times, quantities, prices, fees = zip(*fills, strict=True)
        self._fill_time.extend(times)
        self._fill_symbol.extend([index] * len(fills))
        self._fill_quantity.extend(quantities)
        self._fill_price.extend(prices)
        self._fill_fee.extend(fees)
        self._fill_wanted.extend([0.0] * len(fills) if wanted is None else wanted)
        for fee in fees:  # one by one, so that it is rounded as in `record_fill`
            self.fees_paid += fee
        self._trips.apply_all(symbol, fills, contract_size)

    def record(self, fill: Fill) -> None:
        """Take in one execution as a venue reported it.

        A fee in the base currency is taken out of what was bought (or adds to what was sold) and
        valued at the fill's price. A fee in a third currency is kept apart, in `other_fees`.
        """
        quantity, price, fee = float(fill.quantity), float(fill.price), float(fill.fee)
        base, _, quote = fill.symbol.partition("/")
        quote, _, settled = quote.partition(":")
        if fill.fee_currency == base and settled != base:
            quantity += -fee if fill.side is Side.BUY else fee
            fee *= price
        elif fill.fee_currency not in {quote, settled}:
            paid = self.other_fees.get(fill.fee_currency, 0.0)
            self.other_fees[fill.fee_currency] = paid + fee
            fee = 0.0
        self.record_fill(
            fill.symbol, fill.side, quantity=quantity, price=price, fee=fee, time_ms=fill.time_ms
        )

    # -- reading ---------------------------------------------------------------------------------

    @property
    def bars(self) -> int:
        """Number of bars recorded."""
        return sum(len(part.time_ms) for part in self._sealed) + len(self._time)

    @property
    def fills(self) -> Iterator[FillRecord]:
        """Every execution, oldest first."""
        symbols = list(self._symbols)
        columns = (getattr(self, name) for name in _FILL_COLUMNS)
        for time_ms, symbol, signed, price, fee, wanted in zip(*columns, strict=True):
            side = Side.BUY if signed > 0 else Side.SELL
            yield FillRecord(time_ms, symbols[symbol], side, abs(signed), price, fee, wanted)

    def last_fills(self, count: int) -> list[FillRecord]:
        """Return the newest executions that came one by one, newest first, `count` at most."""
        return [*self._newest][-count:][::-1]

    @property
    def fill_count(self) -> int:
        """How many executions there were."""
        return len(self._fill_price)

    @property
    def slippage(self) -> Slippage | None:
        """How much worse than at their signals executions were; None when that is not known.

        Measured at each access, over all executions.
        """
        columns = (self._fill_quantity, self._fill_price, self._fill_wanted)
        # Copies: an array that is looked into cannot grow.
        return slippage(*(np.array(column) for column in columns))

    @property
    def round_trips(self) -> Sequence[RoundTrip]:
        """Closed round trips, in the order in which they were closed."""
        return self._trips.closed

    @property
    def open_trips(self) -> Sequence[OpenTrip]:
        """Positions that are open now, in the order in which they were opened."""
        return list(self._trips.open.values())

    @property
    def final_equity(self) -> float:
        """Equity after the last bar; the start cash before the first."""
        if self._equity:
            return self._equity[-1]
        filled = [part.equity for part in self._sealed if len(part.equity)]
        return float(filled[-1][-1]) if filled else self.start_cash

    def columns(self) -> Columns:
        """Return the equity curve recorded so far; treat the arrays as read-only."""
        self._seal()
        if len(self._sealed) != 1:
            parts = self._sealed
            whole = Columns(
                np.concatenate([np.empty(0, np.int64), *(part.time_ms for part in parts)]),
                np.concatenate([np.empty(0), *(part.cash for part in parts)]),
                np.concatenate([np.empty(0), *(part.equity for part in parts)]),
            )
            self._sealed = [whole]
        return self._sealed[0]

    def statistics(self) -> Statistics:
        """Return every measure of the run so far.

        Raises:
            ValueError: equity or its times are such that nothing can be measured; says which bar.
        """
        columns = self.columns()
        curve = EquityCurve(columns.time_ms, columns.equity, self.start_cash, self.timeframe)
        held: list[tuple[int, int | None]] = [
            *((trip.opened_ms, trip.closed_ms) for trip in self.round_trips),
            *((trip.opened_ms, None) for trip in self.open_trips),
        ]
        return measure(curve, self.round_trips, held, self.fees_paid)

    def copy(self) -> PerformanceTracker:
        """Return a tracker of what was recorded so far, which another thread may read."""
        self._seal()
        twin = PerformanceTracker(self.start_cash, timeframe=self.timeframe)
        twin.fees_paid, twin.other_fees = self.fees_paid, dict(self.other_fees)
        twin._contract_sizes = self._contract_sizes
        twin._trips = self._trips.copy()
        twin._symbols = dict(self._symbols)
        for name in _FILL_COLUMNS:
            setattr(twin, name, getattr(self, name)[:])
        twin._sealed = list(self._sealed)
        return twin

    def _seal(self) -> None:
        """Turn the appended bars into arrays without copying; appending goes on in fresh ones."""
        if not self._time:
            return
        self._sealed.append(
            Columns(
                np.frombuffer(self._time, dtype=np.int64),
                np.frombuffer(self._cash, dtype=np.float64),
                np.frombuffer(self._equity, dtype=np.float64),
            )
        )
        self._time, self._cash, self._equity = array("q"), array("d"), array("d")
