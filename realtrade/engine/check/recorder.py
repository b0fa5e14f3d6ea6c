"""Writing down what a strategy decides: at the broker's door, before anything judges it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import backtrader as bt

from realtrade.common.broker.ticket import intent_of
from realtrade.engine.check.signals import Signal
from realtrade.model.order import OrderType

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.common.broker.order import LightOrder
    from realtrade.engine.parts import Parts
    from realtrade.model.order import OrderIntent

_STOPS = frozenset(
    {
        OrderType.STOP,
        OrderType.STOP_LIMIT,
        OrderType.TRAILING_STOP,
        OrderType.TRAILING_STOP_LIMIT,
    }
)


class Recorder:
    """Stands before `submit` and `cancel` of a run's broker.

    Until `live_from_ms` trading is paused, as it is while a live bot is shown its history: the
    position is flat then, so every order is denied.
    """

    def __init__(self, parts: Parts, live_from_ms: int | None = None) -> None:
        self.signals: list[Signal] = []
        self._parts = parts
        self._live_from_ms = live_from_ms
        self._submit: Callable[[LightOrder], LightOrder] = parts.broker.submit
        self._cancel: Callable[[LightOrder], bool] = parts.broker.cancel
        self._over = False
        door: Any = parts.broker
        door.submit, door.cancel = self.submit, self.cancel
        parts.cerebro.addanalyzer(_Farewell, heard=self.hear_the_end)

    def hear_the_end(self) -> None:
        """Note nothing from now on: what is done in `stop()` is done after all bars."""
        self._over = True

    def submit(self, order: LightOrder) -> LightOrder:
        """Note an order and pass it on."""
        now_ms = self.now_ms()
        if self._live_from_ms is not None:
            self._parts.pause.paused = now_ms < self._live_from_ms
        intent = intent_of(order, self._parts.broker.listings.of(order.data), "")
        self._submit(order)
        denied = order.status == order.Rejected
        sent = 0.0 if denied else abs(float(order.created.size))
        self._note(_signal(intent, now_ms, sent))
        return order

    def cancel(self, order: LightOrder) -> bool:
        """Note a cancel and pass it on."""
        listing = self._parts.broker.listings.of(order.data)
        intent = intent_of(order, listing, "")
        done = self._cancel(order)
        kind, asked = intent.type.value, float(intent.quantity)
        self._note(
            Signal(
                time_ms=self.now_ms(),
                symbol=intent.symbol,
                feed=intent.feed,
                act="cancel",
                kind=kind,
                asked=asked,
            )
        )
        return done

    def failed(self, error: Exception) -> None:
        """Note that the strategy raised: bars it cannot reach make it fail as well as decide."""
        name = next(iter(self._parts.datas))
        symbol = self._parts.broker.listings.of(self._parts.datas[name]).symbol
        said = f"{type(error).__name__}: {error}".removesuffix(": ")
        text = self._parts.redactor.redact(said)
        self._note(
            Signal(time_ms=self.now_ms(), symbol=symbol, feed=name, act="failure", text=text)
        )

    def _note(self, signal: Signal) -> None:
        if not self._over:
            self.signals.append(signal)

    def now_ms(self) -> int:
        """Return the stamp of the newest bar of all feeds."""
        listings = self._parts.broker.listings
        return max(listings.of(data).tape.time_ms() for data in self._parts.datas.values())


class _Farewell(bt.Analyzer):
    """Tells that a strategy is about to be stopped."""

    params = (("heard", None),)

    def start(self) -> None:
        """Stand before the strategy's `stop`."""
        stop, heard = self.strategy.stop, self.p.heard

        def told() -> None:
            heard()
            stop()

        self.strategy.stop = told


def _signal(intent: OrderIntent, now_ms: int, sent: float) -> Signal:
    stopped = intent.type in _STOPS
    trail = intent.trail_amount or intent.trail_percent
    return Signal(
        time_ms=now_ms,
        symbol=intent.symbol,
        feed=intent.feed,
        act="buy" if intent.side == "buy" else "sell",
        kind=intent.type.value,
        asked=float(intent.quantity),
        sent=sent,
        price=_number(intent.stop_price if stopped else intent.limit_price),
        limit=_number(intent.limit_price) if stopped else None,
        trail=_number(trail),
        valid_until_ms=intent.valid_until_ms,
    )


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
