"""A secret pasted into a recipe, wherever and however broken, is never shown again."""

from __future__ import annotations

import logging
import pickle
from typing import TYPE_CHECKING

import pytest

from realtrade.recipe import RecipeInvalid, effective, load_recipe, render
from realtrade.recipe.tree import plain

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from realtrade.plugins import Registry

CANARY = "hunter2correcthorse"
BASE = """\
realtrade: v1
name: bot
mode: paper
feeds: {btc: {symbol: BTC/USDT, timeframe: 1h}}
strategy: {type: ma_cross}
"""
PASTED = {
    "plain": "exchange: {type: binance, api_key: @@, secret: {env: S}}",
    "quoted": 'exchange: {type: binance, api_key: "@@", secret: {env: S}}',
    "both": "exchange: {type: binance, api_key: @@, secret: @@}",
    "unknown key on the line": "exchange: {type: binance, api_key: @@, secret: {env: S}, mrket: x}",
    "unknown plugin": "exchange: {type: binanse, api_key: @@}",
    "no plugin": "exchange: {api_key: @@}",
    "misspelt field": "exchange: {type: binance, apikey: @@}",
    "block": "exchange:\n  type: binance\n  api_key: @@\n  markt: spot",
    "folded": "exchange:\n  type: binance\n  api_key: >\n    @@\n    @@\n  markt: spot",
    "next line": "exchange:\n  type: binance\n  api_key:\n    @@\n  markt: spot",
    "as a key": "exchange: {type: binance, api_key: {@@}}",
    "as a key with a value": "exchange: {type: binance, api_key: {@@: x}}",
    "as a key below": "exchange: {type: binance, api_key: {env: {@@: x}}}",
    "in a list": "exchange: {type: binance, api_key: [@@, @@]}",
    "as a wrong reference": "exchange: {type: binance, api_key: {value: @@}}",
    "in a reference's name": "exchange: {type: binance, api_key: {env: '@@ !'}}",
    "two references": "exchange: {type: binance, api_key: {env: A, file: @@}}",
    "syntax error after": "exchange: {type: binance, api_key: @@, secret: : }",
    "syntax error on the line": "exchange:\n  api_key: @@: : x",
    "syntax error below": "exchange:\n  api_key:\n   @@: : x",
    "unclosed": 'exchange: {type: binance, api_key: "@@',
    "twice": "exchange: {type: binance, api_key: @@, api_key: @@}",
    "tagged": "exchange: {type: binance, api_key: !!str @@}",
    "template": 'exchange: {type: binance, api_key: "{{ @@ }}"}',
    "template around": 'exchange: {type: binance, api_key: "@@{{ vars.x }}"}',
    "template call": "exchange: {type: binance, api_key: \"{{ f('@@') }}\"}",
    "url": "notify: {channels: {tg: {type: apprise, url: 'tgram://@@/1'}}}",
    "url of an unknown channel": "notify: {channels: {tg: {type: aprise, url: 'tgram://@@/1'}}}",
    "anything of a channel": "notify: {channels: {tg: {type: aprise, hook: 'https://x/@@'}}}",
    "token": "notify: {channels: {ding: {type: dingtalk, token: @@}}}",
    "password in a database": "storage: {url: 'postgresql+psycopg://bot:@@@db/bot'}",
    "password in a proxy": "exchange: {type: binance, proxy: 'http://me:@@@proxy:1'}",
    "password in endpoints": "exchange: {type: binance, endpoints: 'http://me:@@@host:1'}",
    "in an environment": "environments: {live: {exchange: {type: binance, api_key: @@}}}",
    "in a broken environment": "environments: {live: {exchange: {type: binanc, secret: @@}}}",
    "through a variable": (
        "vars: {token: @@}\nexchange: {type: binance, api_key: '{{ vars.token }}'}"
    ),
    "control character": 'exchange: {type: binance, api_key: "@@\\0"}',
    "number": "exchange: {type: binance, api_key: 98765432109876, secret: {env: S}, x: 1}",
}


def _canaries(text: str) -> tuple[str, ...]:
    return ("98765432109876",) if "98765432109876" in text else (CANARY,)


@pytest.mark.parametrize("name", PASTED)
@pytest.mark.parametrize("form", ["text", "json", "github", "sarif"])
def test_no_finding_shows_it(name: str, form: str, check: Callable[..., object]) -> None:
    text = f"{BASE}{PASTED[name].replace('@@', CANARY)}\n"

    found = check(text)

    assert found, "a secret in clear must not pass"
    shown = render(found, form) + repr(found)  # type: ignore[arg-type]  # a fixture of any shape
    assert not [one for one in _canaries(text) if one in shown]


@pytest.mark.parametrize("name", PASTED)
def test_neither_exception_nor_show_does(
    name: str, write: Callable[..., Path], registry: Registry
) -> None:
    text = f"{BASE}{PASTED[name].replace('@@', CANARY)}\n"
    path = write(text)

    with pytest.raises(RecipeInvalid) as caught:
        load_recipe(path, env="live" if "environments" in text else None, registry=registry)
    assert CANARY not in str(caught.value) + repr(caught.value)
    assert caught.value.__cause__ is None
    try:
        tree = effective(path)
    except RecipeInvalid:
        return
    assert not [one for one in _canaries(text) if one in str(plain(tree))]


def test_set_does_not_show_it(check: Callable[..., object]) -> None:
    text = BASE + "exchange: {type: binance, secret: {env: S}}\n"

    found = check(text, f"exchange.api_key={CANARY}", f"exchange.apikey={CANARY}")

    assert found
    assert CANARY not in repr(found)


def test_a_literal_is_refused_with_its_own_code(
    check: Callable[..., list[object]],
) -> None:
    (found,) = check(BASE + "exchange: {type: binance, api_key: abc, secret: {env: S}}\n")

    assert "RT601" in repr(found)


def test_the_loaded_recipe_holds_references(load: Callable[..., object]) -> None:
    recipe = load(BASE + "exchange: {type: binance, api_key: {env: K}, secret: {file: s}}\n")

    assert "SecretRef(source='env', name='K')" in repr(recipe)
    assert pickle.dumps(recipe)
    logging.getLogger(__name__).debug("%s", recipe)
