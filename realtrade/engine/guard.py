"""What a run does when code of a strategy, or anything below it, raises."""

from __future__ import annotations

import sys
import sysconfig
import traceback
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_OWN = Path(__file__).parents[1]
_HEAD = "Traceback (most recent call last):\n"
_HEAD_TRIMMED = "Traceback (most recent call last; your code):\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Crash:
    """An exception that ended a run."""

    error: Exception
    in_strategy: bool
    """True when code of a strategy is among the frames: then it is theirs, not ours."""
    text: str
    """The traceback, cut down to the strategy's own frames where there are any."""

    @classmethod
    def of(
        cls,
        error: Exception,
        folder: Path,
        strategy: type | None = None,
        *,
        redact: Callable[[str], str] = str,
    ) -> Crash:
        """Describe `error`.

        Args:
            error: the exception, caught.
            folder: paths inside it are shown relative to it.
            strategy: the class that ran; its module or package is a user's code wherever it lies.
            redact: takes secrets out of the text.
        """
        root = code_root(strategy) if strategy else None
        frames = traceback.extract_tb(error.__traceback__)
        owned = [(_owner(frame.filename, root), frame) for frame in frames]
        theirs = any(not who for who, _ in owned)
        lines = list(_trimmed(owned, folder)) if theirs else traceback.format_list(frames)
        head = _HEAD_TRIMMED if theirs else _HEAD
        last = traceback.format_exception_only(error)
        text = redact("".join([head, *lines, *last]))
        return cls(error=error, in_strategy=theirs, text=text)


def _trimmed(owned: Sequence[tuple[str, traceback.FrameSummary]], folder: Path) -> Iterable[str]:
    """Show a user's frames in full and each stretch of others in one line, save the way in."""
    stretches = [
        (who, [frame for _, frame in part]) for who, part in groupby(owned, lambda x: x[0])
    ]
    while stretches[0][0]:
        del stretches[0]
    for who, part in stretches:
        if who:
            yield f"  … {len(part)} in {who}\n"
        else:
            yield from (_line(frame, folder) for frame in part)


def _line(frame: traceback.FrameSummary, folder: Path) -> str:
    path = Path(frame.filename)
    shown = path.relative_to(folder) if path.is_relative_to(folder) else path
    code = f"    {frame.line}\n" if frame.line else ""
    return f"  {shown}, line {frame.lineno}, in {frame.name}\n{code}"


def code_root(cls: type) -> Path | None:
    """Return the file a class was written in, or the whole package when it is not one of ours."""
    module = sys.modules.get(cls.__module__)
    top = sys.modules.get(cls.__module__.partition(".")[0])
    file = getattr(module, "__file__", None)
    if file is None or Path(file).is_relative_to(_OWN):
        return Path(file) if file else None
    folders = list(getattr(top, "__path__", ()))
    return Path(folders[0]) if folders else Path(file)


def _owner(filename: str, root: Path | None) -> str:
    """Return whose code a file is; empty means a user's."""
    path = Path(filename)
    if root is not None and path.is_relative_to(root):
        return ""
    if path.is_relative_to(_OWN):
        return "realtrade"
    for scheme in ("purelib", "platlib"):
        libraries = Path(sysconfig.get_path(scheme))
        if path.is_relative_to(libraries):
            return path.relative_to(libraries).parts[0]
    standard = path.is_relative_to(sysconfig.get_path("stdlib"))
    return "Python" if standard or filename.startswith("<") else ""


def wind_down(strategies: Iterable[Any]) -> list[Exception]:
    """Call `stop()` of every strategy and analyzer that has not been stopped yet.

    Returns:
        What they raised in turn; one that raises does not keep the next from being stopped.
    """
    raised: list[Exception] = []
    for strategy in strategies:
        for stop in _stops(strategy):
            try:
                stop()
            except Exception as error:  # noqa: BLE001 - around a user's code; reported by the caller
                raised.append(error)
    return raised


def stop_once(strategy: Any) -> None:
    """Make `strategy.stop()` do its work once, however often it is called."""
    stop = strategy.stop
    state = {"stopped": False}

    def once() -> None:
        if not state["stopped"]:
            state["stopped"] = True
            stop()

    strategy.stop = once


def _stops(strategy: Any) -> Iterable[Any]:
    yield strategy.stop
    slaves = strategy._slave_analyzers  # noqa: SLF001 - Backtrader's own list, as Strategy._stop uses it
    for analyzer in [*strategy.analyzers, *slaves]:
        yield analyzer._stop  # noqa: SLF001 - what Backtrader calls: it stops children too
