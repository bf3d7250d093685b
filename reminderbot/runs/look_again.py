"""The second look: answers that were taken for spam, and mail that the first look may have missed.

Once an hour the junk folders, for what answers us: in there a sender or an invoice number proves nothing, so only our
own token or thread counts. Once a day the last month of our folder: a mail that was put back, numbered anew or handed
out late is found by the hash of its bytes, and one that is known changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from datetime import datetime, timedelta

from reminderbot.core.inbound import Inbound
from reminderbot.core.ladder import Channel
from reminderbot.core.triage import MatchedBy
from reminderbot.house import House, ReadingFailed
from reminderbot.inbox.imap import ImapInbox
from reminderbot.logs import log
from reminderbot.runs.listen import keep
from reminderbot.runs.mailbox import patient_look
from reminderbot.runs.match import match_mail
from reminderbot.runs.understand import understand_all
from reminderbot.store import setting

# promises.md 1.3.
DAYS = 30
JUNK_EVERY = timedelta(hours=1)
RESCAN_EVERY = timedelta(hours=20)
_OURS = frozenset({MatchedBy.TOKEN, MatchedBy.THREAD})


def look_again_once(house: House) -> int:
    """Take in what was missed; gives how many messages that were. InboxUnavailable where the mailbox cannot be read."""
    now = house.clock.now()
    with house.store.reading() as connection:
        since = setting.get_moment(connection, setting.INBOX_SINCE)
        junk = _is_due(setting.get_moment(connection, setting.JUNK_READ_AT), JUNK_EVERY, now)
        month = _is_due(setting.get_moment(connection, setting.RESCANNED_AT), RESCAN_EVERY, now)
    # Before the first look there is nothing to look at again.
    if house.open_inbox is None or since is None or not (junk or month):
        return 0
    found = 0
    with patient_look(house, Channel.EMAIL), closing(house.open_inbox()) as inbox:
        if junk:
            found += _junk(house, inbox, since)
            _done(house, setting.JUNK_READ_AT, now)
        if month:
            found += _month(house, inbox.rescan(DAYS), since)
            _done(house, setting.RESCANNED_AT, now)
    if found:
        log("found_at_second_look", messages=found)
        understand_all(house)
    return found


def _is_due(last: datetime | None, every: timedelta, now: datetime) -> bool:
    # A clock that was set back must not put it off.
    return last is None or not last <= now < last + every


def _done(house: House, key: str, at: datetime) -> None:
    with house.store.writing() as connection:
        setting.put_moment(connection, key, at)


def _junk(house: House, inbox: ImapInbox, since: datetime) -> int:
    return sum(
        keep(house, message)
        for folder in inbox.junk_folders()
        for message in inbox.rescan(DAYS, folder, about=_marks(house))
        if message.received_at >= since and _is_ours(house, message)
    )


def _marks(house: House) -> tuple[str, ...]:
    """What stands in the headers of an answer: the beginning of our Message-IDs, and our address with a token."""
    local = house.sender.reply_to.partition("@")[0]
    return ("<r.", f"{local}+") if house.sender.plus_addressing and local else ("<r.",)


def _is_ours(house: House, message: Inbound) -> bool:
    """True where it carries a genuine token or thread of ours; what breaks its reader is taken in, to be held."""
    try:
        clues = house.reader.clues(message.raw)
    except ReadingFailed:
        return True
    with house.store.reading() as connection:
        return match_mail(house, connection, clues).by in _OURS


def _month(house: House, messages: Iterable[Inbound], since: datetime) -> int:
    return sum(keep(house, message) for message in messages if message.received_at >= since)
