from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from realtrade.notifications.apprise_channel import AppriseChannel
from realtrade.notifications.dingtalk_channel import DingtalkChannel
from realtrade.plugins import Kind, Registry
from realtrade.plugins.ports.build import BuildContext
from realtrade.plugins.secret import Secret
from realtrade.utils.clock import ManualClock

GOOD: list[tuple[str, dict[str, Any], type]] = [
    ("apprise", {"url": {"env": "U"}}, AppriseChannel),
    ("dingtalk", {"token": {"env": "T"}, "secret": {"file": "s"}}, DingtalkChannel),
    ("dingtalk", {"token": {"env": "T"}, "at_mobiles": ["+49123456"]}, DingtalkChannel),
]


@pytest.mark.parametrize(("name", "written", "kind"), GOOD)
def test_builds_from_settings_and_secrets(name: str, written: dict[str, Any], kind: type) -> None:
    registry = Registry()
    config = registry.config_class(Kind.NOTIFIER, name).model_validate(written)
    context = BuildContext(
        name="tg",
        folder=Path(),
        clock=ManualClock(),
        secret=lambda reference: Secret("json://127.0.0.1:9/"),
    )

    channel = registry.builder(Kind.NOTIFIER, name)(config, context)

    assert isinstance(channel, kind)
    assert "127.0.0.1" not in repr(channel)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("apprise", {}),
        ("apprise", {"url": "tgram://token/1"}),
        ("dingtalk", {"token": "literal"}),
        ("dingtalk", {"token": {"env": "T"}, "at_mobiles": ["x"]}),
        ("dingtalk", {"token": {"env": "T"}, "endpoint": "http://example.org/"}),
        ("dingtalk", {"token": {"env": "T"}, "endpoint": "file:///etc/passwd"}),
    ],
)
def test_refuses(name: str, written: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Registry().config_class(Kind.NOTIFIER, name).model_validate(written)
