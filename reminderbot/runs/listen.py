"""The listening run: stores what came in, raw and durable, before anybody reads it; then has it read and acted on."""

from __future__ import annotations

import threading
from datetime import timedelta
from itertools import takewhile

from sqlalchemy import Connection

from reminderbot.core.inbound import Inbound, InboxUnavailable, MailCursor
from reminderbot.core.ladder import Channel
from reminderbot.house import House, TextInbox
from reminderbot.inbox.imap import ImapInbox
from reminderbot.runs.canary import number_in_header
from reminderbot.runs.clock import heard_time
from reminderbot.runs.mailbox import patient_look
from reminderbot.runs.understand import understand_all
from reminderbot.store import canary, inbox, setting

# Text messages are asked for from a while before the last look: what shows up late in the list is found too.
_OVERLAP = timedelta(days=2)
_FIRST_LOOK = timedelta(days=7)


class Listener:
    """Reads the mailbox and the text messages on connections of its own; for one thread."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._inbox: ImapInbox | None = None

    def look(self) -> int:
        """Store and act on everything new; gives how many were new.

        InboxUnavailable where an inbox cannot be read: by then the other one has been, and what is there acted on.
        """
        new, troubles = 0, []
        for look in (self._look_at_mail, self._look_at_texts):
            try:
                new += look()
            except InboxUnavailable as error:
                troubles.append(error)
        understand_all(self._house)
        if troubles:
            raise troubles[0]
        return new

    def wait(self, seconds: float, stop: threading.Event) -> bool:
        """Wait for mail; True when some may have come."""
        if self._inbox is None:
            return not stop.wait(seconds)
        return self._inbox.wait(seconds, stop)

    def close(self) -> None:
        if self._inbox is not None:
            self._inbox.close()
            self._inbox = None

    def _look_at_mail(self) -> int:
        if self._house.open_inbox is None:
            return 0
        with patient_look(self._house, Channel.EMAIL):
            if self._inbox is None:
                self._inbox = self._house.open_inbox()
            return self._take_in(self._inbox)

    def _take_in(self, mailbox: ImapInbox) -> int:
        with self._house.store.reading() as connection:
            cursor = inbox.cursor(connection, mailbox.folder)
        began = self._house.clock.now()
        poll = mailbox.poll(cursor)
        new = 0
        for message, reached in takewhile(self._goes_on, poll.messages):
            new += keep(self._house, message, reached)
        if not self._goes_on():
            return new
        with self._house.store.writing() as connection:
            inbox.move_cursor(connection, poll.cursor)
            setting.put_moment(connection, setting.INBOX_READ_AT, began)
            if setting.get(connection, setting.INBOX_SINCE) is None:
                # What lay there before is not ours to answer; later looks back end here.
                setting.put_moment(connection, setting.INBOX_SINCE, began)
        return new

    def _look_at_texts(self) -> int:
        if self._house.open_text_inbox is None:
            return 0
        with patient_look(self._house, Channel.SMS):
            return self._take_in_texts(self._house.open_text_inbox())

    def _take_in_texts(self, texts: TextInbox) -> int:
        with self._house.store.reading() as connection:
            last = setting.get_moment(connection, setting.SMS_READ_AT)
        began = self._house.clock.now()
        since = last - _OVERLAP if last else began - _FIRST_LOOK
        messages = texts.poll(since)
        new = sum(keep(self._house, message) for message in messages)
        if not self._goes_on():
            return new
        with self._house.store.writing() as connection:
            setting.put_moment(connection, setting.SMS_READ_AT, began)
            if texts.said_at is not None:
                heard_time(self._house, connection, texts.said_at, began, self._house.clock.now(), "Twilio")
        return new

    def _goes_on(self, *_: object) -> bool:
        """False at the end: what a mailbox of before says proves nothing for the settings of after a reload."""
        return not self._house.ending.is_set()


def keep(house: House, message: Inbound, reached: MailCursor | None = None) -> int:
    """On the disk first, then in the store with its cursor, where it has one; 1 where it was new."""
    digest = house.spool.keep(message.raw)
    identity = message.external_id if message.channel is Channel.SMS else digest
    with house.store.writing() as connection:
        number = inbox.keep(connection, message, identity, digest, house.clock.now())
        if reached is not None:
            inbox.move_cursor(connection, reached)
        if number is not None and message.channel is Channel.EMAIL:
            _hear_mail_server(house, connection, message)
    return 0 if number is None else 1


def _hear_mail_server(house: House, connection: Connection, message: Inbound) -> None:
    """What names the newest canary was delivered after that left: the server's own word, whoever wrote it."""
    newest = canary.get(connection)
    # An older one that comes late tells nothing: only of the newest is it known when it left.
    if newest.sent_at is not None and number_in_header(house, message.raw) == newest.number:
        heard_time(house, connection, message.received_at, newest.sent_at, house.clock.now(), "the mail server")
