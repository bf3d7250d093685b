"""Tells the people who run this installation: one mail an owner, a few words wherever else they listen."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from html import escape

from sqlalchemy import Connection

from reminderbot.compose.clean import clean
from reminderbot.compose.email import build_email, guard
from reminderbot.compose.headers import EmailHeaders
from reminderbot.compose.render import RenderedEmail
from reminderbot.core.delivery import Deferred, Outcome
from reminderbot.core.ladder import Channel
from reminderbot.core.message import OutgoingMessage
from reminderbot.core.notice import Notice, Pushed
from reminderbot.core.stop import Mode
from reminderbot.door import mode
from reminderbot.house import House, Pusher
from reminderbot.logs import log
from reminderbot.store import halt, setting

_LONGEST_SUBJECT = 150


def is_ours_to_tell(house: House, connection: Connection) -> bool:
    """Not before somebody let this installation send, nor from a copy of the store: the other one tells them."""
    grant = setting.get(connection, setting.GRANT) or {}
    return mode(house, connection) is not Mode.DRAFT and grant.get("instance") == house.instance


def owners(house: House, connection: Connection, now: datetime) -> tuple[str, ...]:
    """Who can be told by mail at `now`."""
    # A server that has just refused us is not asked every minute: that gets accounts locked.
    return () if halt.login_rests(connection, Channel.EMAIL, now) else house.alerts_to


def mail(house: House, recipients: Iterable[str], notice: Notice, now: datetime) -> dict[str, Outcome]:
    """One message a recipient; gives what became of each."""
    make = house.channels.get(Channel.EMAIL)
    if make is None:
        return dict.fromkeys(recipients, Deferred("no mail server is set up"))
    channel = make()
    trouble = channel.open()
    if trouble is not None:
        with house.store.writing() as connection:
            halt.heed(connection, Channel.EMAIL, trouble, now)
        return dict.fromkeys(recipients, trouble)
    try:
        return {owner: channel.send(_message(house, owner, notice, now)) for owner in recipients}
    finally:
        channel.close()


def push(house: House, names: Collection[str], notice: Notice) -> bool:
    """Hand the few words of a notice to the places with these names; True where one of them took it."""
    said = [_pushed(house, each, notice) for each in house.pushes if each.name in names]
    return Pushed.TAKEN in said


def _pushed(house: House, place: Pusher, notice: Notice) -> Pushed:
    said = place.push(f"reminderbot of {clean(house.business.name)}", notice.short)
    if said is not Pushed.TAKEN and not place.failing:
        log("push_failed", service=place.service, why=said, cure="run `reminderbot check`")
    place.failing = said is not Pushed.TAKEN
    return said


def _message(house: House, owner: str, notice: Notice, now: datetime) -> OutgoingMessage:
    """Built and guarded like a letter."""
    sender = house.sender.from_address
    headers = EmailHeaders(
        sender_name=f"reminderbot of {house.business.name}",
        sender=sender,
        recipient_name="",
        recipient=owner,
        date=now,
        message_id=f"<{notice.mark}.{now:%Y%m%d%H%M%S}@{sender.rpartition('@')[2]}>",
        reply_to=house.business.email,
        loop_mark=notice.mark,
    )
    html = f"<pre>{escape(notice.text)}</pre>\n"
    final = build_email(RenderedEmail(clean(notice.subject, _LONGEST_SUBJECT), notice.text, html, ""), headers)
    guard(final, headers)
    return OutgoingMessage(notice.mark, Channel.EMAIL, sender, owner, final)
