"""What our `realtrade.notifiers` entry points hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from realtrade.plugins.plugin import API_VERSION, Kind, Plugin
from realtrade.plugins.registry import PluginError

if TYPE_CHECKING:
    from realtrade.plugins.config import PluginConfig
    from realtrade.plugins.ports.build import BuildContext

APPRISE = Plugin(
    kind=Kind.NOTIFIER,
    name="apprise",
    api=API_VERSION,
    config="realtrade.notifications.apprise_config:AppriseConfig",
    build="realtrade.notifications.plugins:build",
    summary="Telegram, Slack, mail and more; this version checks recipes for it, no more.",
)

DINGTALK = Plugin(
    kind=Kind.NOTIFIER,
    name="dingtalk",
    api=API_VERSION,
    config="realtrade.notifications.dingtalk_config:DingtalkConfig",
    build="realtrade.notifications.plugins:build",
    summary="A DingTalk group's robot; this version checks recipes for it, no more.",
)


def build(config: PluginConfig, context: BuildContext) -> NoReturn:
    """Refuse: nothing here sends yet.

    Raises:
        PluginError: always.
    """
    msg = f"the channel '{context.name}' validates in this version, it does not send yet"
    raise PluginError(msg, hint="leave 'notify' out to run without notifications")
