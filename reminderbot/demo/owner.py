"""What the owner does at the desk of the demo: says go, closes a case, lets the reminders go on."""

from __future__ import annotations

from reminderbot.core.hold import HoldKind
from reminderbot.demo.people import OwnerAct
from reminderbot.desk.sending import go_live
from reminderbot.house import House
from reminderbot.store import case, hold, ledger

OWNER = "the owner"


def say_go(house: House) -> None:
    """Grant this installation to send by itself, after a look at the first letters."""
    go_live(house, OWNER)


def settle(house: House, act: OwnerAct) -> None:
    """Close what waits about one customer, and lift the holds where the reminders may go on."""
    now = house.clock.now()
    with house.store.writing() as connection:
        for waiting in case.waiting(connection, act.customer_id):
            case.resolve(connection, waiting.case_id, act.resolution, now, OWNER)
        if not act.releases:
            return
        for pause in hold.of_customers(connection, [act.customer_id]).get(act.customer_id, ()):
            if pause.kind is not HoldKind.OLD_DEBT:
                hold.release(connection, pause.hold_id, now, OWNER, act.resolution)
        ledger.review(connection, [act.customer_id], now)
