"""A venue that fills orders from bars, as Backtrader's own simulated broker does."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from realtrade.common.simulated import matching
from realtrade.common.simulated.account import Account
from realtrade.common.simulated.order import RestingOrder
from realtrade.common.simulated.settings import Settings
from realtrade.common.simulated.slippage import Slippage
from realtrade.common.simulated.terms import ending, refusal
from realtrade.model.order import OrderType
from realtrade.plugins.ports.venue import Report, ReportKind
from realtrade.utils.recent import Recent

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from realtrade.common.simulated.market import MakerTaker, Market, Quote
    from realtrade.common.simulated.terms import Filler
    from realtrade.execution.ledger import Holding
    from realtrade.model.order import Booking, OrderIntent

_REMEMBERED = 4096


class SimulatedVenue:
    """Rests orders and fills them from the bars of their feed; keeps the account.

    Knowingly different from Backtrader's broker, each time to the user's good: a bracket's orders
    are not sent twice when a child is added later; a child added after its parent was filled
    wakes at once instead of never; children of a parent cancelled by its one-cancels-other group
    are cancelled too. Reduce-only orders, spot that cannot be sold short, maker and taker fees and
    fees in the base asset are added, and apply only where an instrument or a fee says so.
    """

    def __init__(
        self,
        *,
        cash: float | Decimal = 10_000.0,
        slippage: Slippage | None = None,
        fees: MakerTaker | None = None,
        settings: Settings | None = None,
    ) -> None:
        """`fees` apply to every market; without them commission schemes decide."""
        self.account = Account(float(cash))
        self.slippage = slippage or Slippage()
        self.settings = settings or Settings()
        self.fees = fees
        self.filler: Filler | None = None
        self._markets: dict[str, Market] = {}
        self.reset(float(cash))

    def reset(self, cash: float) -> None:
        """Begin anew: no markets, no orders, `cash`."""
        self.account.restart(cash)
        self._markets.clear()
        self._orders: dict[str, RestingOrder] = {}
        self._submitted: deque[RestingOrder] = deque()
        self._pending: deque[RestingOrder | None] = deque()
        self._waking: list[RestingOrder] = []
        self._reports: list[Report] = []
        self._quoted: tuple[Market, Quote] | None = None
        self._groups: dict[str, list[RestingOrder]] = {}
        self._filled: Recent[str, bool] = Recent(_REMEMBERED)

    def list_market(self, market: Market) -> None:
        """Make a feed tradable."""
        market.fees = self.fees
        if market.values:
            market.book.markets.append(market)
        self._markets[market.feed] = market
        self.account.per_bar |= market.settles or market.accrues

    def market(self, feed: str) -> Market:
        """Return the market listed for a feed."""
        return self._markets[feed]

    # -- the port -----------------------------------------------------------------------------

    @property
    def idle(self) -> bool:
        """Tell whether a bar changes nothing: no order is here, no position settles or accrues."""
        return not (self._pending or self._submitted or self._waking or self.account.busy)

    @property
    def is_plain(self) -> bool:
        """Tell whether a market order now would be alone, and be filled whole at an open."""
        settings = self.settings
        return not (
            self._orders
            or self.filler
            or settings.cheat_on_close
            or settings.cheat_on_open
            or self.account.busy
        )

    def can_pay(self, market: Market, quantity: float, price: float) -> bool:
        """Tell whether an order that is alone passes the check on submission."""
        account = self.account
        if not self.settings.check_submit:
            return True
        return account.cash_after(account.cash, market, quantity, price, market.book) >= 0.0

    def open_price(self, market: Market, *, buys: bool) -> float | None:
        """Return what a market order gets at the newest bar's open, None when it gets nothing."""
        tape, slippage = market.tape, self.slippage
        price = tape.opening()
        if not (slippage.at_open and (slippage.fraction or slippage.fixed)):
            return price
        if buys:
            return slippage.up(tape.quote().high, price, at_open=True)
        return slippage.down(tape.quote().low, price, at_open=True)

    def remember_filled(self, order_id: str) -> None:
        """Know of an order, executed whole without having rested, when its children come."""
        self._filled.put(order_id, True)

    @property
    def cash(self) -> float:
        """Cash of the account."""
        return self.account.cash

    @property
    def equity(self) -> float:
        """Cash plus what positions are worth."""
        return self.account.equity

    def submit(self, intents: Sequence[OrderIntent]) -> None:
        """Take orders; they are checked and matched from the next bar on."""
        self.rest([RestingOrder.of(intent, self._markets[intent.feed]) for intent in intents])

    def rest(self, orders: Sequence[RestingOrder]) -> None:
        """Take orders already in this venue's own shape: all that `submit` does."""
        for order in orders:
            why = refusal(order) or ("" if self._take(order) else "its parent is no longer there")
            if why:
                self._say(ReportKind.REJECTED, order.id, why)
            elif self.settings.check_submit:
                self._submitted.append(order)
            else:
                self._accept(order)

    def cancel(self, client_order_id: str) -> None:
        """Cancel a resting order, with its bracket; an order not yet accepted stays."""
        order = self._orders.get(client_order_id)
        if order is not None and self._withdraw(order):
            self._end_bracket(order)

    def on_bar(self) -> None:
        """Check what was submitted, match what rests, settle what is held."""
        if self._waking:
            for order in self._waking:
                order.active = True
            self._waking.clear()
        if self._submitted:
            self.check_submitted()
        account_is_busy = self.account.busy
        if account_is_busy:
            self.account.open_bar()
        if self._pending:
            self._match_all()
            account_is_busy = self.account.busy
        if account_is_busy:
            self.account.close_bar()

    def reports(self) -> list[Report]:
        """Return what happened since the last call, oldest first."""
        said, self._reports = self._reports, []
        return said

    # -- submission ---------------------------------------------------------------------------

    def _take(self, order: RestingOrder) -> bool:
        """Let an order in, with its bracket and its group; False when its parent has gone."""
        if order.parent_id is not None and not self._filled.get(order.parent_id):
            parent = self._orders.get(order.parent_id)
            if parent is None:
                return False
            parent.adopt(order)
        if order.oco_id is not None:
            self._join(order, order.oco_id)
        self._orders[order.id] = order
        return True

    def check_submitted(self) -> None:
        """Accept now what the cash can pay; every order checked lowers it for those behind it."""
        cash = self.account.cash
        alone = len(self._submitted) == 1 and self._submitted[0].market.values
        held: dict[str, Holding[float]] = {}
        while self._submitted:
            order = self._submitted.popleft()
            parent = order.parent
            if parent is not None and not (parent.alive or parent.filled):
                self._end(order, ReportKind.REJECTED, "its parent is no longer there")
                continue
            price = self._valuation(order)
            holding = order.market.book if alone else held.setdefault(*order.market.supposed())
            cash = self.account.cash_after(cash, order.market, order.remaining, price, holding)
            if not alone:
                holding.apply(order.remaining, price)
            if cash >= 0.0:
                self._accept(order)
                continue
            self._give_up(order, ReportKind.MARGIN, "cash does not cover it")

    def _valuation(self, order: RestingOrder) -> float:
        if self.settings.cheat_on_open and order.type is OrderType.MARKET:
            return order.market.tape.open()
        return order.valuation

    def _accept(self, order: RestingOrder) -> None:
        self._pending.append(order)
        self._reports.append(Report(ReportKind.ACCEPTED, order.id))

    # -- matching -----------------------------------------------------------------------------

    def _match_all(self) -> None:
        """Look once at every resting order, in order; matching may cancel others meanwhile."""
        pending = self._pending
        pending.append(None)
        market, time_ms = None, 0
        self._quoted = None
        while (order := pending.popleft()) is not None:
            if market is not order.market:
                market = order.market
                time_ms = market.tape.time_ms()
            if order.valid_ms is not None and order.has_expired(time_ms):
                self._give_up(order, ReportKind.EXPIRED)
            elif not order.active:
                pending.append(order)
            else:
                self._match(order, time_ms)
                if order.alive:
                    pending.append(order)
                elif order.filled:
                    self._wake_children(order)

    def _match(self, order: RestingOrder, time_ms: int) -> None:
        if order.type is OrderType.MARKET:
            self._match_market(order, time_ms)
        elif time_ms > order.created_ms or self.settings.old_bars:
            self._match_priced(order, self._quote(order.market), time_ms)

    def _quote(self, market: Market) -> Quote:
        """Return the newest bar of a market, read once for all orders on it."""
        if self._quoted is None or self._quoted[0] is not market:
            self._quoted = market, market.tape.quote()
        return self._quoted[1]

    def _match_priced(self, order: RestingOrder, quote: Quote, time_ms: int) -> None:
        was_triggered = order.triggered
        price = matching.RULES[order.type](order, quote, self.slippage)
        if order.triggered and not was_triggered:
            self._say(ReportKind.TRIGGERED, order.id)
        if order.terms is not None:
            ended = ending(order, quote, price, was_triggered=was_triggered, filler=self.filler)
            if ended is not None:
                self._give_up(order, *ended)
                return
        if price is not None:
            ago = 0
            if order.type is OrderType.CLOSE and matching.dated_back(order, quote):
                ago, time_ms = -1, order.market.tape.time_ms(-1)
            self._execute(order, price, time_ms, ago)
            if order.alive and order.terms is not None and not order.terms.may_wait:
                self._give_up(order, ReportKind.EXPIRED, "what is left may not wait")
        order.rested = True
        if order.trails and order.alive and not was_triggered and order.trail(quote.close):
            self._say_trailed(order)

    def _give_up(self, order: RestingOrder, kind: ReportKind, reason: str = "") -> None:
        self._end(order, kind, reason)
        self._end_group(order)
        self._end_bracket(order)

    def _match_market(self, order: RestingOrder, time_ms: int) -> None:
        """Fill at the open of a bar that came after the decision; of the bar nothing else is read.

        Who cheats on close gets the close the decision was made on.
        """
        tape = order.market.tape
        order.rested = True
        if self.settings.cheat_on_close and not order.hints.next_open:
            price, time_ms = order.deciding_close, order.created_ms
        elif time_ms > order.created_ms or self.settings.cheat_on_open:
            price = tape.opening()
        else:
            return
        slipped: float | None = price
        if self.slippage.at_open:
            slipped = matching.at_open(order, self._quote(order.market), self.slippage, price)
        if slipped is not None:
            self._execute(order, slipped, time_ms, 0)

    def _execute(self, order: RestingOrder, price: float, time_ms: int, ago: int) -> None:
        quantity = order.remaining
        if self.filler is not None:
            quantity = self.filler(order.id, price, ago)
            if not order.buys:
                quantity = -quantity
        if order.reduce_only:
            quantity = order.market.book.split(quantity)[0]
            if not quantity:
                self._end(order, ReportKind.CANCELLED, "nothing is left to reduce")
                return
        booking, refused = self.account.execute(
            order.market, quantity, price, time_ms, maker=order.maker
        )
        if booking is not None:
            self._book(order, booking)
            self._end_group(order)
        if refused:
            self._give_up(order, ReportKind.MARGIN, order.market.why_refused(quantity))

    def _book(self, order: RestingOrder, booking: Booking[float]) -> None:
        order.remaining -= booking.quantity
        complete = not order.remaining
        if complete:
            order.alive, order.filled = False, True
            del self._orders[order.id]
            self.remember_filled(order.id)
        self._reports.append(Report(ReportKind.FILLED, order.id, None, booking, complete))

    # -- groups and brackets ------------------------------------------------------------------

    def _join(self, order: RestingOrder, leader_id: str) -> None:
        leader = self._orders.get(leader_id)
        group = leader.group or leader_id if leader is not None else leader_id
        order.group = group
        members = self._groups.get(group)
        if members is None:
            members = self._groups[group] = []
            if leader is not None and leader.group is None:
                leader.group = group
                members.append(leader)
        members.append(order)

    def _end_group(self, order: RestingOrder) -> None:
        """One was executed or is over: cancel the others, newest first."""
        if order.group is None:
            return
        members = self._groups.pop(order.group, None)
        if members is None:
            return
        for other in reversed(tuple(self._pending)):
            if other in members and self._withdraw(other, in_group=True):
                self._end_sleeping(other)

    def _end_sleeping(self, parent: RestingOrder) -> None:
        """Cancel children that wait for an order cancelled by its group."""
        if parent.children:
            self._end_bracket(parent)

    def _withdraw(self, order: RestingOrder, *, in_group: bool = False) -> bool:
        """Take an order off the pending queue; False when it is not there."""
        try:
            self._pending.remove(order)
        except ValueError:
            return False
        self._end(order, ReportKind.CANCELLED)
        if not in_group:
            self._end_group(order)
        return True

    def _end_bracket(self, order: RestingOrder) -> None:
        """Cancel whatever else belongs to the bracket of an order that is over unfilled."""
        root = order.parent or order
        if not root.children:
            return
        children, root.children = root.children, ()
        for member in (root, *children):
            self._withdraw(member)

    def _wake_children(self, order: RestingOrder) -> None:
        """A filled parent wakes its children on the next bar; a filled child ends the bracket."""
        if order.parent is not None:
            self._end_bracket(order)
        else:
            self._waking.extend(order.children)

    # -- reports ------------------------------------------------------------------------------

    def _end(self, order: RestingOrder, kind: ReportKind, reason: str = "") -> None:
        order.alive = False
        self._orders.pop(order.id, None)
        self._say(kind, order.id, reason)

    def _say(self, kind: ReportKind, client_order_id: str, reason: str = "") -> None:
        self._reports.append(Report(kind, client_order_id, None, None, False, reason))

    def _say_trailed(self, order: RestingOrder) -> None:
        limit = order.limit if order.type is OrderType.TRAILING_STOP_LIMIT else None
        self._reports.append(
            Report(ReportKind.TRAILED, order.id, stop_price=order.stop, limit_price=limit)
        )
