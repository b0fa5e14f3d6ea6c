"""The bots of this user on this machine: where each one's state folder is."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from realtrade.engine.state import StateFolder

if TYPE_CHECKING:
    from collections.abc import Iterable


class Fleet:
    """Links to the state folders of bots that were started, in a folder that only the user can use.

    It lies among the machine's temporary files, so it is empty after a reboot; what outlives one is
    in the state folders themselves.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or Path(tempfile.gettempdir()) / f"realtrade-{os.getuid()}"

    def enlist(self, state: StateFolder) -> None:
        """Let `realtrade status` find a bot.

        Raises:
            OSError: the folder cannot be written, or belongs to somebody else.
        """
        self.folder.mkdir(mode=0o700, exist_ok=True)
        if not self._ours():
            msg = f"{self.folder} does not belong to this user alone"
            raise PermissionError(msg)
        target = state.path.resolve()
        digest = hashlib.sha256(str(target).encode()).hexdigest()[:16]
        with suppress(FileExistsError):
            (self.folder / digest).symlink_to(target, target_is_directory=True)

    def bots(self, beside: Iterable[Path] = ()) -> list[StateFolder]:
        """Return every state folder known here or found in the folders `beside`, by name."""
        found = {path.resolve() for path in self._links()}
        for folder in beside:
            found.update(path.resolve() for path in folder.glob("*/") if _is_state(path))
        return [StateFolder(path) for path in sorted(found, key=lambda path: (path.name, path))]

    def _links(self) -> list[Path]:
        if not self._ours():
            return []
        links = list(self.folder.iterdir())
        for link in links:
            if not link.exists():
                link.unlink(missing_ok=True)
        return [link for link in links if link.is_dir() and _is_state(link)]

    def _ours(self) -> bool:
        try:
            found = self.folder.lstat()
        except OSError:
            return False
        private = not stat.S_IMODE(found.st_mode) & 0o077
        return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and private


def _is_state(path: Path) -> bool:
    return (path / "lock").exists() or (path / "halt.json").exists()
