"""What the simulated venue knows of the world: prices, what trading costs, what is held."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from realtrade.execution.ledger import Holding

if TYPE_CHECKING:
    from datetime import datetime


class Quote(NamedTuple):
    """The newest bar of a feed."""

    time_ms: int
    open: float
    high: float
    low: float
    close: float


class Tape(Protocol):
    """The bars of one feed as they come; read only when something rests or is held."""

    def quote(self) -> Quote:
        """Return the newest bar."""
        ...

    def open(self) -> float:
        """Return the newest bar's open."""
        ...

    def opening(self) -> float:
        """Return what `quote` tells as the open."""
        ...

    def close(self) -> float:
        """Return the newest bar's close."""
        ...

    def time_ms(self, ago: int = 0) -> int:
        """Return the time of the newest bar, or of the one before it for `ago` -1."""
        ...

    def now(self) -> datetime:
        """Return the time of the newest bar in the feed's own zone."""
        ...


class Charges(Protocol):
    """What trading costs and ties up, named as Backtrader's `CommInfoBase` names it.

    Any commission scheme a Backtrader user has written therefore works as it is.
    """

    @property
    def stocklike(self) -> bool:
        """True: the asset is paid in full; False: a margin is put down and profit is cash."""
        ...

    def get_leverage(self) -> float:
        """Return how much may be bought per unit of cash."""
        ...

    def getvaluesize(self, size: float, price: float) -> float:
        """Return the signed value of `size` at `price`, or the margin put down for it."""
        ...

    def getvalue(self, position: Any, price: float) -> float:
        """Return what a position is worth when short positions are paid for, not cashed in."""
        ...

    def getoperationcost(self, size: float, price: float) -> float:
        """Return the cash an operation needs."""
        ...

    def getcommission(self, size: float, price: float) -> float:
        """Return the commission of an execution."""
        ...

    def confirmexec(self, size: float, price: float) -> Any:
        """Learn that an execution took place."""
        ...

    def profitandloss(self, size: float, price: float, newprice: float) -> float:
        """Return the profit of holding `size` from `price` to `newprice`."""
        ...

    def cashadjust(self, size: float, price: float, newprice: float) -> float:
        """Return the cash a price change moves at once; zero when stock-like."""
        ...

    def get_credit_interest(self, data: Any, pos: Any, dt: datetime) -> float:
        """Return the interest due for holding `pos` since `pos.datetime`."""
        ...


@dataclass(frozen=True, slots=True)
class MakerTaker:
    """Fees of an exchange, fractions of notional: `0.0005` is 5 bps."""

    maker: float
    """For orders that rested in the book before they were filled."""
    taker: float
    in_base: bool = False
    """Spot purchases pay in the asset bought, so that less is held than was executed."""


class Book(Holding[float]):
    """What is held of one symbol, with what futures and interest need remembered."""

    __slots__ = ("adjusted_at", "datetime", "interest", "markets", "symbol")

    def __init__(self, symbol: str) -> None:
        super().__init__(0.0, 0.0)
        self.symbol = symbol
        self.markets: list[Market] = []
        self.adjusted_at = 0.0
        """Price up to which a futures-like position has been settled in cash."""
        self.interest = 0.0
        """Paid and not yet charged to a closing execution."""
        self.datetime: datetime | None = None
        """Up to when interest is paid; commission schemes read it by this name."""

    @property
    def size(self) -> float:
        """The quantity, by the name commission schemes of Backtrader's users know."""
        return self.quantity

    def market(self) -> Market:
        """Return the market with the newest price: several feeds may carry one symbol."""
        if len(self.markets) == 1:
            return self.markets[0]
        return max(self.markets, key=lambda market: market.tape.time_ms())


@dataclass(slots=True, eq=False)
class Market:
    """One feed that can be traded on."""

    feed: str
    tape: Tape
    book: Book
    charges: Charges
    opening: Charges
    """Commission on opened quantity; differs from `charges` when the feed compensates another."""
    source: Any = None
    """What commission schemes are given as `data`."""
    fees: MakerTaker | None = None
    """Fees that depend on maker and taker; they replace the commission in `charges`."""
    contract_size: float = 1.0
    lot: float = 0.0
    """Smallest step of quantity; 0: any quantity, and sums of them as floats give them."""
    may_short: bool = True
    settles: bool = False
    """Profit of an open position is paid in cash on every bar."""
    accrues: bool = False
    """An open position pays interest."""
    values: bool = True
    """What is held is valued on this feed; false where it only compensates another."""

    def supposed(self) -> tuple[str, Holding[float]]:
        """Return what a check on submission starts from: of a feed that compensates, nothing."""
        if not self.values:
            return self.feed, Holding(0.0, 0.0)
        return self.book.symbol, Holding(self.book.quantity, self.book.price)

    def why_refused(self, quantity: float) -> str:
        """Return why a signed `quantity` could not be opened."""
        short = quantity < 0 and not self.may_short
        return "not enough is held to sell" if short else "cash does not cover it"
