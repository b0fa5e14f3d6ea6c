"""Ctrl-C in the first moments of a command, while its imports are still running."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.cli.early import interruptible

if TYPE_CHECKING:
    from collections.abc import Iterator

INTERRUPTED_IMPORT = """
import os, signal
from realtrade.cli.early import interruptible
with interruptible():
    os.kill(os.getpid(), signal.SIGINT)
    raise RuntimeError("an import went on")
"""


def test_it_ends_at_once_without_a_traceback() -> None:
    command = [sys.executable, "-c", INTERRUPTED_IMPORT]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


@pytest.fixture
def python_handler() -> Iterator[Any]:
    """Have Ctrl-C raise, as in a command: what runs in the background may ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield signal.default_int_handler
    signal.signal(signal.SIGINT, before)


def test_afterwards_a_command_hears_of_it_again(python_handler: Any) -> None:
    with interruptible():
        assert signal.getsignal(signal.SIGINT) is not python_handler

    assert signal.getsignal(signal.SIGINT) is python_handler
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
