"""What is done once at the start: settles what a crash left behind, and has everybody looked at after a change."""

from __future__ import annotations

import hashlib

from reminderbot.house import House
from reminderbot.runs.settle import confirm_proved
from reminderbot.store import halt, history, ledger, outbox, setting


def begin(house: House, *, alone: bool = True) -> tuple[int, int]:
    """`recover` for a start or a reload by a person, who has perhaps mended a log-in: each is tried again at once."""
    with house.store.writing() as connection:
        halt.forget_logins(connection)
    return recover(house, alone=alone)


def recover(house: House, *, alone: bool = True) -> tuple[int, int]:
    """(reminders planned again, reminders now uncertain) after the last end, however it came.

    Not `alone`, somebody may still be sending them: then none are taken from them.
    """
    now = house.clock.now()
    with house.store.writing() as connection:
        counts = outbox.recover(connection, now) if alone else (0, 0)
        history.catch_up(connection, house.send_log)
        confirm_proved(connection, now)
        digest = hashlib.sha256(repr(_rules(house)).encode()).hexdigest()
        if setting.get(connection, setting.RULES) != digest:
            # Another ladder, zone or holiday: yesterday's moments to look again no longer hold.
            ledger.review_everybody(connection, now)
            setting.put(connection, setting.RULES, digest)
    return counts


def _rules(house: House) -> tuple[object, ...]:
    rules = house.rules
    hours = (rules.hours.start, rules.hours.end, sorted(rules.hours.days))
    floors = (rules.min_balance, sorted(rules.min_balance_in.items()))
    limits = (rules.budget, floors, rules.min_gap_days, rules.only_when_we_work, rules.segments)
    return rules.ladder, str(rules.zone), rules.country, hours, limits, house.business, sorted(house.channels)
