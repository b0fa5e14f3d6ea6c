"""A Telegram bot that answers and acts: for the chats a recipe names, and for nobody else."""

from __future__ import annotations

import asyncio
import secrets
from threading import Thread
from typing import TYPE_CHECKING, Any, Protocol

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import NetworkError, TelegramError
from telegram.ext import ApplicationBuilder, CallbackQueryHandler, CommandHandler
from telegram.request import HTTPXRequest

from realtrade.notifications import answers
from realtrade.notifications.escaping import harmless

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from telegram.ext import Application

    from realtrade.plugins.secret import Secret
    from realtrade.utils.clock import Clock

    Say = Callable[[str, str], None]
    Status = Callable[[], Mapping[str, Any]]

_CONFIRMED = ("halt", "flatten")
"""What is asked back first."""
_CONFIRM_S = 60.0
_RETRY_S = (1.0, 5.0, 15.0, 60.0)
_POLL_S = 10
_TOAST_MOST = 200


class Operator(Protocol):
    """What people may do to a bot; every method may be called from any thread."""

    def pause(self, *, by: str, reason: str = "") -> None:
        """Let no new exposure in until `resume`."""
        ...

    def resume(self, *, by: str) -> None:
        """End pause and halts."""
        ...

    def halt(self, *, by: str, reason: str = "asked to") -> None:
        """Let no new exposure in and cancel entries, over restarts too."""
        ...

    def flatten(self, *, by: str, reason: str = "asked to", halt: bool = True) -> None:
        """Close every position, and halt."""
        ...


class TelegramBot:
    """Long polling on a thread of its own; a Bot API that is down is asked again.

    Only the chats named may ask; what anybody else writes is not answered, and named in the log
    once. Halt and flatten take a second press within a minute. Answers are plain text.
    """

    def __init__(
        self,
        token: Secret,
        *,
        chats: frozenset[int],
        endpoint: str,
        operator: Operator,
        status: Status,
        clock: Clock,
        say: Say,
    ) -> None:
        """Take who may ask whom.

        Args:
            token: the bot's, as BotFather gave it.
            chats: numbers of the chats that may ask and act.
            endpoint: the Bot API's base URL.
            operator: does what is asked for.
            status: how the bot is, as plain values.
            clock: times the second press.
            say: the log, `(level, line)`.
        """
        self._token, self._chats, self._endpoint = token, chats, endpoint.rstrip("/")
        self._operator, self._status, self._clock, self._say = operator, status, clock, say
        self._asked: dict[str, tuple[str, int, float]] = {}
        self._settled = ("", "")
        self._strangers: set[int] = set()
        self._loop = asyncio.new_event_loop()
        self._over = asyncio.Event()
        self._thread = Thread(target=self._run, name="telegram", daemon=True)

    def start(self) -> None:
        """Begin to listen; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening; returns when the thread has ended."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._over.set)
            self._thread.join()

    # -- the thread -----------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._listen())
        except Exception as error:  # noqa: BLE001 - a thread's outermost frame; reported
            self._say("error", f"telegram is given up: {type(error).__name__}: {error}")
        finally:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()

    async def _listen(self) -> None:
        connections = [HTTPXRequest(), HTTPXRequest()]
        try:
            await self._serve(self._application(*connections))
        finally:
            for connection in connections:  # a bot that never came up does not close them itself
                await connection.shutdown()

    async def _serve(self, application: Application[Any, Any, Any, Any, Any, Any]) -> None:
        try:
            if await self._connect(application):
                await self._over.wait()
        finally:
            assert application.updater is not None  # noqa: S101 - the builder makes one
            if application.updater.running:
                await application.updater.stop()
            if application.running:
                await application.stop()
            await application.shutdown()

    async def _connect(self, application: Application[Any, Any, Any, Any, Any, Any]) -> bool:
        """Reach the Bot API, however long it takes; False when told to stop before."""
        tries = 0
        while not self._over.is_set():
            try:
                await application.initialize()
                await self._poll(application)
            except TelegramError as error:
                if not tries:
                    self._say("warning", f"telegram cannot be reached: {type(error).__name__}")
                pause_s = _RETRY_S[min(tries, len(_RETRY_S) - 1)]
                tries += 1
                try:
                    await asyncio.wait_for(self._over.wait(), pause_s)
                except TimeoutError:
                    continue
            else:
                return True
        return False

    async def _poll(self, application: Application[Any, Any, Any, Any, Any, Any]) -> None:
        """Begin to ask for updates: a first request of its own, which may fail as any other."""
        assert application.updater is not None  # noqa: S101 - the builder makes one
        await application.updater.start_polling(
            timeout=_POLL_S,
            allowed_updates=[Update.MESSAGE, Update.CALLBACK_QUERY],
            drop_pending_updates=True,
            error_callback=self._polling_failed,
        )
        await application.start()

    def _polling_failed(self, error: TelegramError) -> None:
        if not isinstance(error, NetworkError):
            self._say("warning", f"telegram: {type(error).__name__}")

    def _application(
        self, answering: HTTPXRequest, polling: HTTPXRequest
    ) -> Application[Any, Any, Any, Any, Any, Any]:
        application = (
            ApplicationBuilder()
            .token(self._token.reveal())
            .base_url(f"{self._endpoint}/bot")
            .request(answering)
            .get_updates_request(polling)
            .build()
        )
        for name in answers.ANSWERS:
            application.add_handler(CommandHandler(name, self._answer))
        for verb in answers.VERBS:
            application.add_handler(CommandHandler(verb, self._command))
        application.add_handler(CommandHandler(["start", "help"], self._help))
        application.add_handler(CallbackQueryHandler(self._pressed))
        application.add_error_handler(self._failed)
        return application

    async def _failed(self, update: object, context: Any) -> None:
        self._say("warning", f"telegram: {type(context.error).__name__} while answering")

    # -- who and what ---------------------------------------------------------------------------

    def _known(self, update: Update) -> bool:
        chat = update.effective_chat
        if chat is not None and chat.id in self._chats:
            return True
        number = 0 if chat is None else chat.id
        if number not in self._strangers and len(self._strangers) < 100:  # noqa: PLR2004 - enough names
            self._strangers.add(number)
            self._say("warning", f"telegram: chat {number} is not among notify.telegram.chats")
        return False

    async def _help(self, update: Update, context: Any) -> None:
        if self._known(update):
            await self._reply(update, answers.HELP)

    async def _answer(self, update: Update, context: Any) -> None:
        if self._known(update):
            name = _word(update)
            await self._reply(update, answers.ANSWERS[name](self._status()))

    async def _command(self, update: Update, context: Any) -> None:
        if not self._known(update) or update.effective_chat is None:
            return
        verb = _word(update)
        if verb not in _CONFIRMED:
            await self._reply(update, await self._do(verb))
            return
        number = secrets.token_hex(8)
        now_s = self._clock.monotonic_s()
        until_s = now_s + _CONFIRM_S
        self._asked = {name: one for name, one in self._asked.items() if one[2] >= now_s}
        self._asked[number] = (verb, update.effective_chat.id, until_s)
        buttons = [
            InlineKeyboardButton(f"Yes, {verb}", callback_data=f"yes {number}"),
            InlineKeyboardButton("No", callback_data=f"no {number}"),
        ]
        await self._reply(
            update, answers.QUESTIONS[verb], reply_markup=InlineKeyboardMarkup([buttons])
        )

    async def _pressed(self, update: Update, context: Any) -> None:
        query = update.callback_query
        if query is None or not self._known(update) or update.effective_chat is None:
            return
        said, _, number = (query.data or "").partition(" ")
        if number == self._settled[0]:  # pressed twice: what the first press did stays written
            await query.answer(self._settled[1][:_TOAST_MOST])
            return
        verb, chat, until_s = self._asked.pop(number, ("", 0, 0.0))
        if chat != update.effective_chat.id or self._clock.monotonic_s() > until_s:
            told = "This question is too old: ask again."
        elif said == "yes":
            told = await self._do(verb)
        else:
            told = "Nothing was done."
        self._settled = (number, told)
        await query.answer()
        await query.edit_message_text(told)

    async def _do(self, verb: str) -> str:
        act = getattr(self._operator, verb)
        try:
            await asyncio.get_running_loop().run_in_executor(None, lambda: act(by="telegram"))
        except OSError as error:
            return f"It holds now, and would not outlive a restart: {error}"
        return answers.VERBS[verb]

    @staticmethod
    async def _reply(update: Update, text: str, **more: Any) -> None:
        if update.effective_message is not None:
            await update.effective_message.reply_text(harmless(text), **more)


def _word(update: Update) -> str:
    """Return the command of a message: `/halt@my_bot now` is `halt`."""
    text = (update.effective_message.text or "") if update.effective_message is not None else ""
    return text.split()[0].lstrip("/").partition("@")[0].lower()
