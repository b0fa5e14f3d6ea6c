"""Commands by chat, against an imitation of Telegram's Bot API on loopback."""

from __future__ import annotations

from queue import Empty, Queue
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.notifications import answers
from realtrade.notifications.telegram import TelegramBot
from realtrade.plugins.secret import Secret
from realtrade.utils.clock import SystemClock
from tests.patience import wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.notifications.conftest import Seen, Site

CLOCK = SystemClock()
TOKEN = "123456789:abcdefg_hijklmnop"  # noqa: S105 - made up, in Telegram's form
ME, STRANGER = 12345, 666
NOW = {
    "name": "demo",
    "mode": "paper",
    "phase": "halted",
    "reason": "daily loss",
    "currency": "USDT",
    "equity": "10061.262",
    "cash": "2061.25",
    "start_equity": "10000",
    "drawdown": "0.013129",
    "trades": 2,
    "fees": "23.77",
    "positions": [
        {"symbol": "BTC/USDT", "quantity": "3.2", "price": "2476", "last": "2500", "pnl": "75.4"}
    ],
    "orders": [
        {"side": "sell", "quantity": "3.2", "symbol": "BTC/USDT", "type": "stop", "price": "2400"}
    ],
    "health": {
        "status": "suspended",
        "conditions": [
            {"type": "standing", "status": "suspended", "message": "halted: daily loss"},
            {"type": "loop", "status": "healthy", "message": ""},
        ],
    },
}


class BotApi:
    """Telegram's side: hands out updates, keeps what is said."""

    def __init__(self) -> None:
        self.updates: Queue[dict[str, Any]] = Queue()
        self.said: list[dict[str, Any]] = []
        self.toasts: list[str] = []
        self.down = 0
        self.failing: dict[str, int] = {}
        self._number = 0

    def __call__(self, seen: Seen) -> Any:
        method = seen.path.rpartition("/")[2]
        if self.down:
            self.down -= 1
            return 502
        if self.failing.get(method):
            self.failing[method] -= 1
            return 502
        answers = {"getMe": self._me, "getUpdates": self._news}
        answers["answerCallbackQuery"] = self._toast
        answers |= dict.fromkeys(["sendMessage", "editMessageText"], self._say)
        return {"ok": True, "result": answers.get(method, lambda form: True)(seen.json)}

    def _me(self, form: Any) -> Any:
        return {"id": 1, "is_bot": True, "first_name": "demo", "username": "demo_bot"}

    def _news(self, form: Any) -> Any:
        try:
            return [self.updates.get(timeout=0.05)]
        except Empty:
            return []

    def _toast(self, form: Any) -> Any:
        self.toasts.append(form.get("text", ""))
        return True

    def _say(self, form: Any) -> Any:
        self.said.append(form)
        return self._message(int(form["chat_id"]), "x")

    def _message(self, chat: int, text: str) -> dict[str, Any]:
        self._number += 1
        command = {"type": "bot_command", "offset": 0, "length": len(text.split(maxsplit=1)[0])}
        return {
            "message_id": self._number,
            "date": 1_700_000_000,
            "chat": {"id": chat, "type": "private"},
            "from": {"id": chat, "is_bot": False, "first_name": "me"},
            "text": text,
            "entities": [command],
        }

    def write(self, text: str, chat: int = ME) -> None:
        message = self._message(chat, text)
        self.updates.put({"update_id": self._number, "message": message})

    def press(self, data: str, chat: int = ME) -> None:
        message = self._message(chat, "x")
        query = {
            "id": str(self._number),
            "from": message["from"],
            "chat_instance": "1",
            "message": message,
            "data": data,
        }
        self.updates.put({"update_id": self._number, "callback_query": query})


class Chat:
    """A bot that listens, and what it did."""

    def __init__(self, site: Site) -> None:
        self.api = BotApi()
        site.answer = self.api
        site.form = True
        self.site = site
        self.done: list[tuple[str, dict[str, Any]]] = []
        self.lines: list[str] = []
        self.fails: OSError | None = None
        self.bot = TelegramBot(
            Secret(TOKEN),
            chats=frozenset({ME}),
            endpoint=site.url,
            operator=self,
            status=lambda: NOW,
            clock=CLOCK,
            say=lambda level, line: self.lines.append(f"{level}: {line}"),
        )

    def __getattr__(self, verb: str) -> Callable[..., None]:
        def do(**words: Any) -> None:
            self.done.append((verb, words))
            if self.fails is not None:
                raise self.fails

        return do

    def until(self, holds: Callable[[], Any]) -> None:
        wait_for(holds, lambda: str((self.lines, self.api.said)))

    def ask(self, text: str) -> str:
        before = len(self.api.said)
        self.api.write(text)
        self.until(lambda: len(self.api.said) > before)
        return str(self.api.said[-1]["text"])


@pytest.fixture
def chat(site: Site) -> Iterator[Chat]:
    chat = Chat(site)
    yield chat
    chat.bot.stop()


def test_answers_what_it_is_asked(chat: Chat) -> None:
    chat.bot.start()

    assert chat.ask("/status").splitlines() == [
        "demo (paper): halted",
        "because: daily loss",
        "health: suspended",
        "- standing: halted: daily loss",
        "equity 10,061.26, cash 2,061.25 USDT",
    ]
    assert chat.ask("/positions@demo_bot").splitlines() == [
        "BTC/USDT: 3.2 at 2476, now 2500, profit 75.40",
        "at work:",
        "sell 3.2 BTC/USDT stop at 2400",
    ]
    assert chat.ask("/balance") == "equity 10,061.26, cash 2,061.25 USDT"
    assert chat.ask("/profit").splitlines() == [
        "+61.26 USDT (+0.61%) since the start",
        "drawdown 1.31%, 2 trades, fees 23.77",
    ]
    assert chat.ask("/help") == answers.HELP
    assert all("parse_mode" not in said for said in chat.api.said)


def test_does_what_it_is_told_and_asks_back_before_it_closes_anything(chat: Chat) -> None:
    chat.bot.start()

    assert chat.ask("/pause") == "Paused: positions may only be reduced."
    assert chat.ask("/resume") == "Resumed."
    assert chat.ask("/flatten") == "Flatten: close every position at market, now?"
    yes, no = _buttons(chat)
    assert chat.done == [("pause", {"by": "telegram"}), ("resume", {"by": "telegram"})]
    chat.api.press(yes)
    chat.until(lambda: chat.api.said[-1]["text"].startswith("Halted; every"))
    assert chat.done[-1] == ("flatten", {"by": "telegram"})

    chat.ask("/halt")
    yes, no = _buttons(chat)
    chat.api.press(no)
    chat.until(lambda: chat.api.said[-1]["text"] == "Nothing was done.")
    assert len(chat.done) == 3


def test_a_second_press_leaves_what_the_first_one_did_written(chat: Chat) -> None:
    chat.bot.start()
    chat.ask("/flatten")
    yes, _ = _buttons(chat)
    chat.api.press(yes)
    chat.until(lambda: chat.api.said[-1]["text"].startswith("Halted; every"))

    chat.api.press(yes)
    chat.ask("/balance")

    assert chat.done == [("flatten", {"by": "telegram"})]
    assert [said["text"][:7] for said in chat.api.said] == ["Flatten", "Halted;", "equity "]
    assert chat.api.toasts == ["", "Halted; every position is being closed."]


def test_a_press_of_before_a_restart_does_nothing(chat: Chat) -> None:
    chat.bot.start()

    chat.api.press("yes 0123456789abcdef")

    chat.until(lambda: chat.api.said)
    assert chat.api.said[-1]["text"] == "This question is too old: ask again."
    assert chat.done == []


def test_a_question_is_not_valid_for_ever(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("realtrade.notifications.telegram._CONFIRM_S", -1.0)
    chat.bot.start()

    chat.ask("/halt")
    chat.api.press(_buttons(chat)[0])

    chat.until(lambda: chat.api.said[-1]["text"].startswith("This question is too old"))
    assert chat.done == []


def _buttons(chat: Chat) -> tuple[str, str]:
    import json

    markup = chat.api.said[-1]["reply_markup"]
    keyboard = (json.loads(markup) if isinstance(markup, str) else markup)["inline_keyboard"]
    yes, no = (button["callback_data"] for button in keyboard[0])
    return yes, no


def test_a_stranger_is_not_answered_and_named_once(chat: Chat) -> None:
    chat.bot.start()
    for text in ("/status", "/halt", "/help"):
        chat.api.write(text, STRANGER)
    chat.ask("/halt")
    yes, _ = _buttons(chat)
    chat.api.press(yes, STRANGER)
    chat.ask("/balance")

    assert {int(said["chat_id"]) for said in chat.api.said} == {ME}
    assert chat.done == []
    assert chat.lines == ["warning: telegram: chat 666 is not among notify.telegram.chats"]


def test_a_halt_that_cannot_be_kept_is_told(chat: Chat) -> None:
    chat.fails = OSError("disk full")
    chat.bot.start()

    assert chat.ask("/pause") == "It holds now, and would not outlive a restart: disk full"


def test_an_api_that_is_down_is_asked_again(chat: Chat) -> None:
    chat.api.down = 2
    chat.bot.start()

    assert chat.ask("/balance").startswith("equity")
    assert chat.lines[0].startswith("warning: telegram cannot be reached")
    assert all(TOKEN not in line for line in chat.lines)


def test_a_first_poll_that_fails_is_made_again(chat: Chat) -> None:
    chat.api.failing = {"deleteWebhook": 1}
    chat.bot.start()

    assert chat.ask("/balance").startswith("equity")
    assert [line.partition(":")[0] for line in chat.lines] == ["warning"]


def test_it_stops_while_its_first_poll_fails(chat: Chat) -> None:
    chat.api.failing = {"deleteWebhook": 10**6}
    chat.bot.start()
    chat.until(lambda: chat.lines)

    chat.bot.stop()

    assert [line.partition(":")[0] for line in chat.lines] == ["warning"]


def test_it_stops_while_nobody_answers(site: Site) -> None:
    chat = Chat(site)
    chat.api.down = 10**6
    chat.bot.start()
    chat.until(lambda: chat.lines)
    began_s = CLOCK.monotonic_s()

    chat.bot.stop()

    assert CLOCK.monotonic_s() - began_s < 20


@pytest.mark.parametrize("answer", [answers.balance, answers.profit])
def test_before_the_first_bar_there_is_little_to_say(answer: Callable[[Any], str]) -> None:
    assert answer({"name": "demo"}) == "no bar has come yet"


def test_nothing_held_is_said_so() -> None:
    assert answers.positions({}) == "nothing is held"
