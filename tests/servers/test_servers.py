"""The servers the other tests stand on do what those tests take for granted, and leave nothing behind."""

from __future__ import annotations

import smtplib
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy

from tests.servers import needs
from tests.servers.dovecot import Dovecot
from tests.servers.postfix import Postfix
from tests.servers.postgres import Postgres
from tests.servers.tls import Authority
from tests.servers.world import MailWorld

LETTER = b"From: business@shop.example\r\nTo: jane@customer.example\r\nSubject: Invoice 7\r\n\r\nIs anything wrong?\r\n"
REPLY = b"From: jane@customer.example\r\nSubject: Re: Invoice 7\r\n\r\nI'll pay on Friday\r\n"


def running_below(folder: Path) -> list[str]:
    """The processes that name a folder on their command line or work in it."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            told = (process / "cmdline").read_bytes().decode(errors="replace") + str((process / "cwd").readlink())
        except OSError:
            continue
        if str(folder) in told:
            found.append(told)
    return found


def test_a_letter_sent_by_smtp_lies_in_the_customers_mailbox(mail_world: MailWorld) -> None:
    mail_world.send(mail_world.business, "jane@customer.example", LETTER)
    (received,) = mail_world.mailbox("jane@customer.example")
    assert b"Is anything wrong?" in received
    assert received.startswith(b"Return-Path: <business@shop.example>")


def test_a_reply_to_a_plus_address_arrives_at_the_business_and_still_names_it(mail_world: MailWorld) -> None:
    mail_world.send("jane@customer.example", "business+r.abc123@shop.example", REPLY)
    (received,) = mail_world.mailbox(mail_world.business)
    assert b"Delivered-To: business+r.abc123@shop.example" in received


def test_a_reply_can_be_put_into_the_mailbox_with_the_day_it_arrived(mail_world: MailWorld) -> None:
    mail_world.put(mail_world.business, REPLY, datetime(2026, 3, 6, 9, 30, tzinfo=UTC))
    assert mail_world.mailbox(mail_world.business) == [REPLY]
    with mail_world.dovecot.client(mail_world.business) as client:
        client.select("INBOX", readonly=True)
        _, (line,) = client.fetch("1", "(INTERNALDATE)")
    assert b'"06-Mar-2026 09:30:00 +0000"' in line


def test_every_test_begins_with_empty_mailboxes(mail_world: MailWorld) -> None:
    assert [mail_world.mailbox(user) for user in (mail_world.business, *mail_world.customers)] == [[], [], [], []]


@pytest.mark.parametrize(
    ("recipient", "code"), [("nobody@shop.example", b"5.1.1"), ("somebody@elsewhere.example", b"5.1.2")]
)
def test_mail_for_strangers_is_refused_and_leaves_nowhere(mail_world: MailWorld, recipient: str, code: bytes) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        mail_world.send(mail_world.business, recipient, LETTER)
    assert refused.value.recipients[recipient][1].startswith(code)


def test_submission_takes_a_letter_over_tls_and_with_the_right_password_only(mail_world: MailWorld) -> None:
    with smtplib.SMTP(mail_world.host, mail_world.submission_port, timeout=30) as client:
        with pytest.raises(smtplib.SMTPSenderRefused, match="STARTTLS"):
            client.sendmail(mail_world.business, "jane@customer.example", LETTER)
        client.starttls(context=mail_world.client_tls())
        with pytest.raises(smtplib.SMTPAuthenticationError):
            client.login(mail_world.business, "wrong")
        client.login(mail_world.business, mail_world.password)
        client.sendmail(mail_world.business, "jane@customer.example", LETTER)
    context = mail_world.client_tls()
    with smtplib.SMTP_SSL(mail_world.host, mail_world.smtps_port, timeout=30, context=context) as client:
        client.login(mail_world.business, mail_world.password)
        client.sendmail(mail_world.business, "jane@customer.example", LETTER)
    assert len(mail_world.mailbox("jane@customer.example")) == 2


def test_stopping_the_mail_servers_leaves_no_process_and_no_file(authority: Authority) -> None:
    dovecot = Dovecot(authority)
    dovecot.add_user("a@one.example")
    dovecot.start()
    postfix = Postfix(dovecot, ["a@one.example"], authority)
    before = set(Path("/var/spool/postfix").glob("*/*"))
    postfix.start()
    postfix.send("a@one.example", "a@one.example", LETTER)
    assert running_below(postfix.home) and running_below(dovecot.home)
    postfix.remove()
    dovecot.remove()
    assert not running_below(postfix.home) and not running_below(dovecot.home)
    assert not postfix.home.exists() and not dovecot.home.exists()
    assert set(Path("/var/spool/postfix").glob("*/*")) == before


def test_a_stopped_dovecot_starts_again_with_its_mail() -> None:
    dovecot = Dovecot()
    try:
        dovecot.add_user("a@one.example")
        dovecot.start()
        dovecot.append("a@one.example", LETTER)
        dovecot.stop()
        dovecot.start()
        assert dovecot.messages("a@one.example") == [LETTER]
    finally:
        dovecot.remove()


def test_every_postgresql_database_is_fresh(postgres: Postgres) -> None:
    for _ in range(2):
        engine = sqlalchemy.create_engine(postgres.create_database())
        with engine.begin() as connection:
            connection.exec_driver_sql("create table invoices (number text)")
        engine.dispose()


def test_stopping_postgresql_leaves_no_process_and_no_file() -> None:
    server = Postgres()
    server.start()
    assert running_below(server.home)
    server.remove()
    assert not running_below(server.home)
    assert not server.home.exists()


def test_a_missing_server_fails_in_ci_and_names_the_package_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="apt-get install dovecot-imapd"):
        needs.binary("no-such-dovecot", "dovecot-imapd")
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match="apt-get install dovecot-imapd"):
        needs.binary("no-such-dovecot", "dovecot-imapd")
