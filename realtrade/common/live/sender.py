"""What the courier does for orders: remember, one request, remember. Runs on its thread."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from realtrade.plugins.ports.gateway import Answer, GatewayError, Outcome
from realtrade.plugins.ports.journal import Attempt, JournalError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from realtrade.model.account import VenueOrder
    from realtrade.model.order import Fill, OrderIntent
    from realtrade.plugins.ports.gateway import Gateway
    from realtrade.plugins.ports.journal import Journal

MARGIN_MS = 15_000
"""Added to the receive window: how long a request may be under way before it is looked at."""
_AT_ONCE_MS = 2_000
"""How much later than it was remembered a sending may begin without being remembered again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of one sending."""

    answer: Answer
    dead_at_ms: int
    made: bool = True
    """False: nothing left, and nothing could have."""
    trouble: str = ""
    """Why what happened could not be remembered."""


class Sender:
    """Makes requests. Nothing leaves before the journal has it, nothing is sent twice here."""

    def __init__(self, gateway: Gateway, journal: Journal) -> None:
        self._gateway = gateway
        self._journal = journal

    def refuses(self, intent: OrderIntent) -> str | None:
        """Return why an intent cannot be placed exactly as it is, or None."""
        return self._gateway.refuses(intent)

    def expires_by_us(self, intent: OrderIntent) -> bool:
        """Tell whether only the end of its time keeps the exchange from taking an intent."""
        if intent.valid_until_ms is None or self._gateway.refuses(intent) is None:
            return False
        return self._gateway.refuses(replace(intent, valid_until_ms=None)) is None

    def ahead(self, intent: OrderIntent) -> Attempt:
        """Return the first sending of an order as it can be remembered with its intent."""
        dead_at_ms = self.dead_at_ms() + _AT_ONCE_MS
        return Attempt(client_order_id=intent.client_order_id, number=1, dead_at_ms=dead_at_ms)

    def place(self, intent: OrderIntent, number: int, ahead: Attempt | None = None) -> Sent:
        """Remember that an order is about to be sent, send it once, remember what came of it.

        What was remembered `ahead` is not remembered again, unless it has waited too long since.
        """
        why = self._gateway.refuses(intent)
        if why is not None:
            trouble = "" if ahead is None else self._remember(ahead, _refused(why))
            return Sent(answer=_refused(why), dead_at_ms=0, made=False, trouble=trouble)
        dead_at_ms = self.dead_at_ms()
        if ahead is not None and ahead.dead_at_ms >= dead_at_ms:
            return self._sent(ahead, self._ask(self._gateway.place, intent))
        attempt = Attempt(
            client_order_id=intent.client_order_id, number=number, dead_at_ms=dead_at_ms
        )
        try:
            self._journal.attempt(attempt)
        except JournalError as error:
            refused = _refused(f"not sent, for it could not be remembered: {error}")
            return Sent(answer=refused, dead_at_ms=0, made=False, trouble=str(error))
        return self._sent(attempt, self._ask(self._gateway.place, intent))

    def dead_at_ms(self) -> int:
        """Return from when on, if it left now, a request could not take effect any more."""
        return self._gateway.now_ms() + self._gateway.receive_window_ms + MARGIN_MS

    def place_pair(
        self, first: OrderIntent, second: OrderIntent, place: Callable[..., Sequence[Answer]]
    ) -> tuple[Sent, Sent]:
        """Do the same for two orders that go out in one request."""
        dead_at_ms = self.dead_at_ms()
        attempts = [
            Attempt(client_order_id=each.client_order_id, number=1, dead_at_ms=dead_at_ms)
            for each in (first, second)
        ]
        try:
            with self._journal.together():
                for attempt in attempts:
                    self._journal.attempt(attempt)
        except JournalError as error:
            refused = _refused(f"not sent, for it could not be remembered: {error}")
            unsent = Sent(answer=refused, dead_at_ms=0, made=False, trouble=str(error))
            return unsent, unsent
        try:
            answers = list(place(first, second))
        except Exception as error:  # noqa: BLE001  # around a plugin call; may have been sent
            answers = [_unclear(error)] * 2
        if len(answers) != len(attempts):
            answers = [_odd(len(answers))] * 2
        first_sent, second_sent = map(self._sent, attempts, answers)
        return first_sent, second_sent

    def cancel(self, intent: OrderIntent) -> Answer:
        """Ask for a cancel."""
        return self._ask(self._gateway.cancel, intent)

    def find(self, intent: OrderIntent) -> Answer:
        """Ask for an order by its client id."""
        return self._ask(self._gateway.find, intent)

    def sweep(self, symbol: str, after: str) -> tuple[Sequence[VenueOrder], Sequence[Fill]] | None:
        """Return open orders and executions of a symbol, or None without an answer to trust."""
        try:
            return self._gateway.open_orders((symbol,)), self._gateway.fills(symbol, after)
        except GatewayError:
            return None

    def _ask(self, request: Callable[[OrderIntent], Answer], intent: OrderIntent) -> Answer:
        try:
            return request(intent)
        except Exception as error:  # noqa: BLE001  # around a plugin call: it may have been sent
            return _unclear(error)

    def _sent(self, attempt: Attempt, answer: Answer) -> Sent:
        """Remember an outcome; one that cannot be is found out again by the next start.

        A gateway may have waited, or asked something else, before it stamped the request; it has
        not stamped it after it answered.
        """
        stamped_ms = self._gateway.now_ms() + self._gateway.receive_window_ms
        dead_at_ms = max(attempt.dead_at_ms, stamped_ms)
        trouble = self._remember(replace(attempt, dead_at_ms=dead_at_ms), answer)
        return Sent(answer=answer, dead_at_ms=dead_at_ms, trouble=trouble)

    def _remember(self, attempt: Attempt, answer: Answer) -> str:
        order = answer.order
        known = replace(
            attempt,
            outcome=answer.outcome,
            venue_order_id="" if order is None else order.venue_order_id,
            reason=answer.reason,
        )
        try:
            self._journal.attempt(known)
        except JournalError as error:
            return str(error)
        return ""


def _refused(reason: str) -> Answer:
    return Answer(outcome=Outcome.REJECTED, reason=reason)


def _unclear(error: Exception) -> Answer:
    reason = f"the gateway broke while asking: {type(error).__name__}"
    return Answer(outcome=Outcome.UNKNOWN, reason=reason)


def _odd(count: int) -> Answer:
    return Answer(outcome=Outcome.UNKNOWN, reason=f"{count} answers for two orders")
