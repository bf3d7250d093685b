"""The listening run: stores what came in, raw and durable, before anybody reads it; then has it read and acted on."""

from __future__ import annotations

import threading
from datetime import timedelta

from reminderbot.core.inbound import Inbound, MailCursor
from reminderbot.house import House
from reminderbot.inbox.imap import ImapInbox
from reminderbot.runs.understand import understand_all
from reminderbot.store import inbox, setting

# Text messages are asked for from a while before the last look: what shows up late in the list is found too.
_OVERLAP = timedelta(days=2)
_FIRST_LOOK = timedelta(days=7)


class Listener:
    """Reads the mailbox and the text messages on connections of its own; for one thread."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._inbox: ImapInbox | None = None

    def look(self) -> int:
        """Store and act on everything new; InboxUnavailable where an inbox cannot be read. Gives how many were new."""
        new = self._look_at_mail() + self._look_at_texts()
        understand_all(self._house)
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
        if self._inbox is None:
            self._inbox = self._house.open_inbox()
        with self._house.store.reading() as connection:
            cursor = inbox.cursor(connection, self._inbox.folder)
        began = self._house.clock.now()
        poll = self._inbox.poll(cursor)
        new = 0
        for message, reached in poll.messages:
            new += self._keep(message, message_cursor=reached)
        with self._house.store.writing() as connection:
            inbox.move_cursor(connection, poll.cursor)
            setting.put_moment(connection, setting.INBOX_READ_AT, began)
        return new

    def _look_at_texts(self) -> int:
        if self._house.open_text_inbox is None:
            return 0
        with self._house.store.reading() as connection:
            last = setting.get_moment(connection, setting.SMS_READ_AT)
        began = self._house.clock.now()
        since = last - _OVERLAP if last else began - _FIRST_LOOK
        messages = self._house.open_text_inbox().poll(since)
        new = sum(self._keep(message) for message in messages)
        with self._house.store.writing() as connection:
            setting.put_moment(connection, setting.SMS_READ_AT, began)
        return new

    def _keep(self, message: Inbound, message_cursor: MailCursor | None = None) -> int:
        """On the disk first, then in the store with its cursor; 1 where it was new."""
        digest = self._house.spool.keep(message.raw)
        identity = message.external_id if message_cursor is None else digest
        with self._house.store.writing() as connection:
            number = inbox.keep(connection, message, identity, digest, self._house.clock.now())
            if message_cursor is not None:
                inbox.move_cursor(connection, message_cursor)
        return 0 if number is None else 1
