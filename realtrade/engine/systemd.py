"""Telling the service manager how it goes: the protocol of sd_notify(3), one datagram a message."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from realtrade.engine.lifecycle import RUNNING, Phase

if TYPE_CHECKING:
    from realtrade.engine.lifecycle import Step

_STARTING_USEC = 60_000_000


class ServiceManager:
    """Where `NOTIFY_SOCKET` points; says nothing where there is none."""

    def __init__(self, address: str | None, *, watchdog_s: float | None = None) -> None:
        """Take the socket's name, `@` standing for an abstract one, and the watchdog's patience."""
        self._address = address
        self.watchdog_s = watchdog_s
        """How often, at least, `alive` must be called; None when nobody watches."""
        self._ready = False

    def tell(self, *lines: str) -> None:
        """Send assignments such as `READY=1`; a manager that is gone is no error."""
        if not self._address:
            return
        name = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
            try:
                channel.connect(name)
                channel.send("\n".join(lines).encode())
            except OSError:
                return

    def step(self, step: Step) -> None:
        """Tell of a phase: ready once trading could begin, stopping while draining."""
        status = f"STATUS={step.now}{f': {step.reason}' if step.reason else ''}".replace("\n", " ")
        if step.now in RUNNING and not self._ready:
            self._ready = True
            self.tell("READY=1", status)
        elif step.now is Phase.DRAINING:
            self.tell("STOPPING=1", status)
        elif step.now in {Phase.WARMUP, Phase.RECONCILING}:
            self.tell(status, f"EXTEND_TIMEOUT_USEC={_STARTING_USEC}")
        else:
            self.tell(status)

    def alive(self) -> None:
        """Tell the watchdog that all is well."""
        if self.watchdog_s is not None:
            self.tell("WATCHDOG=1")
