"""Settings of the `dingtalk` channel."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from realtrade.plugins.config import PluginConfig
from realtrade.plugins.secret import SecretRef


class DingtalkConfig(PluginConfig):
    """Settings of the `dingtalk` channel: a group's custom robot.

    Example:
        ```yaml
        notify:
          channels:
            ding: {type: dingtalk, token: {env: DING}, secret: {env: DING_SECRET}}
        ```
    """

    type: Literal["dingtalk"] = "dingtalk"
    token: SecretRef
    """The robot's access token."""
    secret: SecretRef | None = None
    """Key of the robot's signature, where it asks for one."""
    endpoint: Annotated[
        str, StringConstraints(pattern=r"^(https://|http://(127\.0\.0\.1|localhost)[:/])\S{1,300}$")
    ] = "https://oapi.dingtalk.com/robot/send"
    """Where messages go: DingTalk itself, or a gateway to it."""
    at_mobiles: tuple[Annotated[str, StringConstraints(pattern=r"^\+?[0-9-]{5,20}$")], ...] = ()
    """Telephone numbers of people to mention."""
