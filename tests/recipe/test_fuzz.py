"""Whatever is written, the answer is a recipe or findings, never an exception."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from realtrade.recipe import check_recipe
from realtrade.recipe.codes import codes
from realtrade.recipe.scalars import NotANumber, resolve
from realtrade.recipe.templates import TemplateRefused, fill_in

if TYPE_CHECKING:
    from realtrade.plugins import Registry

FULL = (Path(__file__).parent.parent / "data" / "full-example.yaml").read_text("utf-8")
TREE = yaml.safe_load(FULL)
PIECES = [
    *("{", "}", "[", "]", ":", "- ", "\n", "  ", "'", '"', "|", ">", "&a ", "*a", "!x ", "? "),
    *("{{", "}}", "{%", "null", "true", "1e9", ".nan", "%", "\t", "#", "---\n", "<<: ", "\x00"),
    *("type: ", "env: ", "file", "resample: btc_1h", "live", "vars.fast", "é", "٣", "\u202e"),
]
few = settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
keys = st.sampled_from(sorted({*TREE, "type", "symbol", "resample", "symbols", "config", "x"}))
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["file", "binance", "1h", "15%", "{{ vars.x }}", "btc_1h", "live", "v1"])
)
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=5),
    max_leaves=20,
)


@pytest.fixture
def never_raises(tmp_path: Path, registry: Registry) -> Any:
    def check(text: str | bytes) -> None:
        path = tmp_path / "recipe.yaml"
        raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
        path.write_bytes(raw)
        for found in check_recipe(path, registry=registry):
            assert found.code in codes()
            assert found.line > 0
            assert found.column > 0

    return check


@few
@given(st.text(max_size=300))
def test_any_text(never_raises: Any, text: str) -> None:
    never_raises(text)


@few
@given(st.binary(max_size=300))
def test_any_bytes(never_raises: Any, raw: bytes) -> None:
    never_raises(raw)


@few
@given(st.dictionaries(keys, trees, max_size=8))
def test_any_tree(never_raises: Any, tree: dict[str, Any]) -> None:
    never_raises(yaml.safe_dump({"realtrade": "v1", "name": "x", **tree}, allow_unicode=True))


@few
@given(st.data())
def test_any_block_replaced(never_raises: Any, data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(sorted(TREE)))
    block = TREE[key]
    if isinstance(block, dict):
        inner = data.draw(st.sampled_from(sorted(block)))
        changed: Any = {**block, inner: data.draw(trees)}
    else:
        changed = data.draw(trees)

    never_raises(yaml.safe_dump({**TREE, "extends": [], key: changed}, allow_unicode=True))


@few
@given(st.data())
def test_any_mutation(never_raises: Any, data: st.DataObject) -> None:
    text = FULL
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        length = data.draw(st.integers(0, 12))
        text = text[:start] + data.draw(st.sampled_from(PIECES)) + text[start + length :]

    never_raises(text)


@few
@given(st.text("0123456789+-.eE_x", min_size=1, max_size=40))
def test_any_word_is_itself_or_a_number(word: str) -> None:
    try:
        value = resolve(word)
    except NotANumber:
        return

    assert value == word or value is None or not isinstance(value, (str, float))


@few
@given(st.text("vars.fast +-*/%()<>=0123456789'\"|~[],rounditelse", max_size=60))
def test_any_expression(expression: str) -> None:
    try:
        value = fill_in("{{" + expression + "}}", {"vars": {"fast": 20}})
    except TemplateRefused as refused:
        known = refused.code in codes()
    else:
        known = not isinstance(value, float)
    assert known
