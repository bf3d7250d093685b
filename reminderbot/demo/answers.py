"""The mails of customers and of their machines, in the shape in which real ones arrive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.message import Message as Report
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr, parseaddr

from reminderbot.demo.evidence import Message
from reminderbot.demo.recognise import mail, words


@dataclass(frozen=True, slots=True)
class Outward:
    """A mail on its way to the business; an empty sender is the null one of reports (RFC 5321 4.5.5)."""

    sender: str
    recipient: str
    raw: bytes


def reply(to: Message, name: str, text: str, at: datetime) -> Outward:
    """A person's answer, with the letter quoted below it."""
    answered = mail(to)
    recipient = parseaddr(str(answered["Reply-To"] or answered["From"]))[1]
    made = _headed(to, name, recipient, f"Re: {answered['Subject']}", at)
    quoted = "\n".join(f"> {line}".rstrip() for line in words(to).splitlines())
    made.set_content(f"{text}\n\nBest,\n{name}\n\nOn {to.at:%a, %d %b %Y} Harbor & Pine wrote:\n{quoted}\n")
    return Outward(to.recipient, recipient, _wire(made))


def away(to: Message, name: str, text: str, at: datetime) -> Outward:
    """An answering machine's, to the envelope sender (RFC 3834 4)."""
    made = _headed(to, name, to.sender, f"Automatic reply: {mail(to)['Subject']}", at)
    made["Auto-Submitted"] = "auto-replied"
    made.set_content(text + "\n")
    return Outward("", to.sender, _wire(made))


def not_delivered(to: Message, why: str, at: datetime) -> Outward:
    """A delivery status notification (RFC 3464) for a mail that was taken and then could not be delivered."""
    host = to.recipient.rpartition("@")[2]
    report = MIMEMultipart("report", report_type="delivery-status")
    report["From"] = f"Mail Delivery System <mailer-daemon@{host}>"
    report["To"] = to.sender
    report["Date"] = format_datetime(at)
    report["Message-ID"] = f"<bounce.{at:%Y%m%d%H%M}@{host}>"
    report["Subject"] = "Undelivered Mail Returned to Sender"
    report["Auto-Submitted"] = "auto-replied"
    report.attach(MIMEText(f"Your message to <{to.recipient}> could not be delivered: {why}.\n"))
    report.attach(_status(to.recipient, host, why))
    report.attach(MIMEMessage(mail(to)))
    return Outward("", to.sender, _crlf(report.as_bytes()))


def _status(recipient: str, host: str, why: str) -> Report:
    per_message, per_recipient = Report(), Report()
    per_message["Reporting-MTA"] = f"dns; {host}"
    per_recipient["Final-Recipient"] = f"rfc822; {recipient}"
    per_recipient["Action"] = "failed"
    per_recipient["Status"] = "5.1.1"
    per_recipient["Diagnostic-Code"] = f"smtp; 550 5.1.1 {why}"
    part = Report()
    part["Content-Type"] = "message/delivery-status"
    part.set_payload([per_message, per_recipient])
    return part


def _headed(to: Message, name: str, recipient: str, subject: str, at: datetime) -> EmailMessage:
    host = to.recipient.rpartition("@")[2]
    made = EmailMessage()
    made["From"] = formataddr((name, to.recipient))
    made["To"] = recipient
    made["Date"] = format_datetime(at)
    made["Subject"] = subject
    made["Message-ID"] = f"<{at:%Y%m%d%H%M%S}@{host}>"
    made["In-Reply-To"] = str(mail(to)["Message-ID"])
    made["References"] = str(mail(to)["Message-ID"])
    return made


def _wire(made: EmailMessage) -> bytes:
    return _crlf(made.as_bytes())


def _crlf(raw: bytes) -> bytes:
    return raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
