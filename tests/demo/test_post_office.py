"""The demo's mail server behaves as a provider's: logins, mailboxes and refusals are real."""

from __future__ import annotations

import gc
import smtplib
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from reminderbot.clock import SteppedClock
from reminderbot.demo.post_office import PASSWORD, PostOffice
from reminderbot.inbox.imap import ImapInbox, ImapTimeouts

OURS, CUSTOMER = "accounts@shop.example", "ann@customer.example"
AT = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
MAIL = b"Subject: hello\r\n\r\nhello\r\n"


@pytest.fixture
def post() -> Iterator[PostOffice]:
    with PostOffice(SteppedClock(AT), OURS, (CUSTOMER,)) as office:
        yield office


@pytest.fixture
def line(post: PostOffice) -> Iterator[smtplib.SMTP]:
    with smtplib.SMTP("127.0.0.1", post.smtp_port, timeout=10) as server:
        yield server


def test_an_answer_to_a_tokenised_address_reaches_the_mailbox_with_the_hour_of_the_demo(
    post: PostOffice, line: smtplib.SMTP
) -> None:
    inbox = ImapInbox("127.0.0.1", post.imap_port, "none", OURS, PASSWORD)
    try:
        start = inbox.poll(None).cursor
        line.sendmail(CUSTOMER, "accounts+r.token@shop.example", MAIL)
        [(inbound, _)] = inbox.poll(start).messages
    finally:
        inbox.close()
    assert (inbound.raw, inbound.received_at) == (MAIL, AT)
    assert post.received == []


def test_a_conversation_outlives_the_garbage_collector(post: PostOffice) -> None:
    inbox = ImapInbox("127.0.0.1", post.imap_port, "none", OURS, PASSWORD, timeouts=ImapTimeouts(answer=5))
    try:
        cursor = inbox.poll(None).cursor
        for _ in range(3):
            gc.collect()
            assert list(inbox.poll(cursor).messages) == []
    finally:
        inbox.close()


def test_who_logs_in_sends_outside_and_it_is_written_down(post: PostOffice, line: smtplib.SMTP) -> None:
    line.login(OURS, PASSWORD)
    line.sendmail("accounts+b.token@shop.example", CUSTOMER, MAIL)
    [message] = post.received
    assert (message.at, message.sender, message.recipient) == (AT, "accounts+b.token@shop.example", CUSTOMER)
    assert message.raw == MAIL


def test_a_wrong_password_is_refused(line: smtplib.SMTP) -> None:
    with pytest.raises(smtplib.SMTPAuthenticationError):
        line.login(OURS, "wrong")


def test_who_does_not_log_in_reaches_nobody_but_us(post: PostOffice, line: smtplib.SMTP) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        line.sendmail("x@elsewhere.example", CUSTOMER, MAIL)
    assert post.received == []


def test_a_mailbox_that_does_not_exist_is_refused_and_written_down(post: PostOffice, line: smtplib.SMTP) -> None:
    line.login(OURS, PASSWORD)
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        line.sendmail(OURS, "nobody@customer.example", MAIL)
    assert refused.value.recipients["nobody@customer.example"][0] == 550
    assert [turned.recipient for turned in post.turned] == ["nobody@customer.example"]
