"""Where references become secrets: the environment and files. The only reader of `os.environ`."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Protocol

from realtrade.plugins.secret import Secret, SecretRef

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MAX_BYTES = 64 * 1024


class SecretMissing(Exception):
    """A secret cannot be had. The message names the reference, never a value."""

    code = "RT604"

    def __init__(self, reference: SecretRef, why: str, *, hint: str = "") -> None:
        super().__init__(f"the secret {reference}: {why}")
        self.reference = reference
        self.hint = hint


class Blotter(Protocol):
    """What resolved values are told to, such as `realtrade.utils.logs.Redactor`."""

    def add(self, value: str) -> None:
        """Blot `value` out of the log from now on."""
        ...


class SecretResolver:
    """Reads secrets when a builder asks for them, and has each blotted out of the log first.

    Call it with a reference; it fits `BuildContext.secret`. `folder` is the recipe's: relative
    file names start there.
    """

    def __init__(
        self, folder: Path, redactor: Blotter, *, environ: Mapping[str, str] | None = None
    ) -> None:
        self._folder = folder
        self._redactor = redactor
        self._environ = os.environ if environ is None else environ  # noqa: TID251 - the door to the environment

    def __call__(self, reference: SecretRef) -> Secret:
        """Return the secret behind `reference`.

        Raises:
            SecretMissing: the variable is not set, or the file cannot be read; or it is empty.
        """
        value = self._env(reference) if reference.source == "env" else self._file(reference)
        if not value:
            raise SecretMissing(reference, "it is empty")
        self._redactor.add(value)
        return Secret(value)

    def _env(self, reference: SecretRef) -> str:
        value = self._environ.get(reference.name)
        if value is None:
            hint = f"export {reference.name}=… before the run"
            raise SecretMissing(reference, "the environment variable is not set", hint=hint)
        return value

    def _file(self, reference: SecretRef) -> str:
        path = self._folder / reference.name
        try:
            if not stat.S_ISREG(path.stat().st_mode):
                raise SecretMissing(reference, "this is not a file")
            with path.open("rb") as stream:
                raw = stream.read(MAX_BYTES + 1)
        except OSError as error:
            raise SecretMissing(reference, error.strerror or "it cannot be read") from None
        return _text(raw, reference)


def _text(raw: bytes, reference: SecretRef) -> str:
    """Decode a secret's file; the last newline, which editors add, is no part of it."""
    if len(raw) > MAX_BYTES:
        raise SecretMissing(reference, f"the file is larger than {MAX_BYTES // 1024} KiB")
    try:
        return raw.decode("utf-8").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise SecretMissing(reference, "the file is not UTF-8 text") from None
