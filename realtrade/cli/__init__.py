"""The command line: the only room that prints or exits.

Nothing is imported before it is needed: `realtrade --help` costs click and nothing more, and a
command's own module is imported only when it is the command that was asked for.
"""

from __future__ import annotations

from typing import NoReturn

__all__ = ["main"]


def main() -> NoReturn:
    """Run the `realtrade` command with the arguments of this process; always exits."""
    from realtrade.cli.early import interruptible

    with interruptible():
        from realtrade.cli.app import app

    app.main(prog_name="realtrade")
    raise AssertionError  # app.main exits
