"""What the service manager that started this process has told it, in the environment."""

from __future__ import annotations

import os


def notify_socket() -> str | None:
    """Return where systemd listens, or None."""
    return os.environ.get("NOTIFY_SOCKET")  # noqa: TID251 - the door to the environment


def watchdog_s() -> float | None:
    """Return how long systemd waits for a sign of life of this very process, or None."""
    environ = os.environ  # noqa: TID251 - the door to the environment
    microseconds, pid = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID")
    if not microseconds.isdigit() or (pid is not None and pid != str(os.getpid())):
        return None
    return int(microseconds) / 1_000_000
