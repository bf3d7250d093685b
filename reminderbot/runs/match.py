"""Finds whose reply it is: by our token, by the conversation, by number, invoice or sender, strongest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from reminderbot.core.ladder import Channel
from reminderbot.core.token import Purpose, read_token
from reminderbot.core.triage import MatchedBy
from reminderbot.house import House
from reminderbot.replies.match import Clues
from reminderbot.store import outbox, people


@dataclass(frozen=True, slots=True)
class Match:
    """The customers a reply may be from, and what tied it to them."""

    by: MatchedBy
    customer_ids: tuple[str, ...] = ()
    # The reminder that it answers or reports on, where it names one.
    reminder: Row[Any] | None = None


def match_mail(house: House, connection: Connection, clues: Clues) -> Match:
    """Whose mail this is; a token or Message-ID that is not ours counts for nothing."""
    tokens = [(Purpose.REPLY, t) for t in clues.reply_tokens] + [(Purpose.BOUNCE, t) for t in clues.bounce_tokens]
    for purpose, token in tokens:
        number = read_token(house.keys, purpose, token)
        reminder = outbox.get(connection, number) if number is not None else None
        if reminder is not None:
            return Match(MatchedBy.TOKEN, (reminder.customer_id,), reminder)
    if clues.message_ids and (reminder := outbox.by_message_id(connection, clues.message_ids)):
        return Match(MatchedBy.THREAD, (reminder.customer_id,), reminder)
    known = _known(house, connection, Channel.EMAIL, clues.sender)
    if clues.number_words and (owners := people.by_invoices(connection, clues.number_words)):
        # Whoever wrote it has answered too, whosever invoice is named (invariant 34).
        return Match(MatchedBy.INVOICE, tuple(dict.fromkeys((*owners, *known))))
    return Match(MatchedBy.SENDER, known) if known else Match(MatchedBy.NOTHING)


def match_text(house: House, connection: Connection, number: str) -> Match:
    """Whose text message this is: everybody with that number."""
    known = _known(house, connection, Channel.SMS, number)
    return Match(MatchedBy.NUMBER, known) if known else Match(MatchedBy.NOTHING)


def _known(house: House, connection: Connection, channel: Channel, address: str) -> tuple[str, ...]:
    return people.everybody_at(connection, channel, address, house.gatherer.hash_of(address)) if address else ()
