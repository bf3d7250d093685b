"""A message of a customer, opened for a person by the process that may die of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from reminderbot.core.ladder import Channel
from reminderbot.desk.refusal import Refused
from reminderbot.house import House, ReadingFailed
from reminderbot.replies.opened import Opened
from reminderbot.store import inbox


@dataclass(frozen=True, slots=True)
class Looked:
    """A message, and what can be shown of it."""

    row: Row[Any]
    opened: Opened
    # Why it could not be opened; empty: it could.
    trouble: str = ""


def look(house: House, connection: Connection, inbound_id: int) -> Looked:
    """Open one message; Refused where there is none of that number."""
    row, raw = raw_message(house, connection, inbound_id)
    if row.channel == Channel.SMS.value:
        return Looked(row, Opened(raw.decode("utf-8", "replace"), "", (), ()))
    try:
        return Looked(row, house.reader.open(raw))
    except ReadingFailed as error:
        return Looked(row, Opened("", "", (), ()), str(error))


def file_of(house: House, connection: Connection, inbound_id: int, number: int) -> tuple[str, bytes]:
    """The name and the content of an attachment; Refused where there is none."""
    looked = look(house, connection, inbound_id)
    known = [one for one in looked.opened.attachments if one.number == number]
    if not known:
        raise Refused("There is no such attachment.")
    _, raw = raw_message(house, connection, inbound_id)
    try:
        return known[0].name, house.reader.file(raw, number)
    except ReadingFailed as error:
        raise Refused(f"The attachment cannot be taken out: {error}. Keep the whole message instead.") from None


def raw_message(house: House, connection: Connection, inbound_id: int) -> tuple[Row[Any], bytes]:
    """A message as it came, byte for byte."""
    row = inbox.get(connection, inbound_id)
    if row is None:
        raise Refused(f"There is no message {inbound_id}.")
    try:
        return row, house.spool.read(row.digest)
    except OSError as error:
        raise Refused(f"The message is no longer in the state folder ({error.strerror}).") from None
