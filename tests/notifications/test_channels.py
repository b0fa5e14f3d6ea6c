"""Each channel against a server on loopback: what leaves, and what a refusal comes to."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING, Any

import apprise
import pytest
from apprise.plugins.dingtalk import NotifyDingTalk
from apprise.plugins.discord import NotifyDiscord
from apprise.plugins.slack import NotifySlack
from apprise.plugins.telegram import NotifyTelegram

from realtrade.notifications.apprise_channel import AppriseChannel
from realtrade.notifications.dingtalk_channel import DingtalkChannel, signature
from realtrade.notifications.dingtalk_config import DingtalkConfig
from realtrade.notifications.errors import NotDelivered
from realtrade.notifications.escaping import harmless, title
from realtrade.plugins.errors import SettingWrong
from realtrade.plugins.secret import Secret
from realtrade.utils.clock import ManualClock

if TYPE_CHECKING:
    from tests.notifications.conftest import Mails, Site

HOSTILE = "<b>x</b> & [win](http://evil) *y* _z_ @everyone <!channel> `c`"
TOKEN = "123456789:abcdefg_hijklmnop"  # noqa: S105 - made up, in Telegram's form
SECRET = "SEC0123456789abcdef"  # noqa: S105 - made up


@pytest.fixture(autouse=True)
def _no_throttle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Apprise spaces requests out by seconds."""
    for plugin in (NotifyTelegram, NotifySlack, NotifyDiscord, NotifyDingTalk):
        monkeypatch.setattr(plugin, "request_rate_per_sec", 0)


def test_mail_arrives_as_plain_text(mails: tuple[Mails, int]) -> None:
    handler, port = mails
    url = f"mailto://127.0.0.1:{port}?from=bot@example.org&to=me@example.org&mode=insecure"

    AppriseChannel("mail", url).send(title("bot: halt\r\nBcc: all@example.org"), harmless(HOSTILE))

    (mail,) = handler.seen
    assert mail["Subject"] == "bot: halt Bcc: all@example.org"
    assert mail["Bcc"] is None
    assert mail["To"] == "me@example.org"
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().strip().replace("\u2060", "") == HOSTILE


def test_alarms_by_mail_hardly_wait_for_each_other(
    mails: tuple[Mails, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    handler, port = mails
    url = f"mailto://127.0.0.1:{port}?from=bot@example.org&to=me@example.org&mode=insecure"
    channel, naps = AppriseChannel("mail", url), list[float]()
    monkeypatch.setattr("apprise.url.time.sleep", naps.append)

    for number in range(3):
        channel.send(f"bot: alarm {number}", "fire")

    assert len(handler.seen) == 3
    assert len(naps) == 2
    assert max(naps) <= 1


def test_a_webhook_gets_title_and_text(site: Site) -> None:
    AppriseChannel("hook", f"json://127.0.0.1:{site.port}/alarm").send("bot: halt", "fire")

    (seen,) = site.seen
    assert seen.path == "/alarm"
    assert (seen.json["title"], seen.json["message"]) == ("bot: halt", "fire")


def test_telegram_gets_text_that_it_shows_as_it_is(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(NotifyTelegram, "notify_url", f"{site.url}/bot")
    site.answer = lambda seen: {"ok": True, "result": {"message_id": 1}}

    AppriseChannel("tg", f"tgram://{TOKEN}/12345").send("bot: halt", harmless(HOSTILE))

    sent = site.seen[-1]
    assert sent.path == f"/bot{TOKEN}/sendMessage"
    assert str(sent.json["chat_id"]) == "12345"
    assert "<b>x</b>" not in sent.json["text"]
    assert "&lt;b&gt;x&lt;/b&gt; &amp;" in sent.json["text"]
    assert sent.json["parse_mode"] == "HTML"


def test_nobody_is_mentioned_in_slack_and_discord(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(NotifySlack, "webhook_url", f"{site.url}/slack")
    monkeypatch.setattr(NotifyDiscord, "notify_url", f"{site.url}/discord")
    site.answer = lambda seen: "ok"
    slack = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#general"

    AppriseChannel("slack", slack).send("t", harmless(HOSTILE))
    AppriseChannel("discord", "discord://123456789012345678/abcdefghij").send(
        "t", harmless(HOSTILE)
    )

    for seen in site.seen:
        told = str(seen.json)
        assert "@everyone" not in told
        assert "<!channel>" not in told
    assert [seen.path.split("/")[1] for seen in site.seen] == ["slack", "discord"]


def test_a_service_that_refuses_is_a_failure_without_the_url(site: Site) -> None:
    site.answer = lambda seen: 500

    with pytest.raises(NotDelivered) as caught:
        AppriseChannel("hook", f"json://user:hunter2@127.0.0.1:{site.port}/").send("t", "x")

    assert str(caught.value) == "the service behind 'hook' did not take the message"


@pytest.mark.parametrize("url", ["nonsense://hunter2", "hunter2", "tgram://short/1"])
def test_a_url_nobody_knows_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(SettingWrong, match="is none that Apprise knows") as caught:
        AppriseChannel("tg", url)

    assert "hunter2" not in f"{caught.value} {caught.value.hint}"


class TestDingtalk:
    @staticmethod
    def channel(site: Site, *, secret: str | None = SECRET, **extra: Any) -> DingtalkChannel:
        config = DingtalkConfig.model_validate(
            {"token": {"env": "T"}, "endpoint": f"{site.url}/robot/send", **extra}
        )
        return DingtalkChannel(
            config,
            token=Secret("t0ken"),
            secret=None if secret is None else Secret(secret),
            clock=ManualClock(1_700_000_000_123),
        )

    def test_signs_as_documented(self, site: Site) -> None:
        """The server's side of DingTalk's documentation, worked out here on its own."""
        site.answer = lambda seen: {"errcode": 0, "errmsg": "ok"}

        self.channel(site, at_mobiles=["+8613800000000"]).send("bot: halt", "fire")

        (seen,) = site.seen
        stamp = seen.query["timestamp"]
        keyed = hmac.new(SECRET.encode(), f"{stamp}\n{SECRET}".encode(), hashlib.sha256)
        assert stamp == "1700000000123"
        assert seen.query["sign"] == base64.b64encode(keyed.digest()).decode()
        assert seen.query["access_token"] == "t0ken"  # noqa: S105 - made up
        assert seen.json == {
            "msgtype": "text",
            "text": {"content": "bot: halt\nfire"},
            "at": {"atMobiles": ["+8613800000000"], "isAtAll": False},
        }

    def test_without_a_secret_nothing_is_signed(self, site: Site) -> None:
        site.answer = lambda seen: {"errcode": 0}

        self.channel(site, secret=None).send("t", "x")

        assert set(site.seen[0].query) == {"access_token"}

    @pytest.mark.parametrize(
        ("answer", "told"),
        [
            ({"errcode": 310000, "errmsg": "sign not match"}, "310000 sign not match"),
            ({}, "None no errcode in its answer"),
            ([], "None no errcode in its answer"),
            (500, "HTTPError: Internal Server Error"),
        ],
    )
    def test_a_refusal_inside_http_200_is_a_failure(
        self, site: Site, answer: Any, told: str
    ) -> None:
        site.answer = lambda seen: answer

        with pytest.raises(NotDelivered, match=told) as caught:
            self.channel(site).send("t", "x")

        assert "t0ken" not in str(caught.value)

    def test_why_it_is_not_apprises_plugin(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Should this fail, Apprise signs rightly by now and our channel may go."""
        monkeypatch.setattr(
            NotifyDingTalk, "notify_url", f"{site.url}/robot/send?access_token={{token}}"
        )
        site.answer = lambda seen: {"errcode": 310000, "errmsg": "sign not match"}
        robot = apprise.Apprise(asset=apprise.AppriseAsset(async_mode=False))
        assert robot.add(f"dingtalk://{SECRET}@t0ken/")

        told = robot.notify(body="x", title="t")

        stamp, sign = site.seen[0].query["timestamp"], site.seen[0].query["sign"]
        assert told, "a refusal passes for success"
        assert sign != signature(int(stamp), SECRET)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\x1b[31mb\x00c\rd", "a [31mb c d"),
        ("one\r\ntwo\nthree", "one\ntwo\nthree"),
        ("\u202egnp.exe", "gnp.exe"),
        ("mail me@example.org: 3 @ 100", "mail me@example.org: 3 @ 100"),
        ("@here <@U1> <#c> <!all>", "@\u2060here <\u2060@\u2060U1> <\u2060#c> <\u2060!all>"),
        ("x" * 4000, "x" * 3499 + "…"),
    ],
)
def test_what_acts_is_taken_out(text: str, expected: str) -> None:
    assert harmless(text) == expected


def test_a_title_is_one_short_line() -> None:
    assert title("a\nb\tc  d") == "a b c d"
    assert len(title("y" * 500)) == 200
