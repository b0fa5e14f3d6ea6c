"""The `apprise` channel: Telegram, mail, Slack, Discord, webhooks and a hundred more."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from realtrade.notifications.errors import NotDelivered
from realtrade.plugins.errors import SettingWrong

if TYPE_CHECKING:
    from realtrade.notifications.apprise_config import AppriseConfig
    from realtrade.plugins.ports.build import BuildContext

_WEBHOOKS = frozenset({"NotifyJSON", "NotifyXML", "NotifyForm"})
_BETWEEN_S = 1.0
"""Least time between two messages where Apprise knows of no need of the service: its own 5.5
seconds are longer than the next alarm may wait."""


def build(config: AppriseConfig, context: BuildContext) -> AppriseChannel:
    """Return the channel behind the recipe's URL.

    Raises:
        SettingWrong: Apprise does not know such a URL.
    """
    return AppriseChannel(context.name, context.secret(config.url).reveal())


class AppriseChannel:
    """Sends plain text: Apprise escapes it as each service asks for."""

    def __init__(self, name: str, url: str) -> None:
        """Take an Apprise URL, which may hold a secret and is never shown.

        Raises:
            SettingWrong: Apprise does not know such a URL.
        """
        import apprise

        asset = apprise.AppriseAsset(
            app_id="realtrade",
            app_desc="realtrade",
            app_url="",
            async_mode=False,  # the postman has a thread of its own
            secure_logging=True,
            interpret_escapes=False,
            interpret_emojis=False,
        )
        self._name = name
        self._text = apprise.NotifyFormat.TEXT
        self._service: Any = apprise.Apprise(asset=asset)
        if not self._service.add(url):
            msg = f"the URL of the channel '{name}' is none that Apprise knows"
            raise SettingWrong(msg, at="url", hint="see https://appriseit.com/services")
        for service in self._service:
            if service.request_rate_per_sec == apprise.NotifyBase.request_rate_per_sec:
                service.request_rate_per_sec = _BETWEEN_S

    def send_keyed(self, title: str, text: str, key: str) -> None:
        """Deliver one message; services and readers that look at headers find its key there.

        Raises:
            NotDelivered: see `send`.
        """
        for service in self._service:
            headers = getattr(service, "headers", None)
            if isinstance(headers, dict):
                headers.update(_headers(type(service).__name__, key))
        self.send(title, text)

    def send(self, title: str, text: str) -> None:
        """Deliver one message.

        Raises:
            NotDelivered: the service refused it or could not be reached; Apprise has logged why.
        """
        if not self._service.notify(body=text, title=title, body_format=self._text):
            msg = f"the service behind '{self._name}' did not take the message"
            raise NotDelivered(msg)


def _headers(service: str, key: str) -> dict[str, str]:
    """Return what tells a message that comes twice.

    Apprise gives every mail a `Message-ID` of its own; by `References` a mail program shows those
    of one key together.
    """
    if service in _WEBHOOKS:
        return {"Idempotency-Key": key}
    if service == "NotifyEmail":
        name = re.sub(r"[^A-Za-z0-9._-]", "_", key)
        return {"X-Realtrade-Key": key, "References": f"<{name}@realtrade>"}
    return {}
