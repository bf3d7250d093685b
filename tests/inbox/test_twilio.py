"""Texts of customers are fetched whole, in order, and never half."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reminderbot.clock import SteppedClock
from reminderbot.core.inbound import Inbound, InboxUnavailable
from reminderbot.core.ladder import Channel
from reminderbot.demo.twilio_standin import ACCOUNT_SID, TOKEN, TwilioStandIn
from reminderbot.inbox.twilio import OVERLAP, TwilioInbox

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
CUSTOMER, OURS, OURS_TOO = "+447700900123", "+447700900999", "+447700900998"


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(NOON)


@pytest.fixture
def twilio(clock: SteppedClock) -> Iterator[TwilioStandIn]:
    with TwilioStandIn(clock, numbers=(OURS, OURS_TOO)) as server:
        yield server


@pytest.fixture
def inbox(twilio: TwilioStandIn) -> TwilioInbox:
    return TwilioInbox(ACCOUNT_SID, TOKEN, twilio.url, (OURS, OURS_TOO), timeout=5)


def test_texts_to_all_our_numbers_come_oldest_first_as_they_were_written(
    twilio: TwilioStandIn, inbox: TwilioInbox, clock: SteppedClock
) -> None:
    second = twilio.receive(CUSTOMER, OURS_TOO, "", NOON)
    first = twilio.receive(CUSTOMER, OURS, "Ich zahle am Freitag – versprochen 🙂", NOON - timedelta(minutes=5))
    twilio.receive(CUSTOMER, "+447700900555", "to somebody else", NOON)
    twilio.messages.create({"From": OURS, "To": OURS_TOO, "Body": "our own test text"})
    clock.advance(timedelta(minutes=1))
    assert inbox.poll(NOON) == [
        Inbound(
            Channel.SMS,
            first,
            NOON - timedelta(minutes=5),
            "Ich zahle am Freitag – versprochen 🙂".encode(),
            sender=CUSTOMER,
            recipient=OURS,
        ),
        Inbound(Channel.SMS, second, NOON, b"", sender=CUSTOMER, recipient=OURS_TOO),
    ]


@pytest.mark.parametrize(("age", "seen"), [(timedelta(seconds=-1), 1), (timedelta(0), 1), (timedelta(seconds=1), 0)])
def test_a_poll_looks_back_an_hour_further_than_asked(
    twilio: TwilioStandIn, inbox: TwilioInbox, age: timedelta, seen: int
) -> None:
    twilio.receive(CUSTOMER, OURS, "hello", NOON - OVERLAP - age)
    assert len(inbox.poll(NOON)) == seen


def test_a_text_from_before_midnight_is_seen_after_midnight(twilio: TwilioStandIn, inbox: TwilioInbox) -> None:
    midnight = datetime(2026, 11, 20, tzinfo=UTC)
    twilio.receive(CUSTOMER, OURS, "late", midnight - timedelta(minutes=5))
    assert [text.raw for text in inbox.poll(midnight + timedelta(minutes=5))] == [b"late"]


def test_more_texts_than_a_page_holds_all_come(twilio: TwilioStandIn, inbox: TwilioInbox) -> None:
    for number in range(450):
        twilio.receive(CUSTOMER, OURS, f"text {number}", NOON - timedelta(seconds=450 - number))
    texts = inbox.poll(NOON)
    assert [text.raw.decode() for text in texts] == [f"text {number}" for number in range(450)]


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 503])
def test_an_answer_that_is_no_list_makes_the_inbox_unavailable(
    twilio: TwilioStandIn, inbox: TwilioInbox, status: int
) -> None:
    twilio.fail_next(status, 20003, method="GET")
    with pytest.raises(InboxUnavailable, match=f"HTTP {status}.*check"):
        inbox.poll(NOON)


@pytest.mark.parametrize("fault", ["drop", "junk", "hang"])
def test_a_line_that_breaks_makes_the_inbox_unavailable(twilio: TwilioStandIn, fault: str) -> None:
    {"drop": twilio.drop_next, "junk": twilio.junk_next, "hang": twilio.hang_next}[fault](method="GET")
    with pytest.raises(InboxUnavailable, match="Cannot read the texts") as caught:
        TwilioInbox(ACCOUNT_SID, TOKEN, twilio.url, (OURS,), timeout=0.3).poll(NOON)
    assert "447700" not in str(caught.value)


class Endless(TwilioStandIn):
    """Every page of the list says that there is another."""

    def perform(self, method: str, path: str, values: dict[str, str], login: str) -> tuple[int, dict[str, Any]]:
        status, page = super().perform(method, path, values, login)
        return status, {**page, "next_page_uri": page["uri"]}


def test_a_list_without_end_is_given_up_with_a_word(clock: SteppedClock) -> None:
    with Endless(clock, numbers=(OURS,)) as twilio, pytest.raises(InboxUnavailable, match="more than 20000 messages"):
        TwilioInbox(ACCOUNT_SID, TOKEN, twilio.url, (OURS,)).poll(NOON)


def test_one_number_that_cannot_be_read_spoils_the_whole_poll(twilio: TwilioStandIn, inbox: TwilioInbox) -> None:
    twilio.receive(CUSTOMER, OURS, "hello", NOON)
    assert len(inbox.poll(NOON)) == 1
    # The second number's page: the first request passes, the next fails.
    twilio.receive(CUSTOMER, OURS_TOO, "STOP", NOON)
    twilio.fail_next(500, method="GET", after=1)
    with pytest.raises(InboxUnavailable):
        inbox.poll(NOON)


def test_a_twilio_that_cannot_be_reached_is_named_with_the_cure() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(InboxUnavailable) as caught:
        TwilioInbox(ACCOUNT_SID, TOKEN, f"http://127.0.0.1:{port}", (OURS,)).poll(NOON)
    assert str(caught.value) == (
        f"Cannot read the texts at http://127.0.0.1:{port} (no connection): "
        "check the network and https://status.twilio.com; nothing is sent until it answers."
    )


def test_a_wrong_token_is_told_by_the_name_of_its_setting(twilio: TwilioStandIn) -> None:
    with pytest.raises(InboxUnavailable, match="REMINDERBOT_TWILIO_TOKEN"):
        TwilioInbox(ACCOUNT_SID, "wrong", twilio.url, (OURS,)).poll(NOON)
