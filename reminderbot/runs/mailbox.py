"""Looks into an inbox with patience: notes troubles for status and alert, and lets a mail server be that refuses us."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from reminderbot.core.inbound import InboxUnavailable
from reminderbot.core.ladder import Channel
from reminderbot.house import House
from reminderbot.logs import log
from reminderbot.store import halt


@contextmanager
def patient_look(house: House, channel: Channel) -> Iterator[None]:
    """Read that inbox inside; InboxUnavailable at once, without asking a mail server whose refused log-in rests."""
    with house.store.reading() as connection:
        trouble = halt.inbox_trouble(connection, channel)
    # Twilio locks nobody out for asking: there a STOP is heard a minute after the token is mended.
    if trouble and channel is Channel.EMAIL and halt.is_resting(trouble, house.clock.now()):
        raise InboxUnavailable(trouble["why"], trouble["what"], trouble["cure"], locked_out=True)
    try:
        yield
    except InboxUnavailable as error:
        new = error.locked_out or trouble is None or trouble["why"] != str(error)
        # After a reload a look of before must not keep the mended log-in waiting.
        if new and not house.ending.is_set():
            _note(house, channel, error)
        raise
    if trouble and not house.ending.is_set():
        with house.store.writing() as connection:
            halt.forget_inbox(connection, channel)


def _note(house: House, channel: Channel, error: InboxUnavailable) -> None:
    with house.store.writing() as connection:
        halt.note_inbox(connection, channel, error, house.clock.now())
    if error.locked_out:
        log("inbox_halted", channel=channel.value, why=str(error))
