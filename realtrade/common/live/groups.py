"""Orders that hang together: brackets, whose children wait for their parent, and exclusive ones.

Children are held here until their parent is over, and then sent for what it has bought. Orders
that exclude one another are cancelled when one of them is executed: by the exchange where it can,
else by us. On spot two exits cannot rest on one holding, so there it is the exchange's work, or the
group is refused by name.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from realtrade.common.live.courier import Priority
from realtrade.common.live.departure import or_search, there_already
from realtrade.common.live.parents import Parents
from realtrade.common.live.rivals import Rivals
from realtrade.execution.desk import step_down
from realtrade.execution.protocol import Stage
from realtrade.model.order import OrderType, Side
from realtrade.plugins.ports.gateway import Outcome, PlacesPairs
from realtrade.plugins.ports.journal import Attempt
from realtrade.plugins.ports.venue import ReportKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.common.live.dispatch import Dispatch
    from realtrade.common.live.order import LiveOrder
    from realtrade.common.live.sender import Sent

_PAIR = 2
_REFUSED = frozenset({Stage.REFUSED, Stage.ABSENT})


class Groups:
    """Knows which orders hang together; the trading thread's."""

    def __init__(self, dispatch: Dispatch) -> None:
        self._dispatch = dispatch
        self._children: dict[str, list[LiveOrder]] = {}
        self._exclusive: dict[str, list[LiveOrder]] = {}
        self._parents = Parents(dispatch, self.release)
        self._rivals = Rivals(dispatch, self._send_pair)

    def submit(self, orders: Sequence[LiveOrder]) -> None:
        """Send orders, and hold back those whose parent is not over.

        Raises:
            JournalError: what is held back could not be remembered; nothing was sent.
        """
        why = self._impossible(orders)
        if why is not None:
            for order in orders:
                self._dispatch.refuse(order, ReportKind.REJECTED, why)
            return
        held = [order for order in orders if order.intent.parent_id is not None]
        self._remember_held(held)
        for order in held:
            self.hold(order)
        for order in orders:
            self.join(order)
            if not order.held and not self._waits_for_rivals(order):
                beside = [child.intent for child in self._children.get(order.id, ())]
                self._dispatch.send(order, beside=beside)
        for order in held:
            parent = self._dispatch.orders.get(order.intent.parent_id or "")
            if parent is None:
                self._dispatch.refuse(order, ReportKind.REJECTED, "its parent is not known")
            else:
                self._release(parent)

    def _waits_for_rivals(self, order: LiveOrder) -> bool:
        alone = self._pairs is not None and self._spot(order) and order.id not in self._children
        return alone and self._rivals.takes(order)

    def hold(self, order: LiveOrder) -> None:
        """Have a child wait for its parent."""
        order.held, order.stage = True, Stage.WAITING
        self._children.setdefault(order.intent.parent_id or "", []).append(order)

    def join(self, order: LiveOrder) -> None:
        """Note with which others an order excludes itself."""
        for leader in (order.intent.parent_id, order.intent.oco_id):
            if leader is not None:
                members = self._exclusive.setdefault(leader, [])
                first = self._dispatch.orders.get(leader)
                if leader == order.intent.oco_id and first is not None and first not in members:
                    members.append(first)
                members.append(order)

    def forget(self, order: LiveOrder) -> None:
        """Let go of an order that was over long ago; of its group, too, with the last of them."""
        for leader in (order.intent.parent_id, order.intent.oco_id, order.id):
            members = self._exclusive.get(leader or "", [])
            if order in members:
                members.remove(order)
                if not members:
                    del self._exclusive[leader or ""]

    def take_up(self) -> None:
        """Release children whose parents were over before a restart, once all else is known."""
        for parent_id, children in list(self._children.items()):
            parent = self._dispatch.orders.get(parent_id)
            if parent is None:
                self._parents.find(parent_id, children[0])
            else:
                self._release(parent)
        for order in list(self._dispatch.orders.values()):
            if self._outlives_position(order) or self._outlives_rival(order):
                order.yields = True
                self._dispatch.cancel(order)

    def _outlives_position(self, order: LiveOrder) -> bool:
        """Tell whether an exit rests whose position is gone: its rival did that, before the end."""
        parent = self._dispatch.orders.get(order.intent.parent_id or "")
        if order.intent.parent_id is None or not order.open_there:
            return False
        over = parent is None or (parent.progress.over and not parent.progress.behind)
        return over and not self._held(order.intent.symbol)

    def _held(self, symbol: str) -> Decimal:
        """Return what our fills hold, with those that the broker has not taken yet."""
        told = (report.fill for report in self._dispatch.out)
        fresh = (one for one in told if one is not None and one.symbol == symbol)
        ours = (one.quantity if one.side is Side.BUY else -one.quantity for one in fresh)
        return self._dispatch.held(symbol) + sum(ours, Decimal(0))

    def _outlives_rival(self, order: LiveOrder) -> bool:
        """Tell whether an order, or what may become one, has a rival that had left it nothing."""
        leaders = (order.intent.parent_id, order.intent.oco_id, order.id)
        members = [one for leader in leaders for one in self._exclusive.get(leader or "", ())]
        return not order.progress.over and order in members and any(m.was_filled for m in members)

    def moved(self, order: LiveOrder) -> None:
        """Something became known of an order: release its children, cancel its rivals."""
        self._release(order)
        leaders = (order.intent.parent_id, order.intent.oco_id, order.id)
        for leader in leaders:
            members = self._exclusive.get(leader or "", ())
            if order in members and self._ends_others(order, members):
                for other in members:
                    if other is not order and not other.cancel_wanted:
                        other.yields = True
                        self._dispatch.cancel(other)

    def _ends_others(self, order: LiveOrder, members: Sequence[LiveOrder]) -> bool:
        """Tell whether an order's rivals must go.

        One that was refused takes nothing with it: a target too close to the price must not cost
        the stop. Exits that only reduce may share a position until one of them is done; others
        could take more than there is, so their rivals go with the first execution.
        """
        if order.yields or (order.stage in _REFUSED and not order.cancel_wanted):
            return False
        safe = all(member.intent.reduce_only for member in members)
        return order.progress.over or (not safe and order.progress.booked > 0)

    def _release(self, parent: LiveOrder) -> None:
        """Send a parent's children once it is over, for as much as it has bought."""
        if parent.id not in self._children or not parent.progress.over or parent.progress.behind:
            return
        self.release(parent.id, self._net(parent))

    def release(self, parent_id: str, bought: Decimal) -> None:
        """Send the children of an order that has bought so much, and nothing more will be."""
        children = [child for child in self._children.pop(parent_id, ()) if child.held]
        for child in children:
            child.held = False
            child.since_s = self._dispatch.clock.monotonic_s()
            quantity = self._fitting(child, bought)
            child.sent = replace(child.intent, quantity=quantity)
        ready = [child for child in children if child.sent.quantity > 0]
        for child in children:
            if child not in ready:
                reason = "its parent has bought nothing that it could sell"
                self._dispatch.refuse(child, ReportKind.CANCELLED, reason)
        if len(ready) == _PAIR and self._spot(ready[0]) and self._pairs is not None:
            self._send_pair(ready)
            return
        for child in ready:
            self._dispatch.send(child)

    def _net(self, parent: LiveOrder) -> Decimal:
        """Return what a parent has bought, less fees paid out of it."""
        instrument = self._dispatch.gateway.instrument(parent.intent.symbol)
        base = None if instrument is None or instrument.may_short else instrument.base
        return parent.progress.booked - parent.progress.fees.get(base or "", Decimal(0))

    def _fitting(self, child: LiveOrder, bought: Decimal) -> Decimal:
        quantity = min(child.intent.quantity, bought)
        instrument = self._dispatch.gateway.instrument(child.intent.symbol)
        if instrument is None:
            return quantity
        if instrument.lot:
            quantity = step_down(quantity, instrument.lot)
        return quantity if quantity >= instrument.min_quantity else Decimal(0)

    def _send_pair(self, children: Sequence[LiveOrder]) -> None:
        limit, stop = sorted(children, key=lambda child: child.intent.type is not OrderType.LIMIT)
        for child in children:
            child.stage, child.tries = Stage.SENDING, 1
        run = partial(self._place_pair, limit, stop)
        for child in children:
            run = partial(or_search, self._dispatch, child, run)
        limit.sending = stop.sending = self._dispatch.courier.put(Priority.SUBMIT, run)

    def _place_pair(self, limit: LiveOrder, stop: LiveOrder) -> None:
        """Send both, on the courier's thread."""
        place = self._pairs
        if place is None or self._there_already(limit, stop):
            return
        sent = self._dispatch.sender.place_pair(limit.sent, stop.sent, place.place_pair)
        self._dispatch.inbox.post(partial(self._pair_placed, (limit, stop), sent))

    def _there_already(self, limit: LiveOrder, stop: LiveOrder) -> bool:
        """Ask for both before they are sent by a start that runs their bar again."""
        known = [there_already(self._dispatch, each, each.sent) for each in (limit, stop)]
        for each, there in zip((limit, stop), known, strict=True):
            if there is not None:
                self._dispatch.inbox.post(there)
            elif any(known):
                reason = "the order beside it may be at the exchange already"
                refuse = partial(self._dispatch.refuse, each, ReportKind.REJECTED, reason)
                self._dispatch.inbox.post(refuse)
        return any(known)

    def _pair_placed(self, pair: Sequence[LiveOrder], sent: Sequence[Sent]) -> None:
        for order, one in zip(pair, sent, strict=True):
            self._dispatch.placed(order, one)

    @property
    def _pairs(self) -> PlacesPairs | None:
        gateway: Any = self._dispatch.gateway
        return gateway if isinstance(gateway, PlacesPairs) else None

    def _spot(self, order: LiveOrder) -> bool:
        instrument = self._dispatch.gateway.instrument(order.intent.symbol)
        return instrument is None or not instrument.may_short

    def _impossible(self, orders: Sequence[LiveOrder]) -> str | None:
        """Return why a group cannot be placed as it is, or None."""
        exits = [order for order in orders if order.intent.parent_id is not None]
        rivals = [] if self._pairs else [order for order in orders if self._sells_beside(order)]
        if not any(self._spot(order) for order in (*exits, *rivals)):
            return None
        if rivals:
            return (
                "one-cancels-other sales on spot rest on one holding, which this exchange's "
                "gateway cannot do: place one at a time"
            )
        paired = len(exits) == _PAIR and self._pairs is not None
        if len(exits) > 1 and not paired:
            return (
                f"{len(exits)} exits on spot rest on one holding, which this exchange's gateway "
                "cannot do: give the bracket one exit"
            )
        return None

    def _sells_beside(self, order: LiveOrder) -> bool:
        return order.intent.oco_id is not None and order.intent.side is Side.SELL

    def _remember_held(self, held: Sequence[LiveOrder]) -> None:
        """Commit that these wait here: a restart must not take them for never sent."""
        if not held:
            return
        with self._dispatch.journal.together():
            for order in held:
                waits = Attempt(
                    client_order_id=order.id,
                    number=0,
                    dead_at_ms=0,
                    outcome=Outcome.NOT_SENT,
                    reason="waits for its parent",
                )
                self._dispatch.journal.attempt(waits)
