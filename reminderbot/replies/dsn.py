"""Reads delivery failures: RFC 3464 reports and the free text of servers that know no standard."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reminderbot.core.understanding import Bounce
from reminderbot.replies.read import Mail

_FAILED_SUBJECT = re.compile(
    r"(?i)undeliver|mail delivery (?:fail|problem|system|error|status)|delivery (?:status notification|failure"
    r"|has failed|delayed|problem|notification|report|error)|failure notice"
    r"|returned (?:mail|to sender|email)|non.?delivery|not delivered|could ?n.t be (?:sent|delivered)"
    r"|unzustellbar|zustellung|remise|non remis|no se (?:pudo|puede|ha podido) entregar|devolvido|mancato "
    r"recapito"
    r"|onbestelbaar|delayed mail|mail (?:failure|error|returned|could)|message (?:delay|undeliver|not deliver"
    r"|status)|warning: (?:could not|message)|error sending|rejected|bounce"
)
_DAEMON = re.compile(
    r"(?i)mailer-?daemon|postmaster|mail delivery|mail-?server|maildelivery|mail administrator|system "
    r"administrator|bounce|mdaemon|mailsystem"
)
_FREE_TEXT = re.compile(
    r"(?i)qmail-send program|unable to deliver (?:your|my|this|the) |could not be delivered|did not reach the "
    r"following recipient|delivery to the following recipients? (?:has )?failed|message created automatically "
    r"by mail delivery"
    r"|delivery has failed to|message (?:was|is|has been) (?:un|not )deliver|returned mail|permanent(?:ly)? "
    r"(?:fatal )?error|transcript of session|address(?:es)? (?:had|failed)|was not delivered|wasn't delivered"
    r"|unknown user|user unknown|undeliverable"
)
_FIELD = re.compile(
    r"(?im)^(action|status|diagnostic-code|final-recipient|original-recipient|x-postfix-sender|remote-mta): "
    r"?(.{0,900})$"
)
_CODE = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_REPLY_CODE = re.compile(r"(?<![\d.:/#-])([45]\d\d)[ -](?=\D)")
_ADDRESS = re.compile(r"[A-Za-z0-9._%+=&'*/?^{|}~!#$-]{1,128}@[A-Za-z0-9.-]{1,253}[A-Za-z0-9]")
_ID = re.compile(r"(?im)^\s{0,9}(?:original-)?message-id:\s{0,9}(<[^<>\s]{1,500}>)")

_FULL = re.compile(
    r"(?i)(?:mail)?box (?:is |was )?(?:full|over|disk)|over ?quota|quota (?:exceeded|exceed)|exceed\w{0,3} "
    r"(?:\w+ ){0,4}(?:quota|storage|space|limit)|out of (?:disk|storage|email) ?(?:space|quota)?|mailfolder is "
    r"full|insufficient (?:system )?(?:storage|disk|space)"
    r"|storage (?:limit|space|quota)|quotaexceeded|not enough (?:disk|storage|space)|mailbox size|disk (?:quota"
    r"|full|space)|too much mail|account is full|max message size|casella piena|postfach (?:ist )?voll|bo[iî]te "
    r"(?:aux lettres )?pleine|buz[oó]n lleno"
)
_TEMPORARY = re.compile(
    r"(?i)grey ?list|gray ?list|try(?:ing)? (?:again )?later|temporar|will (?:keep|be re-?tr|continue|retry)"
    r"|still (?:trying|being retried)|defer|delay(?:ed)?\b|too many (?:connections|messages|recipients"
    r"|concurrent)|rate ?(?:limit|exceeded)|throttl|resources? (?:temporarily|unavailable)|connection (?:timed "
    r"out|refused|reset)|not a permanent|no action is required|no need to resend"
)
_GAVE_UP = re.compile(
    r"(?i)(?:giving|gave|given) up|retry (?:time(?:out)?|limit) (?:not reached|exceeded)|has been in (?:the "
    r")?queue (?:too|for)|delivery time expired|too long in (?:the )?queue|message (?:has )?expired|unable to "
    r"deliver .{0,60}(?:days|hours)|for (?:more than )?\d+ (?:days|hours)|in (?:the )?queue too long|no longer "
    r"be retried|all (?:retries|attempts)|(?:retries|attempts) (?:exhausted|failed)|undeliverable after"
)
_NOBODY = re.compile(
    r"(?i)user unknown|unknown (?:user|recipient|address|mailbox|local)|no such (?:user|mailbox|recipient"
    r"|address|account|person|domain|host)|does(?: not|n't) exist|doesn't have a|not (?:exist|found)|invalid "
    r"(?:recipient|mailbox|address|user)|mailbox (?:unavailable|not found|unknown|disabled|inactive)|(?:account"
    r"|mailbox|user|address) (?:\w+ ){0,3}(?:disabled|inactive|closed|deactivated|suspended|terminated|expired)"
    r"|recipient (?:address )?(?:rejected|not found|unknown)|no mailbox|not a (?:valid|known) |unrouteable|host "
    r"(?:unknown|not found)|domain (?:\w+ ){0,2}(?:not found|unknown|invalid)|name service error|nxdomain|bad "
    r"destination|not our customer|no (?:valid )?(?:mx|mail exchanger)|null mx|relay(?:ing)? (?:access )?denied"
    r"|unable to relay|no longer (?:valid|available|with|works|employed)"
)
# Our standing or the mail itself is refused, not the address.
_REFUSED = re.compile(
    r"(?i)\bspam|policy|block(?:ed|list)|black ?list|\bspf\b|dkim|dmarc|\bptr\b|reverse (?:dns|lookup)|virus"
    r"|malware|content|reputation|too many|rate limit|\btls\b|authenticat|access denied|syntax|message (?:size"
    r"|too)|too large|not accepted"
)
_FOR_GOOD = re.compile(
    r"(?i)permanently (?:block|reject|refus)|do not (?:retry|resend|try again)|blocked (?:for good|permanently)"
    r"|never accept"
)
_DELIVERED = frozenset({"delivered", "relayed", "expanded"})


@dataclass(frozen=True, slots=True)
class Failure:
    """A delivery report: `hard` None where the mail was delivered after all."""

    hard: bool | None
    bounce: Bounce
    evidence: str


def read_failure(mail: Mail) -> Failure | None:
    """What a delivery report says; None where the mail is none."""
    if "message/feedback-report" in mail.types or "message/disposition-notification" in mail.types:
        return None
    fields = [(name.lower(), value.strip()) for name, value in _FIELD.findall("\n".join(mail.reports))]
    if "message/delivery-status" in mail.types and fields:
        return _of_report(mail, fields)
    return _of_text(mail) if _looks_like_failure(mail) else None


def is_complaint(mail: Mail) -> bool:
    """True for an abuse report (RFC 5965): the recipient pressed "this is spam"."""
    return "message/feedback-report" in mail.types


def _of_report(mail: Mail, fields: list[tuple[str, str]]) -> Failure:
    def first(name: str) -> str:
        return next((value for key, value in fields if key == name and value), "")

    action = first("action").lower().split(" ")[0]
    diagnostic = first("diagnostic-code")
    status = _code(first("status")) or _code(diagnostic)
    address = _address(first("original-recipient")) or _address(first("final-recipient"))
    text = f"{diagnostic}\n{_before_quotation(mail.text)}"
    hard = None if action in _DELIVERED else _is_hard(action, status, diagnostic or text, text)
    bounce = Bounce(address, _original_id(mail), status, diagnostic[:500])
    return Failure(hard, bounce, _evidence(diagnostic, text))


def _of_text(mail: Mail) -> Failure:
    text = _before_quotation(mail.text)
    status = _code(text)
    return Failure(
        _is_hard("", status, text, text),
        Bounce(_failing_address(mail, text), _original_id(mail), status, _evidence("", text)),
        _evidence("", text),
    )


def _is_hard(action: str, status: str, diagnostic: str, text: str) -> bool:
    """Whether the address is of no use any more; 5.x.x alone does not say so, and a full mailbox never does."""
    if _FULL.search(diagnostic) or status.endswith(".2.2"):
        return False
    if action == "delayed":
        return False
    if _NOBODY.search(diagnostic) or _FOR_GOOD.search(diagnostic):
        return True
    if _GAVE_UP.search(diagnostic) or (action == "failed" and status.startswith("4")) or status == "5.4.7":
        return True
    if status.startswith("4") or (not status and _reply_class(diagnostic) == "4"):
        return bool(_GAVE_UP.search(text))
    # "550 5.7.1 ... try again later" is a passing refusal; "5.1.1 ... contact us later" is not.
    passing = _TEMPORARY.search(diagnostic) or _REFUSED.search(diagnostic)
    return not (passing and not status.startswith("5.1"))


def _looks_like_failure(mail: Mail) -> bool:
    sender = f"{mail.header('from')} {mail.header('sender')}"
    daemon = (
        bool(_DAEMON.search(sender))
        or mail.header("return-path").strip() == "<>"
        or bool(mail.header("x-failed-recipients"))
    )
    subject = bool(_FAILED_SUBJECT.search(mail.header("subject")))
    body = bool(_FREE_TEXT.search(mail.text[:4000]))
    return (daemon and (subject or body)) or (
        subject and body and bool(_code(mail.text[:4000]) or _NOBODY.search(mail.text[:4000]))
    )


def _before_quotation(text: str) -> str:
    """The server's own words: what stands before the mail it returns."""
    cut = re.search(
        r"(?im)^(?:-{2,}.{0,60}(?:original|copy|returned|body|unsent|headers|message)\b.{0,60}$|return-path:"
        r"|received: |> )",
        text,
    )
    return text[: cut.start()][:8000] if cut and cut.start() > 40 else text[:8000]


def _code(text: str) -> str:
    match = _CODE.search(text)
    return match[0] if match and match[1] != "2" else ""


def _reply_class(text: str) -> str:
    match = _REPLY_CODE.search(text)
    return match[1][0] if match else ""


def _address(value: str) -> str:
    match = _ADDRESS.search(value.partition(";")[2] or value)
    return match[0].lower() if match else ""


def _failing_address(mail: Mail, text: str) -> str:
    return _address(mail.header("x-failed-recipients")) or _address(text)


def _original_id(mail: Mail) -> str:
    for text in (*mail.originals, *mail.reports, mail.text[-8000:]):
        if match := _ID.search(text):
            return match[1]
    return ""


def _evidence(diagnostic: str, text: str) -> str:
    if diagnostic:
        return " ".join(diagnostic.split())[:300]
    lines = [line.strip() for line in text.split("\n")]
    telling = (
        line
        for line in lines
        if _NOBODY.search(line) or _FULL.search(line) or _CODE.search(line) or _TEMPORARY.search(line)
    )
    return (next(telling, "") or next((line for line in lines if line), ""))[:300]
