"""An account in plain values, and a workbench to build rules on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.model.bar import Bar
from realtrade.model.instrument import Instrument
from realtrade.model.order import Fill, OrderIntent, OrderType, Position, Side
from realtrade.plugins.plugin import Plugin
from realtrade.plugins.ports.build import BuildContext
from realtrade.plugins.ports.risk import Needs, SizingRequest
from realtrade.risk import RiskManager, RiskMemory, plugins
from realtrade.risk.view import View
from realtrade.utils.clock import ManualClock

if TYPE_CHECKING:
    from realtrade.model.verdict import Action

BTC = "BTC/USDT"
HOUR = 3_600_000


@dataclass
class Account:
    """An `AccountView` whose facts are set by hand."""

    now_ms: int = 0
    cash: Decimal = Decimal(1000)
    equity: Decimal = Decimal(1000)
    positions: dict[str, Position] = field(default_factory=dict)
    open_orders: list[OrderIntent] = field(default_factory=list)
    prices: dict[str, Decimal] = field(default_factory=dict)
    history: dict[str, list[Bar]] = field(default_factory=dict)
    spreads: dict[str, Decimal] = field(default_factory=dict)
    instruments: dict[str, Instrument] = field(default_factory=dict)

    def position(self, symbol: str) -> Position:
        return self.positions.get(_known(symbol), Position())

    def price(self, symbol: str) -> Decimal:
        return self.prices.get(_known(symbol), Decimal(100))

    def instrument(self, symbol: str) -> Instrument:
        base, quote = symbol.split(":", maxsplit=1)[0].split("/")
        return self.instruments.get(symbol) or Instrument(symbol, base, quote, "swap")

    def bar(self, symbol: str) -> Bar:
        return self.history[symbol][-1]

    def bars(self, symbol: str, count: int) -> list[Bar]:
        return self.history.get(_known(symbol), [])[-count:]

    def spread(self, symbol: str) -> Decimal | None:
        return self.spreads.get(_known(symbol))


class Says:
    """A stranger's rule that always gives one verdict."""

    needs = Needs()

    def __init__(self, verdict: Any) -> None:
        self.verdict = verdict

    def assess(self, intent: Any, view: Any) -> Any:
        return self.verdict


class Wants:
    """A stranger's stop that wants the same things on every bar."""

    name = "wants"
    needs = Needs()

    def __init__(self, *actions: Action) -> None:
        self.actions = actions

    def watch(self, view: Any) -> Any:
        return self.actions


class Bench:
    """Builds rules by the name a recipe uses, and orders to try them with."""

    says = Says
    wants = Wants

    def __init__(self) -> None:
        self.account = Account()
        self.memory = RiskMemory()
        self._ids = count(1)

    @property
    def view(self) -> View:
        return View(self.account, self.memory)

    def config(self, type_: str, **settings: Any) -> Any:
        return _load(_plugin(type_).config)(**settings)

    def build(self, type_: str, name: str | None = None, **settings: Any) -> Any:
        context = BuildContext(name=name or type_, folder=Path(), clock=ManualClock())
        config = self.config(type_, **settings)
        rule = _load(_plugin(type_).build)(config, context)
        needs = getattr(rule, "needs", None)
        if needs is not None:
            self.memory.needs = self.memory.needs | needs
        return rule

    def gate(self, *rules: Any, **kwargs: Any) -> RiskManager:
        return RiskManager(rules, memory=self.memory, **kwargs)

    def order(self, side: Side, quantity: Any, symbol: str = BTC, **kwargs: Any) -> OrderIntent:
        order = OrderIntent(
            client_order_id=f"o{next(self._ids)}",
            symbol=symbol,
            feed="feed",
            side=side,
            type=OrderType.MARKET,
            quantity=Decimal(quantity),
        )
        return replace(order, **kwargs)

    def buy(self, quantity: Any = 1, symbol: str = BTC, **kwargs: Any) -> OrderIntent:
        return self.order(Side.BUY, quantity, symbol, **kwargs)

    def sell(self, quantity: Any = 1, symbol: str = BTC, **kwargs: Any) -> OrderIntent:
        return self.order(Side.SELL, quantity, symbol, **kwargs)

    def hold(self, quantity: Any, price: Any = 100, symbol: str = BTC) -> None:
        """Put a position into the account, without a fill."""
        self.account.positions[symbol] = Position(Decimal(quantity), Decimal(price))

    def fill(
        self, quantity: Any, price: Any = 100, symbol: str = BTC, *, fee: Any = 0, **kwargs: Any
    ) -> None:
        """Book a signed quantity into account and memory."""
        signed = Decimal(quantity)
        held = self.account.position(symbol)
        now = held.quantity + signed
        average = Decimal(price) if held.quantity * signed <= 0 else held.price
        self.account.positions[symbol] = Position(now, average)
        if not now:
            del self.account.positions[symbol]
        fill = Fill(
            trade_id=f"t{next(self._ids)}",
            client_order_id="",
            symbol=symbol,
            side=Side.BUY if signed > 0 else Side.SELL,
            quantity=abs(signed),
            price=Decimal(price),
            fee=Decimal(fee),
            fee_currency=kwargs.get("fee_currency", "USDT"),
            maker=False,
            time_ms=self.account.now_ms,
        )
        self.memory.note_fill(fill, self.account)

    def trade(self, gain: Any, symbol: str = BTC, *, at_ms: int | None = None) -> None:
        """Open and close one unit at 100 with a gain in money."""
        if at_ms is not None:
            self.account.now_ms = at_ms
        self.fill(1, 100, symbol)
        self.fill(-1, 100 + Decimal(gain), symbol)

    def bar(
        self,
        close: float,
        *,
        high: float | None = None,
        low: float | None = None,
        symbol: str = BTC,
        at_ms: int | None = None,
    ) -> None:
        """Let the next hour's bar of a symbol be known."""
        bars = self.account.history.setdefault(symbol, [])
        time_ms = at_ms if at_ms is not None else (bars[-1].time_ms + HOUR if bars else 0)
        high, low = high or close, low or close
        bars.append(Bar(time_ms, time_ms + HOUR, close, high, low, close, 1.0))
        self.account.prices[symbol] = Decimal(repr(close))
        self.account.now_ms = max(time_ms, self.account.now_ms)

    def see_bar(self) -> None:
        """Take the newest bars into what is remembered of entries."""
        view = self.view
        self.memory.note_entries([view.extended(entry) for entry in view.entries])

    def request(self, side: Side = Side.BUY, **kwargs: Any) -> SizingRequest:
        request = SizingRequest(
            symbol=BTC, side=side, price=Decimal(100), fee_rate=Decimal(0), closes=False
        )
        return replace(request, **kwargs)


def _known(symbol: str) -> str:
    """Refuse what is no symbol, as a broker does."""
    if not symbol.endswith("/USDT"):
        raise KeyError(symbol)
    return symbol


def _plugin(name: str) -> Plugin:
    found = getattr(plugins, name.upper())
    assert isinstance(found, Plugin)
    return found


def _load(target: str) -> Any:
    module, _, name = target.partition(":")
    return getattr(import_module(module), name)


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture(scope="session")
def make_bench() -> type[Bench]:
    """For property tests, which need a new bench for each example."""
    return Bench
