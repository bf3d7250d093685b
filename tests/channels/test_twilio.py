"""promises.md table 1.2, row by row: the real `twilio` client against a stateful stand-in."""

from __future__ import annotations

import dataclasses
import logging
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reminderbot.channels.twilio import LookupFailedError, TwilioSms, blame_of
from reminderbot.clock import SteppedClock
from reminderbot.core.delivery import Accepted, Blame, Deferred, Refused, Uncertain
from reminderbot.core.delivery_report import DeliveryReport
from reminderbot.demo.twilio_standin import ACCOUNT_SID, TOKEN, TwilioStandIn
from tests.channels.messages import text

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
CUSTOMER, OURS = "+447700900123", "+447700900999"
SERVICE = "MG" + "a" * 32


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(NOON)


@pytest.fixture
def twilio(clock: SteppedClock) -> Iterator[TwilioStandIn]:
    with TwilioStandIn(clock) as server:
        yield server


@pytest.fixture
def channel(twilio: TwilioStandIn) -> Iterator[TwilioSms]:
    sms = TwilioSms(ACCOUNT_SID, TOKEN, twilio.url, timeout=5)
    assert sms.open() is None
    yield sms
    sms.close()


def posts(twilio: TwilioStandIn) -> int:
    return sum(1 for method, _, _ in twilio.requests if method == "POST")


def test_a_text_is_posted_once_with_its_words_numbers_and_end_of_validity(
    twilio: TwilioStandIn, channel: TwilioSms
) -> None:
    sent = channel.send(text("Grüße: INV-1 – 5 €"))
    assert sent == Accepted(twilio.accepted[0].sid)
    (sms,) = twilio.accepted
    assert (sms.sender, sms.recipient, sms.body) == (OURS, CUSTOMER, "Grüße: INV-1 – 5 €")
    assert sms.valid_for == timedelta(hours=3, seconds=1)
    assert posts(twilio) == 1


def test_a_messaging_service_picks_the_number_itself(twilio: TwilioStandIn, channel: TwilioSms) -> None:
    channel.send(dataclasses.replace(text(), sender=SERVICE))
    assert twilio.requests[0][2]["MessagingServiceSid"] == SERVICE
    assert "From" not in twilio.requests[0][2]


def test_a_message_that_names_no_sender_goes_from_the_channels_own(twilio: TwilioStandIn) -> None:
    channel = TwilioSms(ACCOUNT_SID, TOKEN, twilio.url, sender=OURS)
    assert isinstance(channel.send(dataclasses.replace(text(), sender="")), Accepted)
    channel.close()


@pytest.mark.parametrize(
    ("valid_for", "asked"),
    [(timedelta(0), "1"), (timedelta(seconds=1.9), "1"), (timedelta(hours=11), "36000"), (None, None)],
)
def test_validity_stays_inside_what_twilio_takes(
    twilio: TwilioStandIn, channel: TwilioSms, valid_for: timedelta | None, asked: str | None
) -> None:
    channel.send(dataclasses.replace(text(), valid_for=valid_for))
    assert twilio.requests[0][2].get("ValidityPeriod") == asked


@pytest.mark.parametrize(
    ("code", "blame"),
    [
        (21211, Blame.ADDRESS),
        (21614, Blame.ADDRESS),
        (30005, Blame.ADDRESS),
        (30006, Blame.ADDRESS),
        (21610, Blame.OPT_OUT),
        (30004, Blame.OPT_OUT),
        (21606, Blame.CHANNEL),
        (30007, Blame.CHANNEL),
        (30034, Blame.COUNTRY),
        (30863, Blame.CHANNEL),
        (30943, Blame.CHANNEL),
        (21408, Blame.COUNTRY),
        (30003, Blame.MESSAGE),
        (30008, Blame.MESSAGE),
        (99999, Blame.MESSAGE),
        (None, Blame.MESSAGE),
    ],
)
def test_a_no_for_good_is_blamed_on_whom_the_code_names(
    twilio: TwilioStandIn, channel: TwilioSms, code: int | None, blame: Blame
) -> None:
    twilio.fail_next(400, code)
    refused = channel.send(text())
    assert isinstance(refused, Refused)
    assert (refused.blame, refused.code) == (blame, str(code or 400))
    assert CUSTOMER not in refused.why
    assert twilio.accepted == []


@pytest.mark.parametrize(
    ("code", "blame"),
    [
        (30001, None),
        (30003, None),
        (30008, None),
        (30036, None),
        (30004, Blame.OPT_OUT),
        (21610, Blame.OPT_OUT),
        (30005, Blame.ADDRESS),
        (30006, Blame.ADDRESS),
        (20003, Blame.CHANNEL),
        (30002, Blame.CHANNEL),
        (30007, Blame.CHANNEL),
        (30034, Blame.COUNTRY),
        (30863, Blame.CHANNEL),
        (30943, Blame.CHANNEL),
        (99999, Blame.MESSAGE),
        (None, Blame.MESSAGE),
    ],
)
def test_a_failure_that_only_a_report_tells_is_blamed_by_its_code(code: int | None, blame: Blame | None) -> None:
    assert blame_of(code) is blame


def test_reports_tell_how_far_each_text_has_come(
    twilio: TwilioStandIn, channel: TwilioSms, clock: SteppedClock
) -> None:
    twilio.lose_next(30003)
    sids = [sent.reference for sent in (channel.send(text()), channel.send(text())) if isinstance(sent, Accepted)]
    assert list(channel.delivery_reports(sids)) == [DeliveryReport(sid, "queued") for sid in sids]
    clock.advance(timedelta(seconds=5))
    lost, came = channel.delivery_reports(sids)
    assert (lost, came) == (DeliveryReport(sids[0], "undelivered", 30003), DeliveryReport(sids[1], "delivered"))
    assert list(channel.delivery_reports(["SM" + "f" * 32])) == [DeliveryReport("SM" + "f" * 32, "gone")]


def test_reports_that_cannot_be_read_are_no_reports(twilio: TwilioStandIn, channel: TwilioSms) -> None:
    sent = channel.send(text())
    assert isinstance(sent, Accepted)
    for spoil in (twilio.drop_next, twilio.junk_next):
        spoil(method="GET")
        with pytest.raises(LookupFailedError):
            list(channel.delivery_reports([sent.reference]))


@pytest.mark.parametrize(
    ("status", "code"), [(401, 20003), (401, None), (403, None), (403, 30002), (404, 20404), (400, 21608)]
)
def test_an_account_in_trouble_halts_the_channel_and_blames_nobody(
    twilio: TwilioStandIn, channel: TwilioSms, status: int, code: int | None
) -> None:
    twilio.fail_next(status, code)
    deferred = channel.send(text())
    assert isinstance(deferred, Deferred)
    assert deferred.halts
    assert "REMINDERBOT_TWILIO_TOKEN" in deferred.why


def test_a_carriers_no_stays_a_refusal_whatever_the_http_status(twilio: TwilioStandIn, channel: TwilioSms) -> None:
    twilio.fail_next(403, 30034)
    assert isinstance(channel.send(text()), Refused)


def test_a_wrong_token_halts_the_channel(twilio: TwilioStandIn) -> None:
    channel = TwilioSms(ACCOUNT_SID, "wrong", twilio.url)
    deferred = channel.send(text())
    channel.close()
    assert isinstance(deferred, Deferred)
    assert (deferred.halts, deferred.code) == (True, "20003")


@pytest.mark.parametrize(
    ("retry_after", "wait"), [(None, None), (0, timedelta(0)), (90, timedelta(seconds=90)), (10**12, timedelta(days=1))]
)
@pytest.mark.parametrize("code", [20429, None])
def test_too_fast_is_deferred_for_as_long_as_twilio_says(
    twilio: TwilioStandIn, channel: TwilioSms, retry_after: int | None, wait: timedelta | None, code: int | None
) -> None:
    twilio.fail_next(429, code, retry_after=retry_after)
    deferred = channel.send(text())
    assert isinstance(deferred, Deferred)
    assert (deferred.wait, deferred.halts) == (wait, False)
    assert isinstance(channel.send(text()), Accepted)


@pytest.mark.parametrize("accepting", [True, False])
@pytest.mark.parametrize("fault", ["500", "502", "503 junk", "302", "drop", "hang", "junk"])
def test_no_clear_answer_is_uncertain_and_posted_once(
    twilio: TwilioStandIn, channel: TwilioSms, fault: str, accepting: bool
) -> None:
    if fault == "drop":
        twilio.drop_next(accepting=accepting)
    elif fault == "hang":
        twilio.hang_next(accepting=accepting)
        channel = TwilioSms(ACCOUNT_SID, TOKEN, twilio.url, timeout=0.2)
    elif fault == "junk":
        twilio.junk_next()
    else:
        twilio.fail_next(int(fault[:3]), None if "junk" in fault else 20500, accepting=accepting)
    outcome = channel.send(text())
    channel.close()
    assert isinstance(outcome, Uncertain)
    assert CUSTOMER not in outcome.why
    assert posts(twilio) == 1


def test_nobody_at_the_other_end_is_provably_not_sent_and_halts() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    channel = TwilioSms(ACCOUNT_SID, TOKEN, f"http://127.0.0.1:{port}")
    deferred = channel.send(text())
    channel.close()
    assert deferred == Deferred(
        f"Cannot connect to Twilio at http://127.0.0.1:{port}: check the network and [sms] api_base.", halts=True
    )


def test_a_texted_stop_makes_twilio_refuse_and_us_record_an_opt_out(twilio: TwilioStandIn, channel: TwilioSms) -> None:
    twilio.receive(CUSTOMER, OURS, " Stop ")
    refused = channel.send(text())
    assert isinstance(refused, Refused)
    assert (refused.blame, refused.code) == (Blame.OPT_OUT, "21610")
    twilio.receive(CUSTOMER, OURS, "START")
    assert isinstance(channel.send(text()), Accepted)


@pytest.mark.parametrize(("sid", "token"), [("", TOKEN), (ACCOUNT_SID, ""), ("", "")])
def test_missing_credentials_are_told_before_any_text(sid: str, token: str) -> None:
    failed = TwilioSms(sid, token).open()
    assert isinstance(failed, Deferred)
    assert failed.halts
    assert "REMINDERBOT_TWILIO_TOKEN" in failed.why


def test_a_token_never_travels_in_clear_to_another_machine() -> None:
    with pytest.raises(ValueError, match="api_base"):
        TwilioSms(ACCOUNT_SID, TOKEN, "http://twilio.example").open()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.2", "[::1]"])
def test_a_stand_in_on_this_machine_needs_no_tls(host: str) -> None:
    assert TwilioSms(ACCOUNT_SID, TOKEN, f"http://{host}:9").open() is None


def test_all_texts_to_a_number_are_listed_and_the_carriers_clock_is_told(
    twilio: TwilioStandIn, channel: TwilioSms, clock: SteppedClock
) -> None:
    assert isinstance(channel.send(text()), Accepted)
    clock.advance(timedelta(days=2))
    twilio.drop_next(accepting=True)
    assert isinstance(channel.send(text()), Uncertain)
    channel.send(text("other words"))
    channel.send(text(recipient="+447700900124"))
    listed = channel.list_texts(CUSTOMER)
    assert [(one.reference, one.words) for one in listed.texts] == [
        (twilio.accepted[n].sid, twilio.accepted[n].body) for n in (2, 1, 0)
    ]
    assert listed.texts[1].made_at == listed.at == clock.now()


def test_a_text_still_hidden_by_list_lag_is_found_later(
    twilio: TwilioStandIn, channel: TwilioSms, clock: SteppedClock
) -> None:
    twilio.list_lag(timedelta(minutes=10))
    channel.send(text())
    for wait, expected in ((timedelta(minutes=9), 0), (timedelta(minutes=1), 1), (timedelta(minutes=1), 1)):
        clock.advance(wait)
        assert len(channel.list_texts(CUSTOMER).texts) == expected


def test_a_list_that_cannot_be_read_is_no_proof_of_absence(twilio: TwilioStandIn, channel: TwilioSms) -> None:
    twilio.fail_next(500, 20500, method="GET")
    with pytest.raises(LookupFailedError):
        channel.list_texts(CUSTOMER)


class CutShort(TwilioStandIn):
    """A Twilio of whose list somebody on the way leaves out the end."""

    def perform(self, method: str, path: str, values: dict[str, str], login: str) -> tuple[int, dict[str, Any]]:
        status, answer = super().perform(method, path, values, login)
        answer.pop("next_page_uri", None)
        return status, answer


def test_a_list_that_does_not_say_where_it_ends_is_no_proof_of_absence(clock: SteppedClock) -> None:
    with CutShort(clock) as twilio:
        channel = TwilioSms(ACCOUNT_SID, TOKEN, twilio.url, timeout=5)
        with pytest.raises(LookupFailedError):
            channel.list_texts(CUSTOMER)
        channel.close()


def test_no_number_and_no_text_gets_into_a_log(
    twilio: TwilioStandIn, channel: TwilioSms, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        channel.send(text())
        channel.list_texts(CUSTOMER)
    assert "447700900" not in caplog.text
    assert "INV-1" not in caplog.text
