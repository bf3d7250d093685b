"""Writes down what a person wants remembered."""

from __future__ import annotations

from sqlalchemy import Connection

from reminderbot.desk import typed
from reminderbot.desk.case import show
from reminderbot.desk.find import Exactly, one_customer
from reminderbot.house import House
from reminderbot.store import note as notes


def note(house: House, actor: str, about: int | str | Exactly, words: str) -> int:
    """Keep a note on a case (its number) or a customer (their number or name); gives its own number."""
    told = typed.words(words, "Write down what is to be remembered.")
    with house.store.writing() as connection:
        customer_id, case_id = about_of(house, connection, about)
        return notes.write(connection, told, house.clock.now(), actor, customer_id=customer_id, case_id=case_id)


def about_of(house: House, connection: Connection, about: int | str | Exactly) -> tuple[str | None, int | None]:
    """The customer and the case, by its number, that something is written down about."""
    if isinstance(about, int):
        return show(house, connection, about).case.customer_id, about
    return one_customer(connection, about).customer_id, None
