"""Writes down what a person wants remembered: a note, or how a call went."""

from __future__ import annotations

from sqlalchemy import Connection

from reminderbot.core.note import CallResult
from reminderbot.desk import typed
from reminderbot.desk.case import show
from reminderbot.desk.find import Exactly, one_customer
from reminderbot.house import House
from reminderbot.store import note as notes


def note(house: House, actor: str, about: int | str | Exactly, words: str) -> int:
    """Keep a note on a case (its number) or a customer (their number or name); gives its own number."""
    told = typed.words(words, "Write down what is to be remembered.")
    with house.store.writing() as connection:
        customer_id, case_id = _about(house, connection, about)
        return notes.write(connection, told, house.clock.now(), actor, customer_id=customer_id, case_id=case_id)


def call(house: House, actor: str, about: int | str | Exactly, result: CallResult, words: str = "") -> int:
    """Keep how a call ended; a note beside it is only asked for where somebody was reached."""
    told = typed.words(words, "Say what came of the call." if result is CallResult.REACHED else "")
    with house.store.writing() as connection:
        customer_id, case_id = _about(house, connection, about)
        return notes.write(
            connection, told, house.clock.now(), actor, customer_id=customer_id, case_id=case_id, call=result
        )


def _about(house: House, connection: Connection, about: int | str | Exactly) -> tuple[str | None, int | None]:
    if isinstance(about, int):
        return show(house, connection, about).case.customer_id, about
    return one_customer(connection, about).customer_id, None
