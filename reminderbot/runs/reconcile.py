"""The reconciling run: finds out at Twilio whether a text message of uncertain fate was taken after all.

A mail of uncertain fate is never asked about here: absence of evidence proves nothing for SMTP (promises.md 1.1).
"""

from __future__ import annotations

from typing import Any, assert_never

from sqlalchemy import Row

from reminderbot.channels.twilio import LookupFailedError
from reminderbot.core.text_lookup import Found, Missing, Unclear, judge
from reminderbot.house import House
from reminderbot.logs import log
from reminderbot.store import outbox, uncertain


def reconcile_once(house: House) -> int:
    """Ask the carrier's list about the uncertain text messages; gives how many it has after all."""
    if house.list_texts is None:
        return 0
    with house.store.reading() as connection:
        rows = uncertain.texts(connection)
        known = outbox.references(connection, [r.recipient_hash for r in rows])
    confirmed = 0
    for row in rows:
        try:
            found = _look(house, row, known)
        except LookupFailedError as error:
            # It is asked again at the next turn.
            log("texts_not_looked_up", why=str(error))
            break
        _apply(house, row, found)
        if isinstance(found, Found):
            known.add(found.reference)
            confirmed += 1
    return confirmed


def _look(house: House, row: Row[Any], known: set[str]) -> Found | Missing | Unclear:
    assert house.list_texts is not None
    listed = house.list_texts(row.recipient)
    # The same words may have gone to the same number before: what is known is not this one.
    return judge(listed, bytes(row.body).decode(), uncertain.first_left_at(row), known, house.clock.now())


def _apply(house: House, row: Row[Any], found: Found | Missing | Unclear) -> None:
    now = house.clock.now()
    match found:
        case Found(reference=reference):
            with house.store.writing() as connection:
                uncertain.confirm(connection, row, "found in the carrier's list", now, reference=reference)
        case Missing(at=at):
            with house.store.writing() as connection:
                uncertain.miss(connection, row, at, now)
        case Unclear():
            # It stays with a person.
            pass
        case _:
            assert_never(found)
