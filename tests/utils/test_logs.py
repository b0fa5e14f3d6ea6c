from __future__ import annotations

import base64
import io
import json
import logging
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from realtrade.utils.logs import Redactor, TailHandler, configure

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = 'pa"ss/w+ord é'  # noqa: S105 - made up


@pytest.fixture
def redactor() -> Redactor:
    redactor = Redactor()
    redactor.add(SECRET)
    return redactor


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    root, ours = logging.getLogger(), logging.getLogger("realtrade")
    level = root.level
    yield
    for handler in [one for one in root.handlers if one.get_name() == "realtrade"]:
        root.removeHandler(handler)
    root.setLevel(level)
    ours.setLevel(logging.NOTSET)


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        quote(SECRET, ""),
        base64.b64encode(SECRET.encode()).decode(),
        base64.b64encode(SECRET.encode()).decode().rstrip("="),
        json.dumps(SECRET)[1:-1],
    ],
)
def test_finds_a_secret_in_every_form(form: str, redactor: Redactor) -> None:
    assert redactor.redact(f"a {form} b") == "a *** b"


def test_blots_longer_secrets_first(redactor: Redactor) -> None:
    redactor.add("abcd")
    redactor.add("abcdefgh")

    assert redactor.redact("abcdefgh abcd") == "*** ***"


def test_blots_every_line_of_a_key(redactor: Redactor) -> None:
    redactor.add("-----BEGIN-----\nMIIabc\n-----END-----")

    assert redactor.redact("MIIabc") == "***"


def test_very_short_secrets_leave_lines_readable(redactor: Redactor) -> None:
    redactor.add("a")

    assert redactor.redact("a cat") == "a cat"


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_line_shows_a_secret(form: str, redactor: Redactor) -> None:
    stream = io.StringIO()
    configure(redactor, form=form, stream=stream)  # type: ignore[arg-type]  # both are formats
    log = logging.getLogger("realtrade.engine")

    log.info("plain %s", SECRET)
    log.warning("in a mapping: %r", {"key": SECRET})
    logging.getLogger("other.library").error(SECRET)
    try:
        int(SECRET)
    except ValueError:
        log.exception("failed")

    assert "***" in stream.getvalue()
    assert 'pa"ss' not in stream.getvalue()
    assert "w+ord" not in stream.getvalue()


def test_json_lines_are_json() -> None:
    stream = io.StringIO()
    configure(Redactor(), form="json", stream=stream)

    logging.getLogger("realtrade.x").info("hello\nthere")

    line = json.loads(stream.getvalue())
    assert (line["level"], line["logger"], line["message"]) == (
        "info",
        "realtrade.x",
        "hello\nthere",
    )
    assert line["time"].endswith("Z")


def test_text_lines_say_when_how_bad_and_who() -> None:
    stream = io.StringIO()
    configure(Redactor(), stream=stream)

    logging.getLogger("realtrade.x").warning("hello")

    assert stream.getvalue().split("Z", 1)[1] == " WARNING realtrade.x: hello\n"


def test_levels_hold_for_ours() -> None:
    stream = io.StringIO()
    configure(Redactor(), level="error", stream=stream)

    logging.getLogger("realtrade.x").warning("hidden")
    logging.getLogger("other").info("hidden")
    logging.getLogger("other").warning("shown")

    assert stream.getvalue().count("\n") == 1


def test_configuring_twice_writes_once() -> None:
    first, second = io.StringIO(), io.StringIO()
    configure(Redactor(), stream=first)
    configure(Redactor(), stream=second)

    logging.getLogger("realtrade.x").info("once")

    assert first.getvalue() == ""
    assert second.getvalue().count("once") == 1


def test_one_event_is_one_line_with_what_it_is_about(redactor: Redactor) -> None:
    stream = io.StringIO()
    configure(redactor, stream=stream)
    fields = {"event": "order_filled", "client_order_id": "rt-1", "quantity": "2", "reason": ""}

    hostile = "two\nlines \x1b[31m\u202e" + SECRET
    logging.getLogger("realtrade.events").info(hostile, extra={"fields": fields})

    (line,) = stream.getvalue().splitlines()
    assert line.endswith("two\\nlines \\x1b[31m\\u202e*** event=order_filled client_order_id=rt-1")


def test_json_has_every_field_and_none_stands_in_for_another(redactor: Redactor) -> None:
    stream = io.StringIO()
    configure(redactor, form="json", stream=stream)
    fields = {"event": "order_filled", "client_order_id": "rt-1", "why": SECRET, "message": "x"}

    logging.getLogger("realtrade.events").info("filled", extra={"fields": fields})
    logging.getLogger("realtrade.events").info("odd", extra={"fields": "no mapping"})

    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert first["message"] == "filled"
    assert (first["event"], first["client_order_id"], first["why"]) == (
        "order_filled",
        "rt-1",
        "***",
    )
    assert set(second) == {"time", "level", "logger", "message"}


def test_a_tail_shows_lines_as_the_log_has_them(redactor: Redactor) -> None:
    lines: list[str] = []
    tail = TailHandler(redactor, lines.append)
    logging.getLogger().addHandler(tail)
    configure(redactor, stream=io.StringIO())
    try:
        logging.getLogger("realtrade.run").warning("a %s\nb", SECRET)
    finally:
        logging.getLogger().removeHandler(tail)

    (line,) = lines
    assert line.endswith("WARNING realtrade.run: a ***\\nb")
