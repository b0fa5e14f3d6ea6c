"""Three hundred recipes nobody should write, each refused at a place or accepted, and quickly."""

from __future__ import annotations

import re
import tracemalloc
from typing import TYPE_CHECKING

import pytest

from realtrade.recipe.codes import codes
from tests.effort import with_calls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from realtrade.recipe import Diagnostic

CALLS = 1_000_000  # the worst of them makes 540,000; what is not linear makes a billion
BYTES = 200 * 1024 * 1024
GOOD = """\
realtrade: v1
name: quickstart
description: Hold bitcoin while its fast average is above its slow one.
mode: backtest
vars: {fast: {type: int, default: 10}}
feeds:
  btc: {type: file, path: data/btc.csv, symbol: BTC/USD, timeframe: 1h}
  day: {resample: btc, timeframe: 1d}
strategy: {type: ma_cross, feeds: [btc, day], params: {fast: "{{ vars.fast }}", slow: 30}}
risk:
  drawdown: {type: max_drawdown, limit: 15%}
orders: {entry: {type: limit, offset: 2 ticks, replace_after: 30s}, on_stop: cancel_orders}
backtest: {from: 2018-01-01, to: 2019-01-01, cash: 10000 USD, fees: {taker: 10 bps}}
"""
VALUES = [
    "",
    "~",
    "null",
    "yes",
    "NO",
    "on",
    "true",
    "[]",
    "{}",
    "[[]]",
    "[a, b]",
    "{a: b}",
    "0",
    "-1",
    "1.5",
    "1e-5",
    "1e999999999",
    "1e-999999999",
    "-1e31",
    "9" * 31,
    "9" * 5_000,
    ".nan",
    "-.inf",
    ".INF",
    "nan",
    "0x10",
    "0o17",
    "1_000",
    "12:30:45",
    "٣٤",
    "\uff11\uff15%",
    "15 %  %",
    "999999999999999999%",
    "999999999w999999999w999999999w",
    '"\\0"',
    '"\\ud800"',
    '"\\u202e"',
    '"\\x07"',
    "!!python/object/apply:os.system [id]",
    "!!binary aGVsbG8=",
    "!include /etc/passwd",
    "*nowhere",
    "&a [*a]",
    "&a {b: *a}",
    '"{{ 9**9**9 }}"',
    "\"{{ 'x' * 1000000000 }}\"",
    '"{{ 10000000000 * 10000000000 * 10000000000 * 10000000000 }}"',
    '"{{ range(1000000000) | list }}"',
    '"{{ [].__class__.__mro__ }}"',
    '"{{ vars.__init__.__globals__ }}"',
    '"{{ self }}"',
    '"{{ cycler.__init__ }}"',
    '"{% for i in range(9) %}x{% endfor %}"',
    "\"{% include '/etc/passwd' %}\"",
    '"{# secret #}{{ vars.fast }}"',
    '"{{ vars.fast"',
    '"{{ }}"',
    '"{{ ' + "(" * 400 + "1" + ")" * 400 + ' }}"',
    '"{{ ' + "-" * 1_500 + '1 }}"',
    '"{{ ' + "+".join("1" * 500) + ' }}"',
    '"{{ ' + "9" * 1_900 + ' }}"',
    '"{{ 1e999 }}"',
    '"{{ vars.fast / 0 }}"',
    '"{{ vars.fast % 0 }}"',
    '"{{ vars.fast // 0 }}"',
    '"{{ 1 if vars.fast }}"',
    "\"{{ 'a' < 1 }}\"",
    "\"{{ vars.fast | attr('x') }}\"",
    '"{{ 1.5 | round(99) }}"',
    "{{ vars.fast }}",
    '"' + "x" * 50_000 + '"',
    "|\n    text\n    more",
    "{env: HOME}",
    "{file: /etc/passwd}",
    "../../../../etc/passwd",
    "'''",
    '"unclosed',
    "@",
    "`",
    "\t",
]
"""What is put in the place of every value."""
PLACES = [
    ("name: quickstart", "name: @@"),
    ("mode: backtest", "mode: @@"),
    ("timeframe: 1d}", "timeframe: @@}"),
    ('fast: "{{ vars.fast }}"', "fast: @@"),
    ("drawdown: {type: max_drawdown, limit: 15%}", "drawdown: @@"),
    ("default: 10", "default: @@"),
]
"""What stands there, and what it becomes."""
WHOLE: dict[str, bytes] = {
    "empty": b"",
    "newlines": b"\n\n\n",
    "comment": b"# nothing",
    "null": b"null",
    "text": b"hello",
    "number": b"42",
    "list": b"- realtrade: v1",
    "marker": b"---",
    "marker end": b"---\n...\n",
    "two documents": b"a: 1\n---\nb: 2\n",
    "three documents": GOOD.encode() + b"---\na: 1\n---\nb: 2\n",
    "nul": b"realtrade: v1\x00",
    "nul in the middle": GOOD.encode().replace(b"quick", b"qu\x00ck"),
    "elf": b"\x7fELF\x02\x01\x01" + bytes(range(256)),
    "gzip": b"\x1f\x8b\x08\x00" + bytes(range(256)),
    "png": b"\x89PNG\r\n\x1a\n" + bytes(64),
    "latin-1": "name: café".encode("latin-1"),
    "utf-16": GOOD.encode("utf-16"),
    "utf-32": GOOD.encode("utf-32"),
    "overlong": b"name: \xc0\xaf",
    "surrogate": b"name: \xed\xa0\x80",
    "bom in the middle": "name: x\ufeffy".encode(),
    "right to left": "name: x\u202ey".encode(),
    "line separator": "name: x\u2028mode: live".encode(),
    "next line": "name: x\u0085mode: live".encode(),
    "escape": b"name: \x1b[31mred",
    "bell": b"name: \x07",
    "ten megabytes": b"a" * 10_000_000,
    "ten megabytes of lists": b"[" * 10_000_000,
    "ten megabytes of keys": b"a: 1\n" * 2_000_000,
    "quarter megabyte of keys": b"\n".join(b"k%d: 1" % n for n in range(20_000)),
    "quarter megabyte of one key": b"a: 1\n" * 50_000,
    "quarter megabyte of lists": b"a: [" + b"x," * 120_000 + b"]",
    "quarter megabyte of comments": b"#\n" * 120_000,
    "quarter megabyte of anchors": b"".join(b"k%d: &a%d 1\n" % (n, n) for n in range(9_000)),
    "quarter megabyte of tags": b"%TAG !a! tag:x,2000:\n" * 10_000,
    "quarter megabyte of quotes": b"'" * 240_000,
    "quarter megabyte of questions": b"? " * 120_000,
    "quarter megabyte of dashes": b"- " * 120_000,
    "quarter megabyte of braces": b"{" * 240_000,
    "quarter megabyte of templates": b'a: "' + b"{{" * 120_000 + b'"',
    "many templates": b"".join(b'k%d: "{{ 1 + 1 }}"\n' % n for n in range(5_000)),
    "deep flow": b"a: " + b"[" * 5_000 + b"]" * 5_000,
    "deep block": b"\n".join(b" " * n + b"a:" for n in range(400)),
    "deep enough": b"a: " + b"[" * 26 + b"]" * 26,
    "long key": b"k" * 100_000 + b": 1",
    "long quoted key": b'"' + b"k" * 900 + b'": 1',
    "complex key": b"? [a, b]\n: 1",
    "mapping key": b"? {a: b}\n: 1",
    "alias key": b"a: &x y\n*x : 1",
    "empty key": b'"": 1',
    "null key": b"~: 1",
    "template key": b'"{{ vars.x }}": 1',
    "merge key": b"a: &a {x: 1}\nb: {<<: *a}",
    "merge list": b"a: &a {x: 1}\nb: {<<: [*a, *a]}",
    "set tag": b"a: !!set {x, y}",
    "omap": b"a: !!omap [x: 1]",
    "python": b"!!python/object/apply:os.system ['id']",
    "python name": b"a: !!python/name:os.system",
    "python module": b"a: !!python/module:os",
    "verbatim tag": b"a: !<tag:yaml.org,2002:str> x",
    "directive": b"%YAML 1.1\n---\nname: x",
    "unknown directive": b"%FOO bar\n---\nname: x",
    "tabs": b"a:\n\tb: 1",
    "bad indentation": b"a:\n  b: 1\n c: 2",
    "colon": b"a: b: c",
    "unclosed": b"a: [1, 2",
    "unopened": b"a: 1]",
    "percent": b"a: %b",
    "anchor alone": b"a: &",
    "alias alone": b"a: *",
    "undefined alias": b"a: *b",
    "alias to itself": b"a: &a *a",
    "cycle": b"a: &a [*a]",
    "wide cycle": b"a: &a {b: &b [*a], c: *b}",
    "billion laughs": b"a: &a [x,x,x,x,x,x,x,x,x]\n"
    + b"".join(
        b"%c: &%c [%s]\n" % (c, c, b",".join([b"*%c" % (c - 1)] * 9)) for c in range(98, 106)
    ),
    "quadratic laughs": b"a: &a [" + b"x," * 2_000 + b"]\nb: [" + b"*a," * 190 + b"]",
    "many aliases": b"a: &a x\nb: [" + b"*a," * 1_000 + b"]",
    "alias of maps": GOOD.encode() + b"environments: &e {a: {mode: paper}, b: {risk: *e}}",
    "many environments": GOOD.encode()
    + b"environments:\n"
    + b"".join(b"  e%d: {mode: paper}\n" % n for n in range(2_000)),
    "many symbols": GOOD.replace(
        "  day",
        "  g: {symbols: ["
        + ",".join(f"A{n}/USD" for n in range(4_000))
        + "], timeframe: 1h}\n  day",
    ).encode(),
    "many resamples": b"realtrade: v1\nname: x\nmode: backtest\nfeeds:\n"
    + b"".join(b"  f%d: {resample: f%d, timeframe: 1h}\n" % (n, n + 1) for n in range(3_000)),
    "many routes": GOOD.encode()
    + b"notify:\n  routes:\n"
    + b"".join(b"    r%d: {events: [x], to: [y]}\n" % n for n in range(1_500)),
    "many unknown keys": b"feeds:\n" + b"".join(b"  f%d: {symbl: x}\n" % n for n in range(3_000)),
}
EXTENDS = [
    "/etc/passwd",
    "../recipe.yaml",
    "./a/../../recipe.yaml",
    "..",
    ".",
    "",
    "recipe.yaml",
    "./recipe.yaml",
    "~/x.yaml",
    "http://example.com/x.yaml",
    "file:///etc/passwd",
    "C:\\x.yaml",
    "a\\..\\..\\x.yaml",
    "missing.yaml",
    "folder.yaml",
    "x" * 5_000 + ".yaml",
    "a/" * 500 + "x.yaml",
]


def _hostile() -> Iterator[tuple[str, bytes]]:
    yield from WHOLE.items()
    for index, value in enumerate(VALUES):
        for place, slot in PLACES:
            text = GOOD.replace(place, slot.replace("@@", value), 1)
            assert text != GOOD
            yield f"{slot.partition(':')[0]} value {index}", text.encode()
    for name in EXTENDS:
        yield f"extends {name[:20]}", f"extends: ['{name}']\n{GOOD}".encode()
    for index, line in enumerate(GOOD.splitlines(keepends=True)):
        yield f"line {index} gone", GOOD.replace(line, "", 1).encode()
        yield f"line {index} twice", GOOD.replace(line, line + line, 1).encode()
        yield f"line {index} cut", GOOD.replace(line, line[: len(line) // 2] + "\n", 1).encode()
    for cut in range(0, len(GOOD), 17):
        yield f"cut at {cut}", GOOD[:cut].encode()
    for word in sorted(set(re.findall(r"[a-z_]{4,}", GOOD))):
        yield f"misspelt {word}", GOOD.replace(word, word[:-1] + "q", 1).encode()


HOSTILE = dict(_hostile())


REFUSED = {
    *(name for name in WHOLE if name != "quarter megabyte of comments"),
    *(f"extends {name[:20]}" for name in EXTENDS),
}
LARGE = [name for name, text in WHOLE.items() if len(text) > 10_000]


def test_there_are_enough() -> None:
    assert len(HOSTILE) >= 300


@pytest.mark.parametrize("name", HOSTILE)
def test_is_refused_at_a_place_or_accepted(
    name: str, check: Callable[..., list[Diagnostic]]
) -> None:
    found, calls = with_calls(lambda: check(HOSTILE[name]))

    assert calls < CALLS
    assert found or name not in REFUSED
    for one in found:
        assert one.code in codes()
        assert one.line >= 1
        assert one.column >= 1
        assert one.file
        assert one.message
        assert one.message.isprintable()


@pytest.mark.untraced
@pytest.mark.parametrize("name", LARGE)
def test_takes_little_memory(name: str, check: Callable[..., list[Diagnostic]]) -> None:
    tracemalloc.start()
    try:
        check(HOSTILE[name])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < BYTES
