"""Orders as Backtrader's users see them, built without the cost of Backtrader's construction.

A `LightOrder` is a `bt.Order` in every attribute; the machinery that makes `bt.Order` out of
parameters takes longer than everything else an order goes through.
"""

from __future__ import annotations

from collections import deque
from datetime import date, datetime, time, timedelta
from math import inf
from typing import TYPE_CHECKING, Any

import backtrader as bt
from backtrader.order import OrderData
from backtrader.utils import AutoOrderedDict

from realtrade.common.broker.names import name_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.common.broker.names import Numbered

_bare: Callable[[Any], Any] = object.__new__  # an instance without a constructor: we set it up
_MARKET = bt.Order.Market
_REFERENCES = bt.Order.refbasis
_LEAST = 3
"""An order has at least an owner, a feed and a size."""
_TRAILING = frozenset({bt.Order.StopTrail, bt.Order.StopTrailLimit})


class LightData(OrderData):
    """What was asked for, or what was executed; most of it starts from these values."""

    pclose = 0.0
    exbits: Any = ()
    p1 = p2 = 0
    dt: float | None = None
    size = remsize = price = pricelimit = 0.0
    trailamount = trailpercent = 0.0
    value = comm = pnl = 0.0
    margin: float | None = None
    psize = pprice = 0.0
    _plimit: float | None = None

    def clone(self) -> LightData:
        """Return a copy that knows which executions are news since the last copy."""
        self.p1, self.p2 = self.p2, len(self.exbits)
        copy: LightData = _bare(LightData)
        copy.__dict__ = self.__dict__.copy()
        return copy


class LightOrder(bt.Order):
    """An order whose construction, copies and end of session cost little or come late."""

    # What most orders leave out: theirs are then small, and so are their copies.
    price: Any = None
    pricelimit = valid = oco = trailamount = trailpercent = parent = price
    exectype = _MARKET
    tradeid = 0
    transmit = _active = True
    simulated = histnotify = False
    _plimit: float | None = None

    broker = comminfo = pannotated = None
    triggered = False
    position = plen = 0
    status = bt.Order.Created
    _limitoffset = 0.0

    is_plain = True
    """A market order with nothing to it but a feed and a size."""

    numbered: Numbered
    """Where it was placed; what its `client_order_id` follows from."""

    def __getattr__(self, name: str) -> Any:
        """Work out what is rarely asked for when it is; leave the rest to Backtrader."""
        if name == "info":
            self.info = AutoOrderedDict()
            return self.info
        if name == "client_order_id":
            self.client_order_id = name_of(self.numbered)
            return self.client_order_id
        if name == "dteos":
            self.dteos = _session_end(self.data, self.created.dt)
            return self.dteos
        return super().__getattr__(name)

    def clone(self) -> LightOrder:
        """Return a copy as of now; what was asked for and `info` are shared with it."""
        copy: LightOrder = _bare(type(self))
        self.info  # noqa: B018 - made when first asked for: the copy must not make its own
        copy.__dict__ = state = self.__dict__.copy()
        state["executed"] = self.executed.clone()
        return copy


class LightBuyOrder(LightOrder, bt.order.BuyOrder):
    """A purchase."""


class LightSellOrder(LightOrder, bt.order.SellOrder):
    """A sale."""


def build_order(kind: type[LightOrder], wish: dict[str, Any]) -> LightOrder:
    """Return a new order of `kind` from arguments of `buy` and `sell`.

    Those at their defaults may be left out, but for `owner`, `data` and `size`.
    """
    order: LightOrder = _bare(kind)
    data, given = wish["data"], wish.get
    price, limit = given("price"), given("pricelimit")
    lines = data.lines
    number, close = lines.datetime[0], lines.close[0]
    size = wish["size"] if kind is LightBuyOrder else -wish["size"]
    created: LightData = _bare(LightData)
    if not price and not limit:
        price = close
    created.__dict__ = {
        "dt": number,
        "pclose": close,
        "size": size,
        "price": price or limit or price,
        "pricelimit": limit or price,
        "trailamount": given("trailamount"),
        "trailpercent": given("trailpercent"),
        "_plimit": limit,
    }
    executed: LightData = _bare(LightData)
    executed.__dict__ = {"remsize": size, "exbits": deque()}
    params = _bare(kind.params)
    params.__dict__ = wish
    order.__dict__ = {
        **wish,
        "params": params,
        "p": params,
        "ref": next(_REFERENCES),
        "size": size,
        "created": created,
        "executed": executed,
    }
    if len(wish) > _LEAST:
        _adorn(order, limit)
    return order


def _adorn(order: LightOrder, limit: float | None) -> None:
    """Set what a plain market order leaves as it is."""
    order.is_plain = False
    order._active = order.parent is None  # noqa: SLF001  # Backtrader's own name
    order._plimit = limit  # noqa: SLF001  # as above
    if order.exectype is None:
        order.exectype = _MARKET
    if order.valid is not None:
        order.valid = _valid(order.valid, order.data)
    if order.exectype in _TRAILING:
        _trail(order, order.created)


def _trail(order: LightOrder, created: LightData) -> None:
    """Put the stop at its distance from the price asked for, and keep the limit's distance."""
    price = created.price
    order._limitoffset = price - created.pricelimit  # noqa: SLF001  # Backtrader's own name
    created.price = inf if order.isbuy() else -inf
    order.trailadjust(price)


def _valid(valid: Any, data: Any) -> Any:
    """Return the last moment as Backtrader's number; a plain number is already one."""
    if isinstance(valid, date):
        return data.date2num(valid)
    if isinstance(valid, timedelta):
        now: datetime = data.num2date(data.lines.datetime[0])
        end_of_day = datetime.combine(now.date(), time(23, 59, 59, 9999))
        return data.date2num(now + valid if valid else end_of_day)
    return valid


def _session_end(data: Any, number: float) -> float:
    """Return when the session ends that an order decided at `number` falls into."""
    decided: datetime = data.num2date(number)
    session = data.p.sessionend
    end = decided.replace(
        hour=session.hour,
        minute=session.minute,
        second=session.second,
        microsecond=session.microsecond,
    )
    return float(data.date2num(end if end >= decided else end + timedelta(days=1)))
