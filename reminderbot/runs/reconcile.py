"""The reconciling run: finds out at Twilio whether a text message of uncertain fate was taken after all.

A mail of uncertain fate is never asked about here: absence of evidence proves nothing for SMTP (promises.md 1.1).
"""

from __future__ import annotations

from datetime import timedelta

from reminderbot.core.delivery import State
from reminderbot.core.event import Event, EventKind
from reminderbot.core.ladder import Channel
from reminderbot.house import House
from reminderbot.store import journal, outbox


def reconcile_once(house: House) -> int:
    """Confirm the uncertain text messages that the carrier's list knows; gives how many."""
    if house.find_text is None:
        return 0
    with house.store.reading() as connection:
        rows = [r for r in outbox.in_state(connection, State.UNCERTAIN) if r.channel == Channel.SMS.value]
        known = outbox.references(connection, [r.recipient_hash for r in rows])
    confirmed = 0
    for row in rows:
        found = house.find_text(row.recipient, bytes(row.body).decode(), row.claimed_at - timedelta(minutes=5))
        # The same words may have gone to the same number before: that message is not this one.
        taken = [reference for reference in found if reference not in known]
        if taken:
            _confirm(house, row.reminder_id, row.customer_id, taken[0])
            known.add(taken[0])
            confirmed += 1
    return confirmed


def _confirm(house: House, reminder_id: int, customer_id: str, reference: str) -> None:
    now = house.clock.now()
    with house.store.writing() as connection:
        outbox.confirm(connection, reminder_id, reference)
        data = {"reminder": reminder_id, "outcome": "confirmed", "reason": "found in the carrier's list"}
        journal.record(connection, Event(EventKind.SETTLED, now, "reminderbot", customer_id, data))
