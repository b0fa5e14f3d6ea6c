"""Ctrl-C in the first moments of a command, while its imports are still running."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from realtrade.cli.early import interruptible

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


def test_afterwards_a_command_hears_of_it_again() -> None:
    before = signal.getsignal(signal.SIGINT)

    with interruptible():
        assert signal.getsignal(signal.SIGINT) is not before

    assert signal.getsignal(signal.SIGINT) is before
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
