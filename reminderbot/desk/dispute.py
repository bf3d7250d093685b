"""Says what a customer contests, so that only that rests, and settles it: upheld, or reminders go on gently."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from reminderbot.core.calendar import start_of_day
from reminderbot.core.dispute import Dispute, resumes_on
from reminderbot.core.hold import WHOLE_CUSTOMER, Hold, HoldKind
from reminderbot.core.understanding import DisputeReason
from reminderbot.core.undo import Undo, UndoKind
from reminderbot.desk import typed
from reminderbot.desk.case import CaseFile, open_case
from reminderbot.desk.hold import release_in
from reminderbot.desk.refusal import Refused
from reminderbot.house import House
from reminderbot.store import case, dispute, hold, ledger, people, undo


@dataclass(frozen=True, slots=True)
class Marked:
    """What rests now."""

    hold_id: int
    invoices: tuple[str, ...]
    # What else still pauses the customer.
    remaining: tuple[Hold, ...]
    undo: Undo


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a dispute."""

    # What rests now, and up to which day; None: until a person lifts it.
    hold_id: int
    resumes_on: date | None
    invoices: tuple[str, ...]
    remaining: tuple[Hold, ...]
    undo: Undo


def mark(house: House, actor: str, case_id: int, reason: DisputeReason, invoices: Sequence[str]) -> Marked:
    """Say what a case contests: only these invoices rest then, the others go on where nothing else holds them."""
    now = house.clock.now()
    with house.store.writing() as connection:
        seen = open_case(house, connection, case_id)
        numbers = _contested(connection, seen, invoices)
        key = _customer_of(seen)
        before = dispute.get(connection, case_id)
        why = f"{', '.join(numbers)} {'is' if len(numbers) == 1 else 'are'} contested ({_said(reason)})"
        placed, lifted = _in_place(house, connection, actor, seen, f"{why}; settle it to go on", now, numbers)
        dispute.mark(connection, case_id, key, reason, numbers, placed, now, actor)
        case.is_about(connection, case_id, numbers)
        data = {"placed": placed, "lifted": lifted, "invoices": list(seen.case.invoices), "before": _kept(before)}
        back = undo.remember(connection, UndoKind.DISPUTED, actor, now, data, customer_id=key, case_id=case_id)
    return Marked(placed, numbers, seen.other_holds, back)


def settle(house: House, actor: str, case_id: int, *, upheld: bool, note: str) -> Settled:
    """Say whether they were right, and close the case.

    Upheld, the invoices rest until the credit is in the books and a person lifts the pause. Not upheld, reminders go
    on by themselves: from the tier where they stood, and never sooner than that ladder's spacing from today.
    """
    now = house.clock.now()
    note = typed.words(note, "Say in a sentence how it was settled: a colleague will read it.")
    with house.store.writing() as connection:
        seen = open_case(house, connection, case_id)
        known = dispute.get(connection, case_id)
        if known is None:
            raise Refused(f"Nobody has said yet what case {case_id} contests: mark its reason and invoices first.")
        resumes = None if upheld else _resumes(house, connection, known, now)
        until = start_of_day(resumes, house.rules.zone) if resumes else None
        why = _why(known, actor, resumes)
        placed, lifted = _in_place(house, connection, actor, seen, why, now, known.invoices, until)
        dispute.settle(connection, known, placed, upheld=upheld, note=note, now=now, actor=actor)
        case.resolve(connection, case_id, f"{'upheld' if upheld else 'not upheld'}: {note}", now, actor)
        data = {"placed": placed, "lifted": lifted}
        key = known.customer_id
        back = undo.remember(connection, UndoKind.SETTLED, actor, now, data, customer_id=key, case_id=case_id)
    return Settled(placed, resumes, known.invoices, seen.other_holds, back)


def _in_place(
    house: House,
    connection: Connection,
    actor: str,
    seen: CaseFile,
    why: str,
    now: datetime,
    invoices: Sequence[str],
    until: datetime | None = None,
) -> tuple[int, list[int]]:
    """Put one pause on these invoices in the place of the case's own; gives it, and those it took the place of."""
    key = _customer_of(seen)
    if grave := [known for known in seen.holds if known.kind in WHOLE_CUSTOMER]:
        raise Refused(
            f"Hold {grave[0].hold_id} ({grave[0].kind}) is for the whole customer whatever is contested:"
            " lift it first, if that matter is settled."
        )
    placed = hold.place(
        connection, key, HoldKind.DISPUTE, why, now,
        until=until, invoices=invoices, inbound_id=seen.case.inbound_id, actor=actor,
    )  # fmt: skip
    lifted = release_in(house, connection, actor, [known.hold_id for known in seen.holds], f"hold {placed} stands now")
    ledger.review(connection, [key], now)
    return placed, [known.hold_id for known in lifted]


def _resumes(house: House, connection: Connection, known: Dispute, now: datetime) -> date:
    facts = house.gatherer.gather(connection, [known.customer_id], now).get(known.customer_id)
    items = facts.account.items if facts else ()
    rules = house.rules.of(facts) if facts else house.rules
    today = now.astimezone(house.rules.zone).date()
    return resumes_on((item for item in items if item.invoice.number in known.invoices), rules, today)


def _why(known: Dispute, actor: str, resumes: date | None) -> str:
    numbers = ", ".join(known.invoices)
    if resumes is None:
        return f"{actor} upheld the dispute over {numbers}: it rests until the credit is in the books; then lift this"
    return f"{actor} settled the dispute over {numbers}, not upheld: reminders go on gently from {resumes}"


def _customer_of(seen: CaseFile) -> str:
    if seen.customer is None:
        raise Refused(f"Case {seen.case.case_id} belongs to nobody we know, so nothing of theirs can be contested.")
    return seen.customer.customer_id


def _contested(connection: Connection, seen: CaseFile, invoices: Sequence[str]) -> tuple[str, ...]:
    """The invoices as the ledger writes them, in its order."""
    key = _customer_of(seen)
    known = people.open_numbers(connection, key)
    if not invoices:
        raise Refused(f"Say which invoices are contested: open are {', '.join(known) or 'none'}.")
    wanted = {number.casefold() for number in invoices}
    if unknown := [number for number in invoices if number.casefold() not in {n.casefold() for n in known}]:
        raise Refused(f"{', '.join(unknown)} is not open at {seen.customer.name if seen.customer else key}.")
    return tuple(number for number in known if number.casefold() in wanted)


def _said(reason: DisputeReason) -> str:
    return reason.value.replace("_", " ")


def _kept(before: Dispute | None) -> dict[str, Any] | None:
    """An earlier word on the same case, for putting it back."""
    return {"reason": before.reason.value, "invoices": list(before.invoices)} if before else None
