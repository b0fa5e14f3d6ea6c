"""What people are told of an exception that a command let through."""

from __future__ import annotations

import traceback
from pathlib import Path

from realtrade.cli.exits import Ending, ExitCode, Failure


def told(error: Exception) -> Ending:
    """Return the failure to show: recipes, plugins and data have words of their own."""
    from realtrade.plugins import PluginError
    from realtrade.plugins.ports import FeedError
    from realtrade.recipe import RecipeInvalid, render

    match error:
        case RecipeInvalid():
            return Ending(ExitCode.INVALID, render(error.diagnostics))
        case PluginError() | FeedError():
            return Failure(str(error), ExitCode.INVALID, hint=getattr(error, "hint", ""))
        case OSError(strerror=str()):
            return Failure(_about_file(error), ExitCode.INTERNAL)
        case _:
            pass
    return Failure(
        f"internal: {_said(error)}{_place(error)}",
        ExitCode.INTERNAL,
        hint="a fault of realtrade or of a plugin; `realtrade --debug ...` shows the traceback",
    )


def _about_file(error: OSError) -> str:
    subject = f"{error.filename}: " if error.filename else ""
    return f"{subject}{error.strerror}"


def _said(error: BaseException) -> str:
    """Return the error and what caused it."""
    said = f"{type(error).__name__}: {error}".removesuffix(": ")
    return said if error.__cause__ is None else f"{said}, caused by {_said(error.__cause__)}"


def _place(error: BaseException) -> str:
    """Return the innermost line of code of what caused it all, as ` (file.py:12)`."""
    while error.__cause__ is not None:
        error = error.__cause__
    frames = traceback.extract_tb(error.__traceback__)
    return f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
