"""What each fault of a request does to it or to its answer."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import socket
import struct
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from realtrade.testing.server.faults import Fault

_MEGABYTE = 1_000_000
_PAGE = "<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"
_ANSWERS: dict[str, tuple[int, int, str]] = {
    "too_many_requests": (400, -1003, "Too many requests queued."),
    "too_many_orders": (
        429,
        -1015,
        "Too many new orders; current limit is 100 orders per TEN_SECONDS.",
    ),
    "clock": (400, -1021, "Timestamp for this request is outside of the recvWindow."),
    "key_revoked": (401, -2015, "Invalid API-key, IP, or permissions for action."),
    "bad_signature": (400, -1022, "Signature for this request is not valid."),
    "invisible": (400, -2013, "Order does not exist."),
    "unknown_result": (
        503,
        -1007,
        (
            "Timeout waiting for response from backend server. Send status unknown; execution "
            "status unknown."
        ),
    ),
    "rate_limited": (429, -1003, "Too much request weight used; current limit is 6000."),
    "banned": (418, -1003, "Way too much request weight used; IP banned until 1893456000000."),
    "server_error": (503, -1008, "Server is currently overloaded with other requests."),
    "refusal": (400, -1000, "An unknown error occurred while processing the request."),
}
SILENT = {"timeout_before", "timeout_after", "reset_before", "reset_after", "lost_answer"}
"""Faults that end a request without any answer."""
_BODIES = {"empty": "", "null": "null", "object": "{}", "array": "[]", "html": _PAGE.format("OK")}


async def breaks_request(
    fault: Fault, request: web.Request, honest: web.Response | None
) -> web.StreamResponse | None:
    """Return the wrong answer of a fault that does not look at the honest one; None of others."""
    if fault.name in _ANSWERS:
        return _error(fault)
    if fault.name in _BODIES:
        kind = "text/html" if fault.name == "html" else "application/json"
        return web.Response(text=_BODIES[fault.name], content_type=kind)
    if fault.name not in SILENT:
        return None
    if fault.name.startswith("timeout"):
        await asyncio.sleep(fault.number("seconds", 60))
    elif fault.name.startswith("reset"):
        _will_reset(request)
    return _gone(request)


async def breaks_answer(
    fault: Fault, request: web.Request, honest: web.Response
) -> web.StreamResponse | None:
    """Return the honest answer, spoiled."""
    if fault.name in {"duplicate_delivery", "late"}:
        return honest
    spoil = _SPOILERS.get(fault.name)
    return None if spoil is None else await spoil(fault, request, honest)


def _error(fault: Fault) -> web.Response:
    status, code, msg = _ANSWERS[fault.name]
    status = int(fault.number("status", status))
    headers = {}
    retry_after = fault.options.get("retry_after", 120 if fault.name == "banned" else None)
    if retry_after is not None:
        headers["Retry-After"] = str(int(retry_after))
    if fault.options.get("body") == "html":
        page = _PAGE.format(f"{status} Service Unavailable")
        return web.Response(text=page, status=status, content_type="text/html", headers=headers)
    body = {
        "code": int(fault.number("code", code)),
        "msg": fault.options.get("msg", msg),
    }
    return web.Response(
        text=json.dumps(body), status=status, content_type="application/json", headers=headers
    )


def _will_reset(request: web.Request) -> None:
    """Let closing send a reset: no lingering, no orderly end."""
    connection = request.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _gone(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()  # goes nowhere


async def _slow(fault: Fault, request: web.Request, honest: web.Response) -> web.StreamResponse:
    await asyncio.sleep(fault.number("seconds", 1))
    return honest


async def _truncated(
    fault: Fault, request: web.Request, honest: web.Response
) -> web.StreamResponse:
    text = _text(honest)
    return _like(honest, text[: len(text) // 2])


async def _foreign(fault: Fault, request: web.Request, honest: web.Response) -> web.StreamResponse:
    """Answer as if to somebody else: other ids, same shape."""
    text = re.sub(
        r'("(?:clientOrderId|origClientOrderId|clientAlgoId)":)"[^"]*"',
        r'\1"somebody-elses-order"',
        _text(honest),
    )
    return _like(honest, re.sub(r'("(?:orderId|algoId)":)\d+', r"\g<1>999999999", text))


async def _giant(fault: Fault, request: web.Request, honest: web.Response) -> web.StreamResponse:
    size = int(fault.number("megabytes", 64) * _MEGABYTE)
    return _like(honest, " " * size + _text(honest))


async def _bomb(fault: Fault, request: web.Request, honest: web.Response) -> web.StreamResponse:
    size = int(fault.number("megabytes", 64) * _MEGABYTE)
    packed = gzip.compress(b" " * size + _text(honest).encode())
    return web.Response(
        body=packed,
        status=honest.status,
        headers={"Content-Encoding": "gzip", "Content-Type": "application/json"},
    )


async def _drip(fault: Fault, request: web.Request, honest: web.Response) -> web.StreamResponse:
    body = _text(honest).encode()
    response = web.StreamResponse(
        status=honest.status,
        headers={"Content-Type": "application/json", "Content-Length": str(len(body))},
    )
    await response.prepare(request)
    try:
        for byte in body:
            await response.write(bytes([byte]))
            await asyncio.sleep(fault.number("seconds", 0.2))
    except ConnectionError:
        pass  # the client has had enough, which is what it should do
    return response


def _text(response: web.Response) -> str:
    return response.text or ""


def _like(honest: web.Response, text: str) -> web.Response:
    return web.Response(text=text, status=honest.status, content_type="application/json")


_SPOILERS: dict[
    str, Callable[[Fault, web.Request, web.Response], Awaitable[web.StreamResponse]]
] = {
    "slow": _slow,
    "truncated": _truncated,
    "foreign": _foreign,
    "giant": _giant,
    "bomb": _bomb,
    "drip": _drip,
}
