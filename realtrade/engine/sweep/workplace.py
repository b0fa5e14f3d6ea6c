"""The folder of one sweep: held by one process at a time, cleared of what a killed one left."""

from __future__ import annotations

from contextlib import contextmanager
from shutil import rmtree
from typing import IO, TYPE_CHECKING

from realtrade.engine.sweep.errors import SweepBusy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def workplace(out: Path) -> Iterator[Path]:
    """Hold `out` and give a folder in it that lasts as long as the sweep.

    Raises:
        SweepBusy: another process sweeps there.
    """
    out.mkdir(parents=True, exist_ok=True)
    inside = out / ".work"
    with (out / ".lock").open("w") as lock:
        _hold(lock, out)
        rmtree(inside, ignore_errors=True)
        inside.mkdir()
        try:
            yield inside
        finally:
            rmtree(inside, ignore_errors=True)


def _hold(lock: IO[str], out: Path) -> None:
    """Lock a file for as long as it is open; the system lets go when the process ends."""
    try:
        import fcntl
    except ImportError:  # no Unix: two sweeps in one folder are then the user's to avoid
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        msg = f"another sweep is running in {out}"
        raise SweepBusy(msg, hint="wait for it, or choose another --out") from error
