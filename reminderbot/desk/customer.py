"""One customer's account with everything that is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from reminderbot.core.account import totals
from reminderbot.core.customer import Customer, Preference
from reminderbot.core.handover import Handover
from reminderbot.core.money import Money, subtotals
from reminderbot.core.promise import Promise
from reminderbot.core.statement import BUCKETS, bucket
from reminderbot.desk.contact import Way, ways_of
from reminderbot.desk.door import look_at
from reminderbot.desk.find import Exactly, Found, one_customer
from reminderbot.desk.plan import Seen, look
from reminderbot.desk.talk import Entry, talk
from reminderbot.desk.why import Why, why
from reminderbot.house import House
from reminderbot.store import handover, listing, preference, promise


@dataclass(frozen=True, slots=True)
class AccountPage:
    """What the desk shows of one customer."""

    customer: Customer
    why: Why
    owed: tuple[Money, ...]
    # What is owed by how long it is past due, in the order of a report.
    aging: tuple[tuple[str, tuple[Money, ...]], ...]
    invoices: tuple[Row[Any], ...]
    promises: tuple[Promise, ...]
    plans: tuple[Seen, ...]
    # How to write to them; none where the ledger no longer lists them.
    ways: tuple[Way, ...]
    talk: tuple[Entry, ...]
    preference: Preference
    # What is with an agency or a lawyer, or written off.
    away: tuple[Handover, ...]
    today: date

    def late(self, due_on: date | None) -> timedelta | None:
        """How long past due; None where it is not, or has no due date."""
        return self.today - due_on if due_on and due_on < self.today else None


def account_page(house: House, connection: Connection, customer_id: str) -> AccountPage:
    """Gather one customer's page; Refused where there is no such customer."""
    who = one_customer(connection, Exactly(customer_id))
    answer = why(house, connection, Found(who), look_at(house, connection))
    today = house.clock.now().astimezone(house.rules.zone).date()
    return AccountPage(
        customer=who,
        why=answer,
        owed=totals(answer.facts.account.items) if answer.facts else (),
        aging=_aging(answer, today),
        invoices=tuple(listing.invoices_of(connection, customer_id)),
        promises=tuple(promise.of_customer(connection, customer_id)),
        plans=tuple(look(house, connection, customer_id, answer.facts)),
        ways=ways_of(connection, answer.facts) if answer.facts else (),
        talk=tuple(talk(house, connection, customer_id)),
        preference=preference.get(connection, customer_id),
        away=tuple(one for one in handover.of_customer(connection, customer_id) if one.stands),
        today=today,
    )


def _aging(answer: Why, today: date) -> tuple[tuple[str, tuple[Money, ...]], ...]:
    items = answer.facts.account.items if answer.facts else ()
    found = [(name, [i.balance for i in items if bucket(i.invoice.due_on, today) == name]) for name in BUCKETS]
    return tuple((name, subtotals(sums)) for name, sums in found if sums)
