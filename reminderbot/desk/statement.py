"""One customer's statement of account, as of today or of a day before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy import Connection

from reminderbot.core.statement import Statement, state
from reminderbot.desk.find import Exactly, one_customer
from reminderbot.desk.refusal import Refused
from reminderbot.house import House
from reminderbot.store import preference, statement


def statement_of(house: House, connection: Connection, words: str | Exactly, on: date | None = None) -> Statement:
    """The account of the customer that `words` means, as of the end of the day `on`; none: as of now."""
    who = one_customer(connection, words)
    today = house.clock.now().astimezone(house.rules.zone).date()
    on = on or today
    if on > today:
        raise Refused(f"{on} has not come yet: a statement tells what was open on a day up to today.")
    books = statement.books(connection, who.customer_id, on)
    sometime = books.settled_sometime if on < today else ()
    settled = preference.get(connection, who.customer_id).language
    return state(replace(who, language=settled or who.language), books.balances, books.payments, on, sometime)
