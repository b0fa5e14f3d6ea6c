"""ccxt's client for one exchange, guarded: silent, never sending twice, trusting nothing."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from realtrade.common.rest.errors import OddAnswer, Refused
from realtrade.common.rest.lazy_ccxt import exchange_class
from realtrade.common.rest.rate_gate import Urgency

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from realtrade.common.rest.rate_gate import RateGate
    from realtrade.common.rest.server_clock import ServerClock
    from realtrade.common.rest.session import Session

_FAILED = 400
_SAID = 300


class Wiring:
    """What a client is wired to; one for each client."""

    def __init__(
        self,
        session: Session,
        gate: RateGate,
        *,
        weight: float = 1.0,
        share: Callable[[Any, bool], Any] | None = None,
    ) -> None:
        self.session = session
        self.gate = gate
        self.weight = weight
        """Weight of one unit of ccxt's `cost`."""
        self.share = share
        """Loads the markets once for all clients."""
        self.clock: ServerClock | None = None
        self.urgency = Urgency.READ
        self.rehearses = False
        """Requests are only looked at and never leave: they cost nothing."""


class GuardedClient:
    """Mixed into ccxt's class for an exchange, before it."""

    wiring: Wiring

    def throttle(self, cost: float | None = None) -> None:
        """Ask the gate shared by all clients instead of sleeping alone.

        Raises:
            Gated: not now.
        """
        if self.wiring.rehearses:
            return
        weight = (1.0 if cost is None else cost) * self.wiring.weight
        self.wiring.gate.admit(self.wiring.urgency, weight)

    def milliseconds(self) -> int:
        """Return the exchange's time, once it was measured."""
        clock = self.wiring.clock
        if clock is not None:
            return clock.now_ms()
        now: int = super().milliseconds()  # type: ignore[misc]  # ccxt's class
        return now

    def seconds(self) -> int:
        """Return the exchange's time in whole seconds."""
        return self.milliseconds() // 1000

    def log(self, *_: Any) -> None:
        """Print nothing: what ccxt prints has keys in it."""

    @staticmethod
    def on_json_response(body: str) -> Any:
        """Read JSON; fractions stay text until somebody makes Decimals of them."""
        return json.loads(body, parse_float=str)

    def load_markets(self, reload: bool = False, params: Any = None) -> Any:
        """Load what is listed once for all clients of a store."""
        share, load = self.wiring.share, super().load_markets  # type: ignore[misc]  # ccxt's class
        if share is None or (getattr(self, "markets", None) and not reload):
            return load(reload, params or {})
        return share(self, reload)

    def load_markets_alone(self, reload: bool) -> Any:
        """Load what is listed with a request of this client's own."""
        return super().load_markets(reload)  # type: ignore[misc]  # ccxt's class

    def handle_errors(  # noqa: PLR0917 - ccxt's signature
        self,
        status: int,
        reason: str,
        url: str,
        method: str,
        headers: Mapping[str, str],
        body: str,
        answer: Any,
        /,
        *sent: Any,
    ) -> None:
        """Turn every answer that is an error, or is none, into one of ours.

        The exchange's number decides what it means, ccxt's class for it is not asked: it calls an
        existing order invalid and a revoked key a flood.

        Raises:
            Refused: the exchange answered with an error.
            OddAnswer: what came is no JSON.
        """
        where = f"{method} {urlsplit(url).path}"
        if answer is None:
            msg = f"{where}: status {status} with a body that is no JSON, {len(body)} characters"
            raise OddAnswer(msg, status=status)
        code, said = _error(answer)
        if status >= _FAILED or (code is not None and code < 0):
            msg = f"{where}: status {status}, code {code}: {said}"
            wait_s = self.wiring.session.retry_after_s
            raise Refused(msg, status=status, code=code, said=said, retry_after_s=wait_s)


class LooseClient(GuardedClient):
    """For exchanges without a dialect of ours: what they mean by an answer, ccxt has to know."""

    def throttle(self, cost: float | None = None) -> None:
        """Ask the gate, then keep the pace ccxt has for the exchange: no header tells its limits.

        Raises:
            Gated: not now.
        """
        super().throttle(cost)
        if not self.wiring.rehearses:
            super(GuardedClient, self).throttle(cost)  # type: ignore[misc]  # ccxt's class

    def handle_errors(self, *told: Any) -> None:
        """Let ccxt look at the answer, then refuse what it let pass with an error status.

        Raises:
            Refused: the status is an error's.
            ccxt.BaseError: ccxt knows the answer for an error.
        """
        check = super(GuardedClient, self).handle_errors  # type: ignore[misc]  # ccxt's class
        check(*told)
        status, answer = told[0], told[6]  # as `GuardedClient` names them
        if status >= _FAILED or answer is None:
            super().handle_errors(*told)


def _error(answer: Any) -> tuple[int | None, str]:
    """Return the number and words of an error answer."""
    told = answer[0] if isinstance(answer, list) and len(answer) == 1 else answer
    if not isinstance(told, dict):
        return None, ""
    code, said = told.get("code"), told.get("msg", told.get("message", ""))
    return _whole(code), str(said)[:_SAID].replace("\n", " ")


def _whole(code: Any) -> int | None:
    """Return an error's number, which Binance writes as a number here and as text there."""
    if isinstance(code, str) and code.isascii() and code.removeprefix("-").isdigit():
        return int(code)
    return code if isinstance(code, int) and not isinstance(code, bool) else None


def make_client(name: str, wiring: Wiring, config: Mapping[str, Any], *, strict: bool) -> Any:
    """Return a client of ccxt's exchange `name`.

    Args:
        name: ccxt's id of the exchange.
        wiring: what it is wired to.
        config: ccxt's own settings on top of ours.
        strict: True where a dialect of ours knows every answer.

    Raises:
        LookupError: ccxt knows no such exchange.
    """
    guard = GuardedClient if strict else LooseClient
    cls = type(f"Guarded_{name}", (guard, exchange_class(name)), {})
    settings = {
        "wiring": wiring,
        "session": wiring.session,
        "logger": _silent(),
        "enableRateLimit": True,
        "enableLastHttpResponse": False,
        "enableLastResponseHeaders": False,
        "requests_trust_env": False,
        "number": str,
        **config,
    }
    settings["options"] = {"maxRetriesOnFailure": 0, **settings.get("options", {})}
    return cls(settings)


def _silent() -> logging.Logger:
    """Return a logger that belongs to nobody: ccxt logs keys and signed addresses."""
    logger = logging.Logger("ccxt", level=logging.CRITICAL)  # noqa: LOG001 - outside the tree on purpose
    logger.addHandler(logging.NullHandler())
    return logger
