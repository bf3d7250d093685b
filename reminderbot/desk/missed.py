"""What a person should know before they talk with somebody whose promise was not kept in full."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from reminderbot.core.case import Case, CaseKind
from reminderbot.core.promise import Promise
from reminderbot.core.promise_share import Share
from reminderbot.core.reliability import Reliability, reliability
from reminderbot.core.talking_points import Point, earlier, points
from reminderbot.house import House
from reminderbot.store import listing, promise, promise_share


@dataclass(frozen=True, slots=True)
class Missed:
    """A promise that was not kept, what came of it, and what to keep in mind."""

    promise: Promise
    share: Share
    # Their promises before it, the newest first, and how those ended.
    earlier: tuple[Promise, ...]
    reliability: Reliability
    points: tuple[Point, ...]


def missed(house: House, connection: Connection, found: Case) -> Missed | None:
    """The newest promise because of which this case asks for a talk; None where it is about something else."""
    words = promise.of_case(connection, found.case_id) if found.kind is CaseKind.BROKEN_PROMISE else []
    if not words:
        return None
    word, key = words[0], words[0].customer_id
    today = house.clock.now().astimezone(house.rules.zone).date()
    share = promise_share.standing(connection, [key], today, house.rules.is_small).get(word.promise_id)
    if share is None:
        # Somebody has taken it back since.
        return None
    before = earlier(word, tuple(promise.of_customer(connection, key)))
    due = [row.due_on for row in listing.open_invoices(connection, [key]) if row.number in word.invoices and row.due_on]
    how = reliability(before)
    return Missed(word, share, before, how, points(share, how, (today - min(due)).days if due else None))
