from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

import pytest

from realtrade.engine.lifecycle import LifecycleManager, Phase
from realtrade.engine.systemd import ServiceManager
from realtrade.recipe import surroundings
from realtrade.utils.clock import ManualClock

if TYPE_CHECKING:
    from pathlib import Path


def read(channel: socket.socket) -> list[str]:
    channel.settimeout(0.2)
    told = []
    try:
        while True:
            told.append(channel.recv(4096).decode())
    except TimeoutError:
        return told


@pytest.mark.parametrize("abstract", [False, True])
def test_the_service_manager_follows_a_life(tmp_path: Path, abstract: bool) -> None:
    name = f"\0realtrade-test-{os.getpid()}" if abstract else str(tmp_path / "notify")
    life = LifecycleManager(ManualClock(), lambda level, line: None)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind(name)
        manager = ServiceManager(name.replace("\0", "@"), watchdog_s=30.0)
        life.listen(manager.step)
        for phase in ("warmup", "trading", "halted", "trading", "draining", "stopped"):
            life.advance(Phase(phase), "fire\nalarm" if phase == "halted" else "")
        manager.alive()
        told = read(channel)

    assert told == [
        "STATUS=warmup\nEXTEND_TIMEOUT_USEC=60000000",
        "READY=1\nSTATUS=trading",
        "STATUS=halted: fire alarm",
        "STATUS=trading",
        "STOPPING=1\nSTATUS=draining",
        "STATUS=stopped",
        "WATCHDOG=1",
    ]


@pytest.mark.parametrize("address", [None, "", "/nowhere/at/all"])
def test_without_a_manager_nothing_is_said(address: str | None) -> None:
    manager = ServiceManager(address)

    manager.tell("READY=1")
    manager.alive()


@pytest.mark.parametrize(
    ("usec", "pid", "expected"),
    [
        ("30000000", None, 30.0),
        ("30000000", "me", 30.0),
        ("30000000", "1", None),
        ("x", None, None),
        (None, None, None),
    ],
)
def test_the_watchdog_is_this_processs_own(
    monkeypatch: pytest.MonkeyPatch, usec: str | None, pid: str | None, expected: float | None
) -> None:
    given = {"WATCHDOG_USEC": usec, "WATCHDOG_PID": str(os.getpid()) if pid == "me" else pid}
    for name, value in given.items():
        monkeypatch.delenv(name, raising=False)
        if value is not None:
            monkeypatch.setenv(name, value)
    monkeypatch.setenv("NOTIFY_SOCKET", "/run/notify")

    assert surroundings.watchdog_s() == expected
    assert surroundings.notify_socket() == "/run/notify"
