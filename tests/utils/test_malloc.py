"""How many arenas glibc keeps, as its own `malloc_info` tells."""

from __future__ import annotations

import ctypes
import platform
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from realtrade.utils import malloc

if TYPE_CHECKING:
    from pathlib import Path

BUSY = """
import ctypes, sys
from threading import Barrier, Thread
from realtrade.utils.malloc import share_arenas

shared = share_arenas() if sys.argv[1] == "shared" else None
libc = ctypes.CDLL(None)
libc.malloc.restype = libc.fopen.restype = ctypes.c_void_p
together = Barrier(12)

def allocate():  # without Python's lock, as libraries do
    together.wait()
    for _ in range(200):
        libc.malloc(ctypes.c_size_t(4_000))
    together.wait()

threads = [Thread(target=allocate) for _ in range(12)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
file = ctypes.c_void_p(libc.fopen(sys.argv[2].encode(), b"w"))
libc.malloc_info(0, file)
libc.fclose(file)
print(shared)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="arenas are glibc's")
@pytest.mark.parametrize(("mode", "most", "told"), [("shared", 2, "True"), ("own", 99, "None")])
def test_threads_share_two_arenas(tmp_path: Path, mode: str, most: int, told: str) -> None:
    info = tmp_path / "malloc.xml"
    command = [sys.executable, "-c", BUSY, mode, str(info)]

    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)

    arenas = info.read_text().count("<heap nr=")
    assert done.stdout.strip() == told
    assert (arenas <= most) if mode == "shared" else (arenas > 2)


def test_another_c_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())

    assert malloc.share_arenas() is False
