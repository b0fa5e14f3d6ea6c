"""The live page as people open it: on a desk and on a phone, with a bot behind it."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from realtrade.model.events import Event, EventType
from realtrade.plugins.ports.health import Finding, HealthStatus
from tests.monitor.http.conftest import PICTURE, TOKEN

if TYPE_CHECKING:
    from pathlib import Path

    from tests.monitor.http.conftest import Bot, Browser

HOSTILE = "<img src=x onerror=\"document.title='owned'\"><script>owned()</script>"
SIZES = [("desk", 1280, 900, False), ("phone", 390, 844, True)]


def shown(browser: Browser, name: str) -> str:
    return str(browser.run(f"document.getElementById('{name}').innerText"))


def opened(bot: Bot, browser: Browser, width: int = 1280, height: int = 900, **how: bool) -> None:
    bot.serve()
    browser.open(bot.url, width, height, **how)
    browser.until("document.documentElement.dataset.drawn > 0")


@pytest.mark.parametrize(("name", "width", "height", "phone"), SIZES, ids=[s[0] for s in SIZES])
def test_shows_the_account(
    bot: Bot, browser: Browser, tmp_path: Path, *, name: str, width: int, height: int, phone: bool
) -> None:
    bot.finding = Finding(HealthStatus.DEGRADED, "the next bar of 'btc' is 95 s overdue")
    for line in range(30):
        bot.board.line(f"2026-01-01T00:00:00Z INFO realtrade.events: line {line}")
    message = "sell 3.2 BTC/USDT submitted"
    bot.board.event(Event(EventType.ORDER_SUBMITTED, 1_499_014_800_000, message))
    opened(bot, browser, width, height, phone=phone)

    assert shown(browser, "equity") == "10,061.26 USDT"
    assert shown(browser, "change") == "+61.26 (+0.61 %) since the start"
    assert shown(browser, "drawdown") == "1.31 %"
    assert shown(browser, "phase") == "trading"
    assert shown(browser, "health") == "degraded"
    cells = "[...document.querySelectorAll('#positions td')].map(cell => cell.innerText).join('|')"
    assert browser.run(cells) == "BTC/USDT|3.2|2,476.41|2,500|75.48"
    assert "rtdemo-abc-1" in shown(browser, "orders")
    cells = cells.replace("#positions", "#rules")
    assert browser.run(cells) == (
        "rate|3 orders in the last 0:01:00 of 10 allowed|7|4"
        "|daily|halted until 2017-07-03 04:00:00 UTC: loss of the day 500|0|0"
        "|collar|no reading|\N{EN DASH}|0"
    )
    assert "order submitted" in shown(browser, "events")
    assert shown(browser, "log").count("line") == 30
    assert browser.run("document.querySelectorAll('#curve polyline').length") == 1
    fits = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    assert browser.run(fits), "nothing sticks out sideways"
    heights = "[...document.querySelectorAll('main button')].map(button => button.offsetHeight)"
    assert min(browser.run(heights)) >= 44, "a thumb finds every button"
    assert browser.run("document.documentElement.dataset.error") is None
    content = browser.picture(tmp_path / f"{name}.png")
    taken = struct.unpack(">II", content[16:24])[0] / (2 if phone else 1)
    assert width - 20 <= taken <= width, "the whole width, but for a scroll bar"
    assert len(content) > 40_000, "a blank page is a small picture"


def test_a_stream_that_comes_again_does_not_repeat_the_log(bot: Bot, browser: Browser) -> None:
    for line in range(3):
        bot.board.line(f"line {line}")
    opened(bot, browser)

    browser.run("listen()")  # as EventSource does by itself when the bot was away
    bot.board.line("line 3")
    browser.until("document.getElementById('log').textContent.includes('line 3')")

    assert shown(browser, "log").strip().split("\n") == ["line 0", "line 1", "line 2", "line 3"]


def test_follows_the_bot_without_being_asked(bot: Bot, browser: Browser) -> None:
    opened(bot, browser)

    bot.phase, bot.reason = "halted", "daily loss"
    bot.board.hang({**PICTURE, "equity": "9000", "bar_ms": 1_499_058_000_000})

    browser.until("document.getElementById('equity').innerText === '9,000 USDT'")
    assert shown(browser, "phase") == "halted"
    assert shown(browser, "reason") == "daily loss"
    assert "loss" in browser.run("document.getElementById('change').className")


def test_hostile_text_is_text(bot: Bot, browser: Browser) -> None:
    bot.board.line(HOSTILE)
    bot.board.event(Event(EventType.ORDER_REJECTED, 1, HOSTILE))
    bot.reason = HOSTILE
    bot.board.hang({**PICTURE, "orders": [{**PICTURE["orders"][0], "client_order_id": HOSTILE}]})  # type: ignore[index]  # a list of one
    opened(bot, browser)

    assert HOSTILE in shown(browser, "log")
    assert HOSTILE in shown(browser, "orders")
    assert browser.run("document.title") == "trading demo"
    assert browser.run("document.querySelectorAll('img, body script').length") == 0
    assert browser.run("document.documentElement.dataset.error") is None


def test_what_is_planted_neither_loads_nor_runs(bot: Bot, browser: Browser) -> None:
    """Proves too that a refusal on the page would be seen by the tests above."""
    opened(bot, browser)

    browser.run(
        "document.body.insertAdjacentHTML('beforeend', '<img src=\"http://127.0.0.1:9/x\">')"
    )

    told = browser.until("document.documentElement.dataset.error")
    assert told == "refused: http://127.0.0.1:9/x"


def press(browser: Browser, verb: str) -> None:
    browser.run(f"document.querySelector('[data-verb={verb}]').click()")
    browser.until("document.getElementById('ask').open")


def test_acts_with_the_token_only(bot: Bot, browser: Browser) -> None:
    opened(bot, browser)

    press(browser, "halt")
    browser.run("document.getElementById('token').value = 'guess'")
    browser.run("document.getElementById('ask-yes').click()")
    browser.until("document.getElementById('said').innerText.startsWith('Not done: acting')")
    assert bot.hands.done == []
    press(browser, "halt")
    browser.run(f"document.getElementById('token').value = '{TOKEN}'")
    browser.run("document.getElementById('why').value = 'fire'")
    browser.run("document.getElementById('ask-yes').click()")
    browser.until("document.getElementById('said').innerText === 'Done: halt.'")
    assert bot.hands.done == [("halt", {"by": "http", "reason": "fire"})]

    press(browser, "resume")
    assert not browser.run("document.getElementById('ask-token').offsetHeight"), "it is known now"
    browser.run("document.getElementById('ask-yes').click()")
    browser.until("document.getElementById('said').innerText === 'Done: resume.'")
    assert bot.hands.done[-1] == ("resume", {"by": "http"})


def test_a_cancelled_dialog_does_nothing(bot: Bot, browser: Browser) -> None:
    opened(bot, browser)

    press(browser, "flatten")
    browser.run("document.querySelector('dialog button[value=no]').click()")
    browser.until("!document.getElementById('ask').open")

    assert bot.hands.done == []


def test_a_bot_that_is_gone_is_seen_to_be_gone(bot: Bot, browser: Browser) -> None:
    opened(bot, browser)
    assert browser.run("document.getElementById('lost').hidden")

    bot.server.stop()

    browser.until("!document.getElementById('lost').hidden")


def test_from_afar_the_page_asks_who_is_there(bot: Bot, browser: Browser) -> None:
    bot.serve("0.0.0.0")  # noqa: S104 - the case under test; a test machine's port of its own
    browser.open(bot.url)
    browser.until("document.getElementById('ask').open")
    assert shown(browser, "equity") == "\u2013"

    browser.run(f"document.getElementById('token').value = '{TOKEN}'")
    browser.run("document.getElementById('ask-yes').click()")

    browser.until("document.getElementById('equity').innerText === '10,061.26 USDT'")


def test_on_a_phone_what_is_held_stands_before_how_the_bot_feels(
    bot: Bot, browser: Browser
) -> None:
    opened(bot, browser, 390, 844, phone=True)

    top = "document.getElementById('{}').getBoundingClientRect().top"
    held, works, feels = (
        browser.run(top.format(name)) for name in ("positions", "orders", "conditions")
    )
    assert held < works < feels
    wide = "document.querySelector('#fills td').getBoundingClientRect().width"
    assert browser.run(wide) < 120, "date and time stand in two lines"


def test_what_is_left_is_told_to_the_cent_in_thousands_only(bot: Bot, browser: Browser) -> None:
    opened(bot, browser)

    told = [browser.run(f"few('{left}')") for left in ("41189.16169964", "-2000.5", "0.00067395")]
    assert told == ["41,189.16", "-2,000.5", "0.00067395"]
