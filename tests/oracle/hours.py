"""Hours, budgets, freshness and permission to send at all (invariants 17 to 20, 22 to 24 and 26 to 30)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from itertools import chain, groupby
from zoneinfo import ZoneInfo

from tests.oracle import days, wire
from tests.oracle.evidence import Deed, Text
from tests.oracle.record import CLOCKS, RESIDUAL, Record, Sent
from tests.oracle.violation import Violation

# No setting widens these.
_EARLIEST, _LATEST = time(8), time(21)
# So long before the window ends nothing is handed over any more, since a relay may take its time.
_LAST_CALL = timedelta(minutes=15)
_DEAF_TOO_LONG = timedelta(minutes=15)
_LOOK_FRESH_FOR = timedelta(seconds=60)
_STOP_TAKES = timedelta(seconds=1)
_DAY = timedelta(hours=24)


def in_their_hours(record: Record) -> Iterator[Violation]:
    """17 and 18. Wire time inside the recipient's local window, not on their holiday; unknown zone: inside in all.

    Nothing is handed over in the window's last quarter of an hour, since a relay may keep it a while.
    """
    for sent in record.sent:
        # An e-mail that a person wrote rings nobody out of bed and is waited for; a text message may.
        if sent.answer and sent.letter is not None:
            continue
        zones = record.zones(sent)
        wrong = next((why for zone in zones if (why := _outside(record, sent, zone)) is not None), None)
        if wrong is not None or not zones:
            number = 17 if len(zones) == 1 else 18
            yield Violation(number, sent.at, sent.customer, f"{sent.name} {wrong or 'went to an unknown zone'}")


def texts_end_in_time(record: Record) -> Iterator[Violation]:
    """19. SMS ValidityPeriod ends inside the same window, give or take what it takes to hand it over."""
    for sent in record.sent:
        if not isinstance(sent.original, Text):
            continue
        ends = sent.at + timedelta(seconds=sent.original.valid_seconds) - CLOCKS
        for zone in record.zones(sent):
            here, until = sent.at.astimezone(zone), ends.astimezone(zone)
            if until.date() != here.date() or until.time() > min(record.rules.closes, _LATEST):
                why = f"{sent.name} stays valid until {until:%Y-%m-%d %H:%M} there, past {record.rules.closes:%H:%M}"
                yield Violation(19, sent.at, sent.customer, why)
                break


def within_their_budget(record: Record) -> Iterator[Violation]:
    """20. At most 1 automated message per person in any 24 h, 2 in 7 days, 7 in 30 days, by customer and by address.

    Messages by a person use up the budget and are never blocked by it. Counted from when the program let each go: how
    long a server takes over its answer is not ours to say.
    """
    seen: set[int] = set()
    for who, sent in chain(record.of_customer.items(), record.at_address.items()):
        for message, many, window in _over_budget(record, who, sent):
            if id(message) not in seen:
                seen.add(id(message))
                why = f"{message.name} is message {many} to {who} within {window.days} days"
                yield Violation(20, message.at, message.customer, why)


def listening(record: Record) -> Iterator[Violation]:
    """22 and 23. Inbox success age above 15 min: no sends at all; a fresh poll within 60 s before every batch."""
    for begins, ends in record.evidence.deaf:
        for sent in _marked(record, begins + _LOOK_FRESH_FOR + CLOCKS, ends - CLOCKS):
            long = sent.marked_at > begins + _DEAF_TOO_LONG
            why = f"{sent.name} was sent while the mailbox could not be read since {begins:%Y-%m-%d %H:%M:%S}Z"
            yield Violation(22 if long else 23, sent.at, sent.customer, why)


def fresh_books(record: Record) -> Iterator[Violation]:
    """24. Ledger age above its limit: no sends; a suspicious import holds until a person says yes."""
    rules = record.rules
    for sent in record.sent:
        at = sent.claim.at if sent.claim else sent.marked_at
        if not sent.books:
            yield Violation(24, sent.at, sent.customer, f"{sent.name} was sent before any books were taken in")
            continue
        exported = max(book.exported_at for book in sent.books)
        age = days.business_age(exported, at, record.home, rules.country, rules.holidays, rules.weekdays)
        if age > rules.ledger_max_age + CLOCKS:
            hours = age / timedelta(hours=1)
            why = f"{sent.name} was claimed at {at:%Y-%m-%d %H:%M}Z, when the books were {hours:.1f} business hours old"
            yield Violation(24, sent.at, sent.customer, why)
    for book in record.ledgers:
        if book.suspicious_until is not None:
            for sent in _marked(record, book.taken_at + CLOCKS, book.suspicious_until - CLOCKS):
                why = f"{sent.name} was sent while the books of {book.taken_at:%Y-%m-%d %H:%M}Z waited for a yes"
                yield Violation(24, sent.at, sent.customer, why)


def after_an_outage(record: Record) -> Iterator[Violation]:
    """26. After any outage of any length: at most 1 message per customer in the first 24 h, at most the hourly cap."""
    for _, ends in record.evidence.outages:
        first = record.sent[bisect_left(record.times, ends) : bisect_left(record.times, ends + _DAY)]
        many = Counter(sent.customer for sent in first if not sent.by_person)
        for customer, count in many.items():
            if count > 1:
                why = f"{count} messages within a day after the outage that ended at {ends:%Y-%m-%d %H:%M}Z"
                yield Violation(26, ends, customer, why)
        hour = [sent for sent in first if sent.at < ends + timedelta(hours=1)]
        if len(hour) > record.rules.max_per_hour:
            why = f"{len(hour)} messages in the first hour after the outage that ended at {ends:%Y-%m-%d %H:%M}Z"
            yield Violation(26, ends, None, why)


def within_the_caps(record: Record) -> Iterator[Violation]:
    """27. Caps: per hour, per day, new recipients a day, segments a month; days and months are the business's."""
    rules, home = record.rules, record.home
    yield from _capped(record.sent, home, "%Y-%m-%d %H", rules.max_per_hour, "in the hour")
    yield from _capped(record.sent, home, "%Y-%m-%d", rules.max_per_day, "on")
    tried = _in_doubt(record)
    began = (known[0] for known in record.of_customer.values() if known)
    # Whom a message may have reached before is not written to for the first time.
    first = sorted(
        (one for one in began if tried.get(one.customer, one.marked_at) >= one.marked_at), key=lambda sent: sent.at
    )
    yield from _capped(first, home, "%Y-%m-%d", rules.first_contacts_per_day, "to people never written to before on")
    texts = [sent for sent in record.sent if isinstance(sent.original, Text)]
    for month, group in groupby(texts, key=lambda sent: f"{sent.at.astimezone(home):%Y-%m}"):
        sent = list(group)
        used = sum(wire.segments(each.original.body) for each in sent if isinstance(each.original, Text))
        if used > rules.monthly_segments:
            why = f"{used} segments in {month}, {rules.monthly_segments} are allowed"
            yield Violation(27, sent[-1].at, sent[-1].customer, why)


def _in_doubt(record: Record) -> dict[str | None, datetime]:
    """When a message first left for each customer of which nobody could tell whether it arrived."""
    found: dict[str | None, datetime] = {}
    for reminder in record.story.reminders.values():
        if any(end.outcome == "uncertain" for end in reminder.ends):
            for mark in reminder.onwire:
                plan = reminder.plan(mark.seq)
                if plan is not None:
                    found[plan.customer] = min(mark.at, found.get(plan.customer, mark.at))
    return found


def stopped_at_once(record: Record) -> Iterator[Violation]:
    """28. Kill switch stops new claims within 1 s and an open batch at the next message."""
    live = [done.at for done in record.done(Deed.WENT_LIVE)]
    for stopped in record.done(Deed.STOPPED):
        place = bisect_right(live, stopped.at)
        again = live[place] if place < len(live) else None
        for sent in _marked(record, stopped.at + _STOP_TAKES, again):
            why = f"{sent.name} was sent although a person stopped all sending at {stopped.at:%Y-%m-%d %H:%M:%S}Z"
            yield Violation(28, sent.at, sent.customer, why)
    for mark, numbers in record.story.stopped_claims:
        why = f"reminders {', '.join(map(str, numbers))} were claimed at seq {mark.seq} after the journal's own stop"
        yield Violation(28, mark.at, None, why)


def not_before_go_live(record: Record) -> Iterator[Violation]:
    """29. Until go-live has been confirmed no real recipient is ever contacted."""
    live = [done.at for done in record.done(Deed.WENT_LIVE)]
    for sent in record.sent:
        if not live or sent.at < live[0]:
            why = f"{sent.name} was sent before anybody had let this installation send"
            yield Violation(29, sent.at, sent.customer, why)


def adopted_first(record: Record) -> Iterator[Violation]:
    """30. A database restored, cloned or older than the send log: dry run until a person adopts it."""
    adopted = [done.at for done in record.done(Deed.ADOPTED)]
    for restored in record.evidence.restored:
        place = bisect_left(adopted, restored)
        until = adopted[place] if place < len(adopted) else None
        for sent in _marked(record, restored, until):
            why = f"{sent.name} was sent from the store put back at {restored:%Y-%m-%d %H:%M}Z, which nobody adopted"
            yield Violation(30, sent.at, sent.customer, why)


def _outside(record: Record, sent: Sent, zone: ZoneInfo) -> str | None:
    """How a message misses the window of a zone; None where it does not."""
    here = sent.at.astimezone(zone)
    opens, closes = max(record.rules.opens, _EARLIEST), min(record.rules.closes, _LATEST)
    when = f"arrived at {here:%a %Y-%m-%d %H:%M:%S} in {zone.key}"
    if not opens <= here.time() < closes:
        return f"{when}, outside {opens:%H:%M}-{closes:%H:%M}"
    if here.weekday() not in record.rules.weekdays:
        return f"{when}, no day of the week to write on"
    if days.is_holiday(here.date(), record.party(sent).country, record.rules.holidays):
        return f"{when}, a holiday there"
    if record.rules.only_when_we_work and not sent.by_person and not _at_work(record, sent):
        return f"{when}, when nobody at the business reads answers"
    if sent.marked_at.astimezone(zone).replace(tzinfo=None) > datetime.combine(here.date(), closes) - _LAST_CALL:
        return f"{when}, handed over within the last {_LAST_CALL.seconds // 60} minutes of the window"
    return None


def _at_work(record: Record, sent: Sent) -> bool:
    """Whether somebody of the business is there on the day on which it left, or the one on which it arrived."""
    rules = record.rules
    here = {moment.astimezone(record.home).date() for moment in (sent.at, sent.marked_at)}
    return any(
        day.weekday() in days.WORKING_WEEK | rules.weekdays and not days.is_holiday(day, rules.country, rules.holidays)
        for day in here
    )


def _over_budget(record: Record, who: str, sent: list[Sent]) -> Iterator[tuple[Sent, int, timedelta]]:
    """Each message that is one too many, and which it is in which window; a call counts as a message by a person."""
    heard: list[tuple[datetime, Sent | None]] = [(each.left_at, each) for each in sent if not each.forgotten]
    heard += [(done.at, None) for done in record.done(Deed.CALLED, who)]
    heard.sort(key=lambda each: each[0])
    rules = record.rules
    budgets = ((rules.per_day, _DAY), (rules.per_week, 7 * _DAY), (rules.per_month, 30 * _DAY))
    for place, (at, each) in enumerate(heard):
        for allowed, window in budgets:
            over = place >= allowed and at - heard[place - allowed][0] < window - CLOCKS
            if over and each is not None and not each.by_person:
                yield each, allowed + 1, window


def _marked(record: Record, since: datetime, until: datetime | None) -> Iterator[Sent]:
    """What was marked after a moment and before another; a mark and its message lie close together."""
    for sent in record.sent[bisect_right(record.times, since) :]:
        if until is not None and sent.at >= until + RESIDUAL:
            return
        if sent.marked_at > since and (until is None or sent.marked_at < until):
            yield sent


def _capped(sent: list[Sent], home: ZoneInfo, form: str, cap: int, when: str) -> Iterator[Violation]:
    for name, group in groupby(sent, key=lambda each: each.at.astimezone(home).strftime(form)):
        many = list(group)
        # What a person writes takes its place among them and waits for none of them.
        over = [sent for sent in many[cap:] if not sent.answer]
        if over:
            why = f"{len(many)} messages {when} {name}, {cap} are allowed"
            yield Violation(27, over[0].at, over[0].customer, why)
