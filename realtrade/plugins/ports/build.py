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
