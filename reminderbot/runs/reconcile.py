"""The reconciling run: finds out at Twilio whether a text message of uncertain fate was taken after all.

A mail of uncertain fate is never asked about here: absence of evidence proves nothing for SMTP (promises.md 1.1).
"""

from __future__ import annotations

from datetime import timedelta

from reminderbot.channels.twilio import LookupFailedError
from reminderbot.core.ladder import Channel
from reminderbot.house import House
from reminderbot.logs import log
from reminderbot.store import outbox, uncertain


def reconcile_once(house: House) -> int:
    """Confirm the uncertain text messages that the carrier's list knows; gives how many."""
    if house.find_text is None:
        return 0
    with house.store.reading() as connection:
        rows = [r for r in uncertain.every(connection) if r.channel == Channel.SMS.value]
        known = outbox.references(connection, [r.recipient_hash for r in rows])
    confirmed = 0
    for row in rows:
        try:
            found = house.find_text(row.recipient, bytes(row.body).decode(), row.claimed_at - timedelta(minutes=5))
        except LookupFailedError as error:
            # It is asked again at the next turn.
            log("texts_not_looked_up", why=str(error))
            break
        # The same words may have gone to the same number before: that message is not this one.
        taken = [reference for reference in found if reference not in known]
        if taken:
            with house.store.writing() as connection:
                now = house.clock.now()
                uncertain.confirm(connection, row, "found in the carrier's list", now, reference=taken[0])
            known.add(taken[0])
            confirmed += 1
    return confirmed
