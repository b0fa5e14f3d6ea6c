"""Kinds of plugins as people write them: `risk_rule`, `risk-rules`, `strategies`."""

from __future__ import annotations

from difflib import get_close_matches

import click

from realtrade.plugins import Kind


def kind_named(text: str) -> Kind | None:
    """Return the kind a word names, singular or plural, with `-` or `_`; None when none."""
    word = text.lower().replace("-", "_")
    for kind in Kind:
        if word in {str(kind), kind.group.removeprefix("realtrade.")}:
            return kind
    return None


def parsed_kind(
    context: click.Context, parameter: click.Parameter, text: str | None
) -> Kind | None:
    """Return the kind an argument names, or fail naming the nearest (a click callback)."""
    if text is None:
        return None
    kind = kind_named(text)
    if kind is None:
        near = get_close_matches(text, Kind, n=1)
        hint = f"did you mean '{near[0]}'?" if near else f"kinds: {', '.join(Kind)}"
        msg = f"no kind of plugin is named '{text}'; {hint}"
        raise click.BadParameter(msg, context, parameter)
    return kind


def offered_kinds(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the kinds that begin with what is typed, for shell completion."""
    return [str(kind) for kind in Kind if kind.startswith(incomplete)]
