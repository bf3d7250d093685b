"""Sends a letter to somebody of the house, as a customer would get it: never to a customer, and counted nowhere."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime
from typing import assert_never

from sqlalchemy import Connection

from reminderbot.channels.dry_run import DryRun
from reminderbot.compose.clean import clean
from reminderbot.compose.email import build_email
from reminderbot.compose.guard import guard
from reminderbot.compose.headers import EmailHeaders, UnsafeMessage
from reminderbot.compose.render import RenderedEmail
from reminderbot.core import delivery
from reminderbot.core.delivery import Accepted, Deferred, DeliveryChannel, Uncertain
from reminderbot.core.event import Event, EventKind
from reminderbot.core.ladder import Channel
from reminderbot.core.message import OutgoingMessage
from reminderbot.core.stop import WANTS_SILENCE, Mode
from reminderbot.desk.letter_draft import as_written, look_at
from reminderbot.desk.letter_file import open_letter
from reminderbot.desk.refusal import Refused
from reminderbot.door import mode, standing_stops
from reminderbot.house import House
from reminderbot.store import halt, journal, people

_LONGEST_SUBJECT = 200


def own_addresses(house: House, actor: str) -> list[str]:
    """Where a letter may be sent to look at: who asks for it, where their name is an address, and the house's own."""
    mine = (actor,) if "@" in actor else ()
    return list(dict.fromkeys(address.lower() for address in (*mine, *house.alerts_to, house.business.email)))


def send_trial(house: House, actor: str, name: str, text: str, words: str, address: str) -> str:
    """Send the letter as it is being written, for the customer that `words` mean, to one of the house's own addresses.

    Gives where it went. It needs not be fit to be sent, only possible to make; Refused otherwise.
    """
    file = open_letter(house, name)
    if file.name.channel is not Channel.EMAIL:
        raise Refused("Only letters by e-mail can be tried: of the others you see all there is.")
    now = house.clock.now()
    with house.store.writing() as connection:
        _refuse_stranger(house, connection, actor, address)
        shown = look_at(house, connection, file, as_written(text), words).shown
        if shown.email is None:
            raise Refused(f"It was not sent: {'; '.join(finding.why for finding in shown.findings)}.")
        channel, where = _way_out(house, connection, address, now)
        message = _message(house, shown.email, address, now)
        # Noted before it leaves: a crash in between costs the letter, never a second copy.
        data = {"letter": name, "customer": shown.reader.key if shown.reader.is_real else None}
        journal.record(connection, Event(EventKind.LETTER_TRIED, now, actor, None, data))
    outcome = _send(channel, message)
    with house.store.writing() as connection:
        halt.heed(connection, Channel.EMAIL, outcome, now)
    _refuse_unsent(outcome)
    return where


def _refuse_stranger(house: House, connection: Connection, actor: str, address: str) -> None:
    known = own_addresses(house, actor)
    if address not in known:
        raise Refused(f"A trial goes to the house's own addresses only: {', '.join(known)}.")
    if customers := people.by_address(connection, Channel.EMAIL, address):
        raise Refused(f"{address} is the address of customer {customers[0]}: nothing is tried on customers.")


def _way_out(house: House, connection: Connection, address: str, now: datetime) -> tuple[DeliveryChannel, str]:
    """By which a trial leaves now, and where it is found; Refused while nothing may leave."""
    silent = [stop for stop in standing_stops(house, connection, now) if stop.kind in WANTS_SILENCE]
    make = house.channels.get(Channel.EMAIL)
    if make is None or mode(house, connection) is Mode.DRAFT:
        return DryRun(house.dry_run_folder), str(house.dry_run_folder)
    if silent:
        raise Refused(f"Nothing leaves now: {silent[0].why}.")
    if Channel.EMAIL in halt.at_rest(connection, now):
        raise Refused("E-mail is halted: see what `reminderbot status` says, and mend that first.")
    return make(), address


def _message(house: House, email: RenderedEmail, address: str, now: datetime) -> OutgoingMessage:
    """Built and guarded like every letter; an answer to it goes to a person, and belongs to no reminder."""
    number, sender = secrets.token_hex(8), house.sender.from_address
    headers = EmailHeaders(
        sender_name=house.business.name,
        sender=sender,
        recipient_name="",
        recipient=address,
        date=now,
        message_id=f"<trial.{number}@{sender.rpartition('@')[2]}>",
        reply_to=house.business.email,
        loop_mark="trial",
    )
    subject = clean(f"Trial: {email.subject}", _LONGEST_SUBJECT)
    try:
        final = build_email(replace(email, subject=subject), headers)
        guard(final, headers)
    except UnsafeMessage as error:
        raise Refused(f"It was not sent: {error}.") from None
    return OutgoingMessage("trial", Channel.EMAIL, sender, address, final, headers.message_id)


def _send(channel: DeliveryChannel, message: OutgoingMessage) -> delivery.Outcome:
    try:
        return channel.open() or channel.send(message)
    finally:
        channel.close()


def _refuse_unsent(outcome: delivery.Outcome) -> None:
    match outcome:
        case Accepted():
            return
        case Deferred(why=why) | delivery.Refused(why=why):
            raise Refused(f"It was not sent: {why}.")
        case Uncertain(why=why):
            raise Refused(f"It may or may not have been sent: {why}.")
        case _:
            assert_never(outcome)
