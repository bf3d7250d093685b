"""Looks into the mailbox with patience: troubles are noted for status and alert, a refused log-in is left alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from reminderbot.core.inbound import InboxUnavailable
from reminderbot.house import House
from reminderbot.logs import log
from reminderbot.store import halt


@contextmanager
def patient_look(house: House) -> Iterator[None]:
    """Read the mailbox inside; InboxUnavailable at once, without asking the server, while a refused log-in rests."""
    with house.store.reading() as connection:
        trouble = halt.inbox_trouble(connection)
    if trouble and halt.is_resting(trouble, house.clock.now()):
        raise InboxUnavailable(trouble["why"], trouble["what"], trouble["cure"], locked_out=True)
    try:
        yield
    except InboxUnavailable as error:
        new = error.locked_out or trouble is None or trouble["why"] != str(error)
        # After a reload a look of before must not keep the mended log-in waiting.
        if new and not house.ending.is_set():
            _note(house, error)
        raise
    if trouble and not house.ending.is_set():
        with house.store.writing() as connection:
            halt.forget_inbox(connection)


def _note(house: House, error: InboxUnavailable) -> None:
    with house.store.writing() as connection:
        halt.note_inbox(connection, str(error), error.what, error.cure, house.clock.now(), locked_out=error.locked_out)
    if error.locked_out:
        log("inbox_halted", why=str(error))
