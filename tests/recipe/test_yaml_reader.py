from __future__ import annotations

from decimal import Decimal

import pytest
import yaml

from realtrade.recipe import yaml_reader
from realtrade.recipe.findings import Findings
from realtrade.recipe.source import Source
from realtrade.recipe.tree import Map, Place, Scalar, find, key_place, plain, value_place
from realtrade.recipe.yaml_reader import read_tree, read_value


def read(text: str) -> tuple[Map | None, Findings]:
    findings = Findings()
    return read_tree(Source("r.yaml", text), findings), findings


def told(text: str) -> list[tuple[str, int, int]]:
    return [(one.code, one.line, one.column) for one in read(text)[1].sorted()]


def tree_of(text: str) -> Map:
    tree, findings = read(text)
    assert not findings.broken
    assert tree is not None
    return tree


def test_reads_values_of_every_kind() -> None:
    text = "a: [1, 1.5, x, 'no', true, null, 12:30]\nb:\n  c: |\n    two\n    lines\n"

    assert plain(tree_of(text)) == {
        "a": [1, Decimal("1.5"), "x", "no", True, None, "12:30"],
        "b": {"c": "two\nlines\n"},
    }


def test_quotes_make_text() -> None:
    assert plain(tree_of("a: '1'\nb: \"true\"\nc: ''\n")) == {"a": "1", "b": "true", "c": ""}


def test_norway_is_a_country() -> None:
    assert plain(tree_of("{no: NO, on: off}")) == {"no": "NO", "on": "off"}


def test_agrees_with_the_python_parser_on_what_stands_where() -> None:
    text = "a:\n  - x: 1\n    yy: {b: [c, 'd e']}\n  - z\nlast: >\n  folded\n"
    tree = tree_of(text)
    node = yaml.compose(text, Loader=yaml.SafeLoader)

    assert _places(tree) == _marks(node)


def _places(node: object) -> list[tuple[int, int]]:
    if isinstance(node, Map):
        inner = [
            place
            for entry in node.entries.values()
            for place in [(entry.key.line, entry.key.column), *_places(entry.node)]
        ]
    else:
        inner = [place for item in getattr(node, "items", ()) for place in _places(item)]
    place: Place = node.place  # type: ignore[attr-defined]  # every node has one
    return [(place.line, place.column), *inner]


def _marks(node: yaml.Node | None) -> list[tuple[int, int]]:
    assert node is not None
    inner: list[tuple[int, int]] = []
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner += _marks(key) + _marks(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            inner += _marks(item)
    return [(node.start_mark.line + 1, node.start_mark.column + 1), *inner]


def test_finds_values_and_keys() -> None:
    tree = tree_of("a:\n  b: [x, y]\n")

    assert find(tree, ("a", "b", 1)) == Scalar("y", Place("r.yaml", 2, 10))
    assert find(tree, ("a", "b", 2)) is None
    assert find(tree, ("a", 0)) is None
    assert value_place(tree, ("a", "b", 0)) == Place("r.yaml", 2, 7)
    assert value_place(tree, ("a", "c")) == Place("r.yaml", 1, 1)
    assert key_place(tree, ("a", "b")) == Place("r.yaml", 2, 3)
    assert key_place(tree, ("zzz",)) == Place("r.yaml", 1, 1)


def test_columns_count_characters_not_bytes() -> None:
    assert value_place(tree_of("{é: ü, b: 1}"), ("b",)).column == 11


def test_names_both_lines_of_a_double_key() -> None:
    _, findings = read("a: 1\nb: 2\na: 3\n")
    (found,) = findings.sorted()

    assert (found.code, found.line, found.column) == ("RT102", 3, 1)
    assert "in line 1 and 3" in found.message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: !x 1", [("RT103", 1, 4)]),
        ("a: !!str 1", [("RT103", 1, 4)]),
        ("!!map {a: 1}", [("RT103", 1, 1)]),
        ("!x a: 1", [("RT103", 1, 1)]),
        ("%YAML 1.2\n---\na: 1", [("RT103", 1, 1)]),
        ("a: &x {b: 1}\nc:\n  <<: *x", [("RT104", 3, 3)]),
        ("a: *x", [("RT105", 1, 4)]),
        ("a: &x [1, *x]", [("RT105", 1, 11)]),
        ("a: &x {b: *x}", [("RT105", 1, 11)]),
        ("a: " + "[" * 30 + "]" * 30, [("RT106", 1, 28)]),
        ('a: "\\0"', [("RT107", 1, 4)]),
        ('"\\0": 1', [("RT111", 1, 1)]),
        ("", [("RT108", 1, 1)]),
        ("# only words\n", [("RT108", 1, 1)]),
        ("[a]", [("RT108", 1, 1)]),
        ("just text", [("RT108", 1, 1)]),
        ("a: 1\n---\nb: 2", [("RT109", 2, 1)]),
        ("a: [1, .nan]", [("RT110", 1, 8)]),
        ("a: 1e400", [("RT110", 1, 4)]),
        ("[a]: 1", [("RT111", 1, 1)]),
        ("a: {{ x }}", [("RT111", 1, 5)]),
        ('"{{ x }}": 1', [("RT111", 1, 1)]),
        ('"": 1', [("RT111", 1, 1)]),
        (f"{'k' * 101}: 1", [("RT111", 1, 1)]),
        ("a: b: c", [("RT101", 1, 5)]),
        ("a:\n\tb: 1", [("RT101", 2, 1)]),
        ("a: [1", [("RT101", 2, 1)]),
        ("a: .nan\nb: !x 1\na: 1", [("RT110", 1, 4), ("RT103", 2, 4), ("RT102", 3, 1)]),
    ],
)
def test_refuses_at_a_place(text: str, expected: list[tuple[str, int, int]]) -> None:
    found = told(text)

    if expected[0][0] == "RT101":  # parsers place the end of a file differently
        assert [code for code, _, _ in found] == ["RT101"]
        assert found[0][1] <= expected[0][1]
    else:
        assert found == expected


def test_aliases_repeat_what_the_anchor_holds() -> None:
    tree = tree_of("a: &x {b: [1, 2]}\nc: *x\nd: *x\n")

    assert plain(tree) == {"a": {"b": [1, 2]}, "c": {"b": [1, 2]}, "d": {"b": [1, 2]}}


@pytest.mark.parametrize(("aliases", "refused"), [(200, False), (201, True)])
def test_aliases_are_counted(aliases: int, refused: bool) -> None:
    text = "a: &x y\nb: [" + ", ".join(["*x"] * aliases) + "]"

    assert (told(text)[:1] == [("RT105", 2, 5 + 200 * 4)]) is refused


def test_aliases_count_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_reader, "MAX_NODES", 12)

    assert told("a: &x [1, 2, 3]\nb: *x") == []  # 1 map, 2 keys, 4 + 4 values
    assert told("a: &x [1, 2, 3]\nb: [*x]\nc: 1") == [("RT106", 3, 1)]


def test_a_value_is_read_from_its_place() -> None:
    findings = Findings()

    node = read_value("{a: 1.5}", Place("--set", 3, 10), findings)

    assert node is not None
    assert plain(node) == {"a": Decimal("1.5")}
    assert node.place == Place("--set", 3, 10)
    assert value_place(node, ("a",)) == Place("--set", 3, 14)


def test_a_value_that_is_empty_is_null() -> None:
    node = read_value("", Place("--set", 1, 1), Findings())

    assert node == Scalar(None, Place("--set", 1, 1))
