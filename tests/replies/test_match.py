"""Clues: what may tell which reminder a mail answers."""

from __future__ import annotations

from reminderbot.replies.match import clues_of_email, invoice_numbers_in

REPLY = b"""From: "accounts@fairlight.example" <Anna.Boss@Buyer.example>
To: Fairlight <accounts+R1Z.K3VABC@fairlight.example>
Cc: other@buyer.example
Delivered-To: accounts+r2a.xyz@fairlight.example
Subject: Re: Invoice INV-4711
Message-ID: <reply@buyer.example>
In-Reply-To: <r.1z.mac@fairlight.example>
References: <first@fairlight.example>
 <r.1z.mac@fairlight.example>

Paid, see 2026/0815.

> about INV-9999
"""

BOUNCE = b"""Return-Path: <>
From: MAILER-DAEMON@buyer.example
To: accounts+b1z.mac@fairlight.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=x

--x
Content-Type: text/plain

Failed.
--x
Content-Type: message/delivery-status

Reporting-MTA: dns; mx

Final-Recipient: rfc822; anna+tag@buyer.example
Action: failed
Status: 5.1.1

--x
Content-Type: message/rfc822

Return-Path: <bounces+b7.mac@fairlight.example>
To: anna@buyer.example
Message-ID: <r.7.mac@fairlight.example>
Subject: Reminder

hello
--x--
"""


def test_a_reply_shows_its_tokens_ids_and_sender() -> None:
    clues = clues_of_email(REPLY)
    assert clues.reply_tokens == ("r1z.k3vabc", "r2a.xyz")
    assert clues.message_ids == ("<r.1z.mac@fairlight.example>", "<first@fairlight.example>")
    assert (clues.sender, clues.message_id) == ("anna.boss@buyer.example", "<reply@buyer.example>")


def test_number_words_come_from_subject_and_own_words_only() -> None:
    clues = clues_of_email(REPLY)
    assert {"INV-4711", "2026/0815"} <= set(clues.number_words)
    assert "INV-9999" not in clues.number_words


def test_a_bounce_shows_what_it_quotes() -> None:
    clues = clues_of_email(BOUNCE)
    assert set(clues.bounce_tokens) == {"b1z.mac", "b7.mac", "tag"}
    assert "<r.7.mac@fairlight.example>" in clues.message_ids


def test_bytes_that_are_no_mail_give_no_clues() -> None:
    assert clues_of_email(b"\xff\x00" * 50).sender == ""


def test_known_invoice_numbers_are_found_as_whole_words() -> None:
    known = ["INV-1", "INV-10", "A/7"]
    assert invoice_numbers_in("about inv-10, and A/7.", known) == ("INV-10", "A/7")
    assert invoice_numbers_in("INV-100 XINV-1 INV-1-2 2-INV-1 A/77", known) == ()
    assert invoice_numbers_in("(INV-1)", known) == ("INV-1",)
    assert invoice_numbers_in("anything", ["", "a+b("]) == ()
