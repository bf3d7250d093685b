"""Decides whether a person's own answer may leave now.

Pure. Holds, tiers, the ledger's sums and the contact budget are about reminders: a person who answers has read what
came in. What is asked is whether the address may be used at all and, for a text message, their hour. An e-mail waits
for no hour: design law 5 keeps a machine from ringing at night, and whoever has asked waits for the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reminderbot.core.contact import address_on, in_their_day, reachable
from reminderbot.core.facts import Facts
from reminderbot.core.ladder import Channel
from reminderbot.core.rules import Rules
from reminderbot.core.uncertain import Again

# What the outbox calls it where a reminder has its tier; no ladder may have a tier of this name.
ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person wrote back, and how far it has come."""

    reminder_id: int
    case_id: int
    written_by: str
    written_at: datetime
    channel: Channel
    recipient: str
    subject: str
    words: str
    # E-mail: the Message-ID of what it answers, and of the messages of ours before that.
    in_reply_to: str
    thread: tuple[str, ...]
    state: str
    not_before: datetime
    # Why it did not leave, or was not taken; empty: nothing is wrong.
    reason: str
    # The invoice whose PDF goes with it, and the SHA-256 of that; empty: nothing does.
    copy_of: str = ""
    copy_digest: str = ""


def may_answer(facts: Facts | None, channel: Channel, recipient: str, rules: Rules, now: datetime) -> Again:
    """Whether `recipient` (empty: whatever the address is now) may be answered on `channel`, and from when on."""
    if facts is None:
        return Again("the ledger no longer lists this customer")
    who = facts.account.customer
    gate = reachable(who, channel, facts.reach)
    if not gate.passed:
        return Again(gate.because)
    if recipient and recipient != address_on(who, channel):
        return Again("they have another address by now")
    if channel is Channel.EMAIL:
        return Again(not_before=now)
    day = in_their_day(now, facts.reach.zones, rules.hours, rules.business_days(who.place))
    if not day.passed and day.until is None:
        return Again(day.because)
    return Again(not_before=day.until or now)
