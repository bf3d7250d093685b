"""The alert run: tells the owners by e-mail what has stopped the bot, once, and again every day that it lasts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from html import escape

from reminderbot.compose.clean import clean
from reminderbot.compose.email import build_email, guard
from reminderbot.compose.headers import EmailHeaders
from reminderbot.compose.render import RenderedEmail
from reminderbot.core.delivery import Accepted, unquoted
from reminderbot.core.ladder import Channel
from reminderbot.core.message import OutgoingMessage
from reminderbot.core.stop import Mode, Stop
from reminderbot.door import batch_stop, mode, standing_stops
from reminderbot.house import House
from reminderbot.logs import redact
from reminderbot.store import halt, setting

# An inbox that fails once and works again a minute later is nobody's worry.
PATIENCE = timedelta(minutes=15)
AGAIN = timedelta(hours=24)
# Somebody stopped it on purpose.
_ON_PURPOSE = {"stopped"}
_LONGEST_SUBJECT = 150
_LONGEST_REASON = 500


def alert_once(house: House) -> tuple[Stop, ...]:
    """Tell the owners about stops that have lasted a while; gives those that were told now."""
    now = house.clock.now()
    with house.store.writing() as connection:
        if mode(house, connection) is Mode.DRAFT:
            return ()
        known = setting.get(connection, setting.ALERTED) or {}
        batch = batch_stop(connection)
        found = (*standing_stops(house, connection, now), *((batch,) if batch else ()))
        standing = [stop for stop in found if stop.kind not in _ON_PURPOSE]
        noted = {s.kind: known.get(s.kind) or {"seen": now.isoformat(), "told": None} for s in standing}
        setting.put(connection, setting.ALERTED, noted)
        resting = halt.login_rests(connection, Channel.EMAIL, now)
    due = [stop for stop in standing if _is_due(noted[stop.kind], now)]
    # A server that has just refused us is not asked every minute: that gets accounts locked.
    if not due or not house.alerts_to or resting:
        return ()
    told = _tell(house, due, now)
    with house.store.writing() as connection:
        noted |= {stop.kind: {**noted[stop.kind], "told" if told else "tried": now.isoformat()} for stop in due}
        setting.put(connection, setting.ALERTED, noted)
    return tuple(due) if told else ()


def _is_due(note: dict[str, str | None], now: datetime) -> bool:
    seen, told, tried = note["seen"], note["told"], note.get("tried")
    # Nor is one that takes none of our mail, as policy.
    if tried is not None and timedelta(0) <= now - datetime.fromisoformat(tried) < PATIENCE:
        return False
    if told is not None:
        return now - datetime.fromisoformat(told) >= AGAIN
    return seen is not None and now - datetime.fromisoformat(seen) >= PATIENCE


def _tell(house: House, stops: Sequence[Stop], now: datetime) -> bool:
    """One message an owner; True where at least one of them could be told."""
    make = house.channels.get(Channel.EMAIL)
    if make is None:
        return False
    channel = make()
    trouble = channel.open()
    if trouble is not None:
        with house.store.writing() as connection:
            halt.heed(connection, Channel.EMAIL, trouble, now)
        return False
    try:
        outcomes = [channel.send(_message(house, owner, stops, now)) for owner in house.alerts_to]
    finally:
        channel.close()
    return any(isinstance(outcome, Accepted) for outcome in outcomes)


def _message(house: House, owner: str, stops: Sequence[Stop], now: datetime) -> OutgoingMessage:
    """Built and guarded like a letter, and silent about customers: servers may say anything about anybody."""
    stops = [replace(stop, why=redact(unquoted(stop.why))) for stop in stops]
    text = _words(stops)
    sender = house.sender.from_address
    headers = EmailHeaders(
        sender_name=f"reminderbot of {house.business.name}",
        sender=sender,
        recipient_name="",
        recipient=owner,
        date=now,
        message_id=f"<alert.{now:%Y%m%d%H%M%S}@{sender.rpartition('@')[2]}>",
        reply_to=house.business.email,
        loop_mark="alert",
    )
    subject = clean(f"reminderbot is silent: {stops[0].why}", _LONGEST_SUBJECT)
    final = build_email(RenderedEmail(subject, text, f"<pre>{escape(text)}</pre>\n", ""), headers)
    guard(final, headers)
    return OutgoingMessage("alert", Channel.EMAIL, sender, owner, final)


def _words(stops: Sequence[Stop]) -> str:
    """What stands still, why and since when."""
    lines = ["No reminders are leaving. This is why, and what helps:", ""]
    for stop in stops:
        lines += [f"- {clean(stop.told, _LONGEST_REASON)}.", f"  {stop.cure}.", ""]
    lines.append("Answers are still read and nothing is lost; `reminderbot status` shows the whole picture.")
    return "\n".join(lines) + "\n"
