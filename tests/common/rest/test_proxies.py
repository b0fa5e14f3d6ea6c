"""Which proxy a connection goes through."""

from __future__ import annotations

import pytest

from realtrade.common.rest.proxies import proxy_for

KNOWN = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def system(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in KNOWN:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.parametrize(
    ("url", "setting", "variables", "expected"),
    [
        ("https://a.example", "none", {"https_proxy": "http://p:1"}, None),
        ("https://a.example", "http://q:2", {"https_proxy": "http://p:1"}, "http://q:2"),
        ("http://127.0.0.1:1", "http://q:2", {}, "http://q:2"),
        ("https://a.example", "auto", {}, None),
        ("https://a.example", "auto", {"https_proxy": "http://p:1"}, "http://p:1"),
        ("wss://a.example", "auto", {"https_proxy": "http://p:1"}, "http://p:1"),
        ("ws://a.example", "auto", {"http_proxy": "http://p:1"}, "http://p:1"),
        ("https://a.example", "auto", {"http_proxy": "http://p:1"}, None),
        ("https://a.example", "auto", {"all_proxy": "socks5h://p:1"}, "socks5h://p:1"),
        ("https://a.example", "auto", {"all_proxy": "socks://p:1"}, "socks5h://p:1"),
        ("https://a.example", "auto", {"https_proxy": "p:1"}, "http://p:1"),
        ("http://127.0.0.1:1", "auto", {"http_proxy": "http://p:1"}, None),
        ("http://[::1]:1", "auto", {"http_proxy": "http://p:1"}, None),
        ("http://localhost:1", "auto", {"http_proxy": "http://p:1"}, None),
        (
            "https://a.example",
            "auto",
            {"https_proxy": "http://p:1", "no_proxy": "a.example"},
            None,
        ),
    ],
)
def test_finds(
    url: str,
    setting: str,
    variables: dict[str, str],
    expected: str | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert proxy_for(url, setting) == expected
