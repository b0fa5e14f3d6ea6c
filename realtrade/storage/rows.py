"""Values to rows and back, nothing lost: Decimals keep every digit and their exponent."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from zlib import crc32

from realtrade.model.events import Event, EventType
from realtrade.model.order import (
    Fill,
    OrderIntent,
    OrderType,
    Position,
    Side,
    SimulationHints,
    TimeInForce,
)
from realtrade.plugins.ports.gateway import Outcome
from realtrade.plugins.ports.journal import Attempt, JournalError

Row = dict[str, Any]
"""Texts, whole numbers and None by column, without what every row carries."""
_DECIMAL = "$decimal"
_HINTS = tuple(SimulationHints._fields)
_MOST = 2**63


def checksum(table: str, row: Mapping[str, Any]) -> int:
    """Return the checksum of a row, by column name, so that the order of columns is free."""
    parts = [table]
    for name in sorted(row):
        if name != "crc":
            value = row[name]
            parts.append("\0" if value is None else str(value))
    return crc32("\x1f".join(parts).encode("utf-8", "replace"))


def key(value: str, what: str) -> str:
    """Return a text that other rows refer to, which may not be mended.

    Raises:
        JournalError: a database could not keep it as it is.
    """
    if readable(value) != value:
        msg = f"the {what} {value!r} cannot be kept: it is no proper text"
        raise JournalError(msg)
    return value


def readable(value: str) -> str:
    """Return text as a database can keep it: without NUL and halves of surrogate pairs."""
    return value.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


def number(value: Decimal, what: str) -> str:
    """Return a Decimal as the text that is exactly it.

    Raises:
        JournalError: it is not finite.
    """
    if not value.is_finite():
        msg = f"the {what} {value} cannot be kept: it is not a number"
        raise JournalError(msg)
    return str(value)


def whole(value: int, what: str) -> int:
    """Return a whole number that fits into 64 bits.

    Raises:
        JournalError: it does not.
    """
    if not -_MOST <= value < _MOST:
        msg = f"the {what} {value} cannot be kept: it has more than 64 bits"
        raise JournalError(msg)
    return int(value)


def _maybe(value: Decimal | None, what: str) -> str | None:
    return None if value is None else number(value, what)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def intent_row(intent: OrderIntent) -> Row:
    """Return the row of an intent."""
    until, hints = intent.valid_until_ms, intent.hints
    return {
        "client_order_id": key(intent.client_order_id, "client order id"),
        "symbol": key(intent.symbol, "symbol"),
        "feed": key(intent.feed, "feed"),
        "side": intent.side.value,
        "type": intent.type.value,
        "quantity": number(intent.quantity, "quantity"),
        "limit_price": _maybe(intent.limit_price, "limit price"),
        "stop_price": _maybe(intent.stop_price, "stop price"),
        "trail_amount": _maybe(intent.trail_amount, "trail"),
        "trail_percent": _maybe(intent.trail_percent, "trail"),
        "valid_until_ms": None if until is None else whole(until, "end of validity"),
        "time_in_force": intent.time_in_force.value,
        "post_only": int(intent.post_only),
        "reduce_only": int(intent.reduce_only),
        "parent_id": intent.parent_id,
        "oco_id": intent.oco_id,
        "reference_price": number(intent.reference_price, "reference price"),
        "created_ms": whole(intent.created_ms, "time"),
        "hints": None if hints is None else to_json(hints._asdict()),
    }


def read_intent(row: Mapping[str, Any]) -> OrderIntent:
    """Return the intent of a row."""
    hints = row["hints"]
    return OrderIntent(
        client_order_id=row["client_order_id"],
        symbol=row["symbol"],
        feed=row["feed"],
        side=Side(row["side"]),
        type=OrderType(row["type"]),
        quantity=Decimal(row["quantity"]),
        limit_price=_decimal(row["limit_price"]),
        stop_price=_decimal(row["stop_price"]),
        trail_amount=_decimal(row["trail_amount"]),
        trail_percent=_decimal(row["trail_percent"]),
        valid_until_ms=row["valid_until_ms"],
        time_in_force=TimeInForce(row["time_in_force"]),
        post_only=bool(row["post_only"]),
        reduce_only=bool(row["reduce_only"]),
        parent_id=row["parent_id"],
        oco_id=row["oco_id"],
        reference_price=Decimal(row["reference_price"]),
        created_ms=row["created_ms"],
        hints=None if hints is None else _hints(from_json(hints)),
    )


def _hints(given: Mapping[str, Any]) -> SimulationHints:
    return SimulationHints(**{name: given[name] for name in _HINTS if name in given})


def attempt_row(attempt: Attempt) -> Row:
    """Return the row of a sending."""
    return {
        "client_order_id": attempt.client_order_id,
        "number": whole(attempt.number, "number"),
        "dead_at_ms": whole(attempt.dead_at_ms, "time"),
        "outcome": None if attempt.outcome is None else attempt.outcome.value,
        "venue_order_id": readable(attempt.venue_order_id),
        "reason": readable(attempt.reason),
    }


def read_attempt(row: Mapping[str, Any]) -> Attempt:
    """Return the sending of a row."""
    return Attempt(
        client_order_id=row["client_order_id"],
        number=row["number"],
        dead_at_ms=row["dead_at_ms"],
        outcome=None if row["outcome"] is None else Outcome(row["outcome"]),
        venue_order_id=row["venue_order_id"],
        reason=row["reason"],
    )


def fill_row(fill: Fill) -> Row:
    """Return the row of an execution."""
    return {
        "symbol": key(fill.symbol, "symbol"),
        "trade_id": key(fill.trade_id, "trade id"),
        "client_order_id": fill.client_order_id,
        "side": fill.side.value,
        "quantity": number(fill.quantity, "quantity"),
        "price": number(fill.price, "price"),
        "fee": number(fill.fee, "fee"),
        "fee_currency": readable(fill.fee_currency),
        "maker": int(fill.maker),
        "time_ms": whole(fill.time_ms, "time"),
    }


def read_fill(row: Mapping[str, Any]) -> Fill:
    """Return the execution of a row."""
    return Fill(
        trade_id=row["trade_id"],
        client_order_id=row["client_order_id"],
        symbol=row["symbol"],
        side=Side(row["side"]),
        quantity=Decimal(row["quantity"]),
        price=Decimal(row["price"]),
        fee=Decimal(row["fee"]),
        fee_currency=row["fee_currency"],
        maker=bool(row["maker"]),
        time_ms=row["time_ms"],
    )


def position_row(symbol: str, position: Position) -> Row:
    """Return the row of a position."""
    return {
        "symbol": key(symbol, "symbol"),
        "quantity": number(position.quantity, "quantity"),
        "price": number(position.price, "price"),
    }


def read_position(row: Mapping[str, Any]) -> Position:
    """Return the position of a row."""
    return Position(Decimal(row["quantity"]), Decimal(row["price"]))


def event_row(event: Event, seq: int, redact: Callable[[str], str]) -> Row:
    """Return the row of an event, which is called by the number it is written under."""
    return {
        "number": seq,
        "type": event.type.value,
        "time_ms": whole(event.time_ms, "time"),
        "message": readable(redact(event.message)),
        "data": clean_json(event.data, redact),
    }


def read_event(row: Mapping[str, Any]) -> Event:
    """Return the event of a row."""
    return Event(EventType(row["type"]), row["time_ms"], row["message"], from_json(row["data"]))


def to_json(content: Mapping[str, Any]) -> str:
    """Return plain values as JSON; Decimals among them come back as Decimals.

    Raises:
        JournalError: there is something in it that no JSON holds.
    """
    try:
        return json.dumps(content, default=_plain, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        msg = f"this cannot be kept: {error}"
        raise JournalError(msg) from error


def clean_json(content: Mapping[str, Any], redact: Callable[[str], str]) -> str:
    """Return plain values as JSON, every text in them redacted.

    Numbers stay: blotting digits out of JSON would leave nothing that can be read.
    """
    text = to_json(content)
    return text if redact(text) == text else to_json(_redacted(content, redact))


def _redacted(value: Any, redact: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, Mapping):
        return {redact(str(name)): _redacted(inner, redact) for name, inner in value.items()}
    if isinstance(value, Sequence):
        return [_redacted(inner, redact) for inner in value]
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return {_DECIMAL: number(value, "number")}
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence):
        return list(value)
    msg = f"{type(value).__name__} is no plain value"
    raise TypeError(msg)


def from_json(text: str) -> dict[str, Any]:
    """Return what `to_json` was given."""
    content: dict[str, Any] = json.loads(text, object_hook=_unpacked)
    return content


def _unpacked(content: dict[str, Any]) -> Any:
    return Decimal(content[_DECIMAL]) if content.keys() == {_DECIMAL} else content
