"""The canary run: writes to our own inbox once a business day, and notes when that comes back.

It takes the way of every letter: the same server and sender, an address with a token. In this order, each step durable
before the next: counted as today's, sent. A crash in between costs a day's canary, never a second copy.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from reminderbot.compose.email import build_email
from reminderbot.compose.guard import guard
from reminderbot.compose.headers import EmailHeaders
from reminderbot.compose.render import RenderedEmail
from reminderbot.core.canary import RETRY_AFTER, Canary, is_due
from reminderbot.core.delivery import Accepted, Deferred, Outcome, Refused, Uncertain
from reminderbot.core.ladder import Channel
from reminderbot.core.message import OutgoingMessage
from reminderbot.core.stop import WANTS_SILENCE, Mode
from reminderbot.core.token import Purpose, make_token, read_token
from reminderbot.door import mode, standing_stops
from reminderbot.house import House
from reminderbot.logs import log
from reminderbot.replies.match import Clues
from reminderbot.store import canary, halt

_HEADERS = 16 * 1024
# "Message-ID: <c1.q7k3v...@brightwater.example>", and the same after "+" in "To:".
_TOKEN = re.compile(rb"(?i)(?<![a-z0-9.])c[0-9a-z]{1,13}\.[a-z2-7]{22}(?=@)")
_WORDS = (
    "reminderbot writes this to itself once a business day. When it finds it in the inbox, it knows that the answers of"
    " your customers would be found there too. Nothing has to be done. Please let no filter move it."
)


def canary_once(house: House) -> bool:
    """Send today's canary where it is due; True where it left."""
    now = house.clock.now()
    with house.store.reading() as connection:
        if not _may_leave(house, connection, now):
            return False
    with house.store.writing() as connection:
        if not _may_leave(house, connection, now):
            return False
        today = now.astimezone(house.rules.zone).date()
        old = canary.get(connection)
        new = replace(old, number=old.number + 1, sent_on=today, sent_at=now, why="", again_at=None)
        canary.put(connection, new)
    outcome = _send(house, _message(house, new, now))
    with house.store.writing() as connection:
        canary.put(connection, _after(canary.get(connection), outcome, now))
        halt.heed(connection, Channel.EMAIL, outcome, now)
    log("canary", number=new.number, outcome=type(outcome).__name__.lower())
    return isinstance(outcome, Accepted)


def number_in_header(house: House, raw: bytes) -> int | None:
    """Which canary a mail names in its header, found without reading the mail; None: none of ours."""
    header = raw[:_HEADERS].partition(b"\r\n\r\n")[0]
    numbers = (read_token(house.keys, Purpose.CANARY, found.decode()) for found in _TOKEN.findall(header))
    return next((number for number in numbers if number is not None), None)


def number_of(house: House, clues: Clues) -> int | None:
    """Which canary a mail is; None: it is none of ours."""
    for token in clues.reply_tokens:
        if (number := read_token(house.keys, Purpose.CANARY, token)) is not None:
            return number
    return read_token(house.keys, Purpose.CANARY, clues.message_id.strip("<>").partition("@")[0])


def came_back(house: House, connection: Connection, number: int, clues: Clues, now: datetime) -> None:
    """Note that canary `number` was found in the inbox; a late one proves nothing about today, nor does a bounce."""
    known = canary.get(connection)
    if number >= known.number and clues.sender == house.sender.from_address.lower():
        canary.put(connection, replace(known, back=number, back_at=now))


def _may_leave(house: House, connection: Connection, now: datetime) -> bool:
    if not house.canary or house.open_inbox is None or Channel.EMAIL not in house.channels:
        return False
    today = now.astimezone(house.rules.zone).date()
    business_day = house.rules.business_days(house.business.country).contains(today)
    if not is_due(canary.get(connection), now, today, business_day=business_day):
        return False
    if mode(house, connection) is Mode.DRAFT or Channel.EMAIL in halt.at_rest(connection, now):
        return False
    return not any(stop.kind in WANTS_SILENCE for stop in standing_stops(house, connection, now))


def _message(house: House, new: Canary, now: datetime) -> OutgoingMessage:
    address = house.tokenised(Purpose.CANARY, new.number)
    own_id = f"<{make_token(house.keys, Purpose.CANARY, new.number)}@{house.sender.from_address.rpartition('@')[2]}>"
    headers = EmailHeaders(
        sender_name=house.business.name,
        sender=house.sender.from_address,
        recipient_name="",
        recipient=address,
        date=now,
        message_id=own_id,
        reply_to=address,
        loop_mark="canary",
    )
    words = RenderedEmail("reminderbot listens", f"{_WORDS}\n", f"<!doctype html><p>{_WORDS}</p>", "")
    final = build_email(words, headers)
    guard(final, headers)
    return OutgoingMessage("canary", Channel.EMAIL, address, address, final, own_id)


def _send(house: House, message: OutgoingMessage) -> Outcome:
    channel = house.channels[Channel.EMAIL]()
    try:
        return channel.open() or channel.send(message)
    finally:
        channel.close()


def _after(sent: Canary, outcome: Outcome, now: datetime) -> Canary:
    match outcome:
        case Accepted():
            return sent
        case Deferred(why=why):
            # Provably not sent, so another may go today.
            return replace(sent, why=why, again_at=now + RETRY_AFTER)
        case Refused(why=why) | Uncertain(why=why):
            return replace(sent, why=why)
