"""Trying an order without sending it: ccxt drops what it does not know, and says nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from realtrade.common.rest.ccxt_errors import translated
from realtrade.common.rest.errors import NoAnswer, NotSent, RestError
from realtrade.common.rest.unified import text
from realtrade.generic_ccxt import orders
from realtrade.generic_ccxt.leaving import Leaving, rehearse
from realtrade.model.order import OrderType

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from realtrade.generic_ccxt.orders import Words
    from realtrade.generic_ccxt.store import CcxtStore
    from realtrade.model.order import OrderIntent


class Rehearsals:
    """Tries each kind of order until it is good once; called from one thread."""

    def __init__(self, store: CcxtStore) -> None:
        self._store = store
        self._good: set[tuple[Any, ...]] = set()

    def problem(self, intent: OrderIntent, name: str) -> str | None:
        """Return what of an order would not leave as asked for, or None.

        Raises:
            RestError: a question on the way was not answered.
        """
        key = (intent.symbol, intent.side, intent.type, *orders.options(intent))
        kind = (*key, intent.time_in_force)
        if kind in self._good:
            return None
        problem = self._judge(intent, name)
        if problem is None:
            self._good.add(kind)
        return problem

    def _judge(self, intent: OrderIntent, name: str) -> str | None:
        words = orders.words(intent, name)
        leaving = self._leaving(words, name)
        if isinstance(leaving, str):
            return leaving
        wrong = objection(leaving, intent, name)
        if wrong is not None:
            return wrong
        again = self._leaving(words, name)
        lasting = _lasting(leaving, again)
        for option in orders.options(intent):
            other = self._leaving(words.without(option), name)
            if isinstance(other, Leaving) and _same(lasting, other):
                return f"ccxt drops {option} without a word"
        return self._as_limit(intent, words, lasting, name)

    def _as_limit(
        self, intent: OrderIntent, words: Words, lasting: Mapping[str, str], name: str
    ) -> str | None:
        """Tell of a stop that would leave as a plain limit order at its stop price."""
        if intent.type is not OrderType.STOP:
            return None
        at, alone = words.params["triggerPrice"], {"clientOrderId": name}
        limit = replace(words, type="limit", price=at, params=alone)
        other = self._leaving(limit, name)
        if isinstance(other, Leaving) and _same(lasting, other):
            return "ccxt sends a stop as a plain limit order"
        return None

    def _leaving(self, words: Words, name: str) -> Leaving | str:
        client = self._store.exchange

        def act() -> Any:
            return client.create_order(*words.arguments)

        try:
            leaving = rehearse(client, act, name)
        except RestError:
            raise
        except Exception as error:  # noqa: BLE001 - ccxt is foreign: what it is against, it says
            return f"ccxt does not send it: {translated(error, 0)}"
        return leaving or "ccxt sends nothing for it"


def objection(leaving: Leaving, intent: OrderIntent, name: str) -> str | None:
    """Return what a request lacks of the order it is to place, or None."""
    if leaving.name_of(name) is None:
        return "our order id would not leave"
    for what, number in orders.numbers(intent):
        if not leaving.has_number(number):
            return f"the {what} {text(number)} would not leave as it is"
    return None


def _lasting(first: Leaving, second: Leaving | str) -> dict[str, str]:
    """Return what two rehearsals of the same have in common: no times, no signatures."""
    again = second.values if isinstance(second, Leaving) else {}
    return {name: value for name, value in first.values.items() if again.get(name) == value}


def _same(lasting: Mapping[str, str], other: Leaving) -> bool:
    return all(other.values.get(name) == value for name, value in lasting.items())


def lookup_name(store: CcxtStore, ask: Callable[[Any], Any], name: str) -> str | None:
    """Return under which name a client order id would be asked for, or None where it is not.

    Raises:
        RestError: a question on the way was not answered, and there may be a way.
    """
    client = store.exchange
    try:
        leaving = rehearse(client, lambda: ask(client), name)
    except (NotSent, NoAnswer):
        raise
    except RestError:
        return None  # it asked for something else, and was answered accordingly
    except Exception:  # noqa: BLE001 - ccxt is foreign: it has no such question
        return None
    return None if leaving is None else leaving.name_of(name)
