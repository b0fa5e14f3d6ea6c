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

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.common.broker_names import Numbered

_bare: Callable[[Any], Any] = object.__new__  # an instance without a constructor: we set it up
_MARKET = bt.Order.Market
_REFERENCES = bt.Order.refbasis
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

    broker = comminfo = pannotated = None
    triggered = False
    position = plen = 0
    status = bt.Order.Created
    _limitoffset = 0.0

    numbered: Numbered
    """Where it was placed; what its `client_order_id` follows from."""

    def __getattr__(self, name: str) -> Any:
        """Work out what is rarely asked for when it is; leave the rest to Backtrader."""
        if name == "client_order_id":
            self.client_order_id = self.numbered.client_order_id()
            return self.client_order_id
        if name == "dteos":
            self.dteos = _session_end(self.data, self.created.dt)
            return self.dteos
        return super().__getattr__(name)

    def clone(self) -> LightOrder:
        """Return a copy as of now; what was asked for and `info` are shared with it."""
        copy: LightOrder = _bare(type(self))
        copy.__dict__ = state = self.__dict__.copy()
        state["executed"] = self.executed.clone()
        return copy


class LightBuyOrder(LightOrder, bt.order.BuyOrder):
    """A purchase."""


class LightSellOrder(LightOrder, bt.order.SellOrder):
    """A sale."""


def build_order(kind: type[LightOrder], **wish: Any) -> LightOrder:
    """Return a new order of `kind` from the arguments of `buy` and `sell`, all of them by name."""
    order: LightOrder = _bare(kind)
    data, exectype, price, limit = (
        wish["data"],
        wish["exectype"],
        wish["price"],
        wish["pricelimit"],
    )
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
        "trailamount": wish["trailamount"],
        "trailpercent": wish["trailpercent"],
        "_plimit": limit,
    }
    executed: LightData = _bare(LightData)
    executed.__dict__ = {"remsize": size, "exbits": deque()}
    params = _bare(kind.params)
    params.__dict__ = wish
    valid = wish["valid"]
    order.__dict__ = {
        **wish,
        "params": params,
        "p": params,
        "ref": next(_REFERENCES),
        "size": size,
        "exectype": _MARKET if exectype is None else exectype,
        "valid": None if valid is None else _valid(valid, data),
        "info": AutoOrderedDict(),
        "created": created,
        "executed": executed,
        "_active": wish["parent"] is None,
        "_plimit": limit,
    }
    if exectype in _TRAILING:
        _trail(order, created)
    return order


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
