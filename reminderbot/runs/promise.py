"""Judges promises by the books: kept, kept in part, broken; calls a person, and keeps the ladder waiting until then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from reminderbot.core.case import CaseKind
from reminderbot.core.hold import Hold, HoldKind, active
from reminderbot.core.money import Money
from reminderbot.core.promise import (
    NOT_KEPT_IN_FULL,
    Circumstances,
    Grace,
    Judged,
    Promise,
    PromiseState,
    Waits,
    judge,
    overtaken,
)
from reminderbot.core.promise_share import Share
from reminderbot.core.thanks import Thanks, ThanksFor
from reminderbot.house import House
from reminderbot.store import case, hold, note, people, promise, promise_share, setting, thanks


def judge_promises(house: House, connection: Connection, customer_ids: Sequence[str], now: datetime) -> None:
    """See what the books say of these customers' promises; a broken one calls a person."""
    words = promise.to_judge(connection, customer_ids)
    if not words:
        return
    keys = sorted({word.customer_id for word, _ in words})
    booked_at = setting.get_moment(connection, setting.LEDGER)
    read_on = (booked_at or now).astimezone(house.rules.zone).date()
    standing = promise_share.standing(connection, keys, read_on, house.rules.is_small)
    holds = hold.of_customers(connection, keys)

    for word, hold_id in words:
        share = standing[word.promise_id]
        grace = house.grace_of(people.get(connection, word.customer_id))
        at = _circumstances(connection, word, grace, holds.get(word.customer_id, []), booked_at, now)
        judged = judge(word, share, at)
        if judged.waits is not Waits.NOTHING:
            _keep_waiting(connection, word, hold_id, share, judged.waits, now)
        elif (judged.state, judged.paid_on) != (word.state, word.paid_on):
            _settle(connection, word, hold_id, share, judged, now)
            if judged.state is PromiseState.KEPT and ThanksFor.PROMISE in house.rules.thanks:
                today = now.astimezone(house.rules.zone).date()
                kept = Thanks(ThanksFor.PROMISE, str(word.promise_id), word.invoices, today)
                thanks.owe(connection, word.customer_id, kept)


def _circumstances(
    connection: Connection,
    word: Promise,
    grace: Grace,
    holds: Sequence[Hold],
    booked_at: datetime | None,
    now: datetime,
) -> Circumstances:
    # The very moment at which the promise's own hold lapses: a letter must never slip in between.
    ends = grace.ends(word.due_on)
    asked = case.get(connection, word.case_id) if word.case_id is not None else None
    return Circumstances(
        last_day=grace.last_day(word.due_on),
        ended=now >= ends,
        booked=booked_at is not None and booked_at >= ends,
        overtaken=overtaken(word, holds, grace, now),
        asked=asked is not None and asked.resolved_at is not None,
    )


def _keep_waiting(
    connection: Connection, word: Promise, hold_id: int | None, share: Share, waits: Waits, now: datetime
) -> None:
    """Its days are over, and nobody can tell yet how it ended: until then nothing leaves."""
    if waits is Waits.MATCHING:
        why = f"{_sums(share.loose)} has come in that is not matched to an invoice and may be what they promised"
        if word.case_id is None:
            told = f"{why} for {word.due_on}: match it in the ledger"
            number = case.open_one(
                connection, CaseKind.POSSIBLY_PAID, word.customer_id, told, now, invoices=word.invoices
            )
            promise.called_by(connection, word, number)
        _pause(connection, word, hold_id, HoldKind.POSSIBLY_PAID, why, now)
        return
    why = f"the days of the promise for {word.due_on} are over; books of a later day will tell whether it was kept"
    _pause(connection, word, hold_id, HoldKind.PROMISE, why, now)


def _pause(connection: Connection, word: Promise, hold_id: int | None, kind: HoldKind, why: str, now: datetime) -> None:
    """Put a pause in the place of the one that has lapsed; where a person has lifted that, it stays lifted."""
    known = hold.get(connection, hold_id) if hold_id is not None else None
    if known is not None and (known.released_at is not None or (known.is_active(now) and known.kind is kind)):
        return
    if known is not None:
        hold.release(connection, known.hold_id, now, "reminderbot", "its days are over")
    invoices = known.invoices if known is not None else word.invoices
    promise.paused_by(connection, word, hold.place(connection, word.customer_id, kind, why, now, invoices=invoices))


def _settle(
    connection: Connection, word: Promise, hold_id: int | None, share: Share, judged: Judged, now: datetime
) -> None:
    promise.settle(connection, word, judged, now, _why_closed(share) if judged.state is PromiseState.CLOSED else "")
    if word.state is not PromiseState.OPEN:
        _tell_what_came(connection, word, judged, now)
        return
    if judged.state in NOT_KEPT_IN_FULL and not share.is_whole:
        _talk(connection, word, share, now)
    known = hold.get(connection, hold_id) if hold_id is not None else None
    # One with an end lapses by itself: what was kept early still leaves them in peace until then.
    if known is not None and known.released_at is None and known.until is None:
        hold.release(connection, known.hold_id, now, "reminderbot", f"the promise ended: {judged.state}")


def _why_closed(share: Share) -> str:
    return "another matter took its place" if share.asked_for else "nothing is left of it to pay"


def _tell_what_came(connection: Connection, word: Promise, judged: Judged, now: datetime) -> None:
    """Whoever is about to talk to them should know that it has come in since; the pause is theirs to lift."""
    if judged.paid_on is None or word.case_id is None:
        return
    late = (judged.paid_on - word.due_on).days
    told = f"what they promised for {word.due_on} has all come in, the last of it on {judged.paid_on}"
    if judged.state is PromiseState.KEPT:
        told += ": in time, the books only learnt of it late"
    else:
        told += f", {late} {'day' if late == 1 else 'days'} after its day"
    note.write(connection, told, now, "reminderbot", customer_id=word.customer_id, case_id=word.case_id)


def _talk(connection: Connection, word: Promise, share: Share, now: datetime) -> None:
    """A broken promise is answered by a person's question, never by a firmer letter (design law 8)."""
    why = f"they promised to pay {_sums(share.asked_for)} by {word.due_on} and {_so_far(share)}"
    why += ": ask, person to person, what got in the way"
    number = case.open_one(
        connection, CaseKind.BROKEN_PROMISE, word.customer_id, why, now, words=word.words, invoices=word.invoices
    )
    promise.called_by(connection, word, number)
    found = case.get(connection, number)
    if found is not None and found.opened_at != now:
        note.write(connection, why, now, "reminderbot", customer_id=word.customer_id, case_id=number)
    standing = active(hold.of_customers(connection, [word.customer_id]).get(word.customer_id, ()), now)
    if not any(h.kind is HoldKind.BROKEN_PROMISE for h in standing):
        passed = "was kept in part" if share.parts else "passed unpaid"
        pause = f"the promise for {word.due_on} {passed}; a person talks to them first"
        hold.place(connection, word.customer_id, HoldKind.BROKEN_PROMISE, pause, now)


def _so_far(share: Share) -> str:
    loose = f", and {_sums(share.loose)} has come in that is not matched yet" if share.loose else ""
    return f"{_sums(share.received)} of it has come in{loose}" if share.parts else f"it has not come in{loose}"


def _sums(sums: Sequence[Money]) -> str:
    return " and ".join(map(str, sums))
