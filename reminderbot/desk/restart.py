"""Gives an invoice its courtesy days again: whoever never had it is not reminded as if they had."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from reminderbot.core.event import Event, EventKind
from reminderbot.core.tiering import next_step
from reminderbot.core.undo import Undo, UndoKind
from reminderbot.desk.case import open_case
from reminderbot.desk.refusal import Refused
from reminderbot.house import House
from reminderbot.store import journal, ledger, undo


@dataclass(frozen=True, slots=True)
class Restarted:
    """An invoice that begins anew."""

    invoice: str
    # The first day for a reminder about it, if nothing holds it then; None: its ladder has none.
    begins_on: date | None
    undo: Undo


def restart(house: House, actor: str, case_id: int, invoice: str) -> Restarted:
    """Have the reminders of an invoice begin anew, counted from today; its days past due stay the true ones.

    What pauses it goes on pausing it. The customer's other invoices are not touched.
    """
    now = house.clock.now()
    today = now.astimezone(house.rules.zone).date()
    with house.store.writing() as connection:
        seen = open_case(house, connection, case_id)
        key = seen.customer.customer_id if seen.customer else ""
        facts = house.gatherer.gather(connection, [key], now).get(key)
        items = {item.invoice.number.casefold(): item for item in facts.account.items} if facts else {}
        before = items.get(invoice.strip().casefold())
        if before is None:
            raise Refused(f"{invoice} is not open at {seen.customer.name if seen.customer else 'anybody known'}.")
        number = before.invoice.number
        if before.restarted_on == today and before.progress is None:
            raise Refused(f"The clock of {number} was restarted today already.")
        kept = ledger.standing(connection, number)
        in_round = ledger.restart(connection, number, today)
        ledger.review(connection, [key], now)
        data = {"invoice": number, "round": in_round, "case": case_id}
        journal.record(connection, Event(EventKind.RESTARTED, now, actor, key, data))
        after = house.gatherer.gather(connection, [key], now)[key]
        item = next(item for item in after.account.items if item.invoice.number == number)
        rules = house.rules.of(after)
        step = next_step(item, rules.ladder, rules.min_gap_days, today, rules.zone)
        data = {"invoice": number, "before": kept}
        back = undo.remember(connection, UndoKind.RESTARTED, actor, now, data, customer_id=key, case_id=case_id)
    return Restarted(number, step.due_on if step else None, back)
