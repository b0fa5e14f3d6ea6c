"""Options that several commands share."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable

_Command = TypeVar("_Command", bound="Callable[..., Any]")

RECIPE_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
"""An argument that names one recipe."""


def recipe_options(command: _Command) -> _Command:
    """Add `--env NAME` and `--set path=value`; they arrive as `env` and `sets`."""
    with_sets = click.option(
        "--set",
        "sets",
        multiple=True,
        metavar="PATH=VALUE",
        help="Replace one value, such as strategy.params.fast=10; may be repeated.",
    )
    with_env = click.option(
        "--env", metavar="NAME", help="Apply one of the recipe's `environments`."
    )
    return with_env(with_sets(command))


def above_zero(text: str, param: click.Parameter) -> Decimal:
    """Read a plain number above zero.

    Raises:
        BadParameter: it is none.
    """
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal(0)
    if not amount.is_finite() or amount <= 0:
        msg = f"'{text}' is no number above zero"
        raise click.BadParameter(msg, param=param)
    return amount
