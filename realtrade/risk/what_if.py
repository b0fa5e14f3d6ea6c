"""What each rule would allow at a supposed equity and price, before any money is there to lose."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from realtrade.model.order import OrderIntent, OrderType, Position, Side
from realtrade.model.remembered import Entry
from realtrade.model.verdict import Denied, Resized
from realtrade.plugins.ports.risk import RiskGauge, RiskRule, SizingRequest
from realtrade.risk.memory import PLENTY, RiskMemory
from realtrade.risk.steps import shown, tradable
from realtrade.risk.stop import StopLoss
from realtrade.risk.view import View

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from realtrade.model.bar import Bar
    from realtrade.model.instrument import Instrument
    from realtrade.plugins.ports.risk import RiskWatch, Sizer

Kind = Literal["rule", "unknown", "stop", "exit"]
"""What judges an order, what does so by bars not known here, what gives up, what takes home."""
_FAR = 1_000  # times the equity: more than any rule that limits a size would let through
_STEPS = 60


class BarsUnknown(LookupError):
    """A rule or a sizer looks at bars, and there are none here."""

    def __init__(self) -> None:
        super().__init__("it looks at bars, which are not known here")


@dataclass(frozen=True, slots=True, kw_only=True)
class Supposition:
    """One account, flat, at one moment."""

    now_ms: int
    equity: Decimal
    start: Decimal
    """Equity it has had at its best, and at the start of the day and the week."""
    prices: Mapping[str, Decimal]
    instruments: Mapping[str, Instrument]
    fee_rate: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What one rule lets be bought of one symbol."""

    rule: str
    kind: Kind
    quantity: Decimal | None
    """The most, None where size does not matter."""
    text: str
    """Why no more, where the rule stands, or where a stop would be."""


class SupposedAccount:
    """An `AccountView` of a supposition."""

    def __init__(self, supposed: Supposition) -> None:
        self._supposed = supposed
        self.now_ms = supposed.now_ms
        self.cash = self.equity = supposed.equity
        self.positions: Mapping[str, Position] = {}
        self.open_orders: Sequence[OrderIntent] = ()

    def position(self, symbol: str) -> Position:
        """Return an empty position."""
        return Position()

    def price(self, symbol: str) -> Decimal:
        """Return the supposed price."""
        return self._supposed.prices[symbol]

    def instrument(self, symbol: str) -> Instrument:
        """Return the instrument."""
        return self._supposed.instruments[symbol]

    def bar(self, symbol: str) -> Bar:
        """Refuse: nothing is supposed about bars.

        Raises:
            BarsUnknown: always.
        """
        raise BarsUnknown

    def bars(self, symbol: str, count: int) -> Sequence[Bar]:
        """Refuse: nothing is supposed about bars.

        Raises:
            BarsUnknown: always.
        """
        raise BarsUnknown

    def spread(self, symbol: str) -> Decimal | None:
        """Return None: no book is known."""
        return None


def allowances(
    rules: Mapping[str, RiskRule | RiskWatch], symbol: str, supposed: Supposition
) -> list[Allowance]:
    """Return what each rule allows of a purchase of `symbol` at market, in the rules' order."""
    view = _view(rules, supposed)
    return [_allowance(name, rule, symbol, view) for name, rule in rules.items()]


def sized(
    sizer: Sizer, rules: Mapping[str, RiskRule | RiskWatch], symbol: str, supposed: Supposition
) -> Decimal | None:
    """Return what the sizer would buy of `symbol`, before any rule; None where bars decide."""
    request = SizingRequest(
        symbol=symbol,
        side=Side.BUY,
        price=supposed.prices[symbol],
        fee_rate=supposed.fee_rate,
        closes=False,
    )
    try:
        return sizer.quantity(request, _view(rules, supposed))
    except BarsUnknown:
        return None


def together(
    wanted: Decimal, allowed: Sequence[Allowance], symbol: str, supposed: Supposition
) -> Decimal:
    """Return what of `wanted` all rules let through, on the instrument's steps."""
    limits = [one.quantity for one in allowed if one.quantity is not None]
    return tradable(min([wanted, *limits]), supposed.prices[symbol], supposed.instruments[symbol])


def _view(rules: Mapping[str, RiskRule | RiskWatch], supposed: Supposition) -> View:
    memory = RiskMemory()
    for rule in rules.values():
        memory.needs = memory.needs | getattr(rule, "needs", PLENTY)
    memory.note_equity(supposed.start, supposed.now_ms)
    return View(SupposedAccount(supposed), memory)


def _allowance(name: str, rule: RiskRule | RiskWatch, symbol: str, view: View) -> Allowance:
    try:
        if isinstance(rule, RiskRule):
            return _judged(name, rule, symbol, view)
        text = _stop_text(rule, symbol, view) if isinstance(rule, StopLoss) else "takes gains home"
    except BarsUnknown as unknown:
        what: Kind = "unknown" if isinstance(rule, RiskRule) else "stop"
        return Allowance(rule=name, kind=what, quantity=None, text=str(unknown))
    kind: Kind = "stop" if isinstance(rule, StopLoss) else "exit"
    return Allowance(rule=name, kind=kind, quantity=None, text=text)


def _stop_text(stop: StopLoss, symbol: str, view: View) -> str:
    price = view.price(symbol)
    level = stop.level(_bought(symbol, price, view.now_ms), view)
    if level is None:
        return "no stop yet right after an entry"
    return f"bought here, given up at {shown(level)} ({level / price - 1:+.2%})"


def _bought(symbol: str, price: Decimal, now_ms: int) -> Entry:
    one = Decimal(1)
    return Entry(
        symbol=symbol,
        quantity=one,
        price=price,
        opened_ms=now_ms,
        largest=one,
        notional=price,
        highest=price,
        lowest=price,
    )


def _judged(name: str, rule: RiskRule, symbol: str, view: View) -> Allowance:
    far = view.equity * _FAR / (view.price(symbol) * view.instrument(symbol).contract_size)
    passed, reason = _asked(rule, symbol, max(far, Decimal(1)), view)
    if passed is None:
        text = rule.reading(view).text if isinstance(rule, RiskGauge) else ""
        return Allowance(rule=name, kind="rule", quantity=None, text=text)
    if passed:
        reason = _asked(rule, symbol, passed * 2, view)[1] or reason
    else:
        passed, reason = _searched(rule, symbol, max(far, Decimal(1)), view)
    return Allowance(rule=name, kind="rule", quantity=passed, text=reason)


def _searched(rule: RiskRule, symbol: str, refused: Decimal, view: View) -> tuple[Decimal, str]:
    """Return the most that a rule which refuses whole orders lets through, and why no more."""
    low, reason = Decimal(0), ""
    for _ in range(_STEPS):
        middle = (low + refused) / 2
        passed, why = _asked(rule, symbol, middle, view)
        if passed is None:
            low = middle
        else:
            refused, reason = middle, why
    return low, reason


def _asked(
    rule: RiskRule, symbol: str, quantity: Decimal, view: View
) -> tuple[Decimal | None, str]:
    """Return what passes of one order, None for all of it, and why no more."""
    intent = OrderIntent(
        client_order_id="what-if",
        symbol=symbol,
        feed=symbol,
        side=Side.BUY,
        type=OrderType.MARKET,
        quantity=quantity,
        reference_price=view.price(symbol),
        created_ms=view.now_ms,
    )
    verdict = rule.assess(intent, view)
    if isinstance(verdict, Resized):
        return verdict.quantity, verdict.reason
    return (Decimal(0), verdict.reason) if isinstance(verdict, Denied) else (None, "")
