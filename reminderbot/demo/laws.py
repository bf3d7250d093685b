"""The judge of the demo: whether the bot kept its laws, by what the servers received and what happened in the world.

It asks nothing of the bot, neither its store nor its rules: the ladder and the limits stand here once more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from email.utils import getaddresses
from functools import lru_cache
from zoneinfo import ZoneInfo

from reminderbot.demo.evidence import EMAIL, SMS, Agreed, Evidence, Message, Party, Word, to_party
from reminderbot.demo.recognise import Letters, asks, mail, numbers, subject, words

# The letters in their order, with the days past due at which each may come first.
LADDER = {"heads-up": -3, "gentle": 3, "check-in": 10, "options": 18, "firm": 28, "last": 42}
_RUNGS = tuple(LADDER)
_GENTLE = _RUNGS.index("gentle")
OPENS, CLOSES = time(9), time(17)
# (how long a stretch, how many messages it may hold)
BUDGET = ((timedelta(hours=24), 1), (timedelta(days=7), 2), (timedelta(days=30), 7))
# A text comes within three business days of its letter; with a weekend and a holiday those are six days.
_TEXT_FOLLOWS = timedelta(days=6)

# The note before an instalment is no letter of the ladder; it comes a few business days before.
_NOTE = "instalment"
_NOTE_COMES = timedelta(days=10)

# What is wrong with one message; nothing where all is well.
Findings = Iterator[str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One law, how many messages were held against it, and each that broke it."""

    law: str
    checked: int
    broken: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Court:
    """What a law looks at: one customer's messages, oldest first."""

    evidence: Evidence
    letters: Letters
    party: Party
    messages: tuple[Message, ...]

    def day(self, message: Message) -> date:
        """The day it is for the business, by which invoices age."""
        return message.at.astimezone(ZoneInfo(self.evidence.zone)).date()

    def local(self, message: Message) -> datetime:
        return message.at.astimezone(ZoneInfo(self.party.zone))

    def overdue(self, message: Message) -> dict[str, Decimal]:
        """What the books showed as open and past due at that moment, without what is parked or in instalments."""
        day, apart = self.day(message), {*self.party.parked, *self.covered(message)}
        bills = (b for b in self.party.bills if b.due_on <= day and b.number not in apart)
        return {b.number: owed for b in bills if (owed := self.evidence.owed(b, message.at)) > 0}

    def plan(self, message: Message) -> Agreed | None:
        """The instalments that were agreed on and that nobody had ended by then."""
        mine = (plan for plan in self.evidence.plans if plan.customer_id == self.party.customer_id)
        standing = (p for p in mine if p.at <= message.at and (p.ended_at is None or message.at < p.ended_at))
        return next(standing, None)

    def covered(self, message: Message) -> dict[str, Decimal]:
        """What was open at that moment of what is paid in instalments."""
        plan = self.plan(message)
        bills = (b for b in self.party.bills if plan is not None and b.number in plan.invoices)
        return {b.number: owed for b in bills if (owed := self.evidence.owed(b, message.at)) > 0}

    def next_part(self, message: Message) -> tuple[date, Decimal] | None:
        """The next instalment by the books of that moment, and what was missing of it."""
        plan = self.plan(message)
        parts = plan.parts if plan is not None else ()
        left = sum((amount for _, amount in parts), Decimal(0)) - sum(self.covered(message).values(), Decimal(0))
        for day, amount in parts:
            if amount > left:
                return day, amount - max(left, Decimal(0))
            left -= amount
        return None


def judge(evidence: Evidence, letters: Letters) -> list[Verdict]:
    """Hold every message against every law."""
    by_party = to_party(evidence, evidence.messages)
    strangers = tuple(f"{m.recipient} is nobody's address" for m in by_party.pop("", []))
    courts = [Court(evidence, letters, evidence.party(who), tuple(found)) for who, found in sorted(by_party.items())]
    verdicts = [_held_against(law, of, asked, courts) for law, (of, asked) in LAWS.items()]
    return [Verdict("Every message went to a customer", len(evidence.messages), strangers), *verdicts, _once(evidence)]


def _once(evidence: Evidence) -> Verdict:
    """What the server refused was never a message, so it is looked at by itself."""
    tried = Counter(turned.recipient for turned in evidence.turned)
    again = tuple(f"{recipient} was tried {count} times" for recipient, count in tried.items() if count > 1)
    return Verdict("No second try where the server refused", len(tried), again)


def _held_against(law: str, of: str, asked: Callable[[Court, int], Findings], courts: Sequence[Court]) -> Verdict:
    checked, broken = 0, []
    for court in courts:
        for place, message in enumerate(court.messages):
            if of in ("", message.channel):
                checked += 1
                told = f"{message.at:%Y-%m-%d %H:%M} UTC, {message.channel} to {court.party.name}"
                broken += [f"{told}: {why}" for why in asked(court, place)]
    return Verdict(law, checked, tuple(broken))


def _in_their_day(court: Court, place: int) -> Findings:
    local = court.local(court.messages[place])
    if not OPENS <= local.time() <= CLOSES:
        yield f"it was {local:%H:%M} there"
    if local.weekday() >= 5:
        yield f"it was {local:%A} there"
    if _is_holiday(court.party.country, local.date()):
        yield "it was a public holiday there"


def _is_holiday(country: str, day: date) -> bool:
    return day in _holidays_of(country, day.year)


@lru_cache(maxsize=64)
def _holidays_of(country: str, year: int) -> frozenset[date]:
    import holidays

    return frozenset(holidays.country_holidays(country, years=year))


def _seldom(court: Court, place: int) -> Findings:
    now = court.messages[place].at
    # A call uses up the budget, too, and is never kept back by it.
    calls = [call.at for call in court.evidence.calls if call.customer_id == court.party.customer_id]
    for stretch, most in BUDGET:
        count = sum(now - stretch < at <= now for at in (*calls, *(m.at for m in court.messages[: place + 1])))
        if count > most:
            yield f"it was number {count} within {stretch.days} days, at most {most} are allowed"


def _quiet(court: Court, place: int) -> Findings:
    message = court.messages[place]
    for word in court.evidence.words:
        if word.customer_id == court.party.customer_id and word.at < message.at and not _over(court, word, message):
            yield f"they had answered “{word.text}” and nobody had released it"


def _over(court: Court, word: Word, message: Message) -> bool:
    """Whether reminders may go on after `word`: its days are over, or a person has said so."""
    releases = (r for r in court.evidence.releases if r.customer_id == court.party.customer_id)
    if any(word.at < release.at <= message.at for release in releases):
        return True
    return word.quiet_until is not None and court.local(message).date() >= word.quiet_until


def _open_channel(court: Court, place: int) -> Findings:
    message = court.messages[place]
    for word in court.evidence.words:
        if (word.customer_id, word.closes) == (court.party.customer_id, message.channel) and word.at < message.at:
            yield f"the channel was closed by “{word.text}”"
    if any(t.recipient == message.recipient and t.at <= message.at for t in court.evidence.turned):
        yield "the server had refused that address before"


def _owed(court: Court, place: int) -> Findings:
    message = court.messages[place]
    asked, overdue, part = asks(message), court.overdue(message), court.next_part(message)
    if is_note := court.letters.tier(message) == _NOTE:
        overdue = court.covered(message)
    if message.channel == SMS:
        due = part[1] if is_note and part else sum(overdue.values(), Decimal(0))
        expected = (court.party.currency, due)
        if asked.total != expected or not overdue:
            yield f"it asks for {_money(asked.total)}, and {_money(expected)} was owed"
        return
    if court.letters.tier(message) == "heads-up":
        overdue = _soon_due(court, message)
    expected_by = {number: (court.party.currency, owed) for number, owed in overdue.items()}
    if asked.by_invoice != expected_by or not expected_by:
        yield f"it lists {_list(asked.by_invoice)}, and {_list(expected_by)} was owed"
    total = (court.party.currency, sum(overdue.values(), Decimal(0)))
    if asked.total != total:
        yield f"its total is {_money(asked.total)}, and {_money(total)} was owed"


def _soon_due(court: Court, message: Message) -> dict[str, Decimal]:
    day = court.day(message)
    apart = court.covered(message)
    bills = (b for b in court.party.bills if b.number not in apart)
    soon = (b for b in bills if day < b.due_on <= day - timedelta(days=LADDER["heads-up"]))
    return {b.number: owed for b in soon if (owed := court.evidence.owed(b, message.at)) > 0}


def _money(sum_: tuple[str, Decimal] | None) -> str:
    return f"{sum_[0]} {sum_[1]}" if sum_ else "nothing"


def _list(sums: dict[str, tuple[str, Decimal]]) -> str:
    return ", ".join(f"{number} ({_money(owed)})" for number, owed in sums.items()) or "nothing"


def _in_order(court: Court, place: int) -> Findings:
    """A letter is right where one of its invoices has come to just this rung, one at a time and not too soon."""
    reached: dict[str, tuple[int, date]] = {}
    told: dict[tuple[str, int], date] = {}
    stepped: set[int] = set()
    for message in [m for m in court.messages[: place + 1] if m.channel == EMAIL]:
        stepped = _climb(court, message, reached, told)
    message = court.messages[place]
    tier = court.letters.tier(message)
    if tier == _NOTE:
        return
    if tier not in _RUNGS:
        yield f"no letter of ours reads so: {subject(message)}"
    elif max(stepped, default=-1) != _RUNGS.index(tier):
        yield f"'{tier}' comes twice, too soon or out of order"


def _climb(
    court: Court, message: Message, reached: dict[str, tuple[int, date]], told: dict[tuple[str, int], date]
) -> set[int]:
    """Move each invoice of a letter up by the one rung that is due for it; gives the rungs they came to.

    A rung of which a letter over other invoices spoke needs no letter of its own: it is taken on its day.
    """
    day = court.day(message)
    tier = court.letters.tier(message)
    highest = _RUNGS.index(tier) if tier in _RUNGS else -1
    stepped: set[int] = set()
    for bill in court.party.bills:
        if bill.number not in asks(message).by_invoice:
            continue
        rung, since = reached.get(bill.number, (-1, date.min))
        following = rung + 1 if day < bill.due_on else max(rung + 1, _GENTLE)
        while (bill.number, following) in told and _is_due(bill.due_on, rung, following, since, day):
            rung, since = following, _falls_on(bill.due_on, rung, following, since)
            reached[bill.number], following = (rung, since), rung + 1
        told[bill.number, highest] = day
        if following <= highest and _is_due(bill.due_on, rung, following, since, day):
            reached[bill.number] = (following, day)
            stepped.add(following)
    return stepped


def _is_due(due_on: date, rung: int, following: int, since: date, day: date) -> bool:
    return day >= _falls_on(due_on, rung, following, since)


def _falls_on(due_on: date, rung: int, following: int, since: date) -> date:
    """The first day for the rung that follows."""
    days = LADDER[_RUNGS[following]]
    own = due_on + timedelta(days=days)
    return max(own, since + timedelta(days=days - LADDER[_RUNGS[rung]])) if rung >= 0 else own


def _after_its_letter(court: Court, place: int) -> Findings:
    text = court.messages[place]
    tier = court.letters.tier(text)
    if tier == _NOTE:
        return
    before = [m for m in court.messages[:place] if court.letters.tier(m) == tier]
    last = max(before, key=lambda m: m.at, default=None)
    if last is None or last.channel != EMAIL or court.day(text) <= court.day(last):
        yield f"the letter '{tier}' had not come the day before"
    elif text.at - last.at > _TEXT_FOLLOWS:
        yield f"the letter '{tier}' had come {(text.at - last.at).days} days before"


def _in_instalments(court: Court, place: int) -> Findings:
    message = court.messages[place]
    if court.letters.tier(message) != _NOTE:
        if asked := sorted(asks(message).by_invoice.keys() & court.covered(message).keys()):
            yield f"it lists {', '.join(asked)}, which is paid in instalments"
        return
    part, day = court.next_part(message), court.day(message)
    notes = [m for m in court.messages[:place] if court.letters.tier(m) == _NOTE]
    if part is None or not day < part[0] <= day + _NOTE_COMES:
        yield f"no instalment was to come soon ({part[0] if part else 'none at all'})"
    elif any(part[0] - _NOTE_COMES <= court.day(note) for note in notes):
        yield f"the instalment of {part[0]} was noted before"


def _agreed(court: Court, place: int) -> Findings:
    agreed_on = court.party.consent_on
    if agreed_on is None or agreed_on > court.local(court.messages[place]).date():
        yield "they had not agreed to text messages"


def _short(court: Court, place: int) -> Findings:
    text = words(court.messages[place])
    # 3GPP TS 23.038: 153 plain characters a segment, else 67; what needs an escape counts as not plain here.
    plain = text.isascii() and not set(text) & set("^{}\\[~]|`")
    if len(text) > (306 if plain else 134):
        yield f"{len(text)} characters are more than two segments"
    if "STOP" not in text:
        yield "it does not say how to stop"
    if court.evidence.business not in text:
        yield "it does not say from whom it is"


def _alone(court: Court, place: int) -> Findings:
    message = court.messages[place]
    others = [p for p in court.evidence.parties if p.customer_id != court.party.customer_id]
    foreign = numbers(message) - {bill.number for bill in court.party.bills}
    named = sorted(foreign) + [other.name for other in others if other.name in words(message)]
    if named:
        yield f"it speaks of {', '.join(named)}"
    if message.channel == EMAIL:
        told = getaddresses([str(line) for name in ("To", "Cc", "Bcc") for line in mail(message).get_all(name, [])])
        if [address for _, address in told] != [court.party.email]:
            yield "its headers name somebody else"


# (the law, the channel it is about, what asks it)
LAWS: dict[str, tuple[str, Callable[[Court, int], Findings]]] = {
    "Only 9 to 5 on their own business days": ("", _in_their_day),
    "One in 24 hours, two in 7 days, seven in 30": ("", _seldom),
    "Silent after an answer until a person says so": ("", _quiet),
    "Never again on a closed channel": ("", _open_channel),
    "Every sum is what was owed at that moment": ("", _owed),
    "One tier at a time, no letter twice": (EMAIL, _in_order),
    "A text only follows its own letter": (SMS, _after_its_letter),
    "Texts only to who agreed to them": (SMS, _agreed),
    "Texts in two segments, with a way to stop": (SMS, _short),
    "Nobody reads of anybody else": ("", _alone),
    "Instalments are noted once, and left alone": ("", _in_instalments),
}
