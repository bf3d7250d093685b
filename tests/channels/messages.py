"""Letters and texts for the tests of the channels."""

from __future__ import annotations

from datetime import timedelta

from reminderbot.core.ladder import Channel
from reminderbot.core.message import OutgoingMessage

BODY = (
    b"From: ledger@sender.test\r\nTo: ann@acme.test\r\nSubject: INV-1\r\n\r\nGood morning,\r\n.\r\n..dots\r\n.end\r\n"
)


def letter(
    body: bytes = BODY, recipient: str = "ann@acme.test", sender: str = "reply+t0k3n@sender.test"
) -> OutgoingMessage:
    return OutgoingMessage("17", Channel.EMAIL, sender, recipient, body, "<r.abc@sender.test>")


def text(
    body: str = "Northwind: INV-1 is open. Reply STOP to opt out.", recipient: str = "+447700900123"
) -> OutgoingMessage:
    return OutgoingMessage(
        "18", Channel.SMS, "+447700900999", recipient, body.encode(), valid_for=timedelta(hours=3, seconds=1)
    )


def unstuffed(wire: bytes) -> bytes:
    """What a server keeps of the lines it was sent (RFC 5321 4.5.2)."""
    return b"".join(line[1:] if line.startswith(b".") else line for line in wire.splitlines(keepends=True))
