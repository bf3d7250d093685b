"""Mails that break or stall mail parsers, most of them measured with the standard library's."""

from __future__ import annotations


def mail(body: bytes, content_type: bytes = b"text/plain; charset=utf-8", more: bytes = b"") -> bytes:
    return b"From: a@b.example\r\nContent-Type: " + content_type + b"\r\n" + more + b"\r\n" + body


# Measured seeds that break or stall mail parsers.
POISON = {
    "a content type with thousands of parameters": b"Content-Type: text/plain;" + b" a=b;" * 10_000 + b"\n\nhi",
    "a hundred thousand parts": mail(b"--x\n\na\n" * 100_000, b"multipart/mixed; boundary=x"),
    "parts behind a folded boundary": mail(b"--x\n\na\n" * 100_000, b'multipart/mixed; boundary*0="x"'),
    "three thousand nested mails": b"Content-Type: message/rfc822\n\n" * 3_000,
    "three thousand nested multiparts": b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3_000)
    ),
    "a comment that never ends": b"From: " + b"(" * 60_000 + b"\n\nhi",
    "a broken message id": b"Message-ID: <[\n\nhi",
    "an empty group": b"From: Undisclosed:;\n\nhi",
    "an unknown charset": mail(b"h\xe9", b"text/plain; charset=x-klingon"),
    "a charset that is none": mail(b"hi", b"text/plain; charset=rot13"),
    "a charset that is a codec of names": mail(b"hi", b"text/plain; charset=idna"),
    "thousands of addresses": b"To: " + b"a@b.example, " * 20_000 + b"\n\nhi",
    "encoded words without end": b"Subject: " + b"=?a?q?" * 9_000 + b"\n\nhi",
    "a header block of a megabyte": b"X-A: " + b"a" * 1_000_000 + b"\n\nhi",
    "a thousand headers": b"X-A: b\n" * 1_000 + b"\nhi",
    "forty thousand blanks": mail(b" " * 40_000 + b"x"),
    "a megabyte of words": mail(b"word " * 200_000),
    "nested divisions": mail(b"<div>" * 100_000, b"text/html"),
    "nested quotations": mail(b"<blockquote>" * 50_000 + b"x", b"text/html"),
    "unclosed tags": mail(b"<" * 200_000, b"text/html"),
    "a quotation that never begins": mail(b"On 1 " * 20_000),
    "bytes of every kind": mail(bytes(range(256)) * 400),
    "a calendar of one line": mail(b"BEGIN:VCALENDAR" * 20_000, b"text/calendar; method=REPLY"),
    "a report without end": mail(b"Final-Recipient: rfc822; a@b.example\n" * 20_000, b"multipart/report; boundary=x"),
    "a sentence without end": mail(b"and then we will not pay , " * 20_000),
    "figures without end": mail(b"1" * 100_000),
    "dates without end": mail(b"Friday 12/12/2026 or Monday " * 5_000),
    "nothing": b"",
    "only zeros": b"\x00" * 10_000,
}
