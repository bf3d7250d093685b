"""The reading run: pauses the customer first, then understands the reply, then applies what triage decides.

A message that cannot be read is set aside with its sender held; the next one is read all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, Row
from sqlalchemy.exc import OperationalError as StoreFailed

from reminderbot.core import triage
from reminderbot.core.case import CaseKind
from reminderbot.core.contact import address_on
from reminderbot.core.event import Event, EventKind
from reminderbot.core.facts import Facts
from reminderbot.core.hold import HoldKind, active
from reminderbot.core.invoice import Status
from reminderbot.core.ladder import Channel
from reminderbot.core.reliability import reliability
from reminderbot.core.understanding import Understanding, unreadable
from reminderbot.house import House, ReadingFailed
from reminderbot.logs import log
from reminderbot.replies.match import Clues
from reminderbot.replies.understand import Context
from reminderbot.runs import canary
from reminderbot.runs.match import Match, match_mail, match_text
from reminderbot.store import case, contact, hold, inbox, journal, ledger, listing, people, promise, uncertain

# A message that stopped its reader this often is set aside.
ATTEMPTS = 2
_LONGEST_HEADER = 64 * 1024
# A pause that ends this much earlier is the same: a storm of automatic answers need not place one each.
_AS_LONG = timedelta(hours=1)


def understand_all(house: House) -> int:
    """Read everything that waits to be read; gives how many messages were settled."""
    settled = idle = 0
    with house.triage_lock:
        # Each gets its attempts and is then set aside; where even that fails, the next look begins anew.
        while idle <= ATTEMPTS and (waiting := _waiting(house)):
            # What is left at the end is read by the next start; nothing leaves before.
            found = sum(_read_safely(house, row) for row in waiting if not house.ending.is_set())
            settled, idle = settled + found, 0 if found else idle + 1
    return settled


def _waiting(house: House) -> list[Row[Any]]:
    with house.store.reading() as connection:
        return inbox.unread(connection)


def _read_safely(house: House, row: Row[Any]) -> int:
    """1 where the message is settled; 0 where reading failed, so that it is tried once more and then set aside."""
    try:
        _read_one(house, row)
    except StoreFailed:
        raise
    except Exception as error:
        log("reading_failed", inbound=row.inbound_id, error=type(error).__name__)
        return 0
    return 1


def _read_one(house: House, row: Row[Any]) -> None:
    """One message, in three durable steps: counted, paused for, understood."""
    with house.store.writing() as connection:
        inbox.count_attempt(connection, row.inbound_id)
    if row.attempts >= ATTEMPTS or row.oversize:
        why = "it is larger than 25 MB" if row.oversize else "reading it failed twice"
        _set_aside(house, row, why)
        return
    raw = house.spool.read(row.digest)
    # Read before the store is asked to write: a mail that takes its time must not keep others waiting.
    clues = None if row.channel == Channel.SMS.value else house.reader.clues(raw)
    if clues is not None and (number := canary.number_of(house, clues)) is not None:
        _settle_canary(house, row, number, clues)
        return
    match, subject = _pause(house, row, clues)
    understanding = _understand(house, row, raw, match)
    with house.store.writing() as connection:
        _apply(house, connection, row, match, understanding, subject)


def _settle_canary(house: House, row: Row[Any], number: int, clues: Clues) -> None:
    """What we wrote to ourselves is no answer, and nobody's."""
    with house.store.writing() as connection:
        canary.came_back(house, connection, number, clues, house.clock.now())
        inbox.settle(connection, row.inbound_id, inbox.CANARY, subject=clues.subject[:200])


def _pause(house: House, row: Row[Any], clues: Clues | None) -> tuple[Match, str]:
    """Hold everybody it may be from, before and regardless of what it means (design law 1)."""
    now = house.clock.now()
    with house.store.writing() as connection:
        if clues is None:
            match, subject = match_text(house, connection, row.sender), ""
        else:
            match, subject = match_mail(house, connection, clues), clues.subject[:200]
            inbox.note_sender(connection, row.inbound_id, clues.sender, clues.message_id)
        for customer_id in match.customer_ids:
            if not any(h.customer_id == customer_id for h in hold.of_inbound(connection, row.inbound_id)):
                why = "an answer came in and has not been read yet"
                hold.place(connection, customer_id, HoldKind.REPLY, why, now, inbound_id=row.inbound_id)
        data = {"inbound": row.inbound_id, "channel": row.channel, "matched_by": match.by.value}
        who = match.customer_ids[0] if match.customer_ids else None
        journal.record(connection, Event(EventKind.HEARD, now, "reminderbot", who, data))
    return match, subject


def _understand(house: House, row: Row[Any], raw: bytes, match: Match) -> Understanding:
    with house.store.reading() as connection:
        invoices: tuple[str, ...] = ()
        locale, country = house.business.language, house.business.country
        zone = house.rules.zone
        for customer_id in match.customer_ids:
            invoices += people.open_numbers(connection, customer_id)
            who = people.get(connection, customer_id)
            if who is not None:
                locale, country = who.language or locale, who.country or country
                zone = (house.gatherer.zones_of(who) or (zone,))[0]
        owed = listing.open_invoices(connection, match.customer_ids) if match.customer_ids else ()
        currencies = {one.currency for one in owed}
    # In several, a sum without more goes to a person anyway.
    currency = currencies.pop() if len(currencies) == 1 else ""
    context = Context(invoices=invoices, currency=currency, locale=_regional(locale, country))
    received = row.received_at.astimezone(zone)
    try:
        if row.channel == Channel.SMS.value:
            return house.reader.text(raw.decode("utf-8", "replace"), received, context)
        return house.reader.mail(raw, received, context)
    except ReadingFailed as error:
        return unreadable(str(error))


def _regional(language: str, country: str) -> str:
    """en and a business in GB: en-GB, so that 03/04 is read as it is meant there."""
    return language if "-" in language or not country else f"{language}-{country}"


def _apply(
    house: House, connection: Connection, row: Row[Any], match: Match, understanding: Understanding, subject: str
) -> None:
    """Put the verdict in the place of the provisional hold, for everybody it may be from.

    What belongs to nobody we know is listed, and never in the way of sending (design section 7).
    """
    now = house.clock.now()
    for customer_id in match.customer_ids:
        _apply_to(house, connection, customer_id, row, match, understanding, now)
    inbox.settle(
        connection,
        row.inbound_id,
        inbox.UNDERSTOOD,
        customer_id=match.customer_ids[0] if match.customer_ids else None,
        reminder_id=match.reminder.reminder_id if match.reminder else None,
        matched_by=match.by.value,
        kinds=[kind.value for kind in understanding.kinds],
        understanding=msgspec.to_builtins(understanding, str_keys=True),
        subject=subject,
    )
    if match.reminder is not None:
        uncertain.confirm(connection, match.reminder, "an answer to it came in", now)
    data = {"inbound": row.inbound_id, "kinds": [k.value for k in understanding.kinds]}
    who = match.customer_ids[0] if match.customer_ids else None
    journal.record(connection, Event(EventKind.UNDERSTOOD, now, "reminderbot", who, data))


def _apply_to(
    house: House,
    connection: Connection,
    customer_id: str,
    row: Row[Any],
    match: Match,
    understanding: Understanding,
    now: datetime,
) -> None:
    facts = _reply_facts(house, connection, customer_id, row, match)
    verdict = triage.decide(understanding, facts)
    if verdict.opted_out or verdict.dead_address:
        _close_channel(house, connection, customer_id, row, match, verdict, now)
    for provisional in hold.of_inbound(connection, row.inbound_id):
        if provisional.customer_id == customer_id:
            hold.release(connection, provisional.hold_id, now, "reminderbot", "its answer was read")
    matter = row.inbound_id
    if verdict.case is not None:
        needed = verdict.case
        # Somebody's mail program in a loop, or a person who writes the same every hour: one case for all of it.
        matter = case.first_to_say(connection, needed.kind, customer_id, needed.words, row.inbound_id)
        case.open_one(
            connection, needed.kind, customer_id, needed.why, now,
            words=needed.words, invoices=needed.invoices, inbound_id=matter,
        )  # fmt: skip
    placed: int | None = None
    if (new := verdict.hold) is not None and not _stands(connection, customer_id, verdict, matter):
        placed = hold.place(
            connection, customer_id, new.kind, new.why, now,
            until=new.until, invoices=new.invoices, inbound_id=matter,
        )  # fmt: skip
    if verdict.promise is not None:
        word = verdict.promise
        promise.make(
            connection, customer_id, word.due_on, word.words, now,
            promised_on=facts.received_at.astimezone(facts.zone).date(), amount=word.amount,
            invoices=word.invoices, inbound_id=row.inbound_id, hold_id=placed,
            named=word.named,
        )  # fmt: skip
    ledger.review(connection, [customer_id], now)


def _stands(connection: Connection, customer_id: str, verdict: triage.Verdict, matter: int) -> bool:
    """Whether the customer is paused in the same way already: by the same matter, or by another machine's word."""
    new = verdict.hold
    assert new is not None
    if verdict.case is not None:
        known = [h for h in hold.of_inbound(connection, matter) if h.customer_id == customer_id]
    else:
        known = hold.of_customers(connection, [customer_id]).get(customer_id, [])
    same = [h for h in known if (h.kind, h.invoices) == (new.kind, new.invoices)]
    return any(h.until is None or (new.until is not None and h.until >= new.until - _AS_LONG) for h in same)


def _reply_facts(
    house: House, connection: Connection, customer_id: str, row: Row[Any], match: Match
) -> triage.ReplyFacts:
    known = house.gatherer.gather(connection, [customer_id], house.clock.now()).get(customer_id)
    channel = Channel(row.channel)
    others: tuple[Channel, ...] = ()
    zone = house.rules.zone
    if known is not None:
        others = tuple(
            other
            for other in Channel
            if other is not channel
            and address_on(known.account.customer, other)
            and not known.reach.closed_because(other)
            and (other is not Channel.SMS or (known.reach.sms_enabled and known.account.customer.contact.sms_consent))
        )
        zone = (known.reach.zones or (zone,))[0]
    place = known.account.customer.place if known else ""
    return triage.ReplyFacts(
        channel=channel,
        received_at=row.received_at,
        matched_by=match.by,
        zone=zone,
        business_days=house.rules.days_of_both(place),
        promises=house.promises,
        grace=house.grace_of(known.account.customer if known else None),
        has_open_promise=bool(promise.open_ones(connection, [customer_id])),
        missed_in_a_row=reliability(promise.of_customer(connection, customer_id)).missed_in_a_row,
        owed=tuple((item.invoice.number, item.balance) for item in known.account.items) if known else (),
        asked_about=tuple(match.reminder.lists) if match.reminder is not None else (),
        contested=frozenset(_contested(known, house.clock.now())) if known else frozenset(),
        other_channels=others,
    )


def _contested(known: Facts, now: datetime) -> Iterator[str]:
    """The open invoices that are in dispute, by the ledger or by their own word."""
    disputes = [held for held in active(known.holds, now) if held.kind is HoldKind.DISPUTE and held.invoices]
    for item in known.account.items:
        number = item.invoice.number
        if item.invoice.status is Status.DISPUTED or any(held.covers(number) for held in disputes):
            yield number


def _clues_in_header(house: House, row: Row[Any]) -> Clues:
    """What can be told of an unreadable message: its header alone may still be readable."""
    if row.channel == Channel.SMS.value:
        return Clues(sender=row.sender)
    try:
        header = house.spool.read(row.digest).partition(b"\r\n\r\n")[0][:_LONGEST_HEADER]
        return house.reader.clues(header + b"\r\n\r\n")
    except (OSError, ReadingFailed) as error:
        log("header_unread", inbound=row.inbound_id, error=type(error).__name__)
        return Clues(sender=row.sender)


def _as_far_as_known(house: House, connection: Connection, row: Row[Any], clues: Clues) -> tuple[str, ...]:
    """Whose an unreadable message may be: whom an attempt to read it has held, else by its sender or its header."""
    if held := tuple(dict.fromkeys(h.customer_id for h in hold.of_inbound(connection, row.inbound_id))):
        return held
    if row.channel == Channel.SMS.value:
        return match_text(house, connection, row.sender).customer_ids
    return match_mail(house, connection, clues).customer_ids


def _close_channel(
    house: House,
    connection: Connection,
    customer_id: str,
    row: Row[Any],
    match: Match,
    verdict: triage.Verdict,
    now: datetime,
) -> None:
    """Use the address no more: the one that bounced, the one that the person wrote from, and the one we wrote to."""
    channel = Channel(row.channel)
    who = people.get(connection, customer_id)
    addresses = {match.reminder.recipient if match.reminder else "", address_on(who, channel) if who else ""}
    if verdict.opted_out:
        # The sender of a mail is noted when it is read, which this row does not know yet.
        addresses |= {(inbox.get(connection, row.inbound_id) or row).sender}
    kind = contact.OPTED_OUT if verdict.opted_out else contact.DEAD
    why = "they asked for no more messages" if verdict.opted_out else "the address does not work"
    for address in sorted(addresses - {""}):
        contact.close(connection, house.gatherer.hash_of(address), channel, kind, why, customer_id, now)


def _set_aside(house: House, row: Row[Any], why: str) -> None:
    """Keep a message that cannot be read for a person, and hold its sender, as far as that can be told."""
    now = house.clock.now()
    clues = _clues_in_header(house, row)
    with house.store.writing() as connection:
        known = _as_far_as_known(house, connection, row, clues)
        held = {h.customer_id for h in hold.of_inbound(connection, row.inbound_id)}
        for customer_id in known:
            if customer_id in held:
                continue
            told = f"a message from them could not be read: {why}"
            hold.place(connection, customer_id, HoldKind.REPLY, told, now, inbound_id=row.inbound_id)
        told = f"message {row.inbound_id} could not be read ({why}): look at it in the mailbox"
        who = known[0] if known else None
        case.open_one(connection, CaseKind.UNREADABLE, who, told, now, inbound_id=row.inbound_id)
        # Whose sender is known can be looked for: it does not stop everybody's letters.
        sender = clues.sender or row.sender
        inbox.settle(connection, row.inbound_id, inbox.SET_ASIDE, customer_id=who, sender=sender)
        journal.record(connection, Event(EventKind.SET_ASIDE, now, "reminderbot", who, {"inbound": row.inbound_id}))
