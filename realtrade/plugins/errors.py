"""What a builder raises when settings that read well turn out wrong once built."""

from __future__ import annotations


class SettingWrong(Exception):
    """A setting cannot be used, though its shape is right.

    The command line shows it at its line of the recipe, like a finding of `validate`.
    """

    def __init__(self, message: str, *, at: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.at = at
        """Place inside the plugin's own block, such as `params.fast`; empty means the block."""
        self.hint = hint
