"""What stands still until a person has mended it: a channel whose server will have none of us, an inbox not to be read.

A log-in that was refused is not tried again at once: accounts are locked for that. It is after an hour, since some
servers refuse by mistake, and after the service's start or reload, since then somebody has probably mended it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from reminderbot.core.delivery import Accepted, Deferred, Outcome
from reminderbot.core.inbound import InboxUnavailable
from reminderbot.core.ladder import Channel
from reminderbot.store import setting

LOGIN_REST = timedelta(hours=1)
_TROUBLE = {Channel.EMAIL: setting.INBOX_TROUBLE, Channel.SMS: setting.TEXTS_TROUBLE}


def heed(connection: Connection, channel: str, outcome: Outcome, now: datetime) -> None:
    """Learn from an attempt whether the channel lets us in."""
    match outcome:
        case Deferred(locked_out=True, why=why):
            halt(connection, channel, why, now, locked_out=True)
        case Accepted():
            lift_login(connection, channel)
        case _:
            pass


def halt(connection: Connection, channel: str, why: str, now: datetime, *, locked_out: bool = False) -> None:
    """Have a channel left alone: for good, or for a while where it was the log-in that was refused."""
    halted = setting.get(connection, setting.HALTED) or {}
    halted[channel] = _entry(halted.get(channel), why, now, locked_out=locked_out)
    setting.put(connection, setting.HALTED, halted)


def lift_login(connection: Connection, channel: str) -> None:
    """The channel has let us in."""
    halted = setting.get(connection, setting.HALTED) or {}
    if "refused_at" in halted.get(channel, {}):
        setting.put(connection, setting.HALTED, {name: halted[name] for name in halted if name != channel})


def at_rest(connection: Connection, now: datetime) -> frozenset[str]:
    """The channels not to be tried at `now`."""
    halted = setting.get(connection, setting.HALTED) or {}
    return frozenset(name for name, entry in halted.items() if "refused_at" not in entry or is_resting(entry, now))


def login_rests(connection: Connection, channel: str, now: datetime) -> bool:
    """Whether the channel has refused a log-in so lately that it is not to be tried at `now`."""
    return is_resting((setting.get(connection, setting.HALTED) or {}).get(channel, {}), now)


def is_resting(entry: dict[str, Any], now: datetime) -> bool:
    """Whether a refused log-in is still too fresh to be tried again; a clock that was set back must not prolong it."""
    refused_at = setting.moment(entry.get("refused_at"))
    return refused_at is not None and refused_at <= now < refused_at + LOGIN_REST


def inbox_trouble(connection: Connection, channel: Channel) -> dict[str, Any] | None:
    """What keeps what came in from being read: `why`, its halves `what` and `cure`, `since`; None: nothing known."""
    found: dict[str, Any] | None = setting.get(connection, _TROUBLE[channel])
    return found


def note_inbox(connection: Connection, channel: Channel, error: InboxUnavailable, now: datetime) -> None:
    """Keep what went wrong with an inbox, for the eyes of people and the patience of the next look."""
    entry = _entry(inbox_trouble(connection, channel), str(error), now, locked_out=error.locked_out)
    setting.put(connection, _TROUBLE[channel], entry | {"what": error.what, "cure": error.cure})


def forget_inbox(connection: Connection, channel: Channel) -> None:
    """It could be read."""
    setting.drop(connection, _TROUBLE[channel])


def forget_logins(connection: Connection) -> None:
    """Let every log-in be tried at once: the settings were just read."""
    for inbox in _TROUBLE:
        forget_inbox(connection, inbox)
    for channel in setting.get(connection, setting.HALTED) or {}:
        lift_login(connection, channel)


def _entry(before: dict[str, Any] | None, why: str, now: datetime, *, locked_out: bool) -> dict[str, Any]:
    since = before["since"] if before else now.isoformat()
    return {"why": why, "since": since} | ({"refused_at": now.isoformat()} if locked_out else {})
