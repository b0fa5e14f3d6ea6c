from __future__ import annotations

from decimal import Decimal

import pytest

from realtrade.recipe.measures import Measure, Result, as_text
from realtrade.recipe.templates import TemplateRefused, check_runtime, fill_in, is_template

NAMES: dict[str, dict[str, Result]] = {
    "vars": {
        "fast": 20,
        "ratio": Decimal("0.1"),
        "risk": Measure(Decimal(1), "%"),
        "wait": Measure(Decimal(90_000), "ms"),
        "coin": "BTC",
        "short": True,
    },
    "recipe": {"name": "bot", "mode": "paper"},
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{ vars.fast }}", 20),
        ("{{vars.fast*3}}", 60),
        ("{{ vars.fast / 2 }}", 10),
        ("{{ vars.fast / 3 }}", Decimal("6.666666666666666666666666667")),
        ("{{ 7 // 2 }}", 3),
        ("{{ 7 % 4 }}", 3),
        ("{{ -vars.fast }}", -20),
        ("{{ +vars.fast }}", 20),
        ("{{ vars.ratio }}", Decimal("0.1")),
        ("{{ vars.ratio * 3 }}", Decimal("0.3")),
        ("{{ 0.1 + 0.2 }}", Decimal("0.3")),
        ("{{ 1.5 // 1 }}", Decimal(1)),
        ("{{ 1.5 % 1 }}", Decimal("0.5")),
        ("{{ vars.short }}", True),
        ("{{ not vars.short }}", False),
        ("{{ vars.fast > 10 and vars.ratio < 1 }}", True),
        ("{{ vars.fast < 10 or vars.ratio >= 1 }}", False),
        ("{{ 1 < 2 < 3 }}", True),
        ("{{ 1 < 2 != 2 }}", False),
        ("{{ 'a' if vars.fast == 20 else 'b' }}", "a"),
        ("{{ 'a' if vars.fast != 20 else 'b' }}", "b"),
        ("{{ vars.coin }}", "BTC"),
        ("{{ vars.coin + '/USDT' }}", "BTC/USDT"),
        ("{{ vars.coin }}/USDT", "BTC/USDT"),
        ("{{ vars.coin | lower }}", "btc"),
        ("{{ recipe.name | upper }}", "BOT"),
        ("{{ (0 - 3) | abs }}", 3),
        ("{{ 3 | abs }}", 3),
        ("{{ 2.7 | int }}", 2),
        ("{{ 2.7 | round }}", 3),
        ("{{ 2.717 | round(2) }}", Decimal("2.72")),
        ("{{ vars.risk }}", "1%"),
        ("{{ vars.risk * 2 }}", "2%"),
        ("{{ 2 * vars.risk }}", "2%"),
        ("{{ vars.risk / 4 }}", "0.25%"),
        ("{{ vars.risk + vars.risk }}", "2%"),
        ("{{ -vars.risk }}", "-1%"),
        ("{{ vars.risk / vars.risk }}", Decimal(1)),
        ("{{ vars.risk < vars.risk * 2 }}", True),
        ("{{ vars.wait }}", "1m30s"),
        ("{{ vars.wait * 40 }}", "1h"),
        ("{{ vars.wait - vars.wait }}", "0s"),
        ("{{ vars.wait / 7 }}", "12s857ms"),
        ("{{ vars.fast }} bars", "20 bars"),
        ("{{ vars.ratio }}{{ vars.short }}", "0.1true"),
        ("sqlite:///state/{{ recipe.name }}.db", "sqlite:///state/bot.db"),
        ("{{ vars.fast }}{{ vars.fast }}", "2020"),
    ],
)
def test_fills_in(text: str, value: object) -> None:
    found = fill_in(text, NAMES)

    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{{ vars.fast", "RT501"),
        ("{{ }}", "RT501"),
        ("{{ 1 + }}", "RT501"),
        ("{{ x | nofilter }}", "RT502"),
        ("{{ 2 ** 2 }}", "RT502"),
        ("{{ 'a' ~ 'b' }}", "RT502"),
        ("{{ [1] }}", "RT502"),
        ("{{ {'a': 1} }}", "RT502"),
        ("{{ (1, 2) }}", "RT502"),
        ("{{ vars['fast'] }}", "RT502"),
        ("{{ range(3) }}", "RT502"),
        ("{{ vars.coin.upper() }}", "RT502"),
        ("{{ 1 in vars }}", "RT502"),
        ("{{ 1 is number }}", "RT502"),
        ("{{ vars.__class__ }}", "RT502"),
        ("{{ vars._x }}", "RT502"),
        ("{% set x = 1 %}", "RT502"),
        ("{% raw %}{{ x }}{% endraw %}{% if 1 %}{% endif %}", "RT502"),
        ("{{ 1 | round(16) }}", "RT502"),
        ("{{ 1 | round(vars.fast) }}", "RT502"),
        ("{{ 1 | round(precision=1) }}", "RT502"),
        ("{{ 1 | abs(1) }}", "RT502"),
        ("{{ 1 | round(true) }}", "RT502"),
        ("x" * 2_000 + "{{ 1 }}", "RT502"),
        ("{{ " + " + ".join(["1"] * 201) + " }}", "RT502"),
        ("{{ " + "(" * 900 + "1" + ")" * 900 + " }}", "RT502"),
        ("{{ vars.slow }}", "RT503"),
        ("{{ fast }}", "RT503"),
        ("{{ vars }}", "RT503"),
        ("{{ other.x }}", "RT503"),
        ("{{ vars.coin.x }}", "RT503"),
        ("{{ 'a'.x }}", "RT503"),
        ("{{ 1 / 0 }}", "RT504"),
        ("{{ 1 // 0 }}", "RT504"),
        ("{{ 1 % 0 }}", "RT504"),
        ("{{ 1.5 / 0 }}", "RT504"),
        ("{{ vars.coin * 3 }}", "RT504"),
        ("{{ 'x' * 1000000000 }}", "RT504"),
        ("{{ vars.short + 1 }}", "RT504"),
        ("{{ -vars.coin }}", "RT504"),
        ("{{ vars.risk + 1 }}", "RT504"),
        ("{{ vars.risk * vars.risk }}", "RT504"),
        ("{{ vars.risk + vars.wait }}", "RT504"),
        ("{{ vars.risk < 1 }}", "RT504"),
        ("{{ vars.risk < vars.wait }}", "RT504"),
        ("{{ 'a' < 1 }}", "RT504"),
        ("{{ vars.coin | abs }}", "RT504"),
        ("{{ vars.short | int }}", "RT504"),
        ("{{ 1 if vars.short }}{{ 2 if not vars.short }}", "RT504"),
        ("{{ 100000000000 * 100000000000 * 100000000000 }}", "RT504"),
        ("{{ 1" + "0" * 40 + " }}", "RT504"),
        ("{{ 1e300 }}", "RT504"),
        ("{{ 1e308 * 1e308 }}", "RT504"),
    ],
)
def test_refuses(text: str, code: str) -> None:
    with pytest.raises(TemplateRefused) as caught:
        fill_in(text, NAMES)

    assert caught.value.code == code


def test_a_misspelt_variable_is_guessed() -> None:
    with pytest.raises(TemplateRefused) as caught:
        fill_in("{{ vars.fats }}", NAMES)

    assert caught.value.hint == "did you mean 'fast'?"


def test_a_long_text_is_refused() -> None:
    names: dict[str, dict[str, Result]] = {"vars": {"long": "x" * 6_000}}

    with pytest.raises(TemplateRefused) as caught:
        fill_in("{{ vars.long + vars.long }}", names)

    assert caught.value.code == "RT504"


@pytest.mark.parametrize("text", ["{{ a }}", "{% a %}", "{# a #}", "x {{"])
def test_knows_a_template(text: str) -> None:
    assert is_template(text)


@pytest.mark.parametrize("text", ["", "{ a }", "}}", "15%"])
def test_knows_what_is_none(text: str) -> None:
    assert not is_template(text)


def test_checks_templates_of_the_running_bot() -> None:
    names = {"order": {"side"}}

    check_runtime("{{ order.side | upper }}!", names)
    with pytest.raises(TemplateRefused):
        check_runtime("{{ order.price }}", names)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("1.50"), "1.5"),
        (Decimal("1E+3"), "1000"),
        (Decimal(100), "100"),
        (False, "false"),
        (None, "None"),
        (Measure(Decimal(-1), "ms"), "-1ms"),
    ],
)
def test_writes_results(value: object, text: str) -> None:
    assert as_text(value) == text  # type: ignore[arg-type]  # parametrised over every kind
