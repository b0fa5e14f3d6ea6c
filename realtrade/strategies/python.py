"""Any `bt.Strategy` class of a user's own, unchanged."""

from __future__ import annotations

import difflib
import traceback
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import backtrader as bt

from realtrade.plugins.errors import SettingWrong
from realtrade.plugins.ports.strategy import StrategySpec
from realtrade.strategies.modules import import_from

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from realtrade.plugins.ports.build import BuildContext
    from realtrade.strategies.python_config import PythonConfig


def build(config: PythonConfig, context: BuildContext) -> StrategySpec:
    """Import the class and check the parameters against its own.

    Raises:
        SettingWrong: no such class, no `bt.Strategy`, or a parameter it does not have.
    """
    cls = _strategy_class(config.cls, context.folder)
    return StrategySpec(cls, _checked(cls, config.params))


def _strategy_class(target: str, folder: Path) -> type:
    module_name, _, name = target.partition(":")
    try:
        module = import_from(folder, module_name)
    except Exception as error:
        missing = isinstance(error, ModuleNotFoundError) and error.name in _above(module_name)
        why = "is not there" if missing else f"cannot be imported: {_told(error, folder)}"
        hint = f"looked beside the recipe, in {folder}, then on the Python path" if missing else ""
        msg = f"module '{module_name}' {why}"
        raise SettingWrong(msg, at="class", hint=hint) from error
    cls = getattr(module, name, None)
    if cls is None:
        msg = f"module '{module_name}' has no class '{name}'"
        raise SettingWrong(msg, at="class", hint=_hint(name, _strategies(module)))
    if not (isinstance(cls, type) and issubclass(cls, bt.Strategy)):
        msg = f"'{target}' is no strategy: it is not a subclass of backtrader.Strategy"
        raise SettingWrong(msg, at="class", hint=_hint(name, _strategies(module)))
    return cls


def _told(error: Exception, folder: Path) -> str:
    """Say what went wrong and, for a slip in the code, where."""
    if isinstance(error, SyntaxError):
        return f"line {error.lineno}: {error.msg}"
    frames = traceback.extract_tb(error.__traceback__)
    theirs = [frame for frame in frames if Path(frame.filename).is_relative_to(folder)]
    where = f" ({Path(theirs[-1].filename).name}, line {theirs[-1].lineno})" if theirs else ""
    return f"{type(error).__name__}: {error}{where}"


def _above(module_name: str) -> set[str]:
    """Return the module and the packages it lies in."""
    parts = module_name.split(".")
    return {".".join(parts[:count]) for count in range(1, len(parts) + 1)}


def _strategies(module: Any) -> list[str]:
    return [
        name
        for name, value in vars(module).items()
        if isinstance(value, type)
        and issubclass(value, bt.Strategy)
        and value.__module__ == module.__name__
    ]


def _checked(cls: Any, params: Mapping[str, Any]) -> dict[str, Any]:
    defaults = dict(cls.params._getitems())  # noqa: SLF001 - the only way to ask Backtrader
    for name in params:
        if name not in defaults:
            msg = f"{cls.__name__} has no parameter '{name}'"
            raise SettingWrong(msg, at=f"params.{name}", hint=_hint(name, defaults))
    return {
        name: value if isinstance(defaults[name], Decimal) else _plain(value)
        for name, value in params.items()
    }


def _plain(value: Any) -> Any:
    """Turn every `Decimal` into a float: strategies reckon in floats, as Backtrader does."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value


def _hint(name: str, known: Iterable[str]) -> str:
    names = list(known)
    if near := difflib.get_close_matches(name, names, n=1):
        return f"did you mean '{near[0]}'?"
    return f"there is: {', '.join(names)}" if names else "there is none"
