"""The simulated account: cash, what is held, what an execution does to both.

Arithmetic follows Backtrader's simulated broker operation for operation, so that figures agree to
the last digit. Nothing is valued until somebody asks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from realtrade.common.simulated.market import Book
from realtrade.model.order import Booking

if TYPE_CHECKING:
    from collections.abc import Iterable

    from realtrade.common.simulated.market import Charges, MakerTaker, Market
    from realtrade.execution.ledger import Holding

_NOTHING = (0.0, 0.0)
_NOISE = 1e-12
"""Share of an execution below which what is left of a position comes from adding floats."""


class Worth(NamedTuple):
    """What positions are worth."""

    market: float
    """As their schemes value them, leverage included."""
    own: float
    """The part of it that is ours: cost divided by leverage, plus profit."""
    unrealized: float


class Account:
    """Cash and positions of one simulated account, in floats."""

    def __init__(self, cash: float) -> None:
        self.short_cash = True
        """Selling short brings in cash; otherwise it costs what buying would."""
        self.interest_to_pnl = True
        """Interest paid is charged to the execution that closes the position."""
        self.fund_start = 100.0
        """Worth of one fund share at the start."""
        self.restart(cash)

    def restart(self, cash: float) -> None:
        """Begin anew with `cash` and nothing held."""
        self.cash = cash
        self.books: dict[str, Book] = {}
        self.fund_shares = cash / self.fund_start
        self.per_bar = False
        """Set once a market settles or accrues; until then bars without orders change nothing."""
        self._deposits: list[tuple[float, float]] = []

    def book(self, symbol: str) -> Book:
        """Return the book of `symbol`, opened when first asked for."""
        book = self.books.get(symbol)
        if book is None:
            book = self.books[symbol] = Book(symbol)
        return book

    @property
    def busy(self) -> bool:
        """Tell whether bars matter without orders: positions that settle or accrue, deposits."""
        if not self.per_bar and not self._deposits:
            return False
        return bool(self._deposits) or any(
            market.settles or market.accrues
            for book in self.books.values()
            if book.quantity
            for market in book.markets
        )

    # -- bars ---------------------------------------------------------------------------------

    def open_bar(self) -> None:
        """Pay the interest due on open positions."""
        due = 0.0
        for book in self.books.values():
            if book.quantity and (market := book.market()).accrues:
                now = market.tape.now()
                if book.datetime is not None:
                    interest = market.charges.get_credit_interest(market.source, book, now)
                    book.interest += interest
                    due += interest
                book.datetime = now
        self.cash -= due

    def close_bar(self) -> None:
        """Settle futures-like positions at the close, and let deposits in."""
        for book in self.books.values():
            if book.quantity and (market := book.market()).settles:
                close = market.tape.close()
                self.cash += market.charges.cashadjust(book.quantity, book.adjusted_at, close)
                book.adjusted_at = close
        if self._deposits:
            self.let_in()

    def deposit(self, amount: float) -> None:
        """Add money, or take it when negative; it arrives at the end of the next bar."""
        self._deposits.append((amount, self.fund_value))

    def let_in(self) -> None:
        """Turn deposits into cash and into fund shares at the value they were made at."""
        for amount, share_value in self._deposits:
            self.fund_shares += amount / share_value
            self.cash += amount
        self._deposits.clear()

    # -- value --------------------------------------------------------------------------------

    @property
    def equity(self) -> float:
        """Cash plus what positions are worth to us."""
        return self.cash + self.worth().own

    @property
    def fund_value(self) -> float:
        """Worth of one fund share."""
        return self.equity / self.fund_shares

    def worth(self, markets: Iterable[Market] | None = None) -> Worth:
        """Value the positions of `markets`, or all of them, at the newest closes."""
        value = own = unrealized = 0.0
        if markets is None:
            markets = [book.market() for book in self.books.values() if book.quantity]
        for market in markets:
            part, profit = self.value(market)
            if not self.short_cash:
                part = abs(part)
            value += part
            unrealized += profit
            if part > 0:
                own += (part - profit) / market.charges.get_leverage()
                own += profit
            else:
                own += part
        return Worth(value, own, unrealized)

    def value(self, market: Market) -> tuple[float, float]:
        """Return the raw value of one position and the unrealised profit in it."""
        book, charges, close = market.book, market.charges, market.tape.close()
        if self.short_cash:
            value = charges.getvaluesize(book.quantity, close)
        else:
            value = charges.getvalue(book, close)
        return value, charges.profitandloss(book.quantity, book.price, close)

    # -- executions ---------------------------------------------------------------------------

    def cash_after(
        self, cash: float, market: Market, quantity: float, price: float, held: Holding[float]
    ) -> float:
        """Return what `cash` would become by a signed `quantity` at `price` with `held` in hand.

        Negative means that the order cannot be paid for.
        """
        closed, opened = held.split(quantity)
        if closed:
            cash += self._freed(market.charges, closed, price)[1]
            cash -= _fee(market, market.charges, closed, price, maker=False)
        if opened:
            cash -= self._tied(market.charges, opened, price)[1]
            cash -= _fee(market, market.opening, opened, price, maker=False)
        return cash

    def execute(
        self, market: Market, quantity: float, price: float, time_ms: int, *, maker: bool = False
    ) -> tuple[Booking[float] | None, bool]:
        """Book an execution of signed `quantity`; tell also whether a part could not be paid for.

        What closes a position is always executed; what opens one only while cash stays positive,
        and on spot never by selling what is not held.
        """
        book, moved = market.book, quantity
        if market.fees is not None:
            moved = _less_base_fee(market, market.fees, quantity, maker=maker)
        if market.lot:
            moved = _without_noise(moved, book.quantity, market.lot)
        closed, opened = book.split(moved)
        held, average = book.quantity + moved, book.price_after(moved, price)
        pnl = market.charges.profitandloss(-closed, book.price, price)
        freed = self._close(market, closed, price, pnl, maker=maker) if closed else _NOTHING
        paid = (
            self._open(market, opened, price, held, quantity - moved, maker) if opened else _NOTHING
        )
        refused = paid is None
        if paid is None:
            opened, paid = 0.0, _NOTHING
        executed = closed + opened
        if not executed:
            return None, refused
        market.charges.confirmexec(executed, price)
        if executed == moved:
            book.quantity, book.price = held, average
        else:
            book.apply(executed, price)
        if market.accrues:
            book.datetime = market.tape.now()
        closed_fee = freed[1]
        if closed and self.interest_to_pnl:
            closed_fee += book.interest
            book.interest = 0.0
        booking = Booking(
            quantity if moved != quantity else executed,
            price,
            closed,
            opened,
            freed[0],
            paid[0],
            closed_fee,
            paid[1],
            pnl,
            held,
            average,
            maker,
            time_ms,
        )
        return booking, refused

    def _close(
        self, market: Market, closed: float, price: float, pnl: float, *, maker: bool
    ) -> tuple[float, float]:
        """Free what the closed part tied up and take its profit; return its value and fee."""
        book, charges = market.book, market.charges
        value, freed = self._freed(charges, closed, book.price)
        fee = _fee(market, charges, closed, price, maker=maker)
        cash = self.cash + (freed + pnl * charges.stocklike)
        cash -= fee
        self.cash = cash + charges.cashadjust(-closed, book.adjusted_at, price)
        return value, fee

    def _open(  # noqa: PLR0917  # by place: called once an order, and names cost time
        self, market: Market, opened: float, price: float, held: float, withheld: float, maker: bool
    ) -> tuple[float, float] | None:
        """Pay for the opened part; return its value and fee, or None when it cannot be.

        `withheld` is the fee already taken out of the asset bought.
        """
        book = market.book
        value, tied = self._tied(market.charges, opened, price)
        if withheld:
            fee = withheld * price
        else:
            fee = _fee(market, market.opening, opened, price, maker=maker)
        cash = self.cash - tied
        cash -= fee
        if cash < 0.0 or (opened < 0.0 and not market.may_short):
            return None
        if abs(held) > abs(opened):
            cash += market.charges.cashadjust(held - opened, book.adjusted_at, price)
        book.adjusted_at = price
        self.cash = cash
        return value, fee

    def _freed(self, charges: Charges, closed: float, price: float) -> tuple[float, float]:
        """Return value and cash set free by closing."""
        if self.short_cash:
            value = charges.getvaluesize(-closed, price)
        else:
            value = charges.getoperationcost(closed, price)
        return value, value / charges.get_leverage() if value > 0 else value

    def _tied(self, charges: Charges, opened: float, price: float) -> tuple[float, float]:
        """Return value and cash tied up by opening."""
        if self.short_cash:
            value = charges.getvaluesize(opened, price)
        else:
            value = charges.getoperationcost(opened, price)
        return value, value / charges.get_leverage() if value > 0 else value


def _fee(market: Market, charges: Charges, quantity: float, price: float, *, maker: bool) -> float:
    fees = market.fees
    if fees is None:
        return charges.getcommission(quantity, price)
    rate = fees.maker if maker else fees.taker
    return abs(quantity) * rate * price * market.contract_size


def _without_noise(moved: float, held: float, lot: float) -> float:
    """Return what closes a position to the last digit, where only float noise would be left.

    Lots add up, floats of them do not: three times 0.1 less 0.3 is something, and a strategy that
    asks whether it holds anything would be told so.
    """
    left = abs(held + moved)
    return -held if 0.0 < left < lot / 2 and left <= abs(moved) * _NOISE else moved


def _less_base_fee(market: Market, fees: MakerTaker, quantity: float, *, maker: bool) -> float:
    """Return what a purchase leaves in hand where the fee is taken out of the asset bought."""
    if not fees.in_base or market.may_short or quantity < 0:
        return quantity
    return quantity - quantity * (fees.maker if maker else fees.taker)
