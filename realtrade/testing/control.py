"""The exchange's levers over HTTP, under `/control`: faults, prices, hands, truth."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict, is_dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from aiohttp import web

from realtrade.testing.exchange.refusal import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.testing.sim_exchange import SimExchange

_HANDS = (
    *("order", "cancel", "fill", "expire", "liquidate", "deposit", "fund", "revoke"),
    *("market", "close_market", "depth", "parts", "reject_at_trigger"),
)
_PRICES = ("move", "trade", "walk", "advance", "close_bar")
_STEPS = ("tick", "lot", "min_quantity", "max_quantity", "min_notional", "maker", "taker")


def control_routes(exchange: SimExchange) -> list[web.RouteDef]:
    """Return the paths of the levers.

    `GET /control/truth?key=…`, `prices`, `requests`, `faults`; `POST /control/<lever>` with the
    arguments of the Python method as a JSON object, decimals as text; `DELETE /control/faults`.
    """
    acts: dict[str, Callable[..., Any]] = {
        **{name: getattr(exchange.by_hand, name) for name in _HANDS},
        **{name: getattr(exchange, name) for name in _PRICES},
        "market": lambda symbol, **changes: exchange.by_hand.market(symbol, **_steps(changes)),
        "faults": exchange.faults.arm,
        "accounts": exchange.add_account,
        "skew": lambda milliseconds: setattr(exchange.clock, "skew_ms", int(milliseconds)),
        "drop": exchange.drop_connections,
        "refuse": exchange.refuse_connections,
        "shut_down": exchange.shut_down_connections,
        "end_user_streams": exchange.end_user_streams,
    }
    tells: dict[str, Callable[[web.Request], Any]] = {
        "truth": lambda request: exchange.truth(request.query["key"]),
        "prices": lambda request: dict(exchange.core.prices()),
        "requests": lambda request: list(exchange.requests),
        "faults": lambda request: list(exchange.faults.armed),
    }
    return [
        *(web.get(f"/control/{name}", _telling(tell)) for name, tell in tells.items()),
        *(web.post(f"/control/{name}", _acting(act)) for name, act in acts.items()),
        web.delete("/control/faults", _telling(lambda request: exchange.faults.clear())),
    ]


def _telling(tell: Callable[[web.Request], Any]) -> Any:
    async def handle(request: web.Request) -> web.Response:
        _no_pages(request)
        try:
            return _json(await asyncio.to_thread(tell, request))
        except KeyError as error:
            return _json({"error": f"unknown: {error}"}, 404)

    return handle


def _acting(act: Callable[..., Any]) -> Any:
    async def handle(request: web.Request) -> web.Response:
        _no_pages(request)
        text = await request.text()
        try:
            arguments = json.loads(text) if text else {}
            return _json(await asyncio.to_thread(act, **arguments))
        except Refused as refused:
            return _json({"error": refused.reason.value}, 409)
        except (KeyError, TypeError, ValueError, ArithmeticError) as error:
            return _json({"error": f"{type(error).__name__}: {error}"}, 400)

    return handle


def _no_pages(request: web.Request) -> None:
    """Let no page in somebody's browser pull the levers."""
    if "Origin" in request.headers or request.url.host not in {"127.0.0.1", "localhost"}:
        raise web.HTTPForbidden


def _steps(changes: dict[str, Any]) -> dict[str, Any]:
    return {name: Decimal(value) if name in _STEPS else value for name, value in changes.items()}


def _json(value: Any, status: int = 200) -> web.Response:
    return web.Response(
        text=json.dumps(value, default=_plain), status=status, content_type="application/json"
    )


def _plain(value: Any) -> Any:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else str(value)
