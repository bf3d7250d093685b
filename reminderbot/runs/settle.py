"""Applies what became of attempts: the reminder's state, and what its outcome means for the customer or the channel."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, assert_never

from sqlalchemy import Connection, Row

from reminderbot.core.case import CaseKind
from reminderbot.core.contact import country_prefix
from reminderbot.core.delivery import Accepted, AfterAttempt, Blame, Deferred, Outcome, Refused, State, Uncertain
from reminderbot.core.hold import HoldKind
from reminderbot.core.ladder import Channel
from reminderbot.store import case, contact, doubt, halt, hold, ledger, outbox, people, uncertain

_STOPPED_AT_CARRIER = "they told the carrier to stop our messages"

Settled = tuple[Row[Any], Outcome, AfterAttempt]


def settle(connection: Connection, results: Sequence[Settled], now: datetime) -> None:
    """Record the outcomes and their consequences; the customers are looked at again."""
    told = [(row, outcome, after, *_told(outcome)) for row, outcome, after in results]
    outbox.settle(connection, told, now)
    for row, outcome, _ in results:
        _follow_up(connection, row, outcome, now)
        halt.heed(connection, row.channel, outcome, now)
    _take_evidence(connection, results, now)
    ledger.review(connection, list({row.customer_id for row, _, _ in results}), now)


def _take_evidence(connection: Connection, results: Sequence[Settled], now: datetime) -> None:
    """An answer may be quicker than the word of a slow server that it took the message."""
    if any(after.state in (State.UNCERTAIN, State.PLANNED) for _, _, after in results):
        confirm_proved(connection, now)


def confirm_proved(connection: Connection, now: datetime) -> None:
    """What was answered or reported on arrived, whatever the server said of it."""
    for row in uncertain.answered(connection):
        uncertain.confirm(connection, row, "an answer to it came in", now)
    for row, reference in uncertain.reported(connection):
        uncertain.prove(connection, row, reference, now)


def _told(outcome: Outcome) -> tuple[str, str]:
    """(the server's reference, the reason)."""
    match outcome:
        case Accepted(reference=reference):
            return reference, ""
        case Deferred(why=why) | Refused(why=why) | Uncertain(why=why):
            return "", why
        case _:
            assert_never(outcome)


def _follow_up(connection: Connection, row: Row[Any], outcome: Outcome, now: datetime) -> None:
    match outcome:
        case Refused(blame=blame, why=why):
            lay_blame(connection, row, blame, why, now)
            if row.earlier:
                doubt.tell(connection, row, f"its second copy was refused: {why}", now)
        case Uncertain(why=why):
            doubt.tell(connection, row, why, now)
        case Accepted() | Deferred():
            pass
        case _:
            assert_never(outcome)


def opt_out(connection: Connection, number: str, recipient_hash: str, now: datetime, *those: str) -> None:
    """Send no more texts to a number whose owner told the carrier to stop.

    It goes with `those` and each who has the number.
    """
    known = {*those, *people.everybody_at(connection, Channel.SMS, number, recipient_hash)}
    for who in sorted(known) or ("",):
        contact.close(connection, recipient_hash, Channel.SMS, contact.OPTED_OUT, _STOPPED_AT_CARRIER, who, now)
    ledger.review(connection, known, now)


def lay_blame(connection: Connection, row: Row[Any], blame: Blame, why: str, now: datetime) -> None:
    """What follows where a message was refused, or failed later: for the address, the customer or the channel."""
    channel = Channel(row.channel)
    match blame:
        case Blame.ADDRESS:
            reason = f"the server refused the address: {why}"
            contact.close(connection, row.recipient_hash, channel, contact.DEAD, reason, row.customer_id, now)
        case Blame.OPT_OUT:
            opt_out(connection, row.recipient, row.recipient_hash, now, row.customer_id)
        case Blame.MESSAGE:
            told = f"reminder {row.reminder_id} ({row.tier}) was refused: {why}"
            case.open_one(connection, CaseKind.DELIVERY, row.customer_id, told, now)
            # The same letter would be refused again, and again at every tick.
            pause = f"{told}; a person looks at it, then lifts this hold"
            hold.place(connection, row.customer_id, HoldKind.DELIVERY, pause, now)
        case Blame.CHANNEL:
            halt.halt(connection, row.channel, why, now)
        case Blame.COUNTRY:
            halt.halt(connection, f"{row.channel} to {country_prefix(row.recipient)}", why, now)
        case _:
            assert_never(blame)
