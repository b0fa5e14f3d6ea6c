"""What anybody may ask a broker, and what trading costs there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import backtrader as bt

from realtrade.common.broker.risk import is_exit
from realtrade.common.broker.settings import SimulationSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.common.broker.account import BrokerAccount
    from realtrade.common.broker.door import Door
    from realtrade.common.broker.express import Express
    from realtrade.common.broker.listing import HeldPosition, Listing, Listings, Positions
    from realtrade.common.broker.order import LightOrder
    from realtrade.common.broker.tickets import Tickets
    from realtrade.common.broker.turns import Turns
    from realtrade.model.order import OrderIntent
    from realtrade.plugins.ports.risk import RiskGate


class Questions(SimulationSettings, bt.BrokerBase):
    """Backtrader's questions to a broker, answered from the venue and the books."""

    account: BrokerAccount
    listings: Listings
    positions: Positions
    tickets: Tickets
    _door: Door
    _express: Express | None
    _gate: RiskGate | None
    _turns: Turns
    _value: float | None
    idle: bool

    def getcash(self) -> float:
        """Return the money not tied up in positions or margin."""
        return float(self.venue.cash)

    get_cash = getcash

    def get_value(
        self, datas: Sequence[Any] | None = None, mkt: bool = False, lever: bool = False
    ) -> float:
        """Return what the account, or the positions on `datas`, are worth.

        With `mkt` positions only, with `lever` as if nothing were borrowed. A value is worked out
        when asked for, never before.
        """
        if datas is not None:
            return self._worth([self.listings.of(data) for data in datas], lever=lever)
        if mkt or lever:
            worth = self.simulated.account.worth()
            return (worth.market if lever else worth.own) + (0.0 if mkt else self.getcash())
        return float(self.venue.equity) if self._value is None else self._value

    getvalue = get_value

    def getposition(self, data: Any) -> HeldPosition:
        """Return the position on a feed; feeds of one symbol share one."""
        return self.positions[data]

    def get_orders_open(self, safe: bool = False) -> list[LightOrder]:
        """Return orders the venue has accepted and not finished; copies when `safe`."""
        orders = self.tickets.resting()
        return [order.clone() for order in orders] if safe else orders

    def get_orders_sent(self) -> list[LightOrder]:
        """Return orders that may rest at the venue: also those it has not answered yet."""
        self._no_express()
        return self.tickets.sent()

    def orderstatus(self, order: LightOrder) -> int:
        """Return where an order stands, also for an older copy of it if it is not long over."""
        ticket = self.tickets.find(self._door.key(order))
        return int(order.status if ticket is None else ticket.order.status)

    def order(self, client_order_id: str) -> LightOrder:
        """Return the order of that id.

        Raises:
            KeyError: it was never ours, or was over long ago.
        """
        self._no_express()
        return self.tickets.order(client_order_id)

    def _order_at(self, key: str) -> LightOrder:
        return self.tickets.order_at(key)

    def open_intents(self) -> list[OrderIntent]:
        """Return orders not yet over, each with what is left of it to execute."""
        self._no_express()
        return self.tickets.intents()

    def _no_express(self) -> None:
        """Have every order at work among the tickets."""
        if self._express is not None:
            self._express.clear()

    @property
    def _passes_over(self) -> bool:
        """Tell whether orders now are decided on a bar from before the start; see `NOT_TRADED`."""
        return self._gate is not None and self._turns.bar_is_history()

    def _outstays_history(self, order: LightOrder) -> bool:
        """Tell whether an order is an exit that a strategy cannot cancel now; see `NOT_TRADED`."""
        ticket = self.tickets.at_work.get(self._door.key(order)) if self._passes_over else None
        return ticket is not None and is_exit(self, ticket.intent)

    def reduces(self, intent: OrderIntent) -> bool:
        """Tell whether the risk rules take an order for one that only reduces a position."""
        return self._gate is not None and self._gate.reduces(intent, self.account)

    def _is_undisputed(self, order: LightOrder, listing: Listing) -> bool:
        """Tell whether the desk would let an order out as it is, without asking it."""
        if not (listing.free and abs(order.size) > 0 and (self._gate is None or self._gate.silent)):
            return False
        if listing.may_short or order.size > 0 or order.parent is not None:
            return True
        return not self.tickets.at_work and listing.position.size >= -order.size

    def wake(self) -> None:
        """Make the next turn count after what no order shows, such as a person's halt."""
        self.idle = False

    # -- costs --------------------------------------------------------------------------------

    def setcommission(self, *words: Any, **named: Any) -> None:
        """Set what trading costs; see `bt.BrokerBase.setcommission` for the arguments."""
        super().setcommission(*words, **named)
        self.listings.charge()

    def addcommissioninfo(self, comminfo: Any, name: str | None = None) -> None:
        """Set what trading costs by a commission scheme, for one feed's name or for all."""
        super().addcommissioninfo(comminfo, name)
        self.listings.charge()
