"""The final bytes are one message to one recipient, whatever a name or a subject holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reminderbot.compose.clean import clean
from reminderbot.compose.email import Attachment, EmailHeaders, UnsafeMessage, build_email, guard
from reminderbot.compose.render import Letters, RenderedEmail
from tests.compose.samples import SHIPPED, facts, headers

MAIL = RenderedEmail("About INV-1042", "Hello,\n\nyou owe €5.\n", "<p>Hello</p>\n", "v1")
MEANT = [
    "From", "To", "Subject", "Date", "Message-ID", "Reply-To", "Auto-Submitted", "X-Auto-Response-Suppress",
    "List-Unsubscribe", "X-Reminderbot", "MIME-Version", "Content-Type",
]  # fmt: skip


def parsed(final: bytes) -> EmailMessage:
    message = message_from_bytes(final, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def part(final: bytes, kind: str) -> str:
    found = parsed(final).get_body((kind,))
    assert isinstance(found, EmailMessage)
    return str(found.get_content()).replace("\r\n", "\n")


def test_a_message_reads_back_as_it_was_written() -> None:
    mail = Letters(SHIPPED).render_email(facts())
    final = build_email(mail, headers(sender_name="Müller & Söhne", recipient_name='Jane "J" Roe\\'))
    guard(final, headers(sender_name="Müller & Söhne", recipient_name='Jane "J" Roe\\'))
    message = parsed(final)
    assert message.keys() == MEANT
    assert not message.defects
    assert message["Subject"] == mail.subject
    assert message["From"].addresses[0].display_name == "Müller & Söhne"
    assert message["To"].addresses[0].display_name == 'Jane "J" Roe\\'
    assert (part(final, "plain"), part(final, "html")) == (mail.text.rstrip("\n"), mail.html.rstrip("\n"))
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe"] == "<mailto:hello+r1.abc@alder.example?subject=unsubscribe>"
    assert message["Date"].datetime == datetime(2026, 4, 20, 9, 30, tzinfo=UTC)


def test_the_same_message_is_the_same_bytes() -> None:
    assert build_email(MAIL, headers()) == build_email(MAIL, headers())


def test_a_conversation_is_threaded() -> None:
    given_ids = headers(references=("<r.1@a.example>", "<r.2@a.example>"))
    final = build_email(MAIL, given_ids)
    guard(final, given_ids)
    assert parsed(final)["In-Reply-To"] == "<r.2@a.example>"
    assert parsed(final)["References"] == "<r.1@a.example> <r.2@a.example>"


def test_a_long_conversation_keeps_its_first_and_its_last() -> None:
    ids = tuple(f"<r.{number}@a.example>" for number in range(200))
    final = build_email(MAIL, headers(references=ids, in_reply_to="<r.7@a.example>"))
    guard(final, headers(references=ids, in_reply_to="<r.7@a.example>"))
    assert parsed(final)["References"].split() == [ids[0], *ids[-10:]]
    assert parsed(final)["In-Reply-To"] == "<r.7@a.example>"


def test_without_an_address_to_unsubscribe_the_header_is_left_out() -> None:
    final = build_email(MAIL, headers(unsubscribe=""))
    guard(final, headers(unsubscribe=""))
    assert "List-Unsubscribe" not in parsed(final)


HOSTILE = st.one_of(
    st.text(max_size=200),
    st.lists(
        st.sampled_from(
            ["\r\n", "\n", "\r", "\x00", "\u2028", "\x85", "Bcc: e@evil", "=?utf-8?q?x=0D=0ABcc:_evil@x?=", '"', "\\",
             "<", ">", ",", "a@b", " ", "é", "😀", "\ud800", "=?", "?=", "x" * 80, "\r\n\r\n--", ";", ":", "\t"]
        )
    ).map("".join),
)  # fmt: skip


@settings(max_examples=1000)
@given(HOSTILE, HOSTILE, HOSTILE)
@example("=?utf-8?q?x=0D=0ABcc:_evil@x?=", "=?utf-8?q?x=0D=0ABcc:_evil@x?=", "=?utf-8?q?x=0D=0ABcc:_evil@x?=")
def test_no_name_or_subject_adds_a_header_or_a_recipient(name: str, business: str, subject: str) -> None:
    given_headers = headers(recipient_name=name, sender_name=business)
    final = build_email(replace(MAIL, subject=subject), given_headers)
    guard(final, given_headers)
    message = parsed(final)
    assert sorted(message.keys()) == sorted(MEANT)
    # The compat32 parser does not decode, so that what it finds is what is there.
    raw = message_from_bytes(final)
    assert sorted(raw.keys()) == sorted(MEANT)
    assert str(raw["To"]).endswith("<jane@roe.example>") or raw["To"] == "jane@roe.example"
    assert max(map(len, final.split(b"\r\n"))) <= 78


def test_what_looks_like_an_encoded_word_is_encoded_itself() -> None:
    hostile = "=?utf-8?q?x=0D=0ABcc:_evil@x?="
    final = build_email(replace(MAIL, subject=hostile), headers(recipient_name=hostile))
    assert hostile.encode() not in final
    assert str(make_header(decode_header(str(message_from_bytes(final)["Subject"])))) == hostile


@given(HOSTILE)
def test_a_name_that_was_cleaned_reads_back_letter_by_letter(name: str) -> None:
    final = build_email(replace(MAIL, subject=clean(name)), headers(recipient_name=clean(name)))
    shown = clean(name)
    # Not by policy.default: it puts a space between two encoded words of a name.
    quoted, address = parseaddr(str(message_from_bytes(final)["To"]))
    assert address == "jane@roe.example"
    assert str(make_header(decode_header(quoted))) == shown
    assert str(parsed(final)["Subject"] or "") == shown


@given(
    st.text(max_size=300),
    st.sampled_from(["\r\n.\r\nMAIL FROM:<x>", "\n.\n", "\r.\r", "\r\n.\n", "\n.\r\n", "x" * 2000, "\x00", "--=_"]),
)
def test_no_body_ends_the_message_early(text: str, smuggled: str) -> None:
    mail = replace(MAIL, text=f"{text}{smuggled}{text}\n", html=f"<p>{smuggled}{text}</p>")
    guard(final := build_email(mail, headers()), headers())
    assert b"\r\n.\r\n" not in final
    assert b"\r\n.\n" not in final
    assert max(map(len, final.split(b"\r\n"))) <= 78


@pytest.mark.parametrize(
    "more",
    [
        {"recipient": "jane@roe.example\r\nBcc: eve@evil.example"},
        {"recipient": "jane@roe.example, eve@evil.example"},
        {"recipient": "jane roe@roe.example"},
        {"recipient": "jäne@roe.example"},
        {"recipient": "jane@roe.example>"},
        {"recipient": ""},
        {"sender": "a@b@c"},
        {"reply_to": "x@y.example\n"},
        {"message_id": "no-brackets@x"},
        {"message_id": "<a@b>\r\nBcc: c@d"},
        {"references": ("<a@b>", "c d")},
        {"in_reply_to": "<a b@c>"},
        {"unsubscribe": "https://x.example/"},
        {"unsubscribe": "mailto:x@y>\r\nBcc: z@z"},
        {"loop_mark": "a b"},
        {"loop_mark": ""},
        {"recipient": "a" * 320 + "@roe.example"},
    ],
    ids=repr,
)
def test_a_malformed_address_or_id_is_refused_by_the_builder(more: dict[str, object]) -> None:
    with pytest.raises(UnsafeMessage):
        build_email(MAIL, headers(**more))


FINAL = build_email(MAIL, headers())


@pytest.mark.parametrize(
    ("found", "put", "why"),
    [
        (b"Subject:", b"Bcc: eve@evil.example\r\nSubject:", "bcc"),
        (b"Subject:", b"subject: again\r\nSubject:", "twice"),
        (b"Subject:", b"X-Anything: x\r\nSubject:", "x-anything"),
        (b"Subject: About INV-1042\r\n", b"", "subject"),
        (b"Subject:", b"Subject :", "none"),
        (b"Subject: About", b"no colon here\r\nSubject: About", "none"),
        (b"Subject: About", "Subject: Über".encode(), "ASCII"),
        (b"<jane@roe.example>", b"<eve@evil.example>", "to is not the one"),
        (b"<jane@roe.example>", b"<jane@roe.example>, <eve@evil.example>", "to is not the one"),
        (b'"Jane Roe"', b'eve@evil.example, "Jane Roe"', "to is not the one"),
        (b'"Jane Roe"', b'"Jane" <eve@evil.example>, "Roe"', "to is not the one"),
        (b'"Jane Roe"', b"=?utf-8?q?x=0D=0ABcc:_evil@x?=", "encoded"),
        (b'"Jane Roe"', b'"=?utf-8?q?x=0D=0ABcc:_evil@x?="', "encoded"),
        (b'"Jane Roe"', b"=?utf-8?b?eA0KQmNjOiBl?=", "encoded"),
        (b"About INV-1042", b"=?utf-8?q?x=0D=0ABcc:_evil@x?=", "encoded"),
        (b"About INV-1042", b"=?utf-8?b?eA0KQmNjOiBl?=", "encoded"),
        (b"About INV-1042", b"=?utf-8?b?eA?=", "encoded"),
        (b"hello+r1.abc@alder.example\r\nAuto", b"eve@evil.example\r\nAuto", "reply-to"),
        (b"<hello@alder.example>", b"<eve@evil.example>", "from"),
        (b"<r.1.abc@alder.example>", b"<r.2.abc@alder.example>", "Message-ID"),
        (b"About INV-1042\r\n", b"About INV-1042\n", "CRLF"),
        (b"About INV-1042\r\n", b"About INV-1042\rBcc: x\r\n", "CRLF"),
        (b"<p>Hello", b"<p>\nHello", "CRLF"),
        (b"<p>Hello", b"<p>\r\n.\rHello", "CRLF"),
        (b"<p>Hello", b"<p>\0Hello", "NUL"),
        (b"<p>Hello", b"<p>" + b"x" * 999, "longer than 998"),
        (b"multipart/alternative", b"multipart/mixed", "one text part"),
        (b"text/html; charset=utf-8\r\n", b"text/html; charset=utf-8\r\nContent-Disposition: attachment\r\n", "part"),
    ],
)  # fmt: skip
def test_the_guard_by_itself_stops_what_was_not_meant(found: bytes, put: bytes, why: str) -> None:
    assert found in FINAL
    guard(FINAL, headers())
    with pytest.raises(UnsafeMessage, match=why):
        guard(FINAL.replace(found, put, 1), headers())


@pytest.mark.parametrize(
    "final", [b"", b"\r\n", b"\r\n\r\n", b"To: x\r\n\r\n", FINAL[:200], FINAL[:-2], FINAL + FINAL, FINAL + b"more\r\n"]
)
def test_the_guard_stops_what_is_not_one_whole_message(final: bytes) -> None:
    with pytest.raises(UnsafeMessage):
        guard(final, headers())


@pytest.mark.parametrize(
    "expected",
    [
        headers(recipient="john@roe.example"),
        headers(unsubscribe=""),
        headers(references=("<a@b>",)),
        headers(in_reply_to="<a@b>"),
        headers(recipient="jane@roe.examplé"),
    ],
    ids=lambda expected: expected.recipient + expected.in_reply_to,
)
def test_the_guard_stops_a_message_that_was_meant_otherwise(expected: EmailHeaders) -> None:
    with pytest.raises(UnsafeMessage):
        guard(FINAL, expected)


@settings(max_examples=300)
@given(st.integers(0, len(FINAL) - 1), st.binary(min_size=1, max_size=4))
def test_the_guard_never_fails_in_another_way(at: int, put: bytes) -> None:
    try:
        guard(FINAL[:at] + put + FINAL[at + len(put) :], headers())
    except UnsafeMessage as error:
        assert str(error)


# ---- a file that goes with it

BILL = Attachment("INV-1.pdf", bytes(range(256)) * 40 + b"%%EOF")


def test_a_file_stands_beside_the_letter_and_reads_back_as_it_was() -> None:
    final = build_email(MAIL, headers(), BILL)
    guard(final, headers(), BILL)
    message = parsed(final)
    assert not message.defects
    assert message.get_content_type() == "multipart/mixed"
    (file,) = message.iter_attachments()
    assert (file.get_content_type(), file.get_filename(), file.get_content()) == (
        "application/pdf",
        "INV-1.pdf",
        BILL.content,
    )
    assert part(final, "plain") == MAIL.text.rstrip("\n")
    assert part(final, "html") == MAIL.html.rstrip("\n")
    assert message.keys() == MEANT


@pytest.mark.parametrize(
    "name", ["", "x", "../x.pdf", 'a".pdf', "a\r\nBcc: x.pdf", "ä.pdf", ".pdf", "a b.pdf", "x.exe"]
)
def test_a_name_that_could_be_more_than_a_name_is_refused(name: str) -> None:
    with pytest.raises(UnsafeMessage, match="name of a file"):
        build_email(MAIL, headers(), Attachment(name, b"%PDF-"))


@pytest.mark.parametrize(
    ("there", "instead"),
    [
        (b"application/pdf", b"text/html"),
        (b"attachment; filename", b"inline; filename"),
        (b"base64\r\n", b"base64\r\nX-More: 1\r\n"),
        (b"AAECAwQF", b"AAECAwQG"),
        (b"AAECAwQF", b"AAEC*wQF"),
        (b"multipart/mixed", b"multipart/related"),
    ],
)
def test_a_file_that_is_not_the_one_meant_does_not_leave(there: bytes, instead: bytes) -> None:
    final = build_email(MAIL, headers(), BILL)
    assert there in final
    with pytest.raises(UnsafeMessage):
        guard(final.replace(there, instead, 1), headers(), BILL)


def test_a_file_that_nobody_meant_does_not_leave_and_one_that_is_missing_does_not_either() -> None:
    with pytest.raises(UnsafeMessage):
        guard(build_email(MAIL, headers(), BILL), headers())
    with pytest.raises(UnsafeMessage):
        guard(build_email(MAIL, headers()), headers(), BILL)
    twice = build_email(MAIL, headers(), BILL)
    end = twice.rindex(b"\r\n--=_")
    start = twice.rindex(b"\r\n--=_", 0, end)
    with pytest.raises(UnsafeMessage):
        guard(twice[:end] + twice[start:], headers(), BILL)
