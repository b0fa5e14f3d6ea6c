"""The dead man's switch: an exchange cancels entries that rest, once nothing is heard of us.

Such a countdown cancels every open order of a symbol, whoever placed it and whatever it is for.
(Binance's words leave open whether its conditional orders are among them; they are taken to be.) So
it runs only while nothing but entries of ours rests there: before an exit that rests leaves, it is
ended, and while others have orders there, it is not begun. An entry left behind costs less than a
stop that is gone.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import partial
from typing import TYPE_CHECKING

from realtrade.common.live.courier import Priority
from realtrade.execution.protocol import Stage
from realtrade.model.events import EventType
from realtrade.model.order import OrderType
from realtrade.plugins.ports.gateway import GatewayError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.common.live.dispatch import Dispatch
    from realtrade.common.live.order import LiveOrder
    from realtrade.plugins.ports.gateway import CancelsWhenSilent

COUNT_S = 120
"""How long after our last word the exchange cancels."""
RENEW_S = 30.0
"""How often it is told to begin again."""
_LOOK_AGAIN_S = 0.25
"""An execution is booked right after it is told of: what reduces is known then."""
_AGAIN_S = 1.0
_RESTS_NOWHERE = frozenset({OrderType.MARKET, OrderType.CLOSE})


class DeadMan:
    """Keeps a countdown running at the exchange for every symbol on which entries rest.

    What is wanted is decided on the trading thread; requests are made on the courier's.
    """

    def __init__(
        self,
        dispatch: Dispatch,
        gateway: CancelsWhenSilent,
        symbols: Sequence[str],
        *,
        wanted: bool = True,
    ) -> None:
        """Take up what hears of orders; `wanted` False: only end what was begun before."""
        self._dispatch, self._gateway = dispatch, gateway
        self._symbols, self._wanted = tuple(symbols), wanted
        self._at_work: defaultdict[str, dict[str, LiveOrder]] = defaultdict(dict)
        self._running: set[str] = set()
        """Symbols whose countdown runs, or may."""
        self._exits: Counter[str] = Counter()
        """How many exits that rest have left for each symbol; the courier counts."""
        self._failing: set[str] = set()
        """Symbols whose countdown could not be begun: people have been told."""
        self._moved, dispatch.moved = dispatch.moved, self.moved
        dispatch.leaving = self.leaving

    def begin(self, *, fresh: bool = False) -> None:
        """End what a process before this one began, unless there was none; before anything else."""
        for symbol in () if fresh else self._symbols:
            self._running.add(symbol)
            self._dispatch.courier.put(Priority.CANCEL, partial(self._stop, symbol))
        if self._wanted:
            self._dispatch.later(RENEW_S, self._tick)

    def end(self) -> None:
        """End every countdown: the process ends in good order, and what rests is to rest."""
        self._wanted = False
        for symbol in tuple(self._running):
            self._dispatch.courier.put(Priority.CANCEL, partial(self._stop, symbol))

    # -- on the trading thread ----------------------------------------------------------------

    def moved(self, order: LiveOrder) -> None:
        """Hear of an order; what becomes of the switch follows."""
        self._moved(order)
        symbol = order.intent.symbol
        if order.intent.type in _RESTS_NOWHERE:
            return
        if order.over or order.stage in {Stage.REFUSED, Stage.ABSENT}:
            self._at_work[symbol].pop(order.id, None)
        else:
            self._at_work[symbol][order.id] = order
        self._look(symbol)
        if symbol in self._running:
            self._dispatch.later(_LOOK_AGAIN_S, partial(self._look, symbol))

    def _tick(self) -> None:
        for symbol in self._symbols:
            self._look(symbol, again=True)
        self._dispatch.later(RENEW_S, self._tick)

    def _look(self, symbol: str, *, again: bool = False) -> None:
        """Begin or end the countdown of a symbol, or have it begin `again`."""
        wants, runs = self._wants(symbol), symbol in self._running
        if wants and (again or not runs):
            self._running.add(symbol)
            run = partial(self._start, symbol, self._exits[symbol])
            self._dispatch.courier.put(Priority.QUESTION, run)
        elif runs and not wants:
            self._dispatch.courier.put(Priority.CANCEL, partial(self._stop, symbol))

    def _wants(self, symbol: str) -> bool:
        """Tell whether entries of ours rest on a symbol, and nothing else does."""
        if not self._wanted or symbol in self._dispatch.strangers.foreign.values():
            return False
        orders = self._at_work[symbol].values()
        return any(order.open_there for order in orders) and not any(map(self._exits_by, orders))

    def _exits_by(self, order: LiveOrder) -> bool:
        """Tell whether an order that rests makes, once executed, a position smaller."""
        if order.intent.type in _RESTS_NOWHERE:
            return False
        against = order.intent.signed_quantity * self._dispatch.held(order.intent.symbol) < 0
        return order.protects or against

    # -- on the courier's thread --------------------------------------------------------------

    def leaving(self, order: LiveOrder) -> None:
        """Make way for an exit that is about to rest: it must not be cancelled for our silence."""
        symbol = order.intent.symbol
        if not self._exits_by(order):
            return
        self._exits[symbol] += 1
        if symbol in self._running:
            self._stop(symbol)

    def _start(self, symbol: str, exits: int) -> None:
        if not self._wanted or self._exits[symbol] != exits:
            # An exit has left meanwhile: the next look knows of it.
            return
        self._running.add(symbol)
        try:
            self._gateway.count_down(symbol, COUNT_S)
        except GatewayError as error:
            self._fails(symbol, error)
        else:
            self._failing.discard(symbol)

    def _fails(self, symbol: str, error: GatewayError) -> None:
        if symbol not in self._failing:
            self._failing.add(symbol)
            message = f"{symbol}: entries may outlive this process: {error}"
            tell = partial(self._dispatch.tell, EventType.CONNECTION_LOST, message)
            self._dispatch.inbox.post(tell)

    def _stop(self, symbol: str) -> None:
        if symbol not in self._running:
            return
        try:
            self._gateway.count_down(symbol, 0)
        except GatewayError:
            self._dispatch.courier.put(Priority.CANCEL, partial(self._stop, symbol), _AGAIN_S)
        else:
            self._running.discard(symbol)
