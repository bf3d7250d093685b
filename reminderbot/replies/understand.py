"""Decides what a whole reply means, and whether a person must read it.

A reply is settled without a person only if every sentence of the sender's own words is accounted for and the sum of
them is harmless: a clean dated promise, an auto-reply, a passing delivery failure, a bare opt-out, a mere thank-you.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from reminderbot.core.understanding import DisputeReason, Finding, Kind, Understanding, unreadable
from reminderbot.replies import automatic, dsn, sms, tables
from reminderbot.replies.amounts import may_be_in
from reminderbot.replies.extract import days_in
from reminderbot.replies.guess import promised_perhaps
from reminderbot.replies.hits import Reader, says_something
from reminderbot.replies.intent import Sentence, last_day, read_sentence
from reminderbot.replies.match import by_invoice
from reminderbot.replies.read import Mail, read_mail
from reminderbot.replies.trim import own_words
from reminderbot.replies.words import fold, sentences, tokens

MAX_OWN = 20_000
# A day further off was hardly meant ("that was at carnival"), and a promise so late is no promise.
FARTHEST = timedelta(days=120)

# Most important first, where a reply says several things.
ORDER = (
    Kind.BOUNCE_HARD, Kind.BOUNCE_SOFT, Kind.AUTO_REPLY, Kind.LEGAL, Kind.DISPUTE, Kind.PAID, Kind.HARDSHIP,
    Kind.SENSITIVE, Kind.WRONG_CONTACT, Kind.OPT_OUT, Kind.INSTALMENTS, Kind.PROMISE, Kind.QUESTION,
    Kind.ACK, Kind.OTHER,
)  # fmt: skip
_WEIGHTIER = frozenset(
    {
        Kind.LEGAL, Kind.DISPUTE, Kind.PAID, Kind.HARDSHIP, Kind.SENSITIVE, Kind.WRONG_CONTACT, Kind.OPT_OUT,
        Kind.INSTALMENTS,
    }
)  # fmt: skip
_CONTESTING = frozenset({Kind.LEGAL, Kind.DISPUTE, Kind.PAID, Kind.HARDSHIP, Kind.SENSITIVE})
# A reply that shows no more than these may be about what its words only hint at.
_UNCLEAR = frozenset({Kind.QUESTION, Kind.ACK})
_THANKS = frozenset({Kind.ACK})
_TELLING = frozenset({"DATE", "MONEY", "NUMBER", "PHONE", "ADDRESS"})
# "I get paid on the 25th. I'll pay you then."
_THEN = re.compile(
    r"\b(?:(?:that|same)(?: same| very)? (?:day|morning|afternoon|evening|night)\b|(?:then|dann|alors|dan)(?=$| ,)"
    r"|(?:on|in) (?:it|that (?:one|run|batch|cycle))$|that is (?:when|the day)\b|an (?:dem|diesem) tag"
    r"|ese (?:mismo )?dia|ce (?:jour|moment) la|n?esse (?:mesmo )?dia|ai te|quel giorno|die dag)"
)
_AT_THE_MOMENT = re.compile(r"(?i)\b(?:right now|rn|just now)\b")
_RANK = {kind: place for place, kind in enumerate(ORDER)}
# Anger matters less than what it is about.
_ABUSE = _RANK[Kind.OPT_OUT] + 0.5
# Two words may mean much else ("the cheque bounced", "we split up"): where one of these is said in more words, a kind
# that rests on no more than two of them is not meant.
_YIELDS = {
    Kind.DISPUTE: frozenset({Kind.PAID, Kind.HARDSHIP, Kind.WRONG_CONTACT}),
    Kind.HARDSHIP: frozenset({Kind.LEGAL, Kind.DISPUTE, Kind.SENSITIVE, Kind.WRONG_CONTACT}),
    Kind.INSTALMENTS: frozenset({Kind.DISPUTE, Kind.SENSITIVE, Kind.WRONG_CONTACT}),
}
_FEW_WORDS = 2
# What a paying customer attaches.
_REMITTANCE = re.compile(
    r"(?i)remittance|payment|receipt|proof|advice|beleg|zahlung|überweisung|justificante|pago|virement|paiement"
    r"|comprovante|pagamento|bonifico|betaling|betaalbewijs|swift|utr"
)


@dataclass(frozen=True, slots=True)
class Context:
    """What the reminder that is answered was about."""

    invoices: tuple[str, ...] = ()
    amount_due: Decimal | None = None
    currency: str = ""
    # BCP 47 of the customer; decides the order of day and month and the language where the text does not.
    locale: str = "en"


def understand_email(raw: bytes, received_at: datetime, context: Context) -> Understanding:
    """What a mail says; never raises. `received_at` carries the customer's local offset."""
    try:
        return _understand_mail(read_mail(raw), received_at, context)
    except Exception as error:
        # A reply that breaks the reader is a reply all the same: a person is called.
        return unreadable(f"the mail cannot be understood ({type(error).__name__})")


def understand_sms(text: str, received_at: datetime, context: Context) -> Understanding:
    """What a text message says; never raises. `received_at` carries the customer's local offset."""
    try:
        return _understand_text(text, received_at, context)
    except Exception as error:
        return unreadable(f"the text message cannot be understood ({type(error).__name__})")


def _understand_mail(mail: Mail, received_at: datetime, context: Context) -> Understanding:
    failure = dsn.read_failure(mail)
    if failure is not None:
        return _of_failure(failure)
    if dsn.is_complaint(mail):
        finding = Finding(Kind.OPT_OUT, "the recipient reported our mail as spam")
        return Understanding((Kind.AUTO_REPLY, Kind.OPT_OUT), True, (finding,), confidence=0.9)
    reader = _reader(mail.text[:4000], received_at.date(), context, names=_names(mail))
    own = _own_text(mail, reader)
    if mail.problems and not own:
        return unreadable("; ".join(mail.problems))
    why = automatic.why_automatic(mail)
    found = _of_machine(why, own, reader) if why else _of_person(own, mail, reader, context)
    return (
        replace(found, needs_human=True, only_in_part=False, error="; ".join(mail.problems)) if mail.problems else found
    )


def _understand_text(text: str, received_at: datetime, context: Context) -> Understanding:
    text = text[:MAX_OWN].strip()
    kind = sms.keyword(text) or sms.reaction(text)
    if kind is not None:
        return _settled(kind, text)
    reader = _reader(text, received_at.date(), context, is_sms=True)
    found = _sum(_read(text, reader), text, reader, context)
    why = automatic.why_automatic_text(text)
    # "For emergencies call the office" names no other contact; of a number given up `why` is empty.
    if why and not set(found.kinds) & (_WEIGHTIER - {Kind.WRONG_CONTACT}):
        return _of_machine(why, text, reader)
    return _stopped_too(found, text) if sms.asks_to_stop(text) and Kind.OPT_OUT not in found.kinds else found


def _stopped_too(found: Understanding, text: str) -> Understanding:
    """Beside whatever else it says, a text message that asks for no more of them is an opt-out; a person reads it."""
    findings = (*found.findings, Finding(Kind.OPT_OUT, text[:300]))
    said = {*found.kinds, Kind.OPT_OUT} - {Kind.ACK, Kind.OTHER}
    kinds = tuple(sorted(said, key=lambda kind: _RANK[kind]))
    return replace(found, kinds=kinds, needs_human=True, only_in_part=False, findings=findings)


def _settled(kind: Kind, text: str) -> Understanding:
    return Understanding(
        (kind,), kind not in (Kind.OPT_OUT, Kind.ACK), (Finding(kind, text[:300]),), own_text=text, confidence=0.98
    )


def _own_text(mail: Mail, reader: Reader) -> str:
    def matters(line: str) -> bool:
        return says_something(line, reader.tables, reader.spellings) or _is_day(line, reader)

    return own_words(mail.text, matters, reader.names)[:MAX_OWN]


def _is_day(line: str, reader: Reader) -> bool:
    """True for "Friday." and "on the 3rd": where a mail program wrapped the words, no name."""
    words = tokens(line[:60], reader.spellings)
    days = days_in(words, reader.tables, reader.today, reader.locale) if len(words) < 5 else []
    return bool(days) and sum(day.end - day.start for day in days) >= len(words) - 1


def _reader(
    text: str, today: date, context: Context, names: frozenset[str] = frozenset(), is_sms: bool = False
) -> Reader:
    home = fold(context.locale)[:2]
    spoken = tables.language_of(text, home)
    # English stands in where nothing else is told, and beside it where both are mixed; never beside plain French.
    english = "en" if spoken in ("", "en") or tables.is_spoken("en", text, spoken) else spoken
    wanted = dict.fromkeys([spoken, home if home in tables.LANGUAGES else spoken, english, tables.ELSEWHERE])
    loaded = tuple(tables.load(language) for language in wanted if language)
    own = loaded[0].fillers
    spellings = dict[str, str]()
    for table in reversed(loaded):
        found = table.spellings | (table.sms_spellings if is_sms else {})
        # A short form of another language respells no word of this one: "im April" is no "I am April".
        spellings |= {k: v for k, v in found.items() if table is loaded[0] or k not in own}
    return Reader(loaded, today, context.locale, context.invoices, names, spoken, spellings)


def _names(mail: Mail) -> frozenset[str]:
    people = " ".join(re.sub(r"[@+][^>]*", " ", value) for value in mail.all("from", "to", "cc"))
    return frozenset(word for word in re.findall(r"[^\W\d_]{2,30}", fold(people[:1000])))


def _of_failure(failure: dsn.Failure) -> Understanding:
    kind = Kind.AUTO_REPLY if failure.hard is None else Kind.BOUNCE_HARD if failure.hard else Kind.BOUNCE_SOFT
    finding = Finding(kind, failure.evidence)
    return Understanding((kind,), kind is Kind.BOUNCE_HARD, (finding,), confidence=0.97, bounce=failure.bounce)


def _of_machine(why: str, own: str, reader: Reader) -> Understanding:
    """What a machine wrote: never a promise, payment or opt-out, whatever its words; the day of return is read."""
    read = [read_sentence(sentence, reader) for sentence in sentences(own)]
    told = [(s.text, last_day(s.days)) for s in read]
    back = automatic.day_back(told) if why != automatic.READ_RECEIPT else None
    left = automatic.left_for_good(s.text for s in read)
    matters = automatic.what_matters(s.text for s in read) or _contested(read)
    findings = [Finding(Kind.AUTO_REPLY, ((read[0].text if read else "") or why)[:300], day=back)]
    if left:
        findings.append(Finding(Kind.WRONG_CONTACT, left[:300]))
    return Understanding(
        tuple(finding.kind for finding in findings),
        bool(left or matters),
        tuple(findings),
        return_on=back,
        own_text=own,
        unexplained=(matters,) if matters else (),
        language=reader.language,
        confidence=0.97,
    )


def _contested(read: Sequence[Sentence]) -> str:
    """The sentence that contests an invoice by its number: no notice does that, whatever its headers claim."""
    return next((s.text for s in read if any(f.kind in _CONTESTING and f.invoices for f in s.findings)), "")


def _of_person(own: str, mail: Mail, reader: Reader, context: Context) -> Understanding:
    if not own.strip():
        return _of_empty(mail, reader)
    kind = sms.keyword(own) or (Kind.ACK if sms.is_thumbs(own) and not mail.attachments else None)
    if kind is not None:
        return replace(_settled(kind, own), language=reader.language)
    found = _sum(_read(own, reader), own, reader, context)
    if mail.attachments:
        found = _with_attachments(found, mail.attachments)
    return found


def _of_empty(mail: Mail, reader: Reader) -> Understanding:
    """A mail without words: an unsubscribe link writes its word into the subject."""
    subject = mail.header("subject")
    if sms.keyword(subject) is Kind.OPT_OUT and not mail.attachments:
        return _settled(Kind.OPT_OUT, subject)
    empty = Understanding((Kind.OTHER,), True, language=reader.language, confidence=0.3)
    return _with_attachments(empty, mail.attachments) if mail.attachments else empty


def _with_attachments(found: Understanding, names: Sequence[str]) -> Understanding:
    """An attachment always needs a person; one called "remittance" is a claim of payment."""
    told = next((name for name in names if _REMITTANCE.search(name)), "")
    if told and not (set(found.kinds) - {Kind.OTHER, Kind.ACK}):
        found = replace(found, kinds=(Kind.PAID,), findings=(Finding(Kind.PAID, told),))
    return replace(found, needs_human=True, only_in_part=False)


def _read(text: str, reader: Reader) -> list[Sentence]:
    """Every sentence read, one that speaks of several invoices apart ("A is paid, B is wrong, C on Friday")."""
    return [read_sentence(part, reader) for whole in sentences(text) for part in by_invoice(whole, reader.invoices)]


def _sum(read: Sequence[Sentence], own: str, reader: Reader, context: Context) -> Understanding:
    """The sentences put together."""
    findings = _settle_amounts(_settle_days(read), context)
    hints = [hint for s in read for hint in s.hints]
    # "The transfer is gone since Tuesday and arrives by Friday": what sounds like a promise tells of a payment.
    sent = {hint.text for hint in hints if hint.kind is Kind.PAID}
    findings = [f for f in findings if f.kind is not Kind.PROMISE or f.text not in sent]
    asked = any("question" in s.groups for s in read)
    if {f.kind for f in findings} <= _UNCLEAR and not asked:
        findings += hints
    guessed = promised_perhaps(read, reader, reader.today + FARTHEST) if {f.kind for f in findings} <= _THANKS else []
    findings += guessed
    groups = {group for s in read for group in s.groups}
    findings = _without_weaker(_without_asides(findings, read, reader.today), read)
    kinds = _kinds(findings, abusive="sensitive.grave" not in groups)
    unexplained = tuple(s.text for s in read if not s.accounted)
    if kinds == (Kind.AUTO_REPLY,):
        unexplained = tuple(s.text for s in read if not s.accounted and (s.is_question or _matters(s, reader)))
    if kinds == (Kind.PROMISE,):
        unexplained = tuple(s.text for s in read if not (s.accounted or s.is_story))
    promise = next((f for f in findings if f.kind is Kind.PROMISE), None)
    # "300 dollars" where pounds are owed is neither the whole nor a share of it.
    is_foreign = any(not may_be_in(told.unit, context.currency) for s in read for told in s.sums)
    clear = not unexplained and not hints and not guessed and bool(read) and not (is_foreign and promise)
    alone = clear and _is_harmless(kinds, findings, read, reader.today)
    whole = [replace(found, amount=None) for found in findings]
    return Understanding(
        kinds=kinds or (Kind.OTHER,),
        needs_human=not alone,
        findings=tuple(findings),
        dispute_reason=_reason(findings),
        promise_on=promise.day if promise else None,
        promise_amount=promise.amount if promise else None,
        return_on=_day_back(findings, read, reader.today) if Kind.AUTO_REPLY in kinds else None,
        own_text=own,
        unexplained=unexplained,
        language=reader.language,
        confidence=0.95 if alone else 0.75 if findings else 0.3,
        only_in_part=clear and not alone and _is_harmless(kinds, whole, read, reader.today),
    )


def _day_back(findings: Iterable[Finding], read: Sequence[Sentence], today: date) -> date | None:
    """The day of return: "away until the 18th, back on the 19th"; "I'm driving right now" names none."""
    told = automatic.day_back([(s.text, last_day([day for day in s.days if day.day])) for s in read])
    back = next((f for f in findings if f.kind is Kind.AUTO_REPLY), None)
    if back is None or (back.day == today and _AT_THE_MOMENT.search(back.text)):
        return None
    return told or back.day


def _without_asides(findings: list[Finding], read: Sequence[Sentence], today: date) -> list[Finding]:
    """Without what is asked or passed on in the course of something weightier.

    "Our accountant has it and will pay on Friday" names no other contact; "send me a corrected invoice" beside a
    dispute asks nothing further, unless a question mark stands there.
    """
    if any(f.kind is Kind.PROMISE and f.day for f in findings):
        # "I thought that Alan had paid you" claims a payment, unless it explains why one is promised now.
        supposed = {s.text for s in read if "supposed_paid" in s.groups}
        findings = [f for f in findings if f.kind is not Kind.PAID or f.text not in supposed]
    kinds = {f.kind for f in findings}
    asked = {s.text for s in read if s.is_question and "question" in s.groups}
    if kinds & _WEIGHTIER:
        findings = [f for f in findings if f.kind is not Kind.QUESTION or f.text in asked]
    if Kind.PAID in kinds:
        findings = [f for f in findings if f.kind is not Kind.PROMISE or f.day is None or f.day > today]
    # "The agency sees to it" names them rather than promises.
    if Kind.WRONG_CONTACT in kinds:
        findings = [f for f in findings if f.kind is not Kind.PROMISE or f.day]
    passed_on = {s.text for s in read if "wrong_contact" not in s.groups}
    if len(kinds) > 1:
        findings = [f for f in findings if f.kind is not Kind.WRONG_CONTACT or f.text not in passed_on]
    return findings


def _without_weaker(findings: list[Finding], read: Sequence[Sentence]) -> list[Finding]:
    """Without the kinds that a word or two seem to show where another one is plainly said; never one of an invoice.

    Nor is paid what was billed twice: "it repeats the one we settled in May" tells of the other.
    """
    if _reason(findings) is DisputeReason.DUPLICATE:
        # First, so that the dispute does not yield to a payment that does not count.
        findings = [f for f in findings if f.kind is not Kind.PAID or f.invoices]
    said = {f.kind: sum(s.strength.get(f.kind, 0) for s in read) for f in findings}

    def yields(finding: Finding) -> bool:
        words = said[finding.kind]
        stronger = _YIELDS.get(finding.kind, frozenset()) & said.keys()
        return 0 < words <= _FEW_WORDS and not finding.invoices and any(said[kind] > words for kind in stronger)

    return [finding for finding in findings if not yields(finding)]


def _reason(findings: Sequence[Finding]) -> DisputeReason | None:
    """The first reason given; "unspecified" only where no sentence gives another."""
    reasons = [f.dispute_reason for f in findings if f.dispute_reason]
    return next(
        (reason for reason in reasons if reason is not DisputeReason.UNSPECIFIED), reasons[0] if reasons else None
    )


def _matters(sentence: Sentence, reader: Reader) -> bool:
    """True where a sentence beside "I'm away" speaks of money or of us, and so is more than an away message."""
    return any(word in table.matters for word in sentence.words for table in reader.tables)


def _kinds(findings: Iterable[Finding], abusive: bool) -> tuple[Kind, ...]:
    kinds = {finding.kind for finding in findings}
    # Thanks beside something else is mere courtesy.
    if len(kinds) > 1:
        kinds.discard(Kind.ACK)
    # "Stop reminding me, I have paid" wants the reminders ended, not the messages.
    if Kind.PAID in kinds:
        kinds.discard(Kind.OPT_OUT)
    # "I'm away until Monday and will pay then" is a promise by a person; no machine promises.
    if len(kinds) > 1:
        kinds.discard(Kind.AUTO_REPLY)
    return tuple(sorted(kinds, key=lambda kind: _ABUSE if abusive and kind is Kind.SENSITIVE else _RANK[kind]))


def _settle_days(read: Sequence[Sentence]) -> list[Finding]:
    """The findings, a promise without a day taking it from the sentence beside it ("Will pay. Friday.")."""
    findings: list[Finding] = []
    for before, sentence in zip([None, *read], read, strict=False):
        findings.extend(_dated_by(before, finding, sentence) for finding in sentence.findings)
    promises = [f for f in findings if f.kind is Kind.PROMISE]
    # "Our runs are on the 10th and the 25th of every month. Yours is in the one of the 25th."
    habits = {s.text for s in read if s.deadlines and all(day.repeated for day in s.deadlines)}
    days = [f.day for f in promises if f.day and f.text not in habits] or [f.day for f in promises if f.day]
    if promises and days:
        last = max(days)
        merged = replace(
            next(f for f in promises if f.day == last), amount=next((f.amount for f in promises if f.amount), None)
        )
        findings = [f for f in findings if f.kind is not Kind.PROMISE]
        findings.append(merged)
    return findings


def _dated_by(before: Sentence | None, found: Finding, sentence: Sentence) -> Finding:
    """A promise to pay "then", or "that day", takes the day that the sentence before it names."""
    if found.kind is not Kind.PROMISE or found.day or not _THEN.search(" ".join(sentence.words)):
        return found
    # "J'attends ma paye du 25, à ce moment-là je vous vire la totalité": the day stands in the sentence itself.
    named = sentence.days or (before.deadlines if before else ())
    return replace(found, day=last_day(named, surely=True)) if named else found


def _settle_amounts(findings: list[Finding], context: Context) -> list[Finding]:
    """A promise of the whole sum names no amount."""
    due = context.amount_due
    return [
        replace(f, amount=None) if f.amount is not None and due is not None and f.amount >= due else f for f in findings
    ]


def _is_harmless(kinds: tuple[Kind, ...], findings: Sequence[Finding], read: Sequence[Sentence], today: date) -> bool:
    if kinds == (Kind.PROMISE,):
        return _is_clean(next(f for f in findings if f.kind is Kind.PROMISE), read, today)
    # Thanks need neither a day nor a sum: where one is named, more was said than was understood.
    if kinds == (Kind.ACK,) and any(_TELLING & set(s.words) for s in read):
        return False
    # An opt-out names no day and asks for nothing else: "stop texting me and send the invoice again".
    if kinds == (Kind.OPT_OUT,) and any(s.deadlines or any(f.kind is Kind.QUESTION for f in s.findings) for s in read):
        return False
    return kinds in ((Kind.ACK,), (Kind.OPT_OUT,), (Kind.AUTO_REPLY,)) and not any(
        s.on_condition and kinds != (Kind.AUTO_REPLY,) for s in read
    )


def _is_clean(promise: Finding, read: Sequence[Sentence], today: date) -> bool:
    """A promise of the whole sum, for a day soon to come, without hedge or condition."""
    if promise.day is None or promise.amount is not None:
        return False
    if not today <= promise.day <= today + FARTHEST:
        return False
    return not any(s.is_hedged or s.on_condition or s.is_question for s in read)
