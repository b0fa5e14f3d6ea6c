"""A bot's folder of state: who is running, what was asked of it, whether it is halted.

Other programs of the same user operate a bot through it, without a port or a socket: a command is
a file, and it is done once its file is gone. A lock held for the life of the process tells a bot
that runs from one that was killed, whatever numbers processes get.
"""

from __future__ import annotations

import json
import os
import secrets
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from fcntl import LOCK_EX, LOCK_NB, LOCK_SH, LOCK_UN, flock
from typing import TYPE_CHECKING, Any, Literal

from realtrade.engine.controls import HaltNote

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Verb = Literal["pause", "resume", "halt", "flatten", "adopt"]
VERBS: tuple[Verb, ...] = ("pause", "resume", "halt", "flatten", "adopt")
_OURS_ONLY = 0o600
_MOST = 64 * 1024


class BotRunning(Exception):
    """The folder belongs to a bot that is running."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Something a person wants done."""

    verb: Verb
    by: str = "cli"
    reason: str = ""
    number: str = ""
    """Names the command, so that it is done once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """What a bot writes down of itself at its start."""

    name: str
    pid: int
    mode: str
    recipe: str
    started_ms: int
    address: str | None = None
    """Where its page is, such as `127.0.0.1:9464`."""
    more: Mapping[str, Any] = field(default_factory=dict)


class StateFolder:
    """One bot's state on disk; every file is the user's alone and is replaced whole."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: int | None = None

    # -- the bot's side -------------------------------------------------------------------------

    def take(self) -> None:
        """Make the folder and hold its lock until `release`.

        Raises:
            BotRunning: another process holds it.
            OSError: it cannot be written to.
        """
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        (self.path / "commands").mkdir(exist_ok=True, mode=0o700)
        held = os.open(self.path / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, _OURS_ONLY)
        try:
            flock(held, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            os.close(held)
            msg = f"{self.path} is the state of a bot that is running: stop it, or use --state"
            raise BotRunning(msg) from None
        self._lock = held

    def release(self) -> None:
        """Let go of the lock and forget the process; the halt stays."""
        if self._lock is None:
            return
        (self.path / "bot.json").unlink(missing_ok=True)
        flock(self._lock, LOCK_UN)
        os.close(self._lock)
        self._lock = None

    def introduce(self, running: Running) -> None:
        """Write down who runs here."""
        self._write("bot.json", asdict(running))

    def publish(self, status: Mapping[str, Any]) -> None:
        """Write down how it is, for `realtrade status`."""
        self._write("status.json", status, durable=False)

    def commands(self) -> list[tuple[Path, Command | None]]:
        """Return what was asked for and is not done, oldest first; None for what is no command."""
        folder = self.path / "commands"
        found = sorted(path for path in folder.iterdir() if path.suffix == ".json")
        return [(path, _command(_read(path))) for path in found]

    def token(self) -> str:
        """Return the token that lets the page act, made at first."""
        path = self.path / "token"
        with suppress(FileNotFoundError):
            known = path.read_text(encoding="ascii").strip()
            if known:
                path.chmod(_OURS_ONLY)
                return known
        token = secrets.token_urlsafe(24)
        self._replace("token", token + "\n")
        return token

    # -- anybody's side -------------------------------------------------------------------------

    def alive(self) -> bool:
        """Tell whether a process holds the folder now."""
        try:
            held = os.open(self.path / "lock", os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            flock(held, LOCK_SH | LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(held)
        return False

    def running(self) -> Running | None:
        """Return what the bot wrote of itself; None when none runs, or it cannot be read."""
        data = _read(self.path / "bot.json")
        with suppress(TypeError):
            return Running(**data) if data is not None else None
        return None

    def status(self) -> dict[str, Any]:
        """Return how the bot was when it last said so; empty when it never did."""
        return _read(self.path / "status.json") or {}

    def ask(self, command: Command) -> Path:
        """Leave a command; its file is gone once it is done.

        Raises:
            OSError: it cannot be written.
        """
        (self.path / "commands").mkdir(parents=True, exist_ok=True, mode=0o700)
        return self._write(f"commands/{command.number}.json", asdict(command))

    def take_back(self) -> None:
        """Drop what was asked for and nobody has done: a halt left there would outlive its end."""
        with suppress(FileNotFoundError):
            for path, _ in self.commands():
                path.unlink(missing_ok=True)

    # -- the halt, kept by either side ----------------------------------------------------------

    def recall(self) -> HaltNote | None:
        """Return the halt in force; a file that cannot be read is a halt: it fails closed."""
        path = self.path / "halt.json"
        if not path.exists():
            return None
        data = _read(path)
        with suppress(TypeError):
            if data is not None:
                return HaltNote(**data)
        return HaltNote(reason="the halt's file cannot be read", by="state", time_ms=0)

    def remember(self, note: HaltNote) -> None:
        """Keep a halt.

        Raises:
            OSError: it cannot be written.
        """
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._write("halt.json", asdict(note))

    def forget(self) -> None:
        """Drop the halt."""
        (self.path / "halt.json").unlink(missing_ok=True)

    # -- files ----------------------------------------------------------------------------------

    def _write(self, name: str, data: Mapping[str, Any], *, durable: bool = True) -> Path:
        return self._replace(name, json.dumps(data, default=str) + "\n", durable=durable)

    def _replace(self, name: str, text: str, *, durable: bool = True) -> Path:
        path = self.path / name
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        with open(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, _OURS_ONLY), "w") as file:  # noqa: PTH123  - a descriptor with its mode
            file.write(text)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        draft.replace(path)
        return path


def _read(path: Path) -> dict[str, Any] | None:
    try:
        with path.open("rb") as file:
            data = json.loads(file.read(_MOST))
    except (OSError, ValueError):
        return None
    return data if isinstance(data, dict) else None


def _command(data: Mapping[str, Any] | None) -> Command | None:
    if data is None or data.get("verb") not in VERBS:
        return None
    try:
        command = Command(**data)
    except TypeError:
        return None
    texts = (command.by, command.reason, command.number)
    return command if all(isinstance(text, str) for text in texts) else None
