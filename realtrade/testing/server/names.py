"""The faults by name, each with what it does."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Scene(Enum):
    """What a fault can strike."""

    REQUEST = "request"
    HANDSHAKE = "handshake"
    FRAME = "frame"
    SUBSCRIBE = "subscribe"
    PING = "ping"


class Kind(NamedTuple):
    """One sort of fault."""

    scene: Scene
    executed: bool
    """Whether a request is acted on all the same, unless the option `executed` says otherwise."""
    summary: str


def _request(summary: str, *, executed: bool = False) -> Kind:
    return Kind(Scene.REQUEST, executed, summary)


def _frame(summary: str) -> Kind:
    return Kind(Scene.FRAME, executed=True, summary=summary)


FAULTS: dict[str, Kind] = {
    "reset_before": _request("reset the connection, nothing done"),
    "reset_after": _request("do it, then reset the connection", executed=True),
    "lost_answer": _request("do it, then close without an answer", executed=True),
    "timeout_before": _request("nothing done, no answer for `seconds` (60)"),
    "timeout_after": _request("do it, no answer for `seconds` (60)", executed=True),
    "slow": _request("do it, answer after `seconds` (1)", executed=True),
    "late": _request("do it only after `seconds` (1), long after the client gave up"),
    "server_error": _request("answer `status` (503), JSON, or HTML with `body='html'`"),
    "unknown_result": _request("do it, answer -1007", executed=True),
    "empty": _request("answer 200 with no body", executed=True),
    "null": _request("answer 200 with null", executed=True),
    "object": _request("answer 200 with {}", executed=True),
    "array": _request("answer 200 with []", executed=True),
    "html": _request("answer 200 with an HTML page", executed=True),
    "truncated": _request("answer with the first half of the body", executed=True),
    "foreign": _request("answer with another order's ids", executed=True),
    "giant": _request("answer with `megabytes` (64) of white space around it", executed=True),
    "bomb": _request("answer gzipped, `megabytes` (64) when unpacked", executed=True),
    "drip": _request("answer a byte every `seconds` (0.2)", executed=True),
    "rate_limited": _request("answer 429 -1003, with Retry-After when `retry_after` is given"),
    "banned": _request("answer 418 -1003 with Retry-After `retry_after` (120; None: without)"),
    "too_many_requests": _request("answer 400 -1003"),
    "too_many_orders": _request("answer 429 -1015"),
    "clock": _request("answer 400 -1021"),
    "key_revoked": _request("answer 401 -2015"),
    "bad_signature": _request("answer 400 -1022"),
    "refusal": _request("answer `status` (400) with `code` and `msg`"),
    "invisible": _request("answer that the order does not exist"),
    "duplicate_delivery": _request("do it twice, answer the second time's answer", executed=True),
    "ws_refuse": Kind(
        Scene.HANDSHAKE, executed=False, summary="answer the handshake `status` (503)"
    ),
    "ws_hang": Kind(
        Scene.HANDSHAKE, executed=False, summary="do not answer the handshake for `seconds` (60)"
    ),
    "ws_subscribe_error": Kind(
        Scene.SUBSCRIBE, executed=False, summary="refuse a subscription with `code` and `msg`"
    ),
    "ws_subscribe_silent": Kind(
        Scene.SUBSCRIBE, executed=False, summary="never answer a subscription, nor serve it"
    ),
    "ws_no_ping": Kind(Scene.PING, executed=False, summary="leave out a ping"),
    "ws_skip": _frame("leave the frame out"),
    "ws_duplicate": _frame("send the frame twice"),
    "ws_reorder": _frame("send the frame after the next one"),
    "ws_delay": _frame("send the frame, and what follows it, after `seconds` (1)"),
    "ws_garbage": _frame("send bytes that are no JSON instead"),
    "ws_half": _frame("send the first half of the text"),
    "ws_torn": _frame("send half of a WebSocket frame, then drop the connection"),
    "ws_huge": _frame("send `megabytes` (8) of JSON first"),
    "ws_binary": _frame("send it as a binary frame"),
    "ws_drop": _frame("drop the connection instead, no closing handshake"),
    "ws_close": _frame("close with `code` (1001) instead"),
    "ws_stall": _frame("from this frame on send nothing on this connection, pings live on"),
    "ws_freeze": _frame("from this frame on send nothing at all, answer nothing"),
    "ws_shutdown": _frame("announce `serverShutdown`, then close"),
}
"""Name, what it strikes, what it does; values in brackets are what options default to."""
