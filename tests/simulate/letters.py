"""Puts what customers and their machines say into mails, in the shapes in which real ones arrive."""

from __future__ import annotations

import re
from base64 import encodebytes
from datetime import datetime
from email.utils import format_datetime
from quopri import encodestring

from tests.oracle.evidence import Mail
from tests.simulate.words import Said

_KEPT = re.compile(
    rb"(?im)^(subject|content-type|content-transfer-encoding|mime-version):[^\r\n]*(\r?\n[ \t][^\r\n]*)*\r?\n"
)


def header(mail: Mail, name: str) -> str:
    """One header of a letter of ours, on one line."""
    head = mail.content.partition(b"\r\n\r\n")[0]
    found = re.search(rb"(?im)^" + name.encode() + rb":[ \t]*((?:.|\r\n[ \t])*?)\r\n(?![ \t])", head + b"\r\n")
    return " ".join(found[1].decode("ascii").split()) if found else ""


def answer(
    to: Mail | None,
    said: Said,
    sender: str,
    recipient: str,
    at: datetime,
    number: int,
    shape: str,
    subject: str = "Hello",
) -> bytes:
    """A person's mail: an answer to `to`, or a new one."""
    lines = [
        f"From: {sender}",
        f"To: {recipient}",
        f"Date: {format_datetime(at)}",
        f"Message-ID: <{number}.{at:%Y%m%d%H%M}@customer.example>",
    ]
    if to and shape != "no thread":
        lines += [f"In-Reply-To: {header(to, 'Message-ID')}"]
    head = "\r\n".join(lines).encode() + b"\r\n"
    if said.raw:
        # With its own subject, which may be all that it says.
        own, _, body = said.raw.partition(b"\r\n\r\n") if b"\r\n\r\n" in said.raw else said.raw.partition(b"\n\n")
        kept = b"".join(found[0] for found in _KEPT.finditer(own + b"\n"))
        return head + kept + b"\r\n" + body
    about = f"Re: {header(to, 'Subject')}" if to else subject
    return head + f"Subject: {about}\r\n".encode() + _body(said.text + _quoted(to, shape), shape)


def _quoted(to: Mail | None, shape: str) -> str:
    if to is None or shape == "bare":
        return "\n"
    return (
        f"\n\nKind regards\nA. Customer\n\nOn {to.at:%a, %d %b %Y}, Brightwater Gardens wrote:\n"
        "> This invoice is open: could you look into it?\n> If you have already paid, please ignore this.\n"
    )


def _body(text: str, shape: str) -> bytes:
    kind, way = "plain", "8bit"
    if shape == "html":
        kind, text = "html", "<p>" + text.replace("\n\n", "</p><p>").replace("\n", "<br>") + "</p>"
    raw = text.encode()
    if shape == "base64":
        way, raw = "base64", encodebytes(raw)
    if shape == "quoted":
        way, raw = "quoted-printable", encodestring(raw)
    head = f'MIME-Version: 1.0\r\nContent-Type: text/{kind}; charset="utf-8"\r\n'
    return head.encode() + f"Content-Transfer-Encoding: {way}\r\n\r\n".encode() + raw.replace(b"\n", b"\r\n")


SHAPES = ("plain", "plain", "bare", "html", "base64", "quoted", "no thread")


def away(to: Mail, said: Said, at: datetime, number: int) -> bytes:
    """An answering machine's mail (RFC 3834)."""
    lines = (
        f"From: {to.recipients[0]}",
        f"To: {to.sender}",
        f"Subject: Automatic reply: {header(to, 'Subject')}",
        f"Date: {format_datetime(at)}",
        f"Message-ID: <{number}.away@customer.example>",
        f"In-Reply-To: {header(to, 'Message-ID')}",
        "Auto-Submitted: auto-replied",
    )
    return "\r\n".join(lines).encode() + b"\r\n" + _body(said.text + "\n", "plain")


def report(to: Mail, at: datetime, number: int, *, hard: bool) -> bytes:
    """A delivery status notification (RFC 3464): failed for good, or delayed for a full mailbox."""
    who, host = to.recipients[0], to.recipients[0].rpartition("@")[2]
    code, why = ("5.1.1", "550 5.1.1 no such user") if hard else ("4.2.2", "452 4.2.2 mailbox full")
    subject = "Undelivered Mail Returned to Sender" if hard else "Delayed Mail (still being retried)"
    head = to.content.partition(b"\r\n\r\n")[0].decode("ascii")
    return _REPORT.format(
        host=host, to=to.sender, date=format_datetime(at), number=number, subject=subject, who=who, why=why,
        action="failed" if hard else "delayed", code=code, head=head,
    ).replace("\r\n", "\n").replace("\n", "\r\n").encode()  # fmt: skip


_REPORT = """\
Return-Path: <>
From: Mail Delivery System <mailer-daemon@{host}>
To: {to}
Date: {date}
Message-ID: <bounce.{number}@{host}>
Subject: {subject}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_report_{number}"

--=_report_{number}
Content-Type: text/plain; charset=us-ascii

Your message to <{who}> could not be delivered: {why}

--=_report_{number}
Content-Type: message/delivery-status

Reporting-MTA: dns; {host}

Final-Recipient: rfc822; {who}
Action: {action}
Status: {code}
Diagnostic-Code: smtp; {why}

--=_report_{number}
Content-Type: text/rfc822-headers

{head}

--=_report_{number}--
"""
