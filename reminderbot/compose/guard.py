"""Looks at the final bytes of an e-mail before they may leave (promises.md S1, S2, invariant 8).

It shares nothing with the builder, so that a mistake in one is caught by the other: whatever a name or a subject held,
no line of header but those meant, no second recipient and no end of message gets out.
"""

from __future__ import annotations

import binascii
import re

from reminderbot.compose.headers import Attachment, EmailHeaders, UnsafeMessage

_ALWAYS = frozenset((b"from", b"to", b"subject", b"date", b"message-id", b"reply-to", b"mime-version", b"content-type"))
_BY_MACHINE = frozenset((b"auto-submitted", b"x-auto-response-suppress", b"x-reminderbot"))
_PART_HEADERS = frozenset((b"content-type", b"content-transfer-encoding"))
_LONGEST_LINE = 998
_BASE64 = re.compile(rb"(?:[A-Za-z0-9+/=]{1,76}\r\n)+")
_WORD = rb"=\?utf-8\?b\?[A-Za-z0-9+/=]*\?="
_WHOLE_WORDS = re.compile(rb"=\?utf-8\?b\?([A-Za-z0-9+/]+={0,2})\?=(?=\s|$)")
_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")
_QUOTED = rb'"(?:[ !#-\[\]-~]|\\["\\])*"'
_NAME = rb"(?:" + _QUOTED + rb"|" + _WORD + rb"(?: " + _WORD + rb")*) "
_MAILBOX = re.compile(rb"(?:" + _NAME + rb"<([!-;=?-~]+)>|([!-;=?-~]+))")


def guard(final: bytes, expected: EmailHeaders, attached: Attachment | None = None) -> None:
    """Raise UnsafeMessage unless `final` is one message to `expected.recipient` alone, with the header meant."""
    _guard_lines(final)
    head, _, body = final.partition(b"\r\n\r\n")
    fields = _unfolded(head)
    _guard_names(fields, expected)
    _guard_words(head)
    _guard_values(fields, expected)
    if attached is None:
        _guard_parts(fields[b"content-type"], body)
    else:
        _guard_mixed(fields[b"content-type"], body, attached)


def _guard_lines(final: bytes) -> None:
    ends = final.count(b"\r\n")
    if final.count(b"\r") != ends or final.count(b"\n") != ends or b"\0" in final:
        raise UnsafeMessage("a line ends in something other than CRLF, or holds a NUL: nothing was sent")
    if not final.endswith(b"\r\n") or max(map(len, final.split(b"\r\n"))) > _LONGEST_LINE:
        raise UnsafeMessage(
            f"a line is longer than {_LONGEST_LINE} characters, or the last is not ended: nothing was sent"
        )


def _unfolded(head: bytes) -> dict[bytes, bytes]:
    fields: dict[bytes, bytes] = {}
    if not head.isascii():
        raise UnsafeMessage("the header holds characters that are not ASCII: nothing was sent")
    for line in head.replace(b"\r\n ", b" ").replace(b"\r\n\t", b" ").split(b"\r\n"):
        name, colon, value = line.partition(b":")
        key = name.lower()
        if not colon or not key or key in fields or key != key.strip():
            raise UnsafeMessage(f"the header line {line[:60]!r} comes twice or is none: nothing was sent")
        fields[key] = value.strip()
    return fields


def _guard_words(head: bytes) -> None:
    """Every encoded word is in base64 and hides no control character: those become headers where they are decoded."""
    if b"=?" not in head:
        return
    words = _WHOLE_WORDS.findall(head)
    whole = b"=?" not in _WHOLE_WORDS.sub(b"", head) and all(len(word) % 4 == 0 for word in words)
    if not whole or any(_CONTROL.search(binascii.a2b_base64(word)) for word in words):
        raise UnsafeMessage("an encoded word in the header holds what was not meant: nothing was sent")


def _guard_names(fields: dict[bytes, bytes], expected: EmailHeaders) -> None:
    meant = set(_ALWAYS | _BY_MACHINE) if expected.by_machine else set(_ALWAYS)
    meant |= {b"references"} if expected.references else set()
    meant |= {b"in-reply-to"} if expected.in_reply_to or expected.references else set()
    meant |= {b"list-unsubscribe"} if expected.unsubscribe else set()
    if fields.keys() != meant:
        odd = b", ".join(sorted(fields.keys() ^ meant)).decode("ascii", "replace")
        raise UnsafeMessage(f"the header lines are not those meant (see {odd}): nothing was sent")


def _guard_values(fields: dict[bytes, bytes], expected: EmailHeaders) -> None:
    for name, address in ((b"to", expected.recipient), (b"from", expected.sender), (b"reply-to", expected.reply_to)):
        match = _MAILBOX.fullmatch(fields[name])
        if match is None or (match[1] or match[2]) != address.encode("utf-8"):
            raise UnsafeMessage(f"{name.decode()} is not the one address meant: nothing was sent")
    if fields[b"message-id"] != expected.message_id.encode("utf-8"):
        raise UnsafeMessage("the Message-ID is not the one meant: nothing was sent")


def _guard_parts(content_type: bytes, body: bytes) -> None:
    kind, _, boundary = content_type.partition(b'; boundary="')
    pieces = body.split(b"--" + boundary.rstrip(b'"'))
    if kind != b"multipart/alternative" or len(pieces) != 4 or pieces[0] or pieces[3] != b"--\r\n":
        raise UnsafeMessage("the message is not made of one text part and one HTML part: nothing was sent")
    for piece in pieces[1:3]:
        if _unfolded(piece.partition(b"\r\n\r\n")[0].removeprefix(b"\r\n")).keys() != _PART_HEADERS:
            raise UnsafeMessage("a part of the message has header lines that were not meant: nothing was sent")


def _guard_mixed(content_type: bytes, body: bytes, attached: Attachment) -> None:
    """The letter, then that very file, then nothing."""
    kind, _, quoted = content_type.partition(b'; boundary="')
    # The letter's own boundary is the beginning of this one.
    pieces = re.split(rb"(?m)^--" + re.escape(quoted.rstrip(b'"')) + rb"(?=--\r$|\r$)", body)
    if kind != b"multipart/mixed" or len(pieces) != 4 or pieces[0] or pieces[3] != b"--\r\n":
        raise UnsafeMessage("the message is not made of one letter and one file: nothing was sent")
    head, _, letter = pieces[1].removeprefix(b"\r\n").partition(b"\r\n\r\n")
    inner = _unfolded(head)
    if inner.keys() != {b"content-type"}:
        raise UnsafeMessage("the letter in the message has header lines that were not meant: nothing was sent")
    _guard_parts(inner[b"content-type"], letter)
    _guard_file(pieces[2], attached)


def _guard_file(piece: bytes, attached: Attachment) -> None:
    head, _, content = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
    fields, name = _unfolded(head), attached.name.encode("ascii", "replace")
    meant = {
        b"content-type": b'application/pdf; name="' + name + b'"',
        b"content-transfer-encoding": b"base64",
        b"content-disposition": b'attachment; filename="' + name + b'"',
    }
    if fields != meant or not _BASE64.fullmatch(content) or binascii.a2b_base64(content) != attached.content:
        raise UnsafeMessage("the file in the message is not the one meant: nothing was sent")
