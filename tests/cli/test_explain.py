from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from realtrade.plugins import Kind, Registry
from realtrade.recipe.blocks import Recipe
from realtrade.recipe.codes import codes
from realtrade.recipe.docs import field_docs

if TYPE_CHECKING:
    from tests.cli.conftest import Command


def test_a_core_field(realtrade: Command) -> None:
    assert realtrade("explain", "feeds.btc_1h.history").stdout == (
        "feeds.*.history\n"
        "  text such as `500 bars`; default 0\n"
        "  Closed bars wanted before the first live one, such as `500 bars`.\n"
    )


def test_a_field_of_the_plugin_named_in_the_path(realtrade: Command) -> None:
    lines = realtrade("explain", "risk.max_drawdown.limit").stdout.splitlines()

    assert lines[0] == "risk.*.limit  (risk_rule max_drawdown)"
    assert "required" in lines[1]
    assert "daily_loss" not in " ".join(lines)


def test_a_field_that_several_plugins_have(realtrade: Command) -> None:
    out = realtrade("explain", "risk.anything.limit").stdout

    assert "(risk_rule max_drawdown)" in out
    assert "(risk_rule daily_loss)" in out


@pytest.mark.parametrize(
    "path", ["strategy.params.fast", "strategy.ma_cross.params.fast", "strategy.params.fast[0]"]
)
def test_a_nested_field_of_a_plugin(realtrade: Command, path: str) -> None:
    out = realtrade("explain", path).stdout

    assert "strategy.params.fast  (strategy ma_cross)" in out
    assert "a whole number, at least 1, at most 10000; default 10" in out


def test_a_block_lists_its_fields(realtrade: Command) -> None:
    out = realtrade("explain", "orders").stdout

    assert (
        "  on_stop: one of `cancel_orders`, `keep_orders`, `flatten`; default cancel_orders" in out
    )
    assert "      type: one of `market`, `limit`; default market" in out


def test_text_is_as_wide_as_the_page_wherever_its_source_breaks_lines(realtrade: Command) -> None:
    page = realtrade("explain", "schedule").stdout
    example = realtrade("explain", "max_drawdown").stdout

    assert "      When the strategy's own method `rebalance(name)`" in page
    assert 'such\n      as "0 0 1 * *". It is called' in page
    assert "      ```yaml\n      risk:\n        drawdown: {type: max_drawdown" in example


def test_a_field_is_called_as_recipes_call_it(realtrade: Command) -> None:
    assert "First bar, by open time" in realtrade("explain", "backtest.from").stdout
    assert realtrade("explain", "backtest.start").exit_code == 64


@pytest.mark.parametrize("topic", [["risk_rule", "trailing_stop"], ["trailing_stop"]])
def test_a_plugin_page_has_an_example_and_all_settings(
    realtrade: Command, topic: list[str]
) -> None:
    out = realtrade("explain", *topic).stdout

    assert out.startswith("risk_rule trailing_stop, of realtrade\n")
    assert "```yaml" in out
    config = Registry().config_class(Kind.RISK_RULE, "trailing_stop")
    for name in config.model_fields:
        assert name == "type" or f"  {name}: " in out


@pytest.mark.parametrize("code", codes())
def test_every_error_code_has_a_page(realtrade: Command, code: str) -> None:
    result = realtrade("explain", code.lower())

    assert result.exit_code == 0
    assert result.stdout.startswith(f"{code} {codes()[code].title}\n\n")


@pytest.mark.parametrize("field", Recipe.model_fields)
def test_every_field_of_a_recipe_can_be_explained(realtrade: Command, field: str) -> None:
    result = realtrade("explain", field)

    assert result.exit_code == 0
    assert field_docs(Recipe)[field].splitlines()[0][:40] in result.stdout


@pytest.mark.parametrize(
    ("topic", "said"),
    [
        (["risk.max_drawdown.limt"], "did you mean 'risk.max_drawdown.limit'?"),
        (["stratgy"], "did you mean 'strategy'?"),
        (["ma_cros"], "did you mean 'ma_cross'?"),
        (["orders.entry.ofset"], "did you mean 'orders.entry.offset'?"),
        (["zzz"], "`realtrade list` shows the plugins"),
        (["RT999"], "there is no error code RT999"),
        (["strategy", "ma_cros"], "did you mean 'ma_cross'?"),
        (["nothing", "known"], "'nothing known' is no field, no plugin and no error code"),
    ],
)
def test_what_is_not_there_is_a_usage_error(
    realtrade: Command, topic: list[str], said: str
) -> None:
    result = realtrade("explain", *topic)

    assert (result.exit_code, result.stdout) == (64, "")
    assert said in result.stderr
