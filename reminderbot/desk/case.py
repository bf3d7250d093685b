"""What waits for a person: lists it, shows it with the customer's own words, closes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from reminderbot.core.case import Case, CaseKind
from reminderbot.core.customer import Customer
from reminderbot.core.hold import Hold, HoldKind, active
from reminderbot.desk.hold import release_in
from reminderbot.desk.refusal import Refused
from reminderbot.house import House
from reminderbot.store import case, hold, inbox, people

# Cases that no reply opened, and the pause that came with each.
_HOLD_OF = {
    CaseKind.OLD_DEBT: HoldKind.OLD_DEBT,
    CaseKind.REVIEW: HoldKind.REVIEW,
    CaseKind.BROKEN_PROMISE: HoldKind.BROKEN_PROMISE,
    CaseKind.DELIVERY: HoldKind.DELIVERY,
}


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case with all that belongs to it."""

    case: Case
    customer: Customer | None
    # The message that opened it, with what it was understood to say.
    reply: Row[Any] | None
    # What pauses the customer because of it.
    holds: tuple[Hold, ...]
    # What else pauses them.
    other_holds: tuple[Hold, ...]


def waiting(connection: Connection) -> list[tuple[Case, Customer | None]]:
    """Open cases with their customers, the most urgent first."""
    return [
        (found, people.get(connection, found.customer_id) if found.customer_id else None)
        for found in case.waiting(connection)
    ]


def show(house: House, connection: Connection, case_id: int) -> CaseFile:
    """One case; Refused where there is none of that number."""
    found = case.get(connection, case_id)
    if found is None:
        raise Refused(f"There is no case {case_id}: `reminderbot case list` shows those that wait.")
    customer = people.get(connection, found.customer_id) if found.customer_id else None
    reply = inbox.get(connection, found.inbound_id) if found.inbound_id else None
    of_case = _holds(connection, found)
    held: tuple[Hold, ...] = ()
    if found.customer_id:
        known = hold.of_customers(connection, [found.customer_id]).get(found.customer_id, ())
        held = active(known, house.clock.now())
    ids = {h.hold_id for h in of_case}
    return CaseFile(
        found,
        customer,
        reply,
        tuple(h for h in held if h.hold_id in ids),
        tuple(h for h in held if h.hold_id not in ids),
    )


def _holds(connection: Connection, found: Case) -> list[Hold]:
    """The holds that came with a case: of the same reply, or of the same matter where no reply opened it."""
    if found.inbound_id is not None:
        return [h for h in hold.of_inbound(connection, found.inbound_id) if h.customer_id == found.customer_id]
    kind = _HOLD_OF.get(found.kind)
    if found.customer_id is None or kind is None:
        return []
    return [h for h in hold.of_customers(connection, [found.customer_id]).get(found.customer_id, ()) if h.kind is kind]


def resolve(house: House, actor: str, case_id: int, resolution: str, *, lift: bool = False) -> CaseFile:
    """Close a case with a person's word on it, and with `lift` lift the holds that came with it.

    Gives the case as it stands then: the holds in it still pause the customer. Refused where it is closed already.
    """
    if not resolution.strip():
        raise Refused("Say what came of it, e.g. `reminderbot case resolve 12 they pay on Friday`.")
    with house.store.writing() as connection:
        before = show(house, connection, case_id)
        if not case.resolve(connection, case_id, resolution, house.clock.now(), actor):
            raise Refused(f"Case {case_id} was resolved already: {before.case.resolution}")
        if lift:
            why = f"case {case_id} was resolved: {resolution}"
            release_in(house, connection, actor, [h.hold_id for h in before.holds], why)
        return show(house, connection, case_id)
