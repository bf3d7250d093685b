"""One message to one recipient over a session that is ready: `promises.md` table 1.1, row by row."""

from __future__ import annotations

from dataclasses import dataclass

from reminderbot.channels.smtp_session import Session
from reminderbot.channels.smtp_wire import BadReplyError, Reply, SmtpTimeouts, Wire
from reminderbot.core.delivery import Accepted, Blame, Deferred, Outcome, Refused, Uncertain
from reminderbot.core.message import OutgoingMessage

# RFC 4954: authentication required, too weak, failed, needs encryption. Postfix and Exim send some without 5.7.x.
LOGIN_CODES = frozenset({530, 534, 535, 538})
# RFC 3463 X.1.7 and X.1.8 speak of the sender, and Postfix says "5.1.8 Sender address rejected" only at RCPT.
ABOUT_THE_SENDER = frozenset({"5.1.7", "5.1.8"})

_NEVER = frozenset("<> ")


class LostError(Exception):
    """The conversation ended before a byte of the message was sent."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message as it goes on the wire."""

    sender: str
    recipient: str
    # Dot-stuffed and ended (RFC 5321 4.5.2).
    content: bytes
    size: int
    # The message holds bytes over 127; its addresses or headers do.
    eight_bit: bool
    international: bool


def envelope_for(message: OutgoingMessage) -> Envelope:
    """The message made ready; ValueError for one that we should never have composed."""
    body = message.body
    # As many CRLF as CR and as LF: none stands alone. One that did could end the message early (SMTP smuggling).
    if not body.count(b"\r\n") == body.count(b"\r") == body.count(b"\n"):
        raise ValueError(f"reminder {message.reminder_id} has a bare CR or LF; every line must end in CRLF")
    if not _fits_envelope(message.sender):
        raise ValueError(f"reminder {message.reminder_id} has a sender that cannot be written on an envelope")
    ascii_body = body.isascii()
    return Envelope(
        message.sender,
        message.recipient,
        _stuffed(body),
        len(body),
        eight_bit=not ascii_body,
        international=not (message.sender + message.recipient).isascii()
        or not (ascii_body or body.partition(b"\r\n\r\n")[0].isascii()),
    )


def _fits_envelope(address: str) -> bool:
    return "@" in address and address.isprintable() and not _NEVER & set(address)


def _stuffed(body: bytes) -> bytes:
    stuffed = body.replace(b"\r\n.", b"\r\n..")
    start, end = (b"." if body.startswith(b".") else b""), (b"" if body.endswith(b"\r\n") else b"\r\n")
    return b"".join((start, stuffed, end, b".\r\n"))


def transact(session: Session, envelope: Envelope, timeouts: SmtpTimeouts, *, reset: bool) -> Outcome:
    """Offer one message; LostError when the session ended before any of it was sent.

    `reset` clears what the message before may have left behind.
    """
    unfit = _unfit(session, envelope)
    if unfit:
        return unfit
    try:
        refusal = _announce(session, envelope, timeouts.command, reset=reset)
    except (OSError, BadReplyError) as error:
        raise LostError(str(error)) from error
    return refusal or _hand_over(session.wire, envelope.content, timeouts)


def _unfit(session: Session, envelope: Envelope) -> Refused | None:
    if not _fits_envelope(envelope.recipient):
        return Refused("this address cannot be written on an envelope", Blame.ADDRESS)
    if envelope.international and "SMTPUTF8" not in session.offers:
        return Refused("the mail server takes only ASCII addresses and headers (it offers no SMTPUTF8)", Blame.MESSAGE)
    if envelope.eight_bit and "8BITMIME" not in session.offers:
        return Refused("the mail server takes only ASCII (it offers no 8BITMIME)", Blame.MESSAGE)
    return None


def _announce(session: Session, envelope: Envelope, timeout: float, *, reset: bool) -> Outcome | None:
    """MAIL, RCPT and DATA; None when the server waits for the message."""
    wire, steps = session.wire, _steps(session, envelope, reset=reset)
    pipelined = "PIPELINING" in session.offers
    if pipelined:
        wire.write(b"".join(command for _, command in steps), timeout)
    for done, (step, command) in enumerate(steps, start=1):
        if not pipelined:
            wire.write(command, timeout)
        reply = wire.reply(timeout)
        if reply.kind != (3 if step == "DATA" else 2):
            outcome = _no(step, reply)
            _drain(wire, len(steps) - done if pipelined else 0, timeout)
            return outcome
    if wire.has_unread():
        raise LostError("the server spoke out of turn")
    return None


def _drain(wire: Wire, expected: int, timeout: float) -> None:
    """Read the answers to what was already said after a refused step; the refusal stands whatever they are."""
    try:
        rest = [wire.reply(timeout).code for _ in range(expected)]
    except (OSError, BadReplyError):
        rest = [421]
    # RFC 2920 3.1: a server may say 354 though it refused the recipient. A lone dot would hand in an empty
    # message, so the conversation is given up instead.
    if 354 in rest or 421 in rest:
        wire.close()


def _steps(session: Session, envelope: Envelope, *, reset: bool) -> list[tuple[str, bytes]]:
    mail = f"MAIL FROM:<{envelope.sender}>"
    if "SIZE" in session.offers:
        mail += f" SIZE={envelope.size}"
    if envelope.eight_bit:
        mail += " BODY=8BITMIME"
    if envelope.international:
        mail += " SMTPUTF8"
    steps = [
        ("MAIL", f"{mail}\r\n".encode()),
        ("RCPT", f"RCPT TO:<{envelope.recipient}>\r\n".encode()),
        ("DATA", b"DATA\r\n"),
    ]
    return [("RSET", b"RSET\r\n"), *steps] if reset else steps


def _no(step: str, reply: Reply) -> Outcome:
    code = reply.enhanced or str(reply.code)
    said = f"the mail server answered {step} with {reply}"
    if step == "RSET" or (reply.code == 421 and step != "message"):
        raise LostError(said)
    if reply.kind == 4:
        return Deferred(said, code)
    if reply.kind == 5:
        return Refused(said, _blame(step, reply), code)
    raise LostError(said)


def _blame(step: str, reply: Reply) -> Blame:
    status = reply.enhanced
    if reply.code in LOGIN_CODES or status.startswith("5.7.") or status in ABOUT_THE_SENDER:
        return Blame.CHANNEL
    if status.startswith("5.1.") and step != "MAIL":
        return Blame.ADDRESS
    return Blame.MESSAGE


def _hand_over(wire: Wire, content: bytes, timeouts: SmtpTimeouts) -> Outcome:
    try:
        wire.write(content, timeouts.command)
        reply = wire.reply(timeouts.final_dot)
    # Whatever went wrong here, the server may already have taken it, and a second copy is worse than a late one.
    except Exception as error:
        wire.close()
        return Uncertain(f"no answer to the message itself: {error}")
    match reply.kind:
        case 2:
            return Accepted(reply.text or str(reply.code))
        case 4 | 5:
            if reply.code != 421 and _says_yes_after_all(wire, timeouts.goodbye):
                # It has heard QUIT and is gone with its next word.
                wire.close()
                return Uncertain(f"the server answered the message twice, first with {reply}")
            wire.close()
            return _no("message", reply)
        case _:
            wire.close()
            return Uncertain(f"the server answered the message with {reply}")


def _says_yes_after_all(wire: Wire, timeout: float) -> bool:
    """Whether the no was said before the message had ended, and another answer followed when it had.

    To QUIT a server says 221 (RFC 5321 4.2.3), so any other yes is the answer to the message.
    """
    try:
        wire.write(b"QUIT\r\n", timeout)
        reply = wire.reply(timeout)
    except (OSError, BadReplyError):
        return False
    return reply.kind == 2 and reply.code != 221
