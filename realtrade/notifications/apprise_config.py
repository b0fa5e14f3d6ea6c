"""Settings of the `apprise` channel."""

from __future__ import annotations

from typing import Literal

from realtrade.plugins.config import PluginConfig
from realtrade.plugins.secret import SecretRef


class AppriseConfig(PluginConfig):
    """Settings of the `apprise` channel: Telegram, Slack, mail and a hundred more.

    Example:
        ```yaml
        notify:
          channels:
            tg: {type: apprise, url: {env: TG_URL}}
        ```
    """

    type: Literal["apprise"] = "apprise"
    url: SecretRef
    """An Apprise URL, such as `tgram://token/chat`; a secret, because it holds one."""
