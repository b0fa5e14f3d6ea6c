"""`realtrade explain`: what a field, a plugin or an error code means, by the models."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

import click

from realtrade.cli.exits import ExitCode, Failure
from realtrade.cli.kinds import kind_named

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from realtrade.plugins import Kind, Registry

_CODE = re.compile(r"RT[0-9]{3}", re.IGNORECASE)
_ONE, _TWO = 1, 2


@click.command("explain")
@click.argument("topic", nargs=-1, required=True)
def explain(topic: tuple[str, ...]) -> None:
    """Explain TOPIC, which is one of

    \b
    a field:          realtrade explain feeds.btc_1h.history
                      realtrade explain risk.max_drawdown.limit
    a plugin:         realtrade explain risk_rule max_drawdown
    an error code:    realtrade explain RT201
    """  # noqa: D301, D415 - click reads \b as "keep these lines"
    from realtrade.plugins import Registry

    lines = list(_explained(topic, Registry()))
    click.echo("\n".join(lines).rstrip())


def _explained(topic: Sequence[str], registry: Registry) -> Iterator[str]:
    if len(topic) == _ONE and _CODE.fullmatch(topic[0]):
        return _code(topic[0].upper())
    if len(topic) == _TWO and (kind := kind_named(topic[0])):
        return _plugin(kind, topic[1], registry)
    if len(topic) == _ONE:
        return _field(topic[0], registry)
    msg = f"'{' '.join(topic)}' is no field, no plugin and no error code"
    raise Failure(msg, ExitCode.USAGE, hint="`realtrade explain --help` shows what can be asked")


def _code(name: str) -> Iterator[str]:
    from realtrade.recipe.codes import codes

    known = codes()
    if name not in known:
        near = get_close_matches(name, known, n=1)
        hint = f"did you mean '{near[0]}'?" if near else ""
        msg = f"there is no error code {name}"
        raise Failure(msg, ExitCode.USAGE, hint=hint)
    yield from (f"{name} {known[name].title}", "", known[name].page)


def _plugin(kind: Kind, name: str, registry: Registry) -> Iterator[str]:
    from realtrade.cli.manual import plugin_page
    from realtrade.plugins import PluginError

    try:
        yield from plugin_page(kind, name, registry)
    except PluginError as error:
        raise Failure(str(error), ExitCode.USAGE, hint=error.hint) from error


def _field(path: str, registry: Registry) -> Iterator[str]:
    from realtrade.cli.fields import fields_at
    from realtrade.cli.manual import field_page, known_words
    from realtrade.plugins import Kind

    found = fields_at(path, registry)
    if found:
        yield from field_page(found, registry)
        return
    brought = [kind for kind in Kind if path in registry.names(kind)]
    for kind in brought:
        yield from _plugin(kind, path, registry)
    if not brought:
        near = get_close_matches(path, known_words(path, registry), n=1)
        hint = f"did you mean '{near[0]}'?" if near else "`realtrade list` shows the plugins"
        msg = f"'{path}' is no field of a recipe and no plugin"
        raise Failure(msg, ExitCode.USAGE, hint=hint)
