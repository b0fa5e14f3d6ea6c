"""A real PostgreSQL for tests: made anew, on a socket of its own, gone with the test session."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Self

import pytest

_FOLDERS = "/usr/lib/postgresql/*/bin"
_QUICK = "-c fsync=off -c full_page_writes=off"


class PostgresServer:
    """Runs as another user where we are root: PostgreSQL refuses to be."""

    def __init__(self, binaries: Path, *, durable: bool = False) -> None:
        self._binaries = binaries
        self._options = "" if durable else _QUICK
        self._home = Path(tempfile.mkdtemp(prefix="pg-"))
        self._user = _somebody()

    def __enter__(self) -> Self:
        if self._user:
            os.chown(self._home, pwd.getpwnam(self._user).pw_uid, -1)
        self._run("initdb", "-A", "trust", "-U", "realtrade", "-E", "UTF8", "--no-sync")
        self._home.chmod(0o711)
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.stop("immediate")
        finally:
            shutil.rmtree(self._home, ignore_errors=True)

    @property
    def url(self) -> str:
        """Return the URL of its one database."""
        return f"postgresql+psycopg://realtrade@/postgres?host={self._home}"

    def start(self) -> None:
        """Accept connections when this returns."""
        options = f"-c listen_addresses='' -c unix_socket_directories={self._home} {self._options}"
        log = str(self._home / "log")
        self._run("pg_ctl", "-w", "-t", "60", "-l", log, "-o", options, "start")

    def stop(self, how: str) -> None:
        """Stop it as pg_ctl names it: `fast` ends connections, `immediate` is a crash."""
        self._run("pg_ctl", "-w", "-m", how, "stop")

    def _run(self, program: str, *arguments: str) -> None:
        as_whom: dict[str, Any] = {}
        if self._user:
            group = pwd.getpwnam(self._user).pw_gid
            as_whom = {"user": self._user, "group": group, "extra_groups": []}
        command = [str(self._binaries / program), "-D", str(self._home / "data"), *arguments]
        done = subprocess.run(
            command,
            cwd=self._home,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=False,
            **as_whom,
        )
        assert done.returncode == 0, done.stderr.decode()


def _somebody() -> str:
    """Return whom to run it as; empty when we are no root and may run it ourselves."""
    return "nobody" if os.geteuid() == 0 else ""


def binaries() -> Path:
    """Return the folder of the server's programs; without any, fail in CI and skip elsewhere."""
    found = [*Path("/").glob(_FOLDERS.lstrip("/")), Path(shutil.which("postgres") or "/-").parent]
    for folder in sorted(found, reverse=True):
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    told = "no PostgreSQL is installed here: install Debian's package postgresql"
    if os.environ.get("CI"):  # noqa: TID251 - only there is a missing server a failure
        pytest.fail(told)
    pytest.skip(told)
