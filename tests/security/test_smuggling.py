"""S2: no body ends its message early or begins another, whatever the receiver takes for the end of one."""

from __future__ import annotations

import itertools
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from reminderbot.channels.smtp import SmtpChannel
from reminderbot.compose.email import build_email, guard
from reminderbot.compose.render import RenderedEmail
from reminderbot.core.delivery import Accepted
from reminderbot.core.ladder import Channel
from reminderbot.core.message import OutgoingMessage
from tests.compose.samples import headers
from tests.security.lenient import ENDS, read
from tests.servers.scripted_smtp import ScriptedSmtp
from tests.servers.world import MailWorld

SECOND = (
    "MAIL FROM:<eve@evil.example>\r\nRCPT TO:<eve@evil.example>\r\nDATA\r\n"
    "From: eve@evil.example\r\nTo: eve@evil.example\r\n\r\nA second letter.\r\n.\r\n"
)
ENDINGS = (
    "\r\n.\r\n",
    "\n.\n",
    "\r.\r",
    "\n.\r\n",
    "\r\n.\n",
    "\r.\r\n",
    "\r\n.\r",
    "\0.\0",
    "\x85.\x85",
    "\u2028.\u2028",
)
TAILS = ("", SECOND, SECOND.replace("\r\n", "\n"), SECOND.replace("\r\n", "\r"), "RSET\r\nQUIT\r\n")
BODIES = [f"Hello{ending}{tail}Goodbye\n" for ending, tail in itertools.product(ENDINGS, TAILS)]
# What the wire itself makes special, as whole lines and as beginnings of lines.
LINES = (
    ".", "..", "...", ".x", "..x", ". ", ".\t", "-", "--", "From x", ">From", "=", "=\n.", "." * 997, "x" * 75 + ".",
)  # fmt: skip
BODIES += [f"{line}\n{line}\n" for line in LINES]


def composed(body: str, number: int) -> bytes:
    """A letter whose every part is the body."""
    told = headers(message_id=f"<r.{number}@alder.example>")
    mail = RenderedEmail(f"{body} {number}", body, f"<pre>{body}</pre>\n", "")
    final = build_email(mail, told)
    guard(final, told)
    return final


def offered(content: bytes, number: int, recipient: str = "jane@roe.example") -> OutgoingMessage:
    return OutgoingMessage(str(number), Channel.EMAIL, "us+b1@alder.example", recipient, content)


@pytest.mark.parametrize("offers", [("PIPELINING", "8BITMIME"), ("8BITMIME", "CHUNKING")])
def test_every_receiver_sees_each_letter_once_and_byte_for_byte(offers: tuple[str, ...]) -> None:
    letters = [composed(body, number) for number, body in enumerate(BODIES)]
    # Also what no letter of ours looks like, but the channel takes: a body of lines that begin with dots.
    letters += [body.replace("\n", "\r\n").encode("ascii") for body in BODIES if body.isascii() and "\r" not in body]
    letters = [letter for letter in letters if b"\0" not in letter]
    with ScriptedSmtp(offers=offers) as server:
        channel = SmtpChannel("127.0.0.1", server.port, "none")
        for number, letter in enumerate(letters):
            assert isinstance(channel.send(offered(letter, number)), Accepted)
        channel.close()
    for name, end in ENDS.items():
        seen = read(bytes(server.heard), end)
        assert len(seen.messages) == len(letters), name
        assert set(seen.recipients()) == {b"RCPT TO:<jane@roe.example>"}, name
    assert [unstuffed(message) for message in server.messages] == letters


def unstuffed(message: bytes) -> bytes:
    """What lay on the wire, without the dots that RFC 5321 4.5.2 puts in."""
    return (b"\r\n" + message).replace(b"\r\n..", b"\r\n.").removeprefix(b"\r\n")


@pytest.mark.parametrize("bare", ["\n.\n", "\r.\r", "\n", "\r", "x\r\r\n", "\n\r\n", "\r\n.\n"])
def test_a_letter_with_another_line_end_stays_here(bare: str) -> None:
    with ScriptedSmtp() as server:
        channel = SmtpChannel("127.0.0.1", server.port, "none")
        with pytest.raises(ValueError, match="CRLF"):
            channel.send(offered(f"To: x\r\n\r\nHello{bare}Goodbye\r\n".encode(), 1))
        channel.close()
    assert b"DATA" not in server.heard


def test_a_real_mail_server_delivers_each_letter_once_with_the_words_it_was_given(mail_world: MailWorld) -> None:
    bodies = BODIES[::3]
    jane = mail_world.customers[0]
    channel = SmtpChannel("127.0.0.1", mail_world.smtp_port, "none")
    for number, body in enumerate(bodies):
        told = headers(message_id=f"<r.{number}@alder.example>", recipient=jane)
        final = build_email(RenderedEmail(f"Letter {number}", body, "<p>Hello</p>\n", ""), told)
        assert isinstance(channel.send(offered(final, number, jane)), Accepted)
    channel.close()
    arrived = {words_of(raw)[0]: words_of(raw)[1] for raw in mail_world.mailbox(jane)}
    assert len(mail_world.mailbox(jane)) == len(bodies)
    for number, body in enumerate(bodies):
        assert arrived[f"Letter {number}"] == kept(body)


def words_of(raw: bytes) -> tuple[str, str]:
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    part = mail.get_body(("plain",))
    assert isinstance(part, EmailMessage)
    return str(mail["Subject"]), part.get_payload(decode=True).decode().replace("\r\n", "\n")


def kept(body: str) -> str:
    """What a letter keeps of line ends: a CR says nothing that its LF does not."""
    return body.replace("\r", "").removesuffix("\n")
