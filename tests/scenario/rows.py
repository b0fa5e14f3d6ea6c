"""What a bot has to survive, row by row, and the tests in which it does.

Each name is `file::function`, with a part of its parameters in brackets where one case of many is
meant. `test_rows.py` holds every row to having a case, and every case to being there.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

REQUESTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "refused": (
            "test_fault_requests.py::test_a_refused_connection_loses_nothing",
            "test_wire_orders.py::test_an_exchange_that_takes_no_connection_gets_the_order_when_it_does",
        ),
        "reset before execution": (
            "test_wire_orders.py::test_an_order_that_never_arrived_is_given_up_and_not_repeated[reset_before]",
        ),
        "reset after execution": (
            "test_wire_orders.py::test_an_order_whose_answer_is_lost_is_found_and_not_repeated[reset_after]",
        ),
        "timeout before execution": (
            "test_fault_requests.py::test_an_order_that_was_not_executed_is_given_up_and_not_repeated[timeout_before]",
        ),
        "timeout after execution": (
            "test_fault_requests.py::test_an_answer_too_slow_or_too_large_is_no_answer[timeout_after]",
        ),
        "5xx JSON": (
            "test_wire_orders.py::test_an_order_that_never_arrived_is_given_up_and_not_repeated[server_error]",
            "test_wire_orders.py::test_an_order_whose_answer_is_lost_is_found_and_not_repeated[unknown_result]",
        ),
        "5xx HTML": (
            "test_fault_requests.py::test_an_order_that_was_not_executed_is_given_up_and_not_repeated[server_error]",
        ),
        "empty body": (
            "test_wire_orders.py::test_an_order_whose_answer_is_lost_is_found_and_not_repeated[empty]",
        ),
        "{} body": (
            "test_wire_orders.py::test_an_order_whose_answer_is_lost_is_found_and_not_repeated[object]",
        ),
        "truncated body": (
            "test_wire_orders.py::test_an_order_whose_answer_is_lost_is_found_and_not_repeated[truncated]",
        ),
        "foreign body": (
            "test_wire_orders.py::test_an_order_whose_answer_is_lost_is_found_and_not_repeated[foreign]",
        ),
        "dripping body": (
            "test_fault_requests.py::test_an_answer_too_slow_or_too_large_is_no_answer[drip]",
        ),
        "giant body": (
            "test_fault_requests.py::test_an_answer_too_slow_or_too_large_is_no_answer[giant]",
            "test_fault_requests.py::test_an_answer_too_slow_or_too_large_is_no_answer[bomb]",
        ),
        "429 with and without Retry-After": (
            "test_fault_requests.py::test_an_order_refused_for_haste_goes_again_once_and_not_sooner[rate_limited]",
        ),
        "418": (
            "test_fault_requests.py::test_an_order_refused_for_haste_goes_again_once_and_not_sooner[banned]",
        ),
        "-1021": (
            "test_wire_orders.py::test_an_order_refused_for_its_haste_or_time_goes_again_once_it_may[clock]",
        ),
        "-1015": (
            "test_fault_requests.py::test_an_order_refused_for_haste_goes_again_once_and_not_sooner[too_many_orders]",
        ),
        "filters changed mid-run": (
            "test_fault_requests.py::test_filters_that_change_meanwhile_refuse_one_order_and_are_then_known",
        ),
        "key revoked": (
            "test_fault_requests.py::test_a_key_revoked_meanwhile_halts_and_leaves_the_books_as_they_are",
            "test_wire_orders.py::test_a_refused_key_halts_everything[key_revoked]",
        ),
        "duplicate delivery": (
            "test_wire_orders.py::test_a_request_delivered_twice_opens_a_resting_order_once",
        ),
    }
)
STREAMS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "refused": (
            "test_fault_streams.py::test_a_stream_that_does_not_begin_at_once_is_asked_for_again[shake_no_hand]",
            "test_wire_orders.py::test_fills_while_nobody_listens_are_found_when_events_flow_again",
        ),
        "drop": ("test_wire_events.py::test_a_spoiled_event_costs_nothing[ws_drop]",),
        "stall without close": (
            "test_wire_events.py::test_a_stream_that_falls_silent_while_requests_are_answered_costs_nothing[ws_freeze]",
        ),
        "24 h close": (
            "test_fault_streams.py::test_connections_that_end_after_their_24_hours_are_made_anew",
        ),
        "duplicate": ("test_wire_events.py::test_a_spoiled_event_costs_nothing[ws_duplicate]",),
        "reordered": ("test_wire_events.py::test_events_out_of_order_are_put_right",),
        "malformed": (
            "test_wire_events.py::test_a_spoiled_event_costs_nothing[ws_garbage]",
            "test_wire_events.py::test_a_spoiled_event_costs_nothing[ws_half]",
            "test_wire_events.py::test_a_spoiled_event_costs_nothing[ws_torn]",
        ),
        "huge frames": ("test_fault_streams.py::test_a_huge_frame_costs_no_event",),
        "missed bars": (
            "test_live_bars.py::test_a_strategy_sees_every_closed_bar_once_and_in_order",
        ),
        "unclosed bars": ("test_live_bars.py::test_a_bar_that_is_not_closed_is_shown_to_nobody",),
        "ping loss": (
            "test_fault_streams.py::test_an_exchange_that_pings_no_more_and_then_hangs_up_is_called_again",
            "test_fault_streams.py::test_pings_are_answered",
        ),
        "subscription refused": (
            "test_fault_streams.py::test_a_stream_that_does_not_begin_at_once_is_asked_for_again[begin_refused]",
            "test_wire_events.py::test_a_stream_that_refuses_to_begin_keeps_entries_waiting",
        ),
        "listen key expired": (
            "test_fault_streams.py::test_an_expired_key_of_the_stream_is_replaced",
        ),
        "user stream silent while REST works": (
            "test_wire_events.py::test_a_stream_that_falls_silent_while_requests_are_answered_costs_nothing[ws_stall]",
            "test_wire_events.py::test_an_order_lost_twice_over_is_still_found",
        ),
    }
)
LIFECYCLE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "partial fills in any split": (
            "test_fault_orders.py::test_an_order_may_be_executed_in_any_parts",
        ),
        "fill before ack": (
            "test_fault_orders.py::test_an_execution_may_be_told_before_the_order_is_acknowledged",
        ),
        "fill after cancel": (
            "test_fault_orders.py::test_an_execution_after_the_cancel_is_money_and_the_order_stays_cancelled",
        ),
        "cancel races": (
            "test_fault_orders.py::test_an_execution_may_win_against_a_cancel",
            "test_fault_orders.py::test_a_cancel_may_win_against_the_rest_of_an_order",
        ),
        "reject at trigger": ("test_fault_orders.py::test_a_stop_may_be_refused_when_it_triggers",),
        "expiry": (
            "test_fault_orders.py::test_an_exchange_may_end_an_order_itself",
            "test_wire_orders.py::test_immediate_or_cancel_ends_at_once",
        ),
        "dust": ("test_fault_orders.py::test_fees_in_what_is_bought_leave_dust_and_no_difference",),
        "base-asset fees": (
            "test_fault_orders.py::test_fees_in_what_is_bought_leave_dust_and_no_difference",
        ),
        "unknown order": (
            "test_fault_orders.py::test_an_order_named_like_ours_that_nobody_knows_bars_entries_and_is_left_alone",
            "test_wire_events.py::test_an_order_placed_by_hand_is_told_of_and_left_alone",
        ),
        "external position": (
            "test_fault_orders.py::test_a_position_of_somebody_else_is_told_of_and_left_alone",
        ),
    }
)
RESTART: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "SIGKILL at every named point": (
            "test_sigkill.py::test_killed_at_every_named_point",
            "test_killed_anywhere.py::test_killed_at_every_step_the_books_agree_after_the_restart",
        ),
        "journal lost": (
            "test_fault_journals.py::test_a_journal_that_is_not_what_was_written_keeps_the_bot_from_starting[lose]",
        ),
        "older backup": ("test_fault_journals.py::test_an_older_copy_keeps_the_bot_from_starting",),
        "truncated": (
            "test_fault_journals.py::test_a_journal_that_is_not_what_was_written_keeps_the_bot_from_starting[truncate]",
        ),
        "locked": (
            "test_fault_journals.py::test_a_second_bot_does_not_get_the_journal_and_harms_nothing",
        ),
        "disk full": ("test_fault_journals.py::test_what_cannot_be_remembered_is_not_sent[full]",),
        "read-only": (
            "test_fault_journals.py::test_what_cannot_be_remembered_is_not_sent[read-only]",
        ),
    }
)
CLOCK: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "skew": (
            "test_fault_clocks.py::test_a_clock_ten_seconds_off_is_measured_and_lived_with",
            "test_fault_clocks.py::test_an_order_that_never_arrived_is_given_up_by_the_exchanges_clock",
        ),
        "step": ("test_fault_clocks.py::test_a_clock_that_jumps_costs_one_refusal",),
        "drift": ("test_fault_clocks.py::test_a_clock_that_drifts_is_measured_again",),
    }
)
SECRETS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "canary keys in no byte written": (
            "test_sigkill_at_random.py::test_killed_at_random_times",
            "test_modes.py::test_books_and_ledger_agree_to_the_last_digit",
        ),
    }
)
