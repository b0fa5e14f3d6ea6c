from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from realtrade.plugins import Kind, PluginError, Registry
from realtrade.plugins.ports.build import BuildContext
from realtrade.utils.clock import ManualClock

GOOD: list[tuple[str, dict[str, Any]]] = [
    ("apprise", {"url": {"env": "U"}}),
    ("dingtalk", {"token": {"env": "T"}, "secret": {"file": "s"}, "at_mobiles": ["+49123456"]}),
]


@pytest.mark.parametrize(("name", "written"), GOOD)
def test_validates_and_says_that_it_does_not_send_yet(name: str, written: dict[str, Any]) -> None:
    registry = Registry()
    config = registry.config_class(Kind.NOTIFIER, name).model_validate(written)
    context = BuildContext(name="tg", folder=Path(), clock=ManualClock())

    with pytest.raises(PluginError, match="'tg' validates in this version"):
        registry.builder(Kind.NOTIFIER, name)(config, context)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("apprise", {}),
        ("apprise", {"url": "tgram://token/1"}),
        ("dingtalk", {"token": "literal"}),
        ("dingtalk", {"token": {"env": "T"}, "at_mobiles": ["x"]}),
    ],
)
def test_refuses(name: str, written: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Registry().config_class(Kind.NOTIFIER, name).model_validate(written)
