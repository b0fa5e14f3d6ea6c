"""Three sinks on loopback that are up, down and slow in turn, and what they were told."""

from __future__ import annotations

import html
import os
import re
from collections import Counter
from threading import Event, Thread
from typing import Any, Self

from realtrade.utils.clock import SystemClock
from tests.notifications.conftest import Mails, OnAnyPort, Seen, Site, serving

STATES = ("up", "down", "slow")
_EVERY_S = 20.0
_SLOW_S = 1.5
_ME = {"id": 1, "is_bot": True, "first_name": "soak", "username": "soak_bot"}
TOKEN = "123456789:abcdefg_hijklmnop"  # noqa: S105 - made up, in Telegram's form
CLOCK = SystemClock()


class FailingMails(Mails):
    """A mail server that refuses while it is down."""

    def __init__(self, sinks: Sinks) -> None:
        super().__init__()
        self._sinks = sinks

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self._sinks.state == "down":
            return "451 try again"
        return await super().handle_DATA(server, session, envelope)


class Sinks:
    """Mail, webhook and Bot API; use as a context."""

    def __init__(self, fail_s: float) -> None:
        """Fail in turn for `fail_s` seconds, then be well, so that what is owed can be paid."""
        self._fail_s = fail_s
        self.state = "up"
        self._over = Event()
        self._mails = FailingMails(self)
        self._mail = OnAnyPort(self._mails, hostname="127.0.0.1", port=0)
        self._servers = [serving(), serving(), serving()]
        self._hook, self._chat, self._bot = (next(server) for server in self._servers)
        self._hook.answer = self._answer
        self._chat.answer = self._answer
        self._bot.answer, self._bot.form = self._bot_api, True
        self._thread = Thread(target=self._turn, daemon=True)
        self.changes: list[tuple[float, str]] = [(CLOCK.monotonic_s(), self.state)]
        """When the sinks became what, on the machine's monotonic clock."""

    def __enter__(self) -> Self:
        self._mail.start()
        mail = f"mailto://127.0.0.1:{self._mail.port}?from=b@example.org&to=m@example.org"
        os.environ |= {  # noqa: TID251 - what a shell would set
            "SOAK_MAIL": f"{mail}&mode=insecure",
            "SOAK_HOOK": f"json://127.0.0.1:{self._hook.port}/alarm",
            "SOAK_CHAT": f"tgram://{TOKEN}/12345",
            "SOAK_CHAT_API": f"{self._chat.url}/bot",
            "SOAK_TOKEN": TOKEN,
        }
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._mail.stop()
        for server in self._servers:
            next(server, None)

    @property
    def api(self) -> str:
        """Where the chat's Bot API is."""
        return self._bot.url

    def _turn(self) -> None:
        turn, until_s = 0, CLOCK.monotonic_s() + self._fail_s
        while not self._over.wait(_EVERY_S):
            turn += 1
            well = CLOCK.monotonic_s() > until_s
            self.state = "up" if well else STATES[turn % len(STATES)]
            self.changes.append((CLOCK.monotonic_s(), self.state))

    def _answer(self, seen: Seen) -> Any:
        if self.state == "slow":
            CLOCK.sleep(_SLOW_S)
        if self.state == "down":
            seen.json = None
            return 503
        return {"ok": True, "result": {"message_id": 1}}

    def _bot_api(self, seen: Seen) -> Any:
        method = seen.path.rpartition("/")[2]
        if method == "getMe":
            return {"ok": True, "result": _ME}
        CLOCK.sleep(0.5)
        return {"ok": True, "result": [] if method == "getUpdates" else True}

    def told(self, mark: str) -> dict[str, Counter[str]]:
        """Return how often each line was taken, by channel, of messages with `mark` in the title.

        The words "at such a time", which late messages end with, are left out.
        """
        mails = ((mail["subject"], mail.get_content()) for mail in self._mails.seen)
        hooks = ((seen.json["title"], seen.json["message"]) for seen in _taken(self._hook))
        chats = (_chat_text(seen) for seen in _taken(self._chat) if _is_message(seen))
        return {
            name: Counter(
                plain(line)
                for title, text in found
                if mark in title
                for line in text.splitlines()
                if line.strip()
            )
            for name, found in (("mail", mails), ("hook", hooks), ("chat", chats))
        }


def _taken(site: Site) -> list[Seen]:
    return [seen for seen in site.seen if seen.json]


def _is_message(seen: Seen) -> bool:
    return seen.path.endswith("/sendMessage")


def _chat_text(seen: Seen) -> tuple[str, str]:
    text = html.unescape(re.sub(r"<[^>]+>", "", str(seen.json["text"])))
    title, _, rest = text.partition("\n")
    return title, rest


def plain(text: str) -> str:
    """Return a line as it was before it was sent: without a late message's time."""
    text = re.sub(r" \[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\]$", "", text.strip())
    return re.sub(r"\s+", " ", text).strip()


__all__ = ["STATES", "Sinks", "Site", "plain"]
