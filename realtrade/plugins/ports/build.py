"""What every builder is handed besides its own settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from realtrade.plugins.secret import Secret, SecretRef
    from realtrade.utils.clock import Clock


def _no_secrets(reference: SecretRef) -> Secret:
    msg = f"{reference} cannot be read here: no secrets were handed in"
    raise LookupError(msg)


def _let_stand(secret: str) -> None:
    """Blot nothing out: no log was handed in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildContext:
    """Collaborators every plugin may use; none of them shows the whole recipe."""

    name: str
    """The key of the block in the recipe, such as `btc_1h` or `drawdown`."""
    folder: Path
    """The recipe's folder: relative paths in settings start here."""
    clock: Clock
    secret: Callable[[SecretRef], Secret] = _no_secrets
    """Return a secret's value for the reference in the settings; keep it no longer than needed."""
    blot: Callable[[str], None] = _let_stand
    """Have a secret that arises while running, such as a session key, blotted out of the log."""
    testnet: bool = False
    """True in mode `testnet`: an exchange connects to its test venue."""
    cache: Path | None = None
    """Folder for what can be had again, such as downloaded bars; None keeps nothing."""
