"""The `realtrade` group: a table of commands, and how every one of them ends."""

from __future__ import annotations

import sys
from difflib import get_close_matches
from typing import Any, NoReturn

import click

from realtrade.cli.exits import Ending, ExitCode

COMMANDS: dict[str, tuple[str, str]] = {
    "run": ("realtrade.cli.run:run", "Run a recipe: backtest, paper, testnet or live."),
    "sweep": (
        "realtrade.cli.sweep:sweep",
        "Backtest a recipe with many values and tell which to believe.",
    ),
    "validate": (
        "realtrade.cli.validate:validate",
        "Check recipes and show every mistake at its line.",
    ),
    "check": (
        "realtrade.cli.check:check",
        "Tell whether a strategy looks ahead, and what history it needs.",
    ),
    "risk": (
        "realtrade.cli.risk:risk",
        "Show what each risk rule allows at a given equity and price.",
    ),
    "show": (
        "realtrade.cli.show:show",
        "Show a recipe as it is after merging, with origins on request.",
    ),
    "journal": (
        "realtrade.cli.journal:journal",
        "Look into what a bot remembers: show, export, verify.",
    ),
    "list": (
        "realtrade.cli.list:list_plugins",
        "List the installed plugins of one kind, or of all.",
    ),
    "explain": (
        "realtrade.cli.explain:explain",
        "Explain a recipe field, a plugin or an error code.",
    ),
    "schema": ("realtrade.cli.schema:schema", "Print the JSON Schema of recipes for editors."),
    "new": (
        "realtrade.cli.new:new",
        "Start a recipe, strategy or plugin from a working scaffold.",
    ),
    "sim-exchange": (
        "realtrade.cli.sim_exchange:sim_exchange",
        "Run a simulated exchange here, to try things against.",
    ),
    "doctor": ("realtrade.cli.doctor:doctor", "Check this machine and one recipe before a run."),
    "status": ("realtrade.cli.status:status", "Show the bots of this machine and how they are."),
    "pause": ("realtrade.cli.pause:pause", "Let no new exposure of a running bot in for a while."),
    "halt": (
        "realtrade.cli.halt:halt",
        "Stop a bot from trading and cancel its entries, until resumed.",
    ),
    "resume": ("realtrade.cli.resume:resume", "End a pause or a halt."),
    "adopt": (
        "realtrade.cli.adopt:adopt",
        "Take over what the exchange holds and a bot knows nothing of.",
    ),
    "flatten": (
        "realtrade.cli.flatten:flatten",
        "Close every position of a running bot, and halt.",
    ),
}
"""Name to `module:command` and its line in `--help`; read without importing the module."""


class App(click.Group):
    """A group that imports a command only when it is called, and keeps the house's exit codes."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the table's order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of one command and return the command."""
        if cmd_name not in COMMANDS:
            return None
        from importlib import import_module

        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command of `args`, or say which one may have been meant."""
        name = args[0]
        if name in COMMANDS or name.startswith("-"):
            return super().resolve_command(ctx, args)
        near = get_close_matches(name, COMMANDS, n=1)
        hint = f"did you mean '{near[0]}'?" if near else "`realtrade --help` lists the commands"
        msg = f"no command is named '{name}'; {hint}"
        raise click.UsageError(msg, ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands' lines straight from the table."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; tell the unexpected in one line, or whole on `--debug`."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except (Ending, click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except BrokenPipeError:
            _let_go_of_stdout()
            ctx.exit(ExitCode.BROKEN_PIPE)
        except Exception as error:
            if ctx.params["debug"]:
                raise
            from realtrade.cli.foreign import told

            raise told(error) from error
        return result

    def main(self, *args: Any, **extra: Any) -> NoReturn:
        """Run and exit with a code of `ExitCode`."""
        extra["standalone_mode"] = False
        try:
            code = super().main(*args, **extra)
        except Ending as ending:
            click.echo(ending.text, err=True)
            code = ending.code
        except click.ClickException as error:
            error.show()
            code = ExitCode.USAGE
        except click.Abort:
            click.echo("interrupted", err=True)
            code = ExitCode.INTERRUPTED
        sys.exit(code if isinstance(code, int) else ExitCode.OK)


def _let_go_of_stdout() -> None:
    """Leave nothing in stdout's buffer for the interpreter to fail on at exit."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@click.group(
    "realtrade",
    cls=App,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog='Shell completion: eval "$(_REALTRADE_COMPLETE=bash_source realtrade)", or zsh_source.',
)
@click.version_option(package_name="realtrade", prog_name="realtrade")
@click.option("--debug", is_flag=True, help="Show the whole traceback of an internal error.")
def app(debug: bool) -> None:
    """Live trading as code: one validated YAML recipe backtests, paper-trades and trades."""
