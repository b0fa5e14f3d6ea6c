"""Orders as Backtrader's users see them, built without the cost of Backtrader's construction.

A `LightOrder` is a `bt.Order` in every attribute; the machinery that makes `bt.Order` out of
parameters takes longer than everything else an order goes through.
"""

from __future__ import annotations

from collections import deque
from datetime import date, datetime, time, timedelta
from math import inf
from typing import Any

import backtrader as bt
from backtrader.order import OrderData
from backtrader.utils import AutoOrderedDict

_TRAILING = frozenset({bt.Order.StopTrail, bt.Order.StopTrailLimit})


class LightData(OrderData):
    """What was asked for, or what was executed."""

    def clone(self) -> LightData:
        """Return a copy that knows which executions are news since the last copy."""
        state = self.__dict__
        state["p1"], state["p2"] = state["p2"], len(self.exbits)
        copy: LightData = _bare(LightData)
        copy.__dict__.update(state)
        return copy


class LightOrder(bt.Order):
    """An order whose construction, copies and end of session cost little or come late."""

    def __getattr__(self, name: str) -> Any:
        """Work out the end of the session when first asked for; leave the rest to Backtrader."""
        if name == "dteos":
            self.dteos = _session_end(self.data, self.created.dt)
            return self.dteos
        return super().__getattr__(name)

    def clone(self) -> LightOrder:
        """Return a copy as of now; what was asked for and `info` are shared with it."""
        copy: LightOrder = _bare(type(self))
        copy.__dict__.update(self.__dict__)
        copy.executed = self.executed.clone()
        return copy


class LightBuyOrder(LightOrder, bt.order.BuyOrder):
    """A purchase."""


class LightSellOrder(LightOrder, bt.order.SellOrder):
    """A sale."""


def build_order(kind: type[LightOrder], **wish: Any) -> LightOrder:
    """Return a new order of `kind` from the arguments of `buy` and `sell`, all of them by name."""
    order: LightOrder = _bare(kind)
    params = kind.params()
    params.__dict__.update(wish)
    data, exectype = wish["data"], wish["exectype"]
    size = wish["size"] if kind is LightBuyOrder else -wish["size"]
    price, pricelimit = wish["price"], wish["pricelimit"]
    number, close = float(data.lines.datetime[0]), float(data.lines.close[0])
    created = _data_of(size, close if not price and not pricelimit else price, pricelimit)
    created.dt, created.pclose = number, close
    created.trailamount, created.trailpercent = wish["trailamount"], wish["trailpercent"]
    state = order.__dict__
    state.update(wish)
    state.update(
        params=params,
        p=params,
        ref=next(bt.Order.refbasis),
        size=size,
        exectype=bt.Order.Market if exectype is None else exectype,
        valid=_valid(wish["valid"], data),
        broker=None,
        info=AutoOrderedDict(),
        comminfo=None,
        triggered=False,
        position=0,
        status=bt.Order.Created,
        created=created,
        executed=_data_of(0, 0.0, 0.0, left=size),
        pannotated=None,
        plen=0,
        _active=wish["parent"] is None,
        _plimit=pricelimit,
        _limitoffset=0.0,
    )
    if exectype in _TRAILING:
        _trail(order, created)
    return order


def _data_of(size: float, price: float, pricelimit: float | None, *, left: float = 0) -> LightData:
    made: LightData = _bare(LightData)
    made.__dict__.update(
        pclose=0.0,
        exbits=deque(),
        p1=0,
        p2=0,
        dt=None,
        size=size,
        remsize=left,
        price=price or pricelimit or price,
        pricelimit=pricelimit or price,
        trailamount=0.0,
        trailpercent=0.0,
        _plimit=pricelimit,
        value=0.0,
        comm=0.0,
        margin=None,
        pnl=0.0,
        psize=0,
        pprice=0,
    )
    return made


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


def _bare(kind: type[Any]) -> Any:
    """Return an instance whose constructor has not run: its caller sets every attribute."""
    return object.__new__(kind)
