"""Writes one planned reminder: facts of this moment become the final bytes for one recipient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from reminderbot.compose.check import refuse_unfit
from reminderbot.compose.email import build_email
from reminderbot.compose.facts import (
    LetterFacts,
    LetterRequest,
    NextInstalment,
    NothingOwed,
    letter_facts,
    next_instalment,
)
from reminderbot.compose.guard import guard
from reminderbot.compose.headers import EmailHeaders
from reminderbot.compose.render import RenderedEmail, RenderedSms
from reminderbot.core.account import OpenItem
from reminderbot.core.beside import INSTALMENT, THANKS, named
from reminderbot.core.facts import Facts
from reminderbot.core.ladder import Channel
from reminderbot.core.letter_version import Rulings
from reminderbot.core.message import OutgoingMessage
from reminderbot.core.plan import key_of
from reminderbot.core.token import Purpose, message_id
from reminderbot.house import House

# A text message that the carrier still holds then is dropped by it (Twilio ValidityPeriod; its own default is 10 h).
LONGEST_VALID = timedelta(hours=4)
# Twilio takes no validity below five seconds; this leaves a carrier some time.
SHORTEST_VALID = timedelta(minutes=1)


class NotYet(Exception):
    """The letter's wording was published so lately that it can still be taken back; `until` says how long."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"its new wording counts from {until:%H:%M} UTC")
        self.until = until


@dataclass(frozen=True, slots=True)
class Written:
    """A message ready to go, and what it was made from."""

    message: OutgoingMessage
    letter_version: str
    segments: int | None = None


def write(
    house: House,
    row: Row[Any],
    facts: Facts,
    items: Sequence[OpenItem],
    thread: tuple[str, ...],
    now: datetime,
    closes: timedelta,
    rulings: Rulings,
) -> Written:
    """The final bytes of planned reminder `row`; LetterError, NothingOwed or UnsafeMessage where there can be none.

    `thread` holds the Message-IDs of the reminders before it, `closes` is the time left in the recipient's window,
    `rulings` what owners said of wordings: NotYet where this one's is too young.
    """
    tier = named(house.rules.ladder_of(facts), row.tier)
    reply_to = house.tokenised(Purpose.REPLY, row.reminder_id)
    request = LetterRequest(
        business=house.business,
        account=facts.account,
        items=tuple(items),
        letter=tier.letter,
        today=now.astimezone(house.rules.zone).date(),
        reply_address=house.sender.reply_to,
        written=house.letters.languages(tier.letter, Channel(row.channel)),
        instalment=_instalment(row, facts) if row.tier == INSTALMENT else None,
        settled=tuple(row.lists) if row.tier == THANKS else (),
    )
    told = letter_facts(request)
    if row.channel == Channel.SMS.value:
        return _text(house, row, told, closes, now, rulings)
    return _email(house, row, facts, told, reply_to, thread, now, rulings)


def _instalment(row: Row[Any], facts: Facts) -> NextInstalment:
    """The instalment that a note is about; NothingOwed where it is paid, or the plan stands no more."""
    keys = {key for key, _, _ in row.steps}
    for standing in facts.plans:
        found, part = standing.next_unpaid(), next_instalment(standing)
        if found and part and key_of(standing.plan, found[1]) in keys:
            return part
    raise NothingOwed(f"nothing is to be paid any more for {', '.join(sorted(keys))}: no note is due")


def _email(
    house: House,
    row: Row[Any],
    facts: Facts,
    told: LetterFacts,
    reply_to: str,
    thread: tuple[str, ...],
    now: datetime,
    rulings: Rulings,
) -> Written:
    rendered = house.letters.render_email(told)
    _refuse(told, rendered, now, rulings)
    own_id = message_id(house.keys, row.reminder_id, house.sender.from_address.rpartition("@")[2])
    headers = EmailHeaders(
        sender_name=house.business.name,
        sender=house.sender.from_address,
        recipient_name=facts.account.customer.contact.name,
        recipient=row.recipient,
        date=now,
        message_id=own_id,
        reply_to=reply_to,
        references=thread,
        unsubscribe=f"mailto:{reply_to}?subject=unsubscribe",
    )
    final = build_email(rendered, headers)
    guard(final, headers)
    envelope_sender = house.tokenised(Purpose.BOUNCE, row.reminder_id)
    message = OutgoingMessage(str(row.reminder_id), Channel.EMAIL, envelope_sender, row.recipient, final, own_id)
    return Written(message, rendered.version)


def _text(
    house: House, row: Row[Any], told: LetterFacts, closes: timedelta, now: datetime, rulings: Rulings
) -> Written:
    rendered = house.letters.render_sms(told)
    _refuse(told, rendered, now, rulings)
    message = OutgoingMessage(
        str(row.reminder_id),
        Channel.SMS,
        house.sender.sms_from,
        row.recipient,
        rendered.text.encode(),
        valid_for=text_validity(closes),
    )
    return Written(message, rendered.version, rendered.segments)


def _refuse(told: LetterFacts, rendered: RenderedEmail | RenderedSms, now: datetime, rulings: Rulings) -> None:
    refuse_unfit(told.letter, rendered, told, rulings.excused(rendered.wordings))
    if until := rulings.wait(rendered.wordings, now):
        raise NotYet(until)


def text_validity(closes: timedelta) -> timedelta:
    """How long the carrier may still deliver a text, where the recipient's window closes after `closes`."""
    return max(min(LONGEST_VALID, closes), SHORTEST_VALID)
