"""What the owner does at the desk of the demo: says go, closes a case, lets the reminders go on."""

from __future__ import annotations

from reminderbot.core.note import CallResult
from reminderbot.demo.people import OwnerAct
from reminderbot.desk.call import call
from reminderbot.desk.case import resolve, waiting
from reminderbot.desk.find import Exactly
from reminderbot.desk.sending import go_live
from reminderbot.house import House

OWNER = "the owner"


def say_go(house: House) -> None:
    """Grant this installation to send by itself, after a look at the first letters."""
    go_live(house, OWNER)


def settle(house: House, act: OwnerAct) -> None:
    """Close what waits about one customer, and lift the holds that came with it where the reminders may go on."""
    with house.store.reading() as connection:
        open_cases = [found.case_id for found, _ in waiting(connection) if found.customer_id == act.customer_id]
    if act.calls:
        call(house, OWNER, Exactly(act.customer_id), CallResult.REACHED, act.resolution)
    for case_id in open_cases:
        resolve(house, OWNER, case_id, act.resolution, lift=act.releases)
