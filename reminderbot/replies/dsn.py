"""Reads delivery failures: RFC 3464 reports and the free text of servers that know no standard."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reminderbot.core.understanding import Bounce
from reminderbot.replies.machines import says, words_of
from reminderbot.replies.read import Mail
from reminderbot.replies.verdict import is_hard

_DAEMON = re.compile(
    r"(?i)mailer-?daemon|post[_-]?master|mail[ -]?delivery|delivery (?:sub)?system|mail-?server|mail admin"
    r"|mail[ _]router"
    r"|system admin|\bbounces?\b|mdaemon|mailsystem|mail system|microsoft ?exchange|mmsmtp|posta-certificata"
)
_NO_REPLY = re.compile(r"(?i)\b(?:no|do-?not)[._-]?reply@")
_FIELD = re.compile(r"(?im)^(action|status|diagnostic-code|final-recipient|original-recipient): ?(.{0,900})$")
_FOLDED = re.compile(r"\n[ \t]{1,80}(?=\S)")
_CODE = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_REPLY_CODE = re.compile(r"(?<![\d.:/#-])([45]\d\d)[ -](?=\D|\d\.\d)")
_ADDRESS = re.compile(r"[A-Za-z0-9._%+=&'*/?^{|}~!#$-]{1,128}@[A-Za-z0-9.-]{1,253}[A-Za-z0-9]")
_ID = re.compile(r"(?im)^[\s>|]{0,9}(?:x-)?(?:original-)?message-id:\s{0,9}(<[^<>\s]{1,500}>)")
# "rfc822;", "x-unix;": which language a field is written in.
_TYPE = re.compile(r"^\s{0,9}[\w-]{1,30}\s{0,9};")
# "----- Original message -----", "--- Below this line is a copy", "Message headers follow."
_QUOTATION = re.compile(
    r"(?im)^(?:[-=*|#_ ]{0,40}(?:below (?:this|is)|this is a copy|the header of|included is|begin|start|unsent"
    r"|returned|original|forwarded|message (?:headers?|text)|copy)\b.{0,60}"
    r"|-{2,20}(?!-).{0,60}(?:original|copy|returned|body|unsent|headers|message)\b.{0,60}"
    r"|return-path:.{0,200}|received: ?(?:from|by|\().{0,200}|dkim-signature:.{0,200}|> .{0,200})$"
)
_DELIVERED = frozenset({"delivered", "relayed", "expanded"})
_REPORTS = frozenset({"message/delivery-status", "message/global-delivery-status"})
_BEGINNING = 4000
# "Re:", "Fwd:", "AW:" stand before what a person writes on.
_ANSWERED = re.compile(r"(?i)^\s{0,3}(?:re|fwd?|aw|wg|tr|rv|r|i|enc|sv|vs|antw)\s{0,2}(?:\[\d+\])?:\s")


@dataclass(frozen=True, slots=True)
class Failure:
    """A delivery report: `hard` None where the mail was delivered after all."""

    hard: bool | None
    bounce: Bounce
    evidence: str


def read_failure(mail: Mail) -> Failure | None:
    """What a delivery report says; None where the mail is none."""
    if _is_other_report(mail):
        return None
    fields = _fields("\n".join(mail.reports))
    if _REPORTS & set(mail.types) and fields:
        return _of_report(mail, fields)
    return _of_text(mail) if _looks_like_failure(mail) else None


def is_complaint(mail: Mail) -> bool:
    """True for an abuse report (RFC 5965) and its cousins: the recipient pressed "this is spam"."""
    if "message/feedback-report" in mail.types:
        return True
    # "complaint about message from 192.0.2.222", Hotmail's junk reports: our mail attached, nothing else said.
    subject = mail.header("subject").lower()
    if subject.startswith("complaint about message from") and "message/rfc822" in mail.types:
        return True
    return '"notificationtype":"complaint"' in mail.text[:_BEGINNING].replace(" ", "").lower()


def _is_other_report(mail: Mail) -> bool:
    return "message/disposition-notification" in mail.types or is_complaint(mail)


def _fields(text: str) -> list[tuple[str, str]]:
    return [(name.lower(), value.strip()) for name, value in _FIELD.findall(_FOLDED.sub(" ", text))]


def _of_report(mail: Mail, fields: list[tuple[str, str]]) -> Failure:
    def first(name: str) -> str:
        return next((value for key, value in fields if key == name and value), "")

    action = first("action").lower().split(" ")[0]
    diagnostic = _TYPE.sub("", first("diagnostic-code"))
    text = _before_quotation(mail.text)
    address = _address(first("original-recipient")) or _address(first("final-recipient"))
    if action in _DELIVERED:
        hard = None
        code = _code(first("status"))
    else:
        # The refusing server's own code says more than the reporting one's "5.0.0".
        code = _code(diagnostic) or _code(first("status")) or _code(text)
        hard = is_hard(action, code, _reply(diagnostic), diagnostic, text)
    status = _code(first("status")) or code
    return Failure(
        hard,
        Bounce(address or _failing_address(mail, text), _original_id(mail), status, first("diagnostic-code")[:500]),
        _evidence(first("diagnostic-code"), text),
    )


def _of_text(mail: Mail) -> Failure:
    text = _before_quotation(mail.text)
    code = _code(text)
    fields = dict(reversed(_fields(text)))
    action = fields.get("action", "").lower().split(" ")[0]
    return Failure(
        is_hard(action, code, _reply(text), fields.get("diagnostic-code", ""), text, mail.header("subject")),
        Bounce(_failing_address(mail, text), _original_id(mail), code, _evidence("", text)),
        _evidence("", text),
    )


def _looks_like_failure(mail: Mail) -> bool:
    """A daemon's address, a telling subject, a telling beginning: two of them."""
    beginning = words_of(_before_quotation(mail.text)[:_BEGINNING])
    body = bool(says("failure.announced", beginning))
    if mail.header("x-failed-recipients"):
        return True
    title = mail.header("subject")
    subject = not _ANSWERED.match(title) and bool(says("subject.failure", words_of(title)))
    if _DAEMON.search(f"{mail.header('from')} {mail.header('sender')}"):
        return subject or body or "multipart/report" in mail.types
    # A person's address: an away note goes out with an empty envelope sender too.
    nobodys = mail.header("return-path").strip() in ("<>", "<MAILER-DAEMON>")
    if not body or not (subject or _NO_REPLY.search(mail.header("from"))):
        return False
    return (subject and nobodys) or _shows_a_refusal(beginning, mail.text[:_BEGINNING])


def _shows_a_refusal(words: str, text: str) -> bool:
    why = _CODE.search(text) or _REPLY_CODE.search(text) or says("failure.gone", words) or says("failure.full", words)
    return bool(why and _ADDRESS.search(text))


def _before_quotation(text: str) -> str:
    """The server's own words: what stands before the mail it returns."""
    for cut in _QUOTATION.finditer(text[: 2 * _BEGINNING]):
        if len(text[: cut.start()].strip()) > 40:
            return text[: cut.start()]
    return text[: 2 * _BEGINNING]


def _code(text: str) -> str:
    return next((match[0] for match in _CODE.finditer(text[: 2 * _BEGINNING]) if match[1] != "2"), "")


def _reply(text: str) -> str:
    match = _REPLY_CODE.search(text)
    return match[1] if match else ""


def _address(value: str) -> str:
    match = _ADDRESS.search(_TYPE.sub("", value))
    return match[0].lower() if match else ""


def _failing_address(mail: Mail, text: str) -> str:
    named = _address(mail.header("x-failed-recipients"))
    if named:
        return named
    for name in ("final-recipient", "original-recipient"):
        if found := _address(dict(reversed(_fields(text))).get(name, "")):
            return found
    # The report is sent to ourselves; whoever else it names first did not get our mail.
    ours = {address.lower() for value in mail.all("to", "delivered-to") for address in _ADDRESS.findall(value[:2000])}
    ours |= {address.lower() for address in _ADDRESS.findall(f"{mail.header('from')} {mail.header('sender')}")}
    others = (address.lower() for address in _ADDRESS.findall(text))
    return next((address for address in others if address not in ours and not _DAEMON.search(address)), "")


def _original_id(mail: Mail) -> str:
    for text in (*mail.originals, *mail.reports, mail.text[-2 * _BEGINNING :]):
        if match := _ID.search(text):
            return match[1]
    return ""


def _evidence(diagnostic: str, text: str) -> str:
    if diagnostic:
        return " ".join(diagnostic.split())[:300]
    lines = [line.strip() for line in text.split("\n")[:200]]
    telling = (line for line in lines if _CODE.search(line) or _tells_why(line))
    return (next(telling, "") or next((line for line in lines if line), ""))[:300]


def _tells_why(line: str) -> bool:
    words = words_of(line)
    return any(says(f"failure.{group}", words) for group in ("full", "gone", "gave_up", "refused", "pending"))
