"""What our `realtrade.notifiers` entry points hold."""

from __future__ import annotations

from realtrade.plugins.plugin import API_VERSION, Kind, Plugin

APPRISE = Plugin(
    kind=Kind.NOTIFIER,
    name="apprise",
    api=API_VERSION,
    config="realtrade.notifications.apprise_config:AppriseConfig",
    build="realtrade.notifications.apprise_channel:build",
    summary="Telegram, mail, Slack, Discord, webhooks and a hundred more services by their URL.",
)

DINGTALK = Plugin(
    kind=Kind.NOTIFIER,
    name="dingtalk",
    api=API_VERSION,
    config="realtrade.notifications.dingtalk_config:DingtalkConfig",
    build="realtrade.notifications.dingtalk_channel:build",
    summary="A DingTalk group's custom robot, signed as DingTalk asks.",
)
