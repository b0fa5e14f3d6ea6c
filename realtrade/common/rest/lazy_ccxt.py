"""Import one exchange of ccxt without the hundred others: a third of the time and memory."""

from __future__ import annotations

import sys
import threading
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

_LOCK = threading.RLock()


class _Package(ModuleType):
    """`ccxt` before anybody asks it for a name; then it becomes the package its makers wrote.

    Importing `ccxt.binance` would otherwise run the package's own file first, which imports every
    exchange there is.
    """

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        with _LOCK:
            if type(self) is _Package:
                self.__class__ = ModuleType  # type: ignore[assignment]  # a module may change its class
                assert self.__spec__ is not None  # noqa: S101 - made from one below
                assert self.__spec__.loader is not None  # noqa: S101 - as above
                self.__spec__.loader.exec_module(self)
        return getattr(self, name)


def exchange_class(name: str) -> type[Any]:
    """Return ccxt's class for the exchange `name`.

    Raises:
        LookupError: ccxt knows no such exchange.
    """
    with _LOCK:
        package = _package()
        known = name.isidentifier() and find_spec(f"ccxt.{name}") is not None
        module = import_module(f"ccxt.{name}") if known else None
        if isinstance(package, _Package):
            vars(package).pop(name, None)  # `ccxt.binance` is the class to everybody else
    found = getattr(module, name, None)
    if not isinstance(found, type):
        msg = f"ccxt knows no exchange '{name}'"
        raise LookupError(msg)  # noqa: TRY004 - a name was looked up, no type was wrong
    return found


def exchange_names() -> frozenset[str]:
    """Return the names of ccxt's exchanges, without importing one."""
    with _LOCK:
        folders = _package().__path__
    found = (path for folder in folders for path in Path(folder).glob("*.py"))
    return frozenset(path.stem for path in found) - {"__init__"}


def _package() -> ModuleType:
    if "ccxt" in sys.modules:
        return sys.modules["ccxt"]
    spec = find_spec("ccxt")
    if spec is None:
        msg = "ccxt is not installed: pip install ccxt"
        raise LookupError(msg)
    package = _Package("ccxt")
    package.__spec__, package.__path__ = spec, list(spec.submodule_search_locations or ())
    package.__file__, package.__loader__, package.__package__ = spec.origin, spec.loader, "ccxt"
    sys.modules["ccxt"] = package
    return package
