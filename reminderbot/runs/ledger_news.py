"""What an import brings that a person should hear of, or that goes on from what was said of an older invoice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import Connection

from reminderbot.core.case import CaseKind
from reminderbot.core.handover import Handover, HandoverKind, said, within
from reminderbot.core.hold import HoldKind, active
from reminderbot.core.invoice import Invoice, Payment
from reminderbot.core.ledger_change import undated
from reminderbot.core.plan import PlanState
from reminderbot.core.snapshot import Snapshot
from reminderbot.store import case, handover, hold, people, plan, promise


def tell(connection: Connection, old: Snapshot | None, new: Snapshot, now: datetime) -> None:
    """Call a person where money went back or away, or a bill has no date; a bill in another's place is paused as it."""
    if old is not None:
        _carry_over(connection, old, new, now)
        _ask_about_moved(connection, old, new, now)
        _tell_of_returns(connection, old, new, now)
        _tell_of_money_away(connection, old, new, now)
    _tell_of_undated(connection, old, new, now)


def _carry_over(connection: Connection, old: Snapshot, new: Snapshot, now: datetime) -> None:
    """A bill issued in another's place begins at the first tier, but what they said of the old one is not forgotten."""
    known = {bill.number for bill in old.invoices}
    fresh = [bill for bill in new.invoices if bill.replaces and bill.number not in known]
    standing = hold.of_customers(connection, sorted({bill.customer_id for bill in fresh}))
    for bill in fresh:
        for pause in active(standing.get(bill.customer_id, ()), now):
            if bill.replaces in pause.invoices:
                placed = hold.place_beside(connection, pause.hold_id, bill.number, bill.replaces, now)
                plan.paused_beside(connection, bill.customer_id, pause.hold_id, placed)
                for away in handover.by_holds(connection, [pause.hold_id]):
                    handover.mark_beside(connection, away, bill.number, placed, now)
        gone = [one for one in handover.of_customer(connection, bill.customer_id) if one.stands]
        away_words = {number for one in gone for number in one.promises}
        promise.take_over(connection, bill.customer_id, bill.replaces, bill, away_words)
        plan.take_over(connection, bill.customer_id, bill.replaces, bill.number)


def _ask_about_moved(connection: Connection, old: Snapshot, new: Snapshot, now: datetime) -> None:
    """A bill that the books list for somebody else now rests as it did, until a person says what still holds."""
    for before, after, numbers in _moved(old, new):
        _end_plans(connection, before, numbers, now)
        pauses = active(hold.of_customers(connection, [before]).get(before, ()), now)
        still_open = people.open_numbers(connection, after)
        resting = [n for n in numbers if n in still_open and any(pause.covers(n) for pause in pauses)]
        if not resting:
            continue
        # Neither the name nor the words of the one are for the other's papers.
        kinds = dict.fromkeys(p.kind.replace("_", " ") for p in pauses if any(p.covers(n) for n in resting))
        why = f"the books listed {', '.join(resting)} for another customer before, where it rested: {', '.join(kinds)}"
        hold.place(connection, after, HoldKind.REVIEW, why, now, invoices=resting)
        told = f"{why}: look whether that still holds, then lift the hold"
        case.open_one(connection, CaseKind.REVIEW, after, told, now, invoices=resting)


def _moved(old: Snapshot, new: Snapshot) -> list[tuple[str, str, list[str]]]:
    """Whose bills have become whose, as after two customers were made one."""
    owner = {bill.number: bill.customer_id for bill in old.invoices}
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for bill in new.invoices:
        before = owner.get(bill.number, bill.customer_id)
        if before != bill.customer_id:
            found[before, bill.customer_id].append(bill.number)
    return [(before, after, numbers) for (before, after), numbers in sorted(found.items())]


def _end_plans(connection: Connection, customer_id: str, gone: Sequence[str], now: datetime) -> None:
    """Instalments of a plan were agreed for all that it covers: without a part of that it is no plan any more."""
    for agreed in plan.standing(connection, [customer_id]).get(customer_id, ()):
        lost = [number for number in agreed.invoices if number in gone]
        if not lost:
            continue
        why = f"the books list {', '.join(lost)} for another customer now"
        plan.settle(connection, agreed, PlanState.ENDED, now, why)
        rest = [number for number in people.open_numbers(connection, customer_id) if number in agreed.invoices]
        if rest:
            told = f"{why}, so plan {agreed.plan_id} has ended: agree anew on what is left of it"
            case.open_one(connection, CaseKind.INSTALMENTS, customer_id, told, now, invoices=rest)


def _tell_of_returns(connection: Connection, old: Snapshot, new: Snapshot, now: datetime) -> None:
    """Who believes to have paid is spoken to by a person before any letter asks again."""
    known = {payment.payment_id for payment in old.payments}
    back = [paid for paid in new.payments if paid.payment_id not in known and paid.amount.amount < 0 and paid.invoice]
    for customer_id, payments in _by_customer(back):
        still_open = people.open_numbers(connection, customer_id)
        numbers = tuple(dict.fromkeys(paid.invoice for paid in payments if paid.invoice in still_open))
        if not numbers:
            continue
        what = ", ".join(f"{_back(paid)} on {paid.invoice}" for paid in payments if paid.invoice in numbers)
        why = f"{what} was taken back, so it is open again"
        hold.place(connection, customer_id, HoldKind.RETURNED, why, now, invoices=numbers)
        told = f"{why}: talk to them first, then lift the hold; reminders go on where they stood"
        case.open_one(connection, CaseKind.RETURNED, customer_id, told, now, invoices=numbers)


def _tell_of_money_away(connection: Connection, old: Snapshot, new: Snapshot, now: datetime) -> None:
    """Who pays us although somebody else collects it by now is asked by that one again, unless a person tells them."""
    known = {payment.payment_id for payment in old.payments}
    fresh = [paid for paid in new.payments if paid.payment_id not in known and paid.amount.amount > 0]
    for away in handover.standing(connection) if fresh else ():
        came = [p for p in fresh if p.customer_id == away.customer_id and _is_about(p, away)]
        if came:
            what = ", ".join(f"{paid.amount} on {paid.invoice or 'no invoice yet'}" for paid in came)
            when = f"after it was {said(away.kind)} on {away.marked_at:%Y-%m-%d}"
            told = f"{what} came in {when}: {_WHOM_TO_TELL[away.kind]}"
            numbers = [paid.invoice for paid in came if paid.invoice]
            case.open_one(connection, CaseKind.REVIEW, away.customer_id, told, now, invoices=numbers)


_WHOM_TO_TELL = {
    HandoverKind.WRITE_OFF: "put it right in your books, or take it back",
    HandoverKind.AGENCY: "tell the agency, or take it back",
    HandoverKind.LAWYER: "tell the lawyer, or take it back",
}


def _is_about(paid: Payment, away: Handover) -> bool:
    # Money that names no invoice may be for this one: a person looks.
    return paid.invoice is None or within([paid.invoice], away.invoices)


def _back(paid: Payment) -> str:
    return str(paid.amount).removeprefix("-")


def _by_customer(payments: Iterable[Payment]) -> Iterator[tuple[str, list[Payment]]]:
    found: dict[str, list[Payment]] = defaultdict(list)
    for paid in payments:
        found[paid.customer_id].append(paid)
    yield from sorted(found.items())


def _tell_of_undated(connection: Connection, old: Snapshot | None, new: Snapshot, now: datetime) -> None:
    found: dict[str, list[Invoice]] = defaultdict(list)
    for bill in undated(old, new):
        found[bill.customer_id].append(bill)
    for customer_id, bills in found.items():
        names = ", ".join(bill.number for bill in bills)
        why = f"{names} has no due date and is not reminded of: fill in due_on or terms_days in the ledger"
        case.open_one(
            connection, CaseKind.UNDATED, customer_id, f"{why}, or set [ledger] terms_days in the config", now,
            invoices=[bill.number for bill in bills],
        )  # fmt: skip
