"""From a recipe's `notify.telegram` block to a bot that answers and acts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from realtrade.engine.wrong import settings_checked
from realtrade.plugins.errors import SettingWrong

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from realtrade.engine.parts import Parts
    from realtrade.notifications.telegram import TelegramBot


def make_chat(parts: Parts, status: Callable[[], Mapping[str, Any]]) -> TelegramBot:
    """Return the bot of a recipe that asks for one, not yet started.

    Raises:
        RecipeInvalid: its token is missing, or python-telegram-bot is.
    """
    block = parts.recipe.notify.telegram
    with settings_checked(parts.recipe, "notify.telegram"):
        if block is None or parts.secret is None:
            raise SettingWrong("there is no bot without its settings")
        try:
            from realtrade.notifications.telegram import TelegramBot
        except ModuleNotFoundError as error:
            hint = "pip install 'realtrade[telegram]'"
            msg = "commands by chat need python-telegram-bot"
            raise SettingWrong(msg, hint=hint) from error
        return TelegramBot(
            parts.secret(block.token),
            chats=frozenset(block.chats),
            endpoint=block.endpoint,
            operator=parts.controls,
            status=status,
            clock=parts.clock,
            say=cast("Callable[[str, str], None]", parts.say),
        )
