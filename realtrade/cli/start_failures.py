"""Why a run could not start, as an exit code and a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from realtrade.cli.exits import ExitCode, Failure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from realtrade.engine import StageFailed


def cannot_start(failed: StageFailed) -> NoReturn:
    """End with what the failing stage said; faults of ours keep their traceback.

    Raises:
        Failure: a sentence and an exit code.
        RecipeInvalid: a setting turned out to be wrong.
        StageFailed: it is none of the known cases.
    """
    from realtrade.recipe import RecipeInvalid

    cause = failed.cause
    if isinstance(cause, RecipeInvalid):
        raise cause from failed
    code = _code(cause)
    if code is None:
        raise failed
    hint = getattr(cause, "hint", "")
    message = str(cause) if code is ExitCode.LOCKED else f"{failed.stage}: {cause}"
    raise Failure(message, code, hint=hint) from failed


def _code(cause: BaseException) -> ExitCode | None:
    from realtrade.common.broker.restart import RestartError
    from realtrade.engine.state import BotRunning
    from realtrade.plugins import PluginError
    from realtrade.plugins.ports import FeedError, GatewayError, JournalError
    from realtrade.storage import AccountLocked

    if isinstance(cause, BotRunning | AccountLocked):
        return ExitCode.LOCKED
    if any(_is_network(each) for each in _chain(cause)):
        return ExitCode.UNREACHABLE
    known = JournalError | PluginError | FeedError | GatewayError | RestartError
    if isinstance(cause, known):
        return ExitCode.INVALID
    return None


def _is_network(cause: BaseException) -> bool:
    """Tell whether an exchange did not answer, or not in time."""
    from realtrade.common.live.recovery import RecoveryError
    from realtrade.common.rest.errors import NoAnswer, NotSent

    return isinstance(cause, RecoveryError | NotSent | NoAnswer)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__
