"""A report written in a process of its own.

Drawing one takes a second and tens of megabytes: a live bot would trade beside the first, and would
hold the second for ever.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from realtrade.model.bar import BarColumns
    from realtrade.monitor import PerformanceTracker, RunFacts


def write_apart(
    folder: Path,
    tracker: PerformanceTracker,
    facts: RunFacts,
    *,
    recipe_text: str,
    prices: Mapping[str, BarColumns],
    patience_s: float,
) -> None:
    """Have a `Reporter` write into `folder`; arguments as of its `write`.

    Raises:
        OSError: the files cannot be written.
        TimeoutError: it took longer than `patience_s`.
    """
    given = pickle.dumps((folder, tracker, facts, recipe_text, prices))
    # `-P`: nothing in the working folder may pass for a module of ours.
    command = [sys.executable, "-P", "-m", __name__]
    try:
        done = subprocess.run(  # noqa: S603  # this very module
            command, input=given, capture_output=True, timeout=patience_s, check=False
        )
    except subprocess.TimeoutExpired:
        msg = f"writing the report took longer than {patience_s:g} s"
        raise TimeoutError(msg) from None
    if done.returncode:
        told = done.stderr.decode(errors="replace").strip().splitlines()
        raise OSError(told[-1] if told else f"writing the report ended with {done.returncode}")


def main() -> None:
    """Write what standard input asks for."""
    from realtrade.monitor import Reporter

    content = sys.stdin.buffer.read()
    folder, tracker, facts, recipe_text, prices = pickle.loads(content)  # noqa: S301  # by our parent
    try:
        Reporter(folder).write(tracker, facts, recipe_text=recipe_text, prices=prices)
    except OSError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
