"""The plan shows what the runs would really do."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from reminderbot.core.delivery import SAID
from reminderbot.core.hold import HoldKind
from reminderbot.desk.hold import place
from reminderbot.desk.outlook import Outlook, outlook
from reminderbot.desk.promise import note
from reminderbot.house import House
from reminderbot.runs.take_ledger import take_ledger
from reminderbot.store import hold
from reminderbot.store.tables import case, outbox
from tests.installation import ACME, BOLT, BOLTON, MONDAY, Installation, bill, late, run_line

DAYS = 70
Told = tuple[str, str, str, date]

LEDGERS = {
    "one invoice, three days late": [bill("INV-1", "C1", late(3))],
    "one invoice not yet due": [bill("INV-1", "C1", late(-20))],
    "two invoices of different age": [bill("INV-1", "C1", late(40)), bill("INV-2", "C1", late(1))],
    "many invoices at one customer": [bill(f"INV-{n}", "C1", late(n * 7 - 20)) for n in range(6)],
    "three customers": [bill("A", "C1", late(10)), bill("B", "C2", late(0)), bill("C", "C3", late(28))],
    "a ledger of disputes and small sums": [bill("A", "C1", late(9), status="disputed"), bill("B", "C2", late(9), "0")],
}


@pytest.mark.parametrize("name", LEDGERS)
def test_the_plan_shows_what_the_runs_then_do(shop: Installation, name: str) -> None:
    shop.write_ledger([ACME, BOLT, BOLTON], LEDGERS[name])
    shop.ok("import")
    shop.allow()

    with shop.house() as house:
        assert foreseen(house, DAYS) == lived(house, shop, DAYS)


def test_the_plan_knows_of_pauses_and_promises(shop: Installation) -> None:
    shop.write_ledger(
        [ACME, BOLT, BOLTON], [bill("A", "C1", late(5)), bill("B", "C2", late(5)), bill("C", "C3", late(5))]
    )
    shop.ok("import")
    shop.allow()
    with shop.house() as house:
        place(house, "ann", "C1", (MONDAY + timedelta(days=9)).date())
        note(house, "ann", "C2", (MONDAY + timedelta(days=4)).date())
        place(house, "ann", "C")

        found = foreseen(house, 30)

        assert {customer for customer, _, _, _ in found} == {"C1", "C2"}
        assert [kind for customer, kind, _, _ in found if customer == "C2"] == ["broken_promise"]
        assert found == lived(house, shop, 30)


def test_the_plan_keeps_to_the_new_conversations_a_day(shop: Installation) -> None:
    shop.write_config("[sending]\nfirst_contacts_per_day = 1")
    shop.write_ledger(
        [ACME, BOLT, BOLTON], [bill("A", "C1", late(5)), bill("B", "C2", late(5)), bill("C", "C3", late(5))]
    )
    shop.ok("import")
    shop.allow()

    with shop.house() as house:
        found = foreseen(house, 9)

        assert len({on for _, _, _, on in found[:3]}) == 3
        assert sorted(on for _, _, _, on in found) == sorted(on for _, _, _, on in lived(house, shop, 9))


def test_the_plan_goes_on_from_what_was_sent_before(shop: Installation) -> None:
    shop.ok("import")
    shop.allow()
    shop.send()
    shop.clock.advance(timedelta(days=3))

    with shop.house() as house:
        assert foreseen(house, DAYS) == lived(house, shop, DAYS)


def test_whoever_owes_and_will_hear_nothing_is_listed_with_the_first_reason(shop: Installation) -> None:
    shop.ok("import")
    with shop.house() as house, house.store.writing() as connection:
        hold.place(connection, "C2", HoldKind.DISPUTE, "they contest it", MONDAY)
    with shop.house() as house:
        seen = look(house, 3)

    assert [(w.customer.customer_id, w.gate.name, w.gate.because) for w in seen.waiting] == [
        ("C2", "hold: dispute", "they contest it (all invoices)")
    ]


def look(house: House, days: int) -> Outlook:
    with house.store.reading() as connection:
        return outlook(house, connection, days)


def foreseen(house: House, days: int) -> list[Told]:
    """(customer, tier or kind of case, channel, day) of all that is foreseen."""
    seen = look(house, days)
    found = [(c.customer.customer_id, c.send.tier, c.send.channel.value, _day(house, c.at)) for c in seen.messages]
    found += [(t.customer.customer_id, t.case.kind.value, "", _day(house, t.at)) for t in seen.tasks]
    return sorted(found, key=lambda told: (told[3], told))


def lived(house: House, shop: Installation, days: int) -> list[Told]:
    """The same after every hour of those days was lived through, with books that are written out all the time."""
    began = shop.clock.now()
    end = began.replace(hour=5, minute=0) + timedelta(days=days + 1)
    while shop.clock.now() < end:
        for name in ("customers", "invoices", "payments"):
            shop.stamp(shop.folder / "ledger" / f"{name}.csv")
        take_ledger(house)
        run_line(house)
        # Every full hour of the hours in which anything may happen, and once at night.
        shop.clock.move_to((shop.clock.now() + timedelta(hours=1)).replace(minute=0))
        if shop.clock.now().hour not in range(13, 23):
            shop.clock.move_to(shop.clock.now() + timedelta(hours=3))
    return sorted(_happened(house, began), key=lambda told: (told[3], told))


def _happened(house: House, began: datetime) -> list[Told]:
    said = [state.value for state in SAID]
    with house.store.reading() as connection:
        sent = connection.execute(select(outbox).where(outbox.c.state.in_(said), outbox.c.claimed_at >= began)).all()
        cases = connection.execute(select(case).where(case.c.opened_at >= began)).all()
    found = [(r.customer_id, r.tier, r.channel, _day(house, r.claimed_at)) for r in sent]
    return found + [(r.customer_id, r.kind, "", _day(house, r.opened_at)) for r in cases]


def _day(house: House, at: datetime) -> date:
    return at.astimezone(house.rules.zone).date()
