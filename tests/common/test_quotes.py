from __future__ import annotations

from realtrade.common.streaming.quotes import QuoteRelay, quote_bar
from realtrade.model.bar import Bar
from tests.common.test_joint_stream import Sink


class Narrow(Sink):
    """Has room or not."""

    room = True

    def wait_for_room(self, timeout_s: float) -> bool:
        return self.room

    def publish(self, bars: object) -> None:
        self.told.append(str([(name, bar.close) for name, bar in bars]))  # type: ignore[attr-defined]  # a list


def a_relay(sink: Narrow) -> QuoteRelay:
    relay = QuoteRelay()
    relay.start(sink)
    return relay


def test_a_quote_is_a_bar_from_bid_to_ask_in_which_nothing_was_traded() -> None:
    assert quote_bar(7, 99.0, 101.0) == Bar(7, 7, 100.0, 101.0, 99.0, 100.0, 0.0)


def test_only_newer_quotes_are_published_and_time_never_steps_back() -> None:
    times: list[int] = []

    class Timed(Narrow):
        def publish(self, bars: object) -> None:
            times.extend(bar.time_ms for _, bar in bars)  # type: ignore[attr-defined]  # a list

    relay = a_relay(Timed())
    for number, at_ms in ((1, 10), (1, 11), (3, 9), (2, 12), (4, 13)):
        relay.take("a", number, quote_bar(at_ms, 1.0, 2.0))

    assert times == [10, 10, 13]


def test_quotes_a_slow_strategy_has_no_room_for_are_left_out_which_is_told() -> None:
    sink = Narrow()
    relay = a_relay(sink)
    relay.connected()

    sink.room = False
    for number in (1, 2, 3):
        relay.take("a", number, quote_bar(number, 1.0, 2.0))
    assert relay.skipped == 3
    sink.room = True
    relay.take("a", 4, quote_bar(4, 3.0, 5.0))

    slow = "the strategy is too slow: quotes are left out"
    assert sink.told == ["restored", slow, "restored", "[('a', 4.0)]"]
    assert relay.skipped == 0


def test_a_loss_is_told_and_nothing_after_the_end() -> None:
    sink = Narrow()
    relay = a_relay(sink)

    relay.lost("gone")
    relay.stop()
    relay.lost("gone")
    relay.connected()
    relay.take("a", 1, quote_bar(1, 1.0, 2.0))

    assert sink.told == ["gone"]
