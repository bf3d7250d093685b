"""Patience, with a date on every step: who is given more of it, and who is not hurried by anything that changes.

All in spring 2027, in London unless it says otherwise: 1 March is a Monday, Easter is 26 to 29 March.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from reminderbot.core.customer import Preference
from reminderbot.core.gate import GateCode
from reminderbot.core.hold import HoldKind
from reminderbot.desk.find import Exactly
from reminderbot.desk.hold import place
from reminderbot.desk.parked import begin, parked, queue
from reminderbot.desk.preference import settle
from reminderbot.desk.promise import note
from reminderbot.desk.sending import approve
from reminderbot.desk.undo import undo
from reminderbot.store import decision
from tests.stories.world import World

Make = Callable[..., World]
PERSON = '[[segment]]\nname = "private"\nkind = "person"\npatience_days = 7\nwithout = ["sms"]\n'
LOYAL = '[[segment]]\nname = "loyal"\nhistory = "good_payer"\npatience_days = 14\n'
SMALL = '[[segment]]\nname = "small"\nowed_up_to = 200\npatience_days = 10\n'
OWN = """
[[segment]]
name = "shops"
groups = ["shops"]
[[segment.ladder]]
name = "hello"
days = 12
letter = "gentle"
[[segment.ladder]]
name = "options"
days = 26
[[segment.ladder]]
name = "last"
days = 60
"""
TEXTS = {"phone": "+447700900123", "sms_consent": "yes", "sms_consent_on": "2027-01-05", "sms_consent_how": "a form"}
NEVER_SO_MANY = "first_contacts_per_day = 3\nmax_per_day = 1000\nmax_per_hour = 1000"


def gates(world: World, customer_id: str) -> dict[str, str]:
    with world.house.store.reading() as connection:
        kept = decision.latest(connection, customer_id)
    assert kept
    return {gate.code: gate.because for gate in kept.made.gates}


# ---- segments


def test_a_private_person_is_given_a_week_more_than_a_company_and_no_texts(make_world: Make) -> None:
    world = make_world(sms=True, more=PERSON)
    world.customer("ANN", group="private", **TEXTS).customer("ACME", group="company", **TEXTS)
    world.invoice("INV-1", "ANN", "2027-03-01").invoice("INV-2", "ACME", "2027-03-01").begin()
    world.until("2027-03-31", "11:00")
    assert world.tiers("ann@customer.example") == ["03-11 gentle", "03-18 check-in", "03-30 options"]
    # Good Friday puts off what the 26th was the day for; a text follows the letters of the 11th and the 30th.
    assert world.tiers("acme@customer.example") == ["03-04 gentle", "03-11 check-in", "03-19 options", "03-30 firm"]
    assert [s.day for s in world.sent if s.to == TEXTS["phone"]] == ["03-12", "03-31"]
    assert gates(world, "ANN")[GateCode.PATIENCE] == (
        "they are a private person: a week more patience, no text messages ('private')"
    )
    assert GateCode.PATIENCE not in gates(world, "ACME")


def paid_well(world: World, customer_id: str, count: int, late: int = 1) -> None:
    for number in range(count):
        due = date(2025, 9, 1) + timedelta(days=60 * number)
        world.invoice(f"OLD-{customer_id}-{number}", customer_id, due.isoformat())
        world.pay(f"OLD-{customer_id}-{number}")
        world._payments[f"P{len(world._payments)}"]["paid_on"] = (due + timedelta(days=late)).isoformat()


def test_a_good_payer_of_long_standing_is_given_two_weeks_more(make_world: Make) -> None:
    world = make_world(more=LOYAL)
    paid_well(world, "GOOD", 8)
    paid_well(world, "SLOW", 8, late=20)
    world.customer("NEW")
    for customer_id in ("GOOD", "SLOW", "NEW"):
        world.invoice(f"INV-{customer_id}", customer_id, "2027-03-01")
    world.begin()
    world.until("2027-03-19", "11:00")
    assert world.tiers("good@customer.example") == ["03-18 gentle"]
    assert world.tiers("slow@customer.example") == world.tiers("new@customer.example")
    assert world.tiers("new@customer.example")[0] == "03-04 gentle"
    assert "8 invoices paid in two years, typically 1 day late, known since 2025" in gates(world, "GOOD")["patience"]


@pytest.mark.parametrize("payments_too", [True, False])
def test_a_good_payer_stays_one_when_the_books_no_longer_list_what_was_paid(
    make_world: Make, payments_too: bool
) -> None:
    world = make_world(more=LOYAL)
    paid_well(world, "GOOD", 8)
    world.invoice("INV-1", "GOOD", "2027-03-01").begin()
    for number in range(8):
        world.unlist(f"OLD-GOOD-{number}")
    if payments_too:
        world._payments.clear()
    world.until("2027-03-19", "11:00")
    assert world.tiers() == ["03-18 gentle"]


def test_what_was_dropped_from_the_books_half_paid_makes_nobody_a_good_payer(make_world: Make) -> None:
    world = make_world(more=LOYAL)
    paid_well(world, "HALF", 8)
    for cells in world._payments.values():
        cells["amount"] = "1.00"
    world.invoice("INV-1", "HALF", "2027-03-01").begin()
    for number in range(8):
        world.unlist(f"OLD-HALF-{number}")
    world._payments.clear()
    world.until("2027-03-19", "11:00")
    assert world.tiers()[0] == "03-04 gentle"


def test_a_promise_that_passes_unpaid_ends_the_patience_but_hurries_nobody(make_world: Make) -> None:
    world = make_world(more=LOYAL)
    paid_well(world, "GOOD", 8)
    world.invoice("INV-1", "GOOD", "2027-03-01").begin()
    note(world.house, "olivia", Exactly("GOOD"), date(2027, 3, 5))
    world.until("2027-03-22", "11:00")
    # The word passed on the 9th, and a person talks first; then nothing is made up for.
    assert world.sent == []
    world.release("GOOD")
    world.until("2027-04-08", "11:00")
    assert world.tiers() == ["03-23 gentle", "03-30 check-in", "04-07 options"]
    assert GateCode.PATIENCE not in gates(world, "GOOD")


def test_a_group_that_changes_in_the_middle_skips_nothing_and_repeats_nothing(make_world: Make) -> None:
    world = make_world(more=OWN)
    world.invoice("INV-1", "ACME", "2027-03-01").begin()
    world.until("2027-03-05", "11:00")
    assert world.tiers() == ["03-04 gentle"]
    # Now they are a shop: where they stand is day 3, and its ladder begins on day 12.
    world.change_customer("ACME", group="Shops")
    world.until("2027-03-16", "11:00")
    assert world.tiers() == ["03-04 gentle", "03-15 hello"]
    # And again a company: day 12 is check-in, so options comes next, its eight days after.
    world.change_customer("ACME", group="company")
    world.until("2027-03-31", "11:00")
    assert world.tiers() == ["03-04 gentle", "03-15 hello", "03-23 options", "03-30 firm"] or world.tiers() == [
        "03-04 gentle", "03-15 hello", "03-23 options",
    ]  # fmt: skip


def test_a_sum_that_crosses_the_border_both_ways_never_hurries_them(make_world: Make) -> None:
    world = make_world(more=SMALL)
    world.invoice("INV-1", "ACME", "2027-03-01", "120.00").begin()
    world.until("2027-03-05", "11:00")
    # At most 200 is owed: ten days more. On the 5th another invoice makes it more than that.
    assert world.sent == []
    world.invoice("INV-2", "ACME", "2027-04-30", "500.00")
    world.until("2027-03-08", "11:00")
    assert world.tiers() == ["03-08 gentle"]
    # It is paid, and what is left is small again: check-in waits for day 20, then options for its spacing of 8 days.
    world.pay("INV-2")
    world.until("2027-04-01", "11:00")
    assert world.tiers() == ["03-08 gentle", "03-22 check-in", "03-30 options"]


def test_a_ladder_chosen_by_hand_counts_and_is_taken_back(make_world: Make) -> None:
    world = make_world(more='[[segment]]\nname = "friends"\npatience_days = 30\n')
    world.invoice("INV-1", "ACME", "2027-03-01").begin()
    done = settle(world.house, "olivia", Exactly("ACME"), Preference(segment="friends"))
    world.until("2027-03-12", "11:00")
    assert world.sent == []
    assert gates(world, "ACME")["patience"] == "a person chose it for them: 30 days more patience ('friends')"
    undo(world.house, "olivia", done.undo.undo_id)
    world.until("2027-03-16", "11:00")
    assert world.tiers() == ["03-15 gentle"]


# ---- pauses


def test_a_pause_until_a_day_ends_by_itself_and_what_they_answer_meanwhile_lasts(make_world: Make) -> None:
    world = make_world()
    world.invoice("INV-1", "ACME", "2027-03-01").invoice("INV-2", "BETA", "2027-03-01").begin()
    world.until("2027-03-04", "11:00")
    for key in ("ACME", "BETA"):
        place(world.house, "olivia", Exactly(key), date(2027, 3, 17), "moving house")
    world.answer("Could you tell me what this is for?", world.sent[0])
    world.until("2027-03-19", "11:00")
    # What paused both has ended; who asked something is still held, whoever did not goes on from where they stood.
    assert world.tiers() == ["03-04 gentle", "03-04 gentle", "03-18 check-in"]
    assert world.hold_kinds("ACME") == [HoldKind.REPLY]
    assert world.hold_kinds("BETA") == []


# ---- days of both sides


def test_nothing_leaves_on_our_holiday_though_it_is_a_working_day_of_theirs(make_world: Make) -> None:
    # The early May bank holiday is ours alone.
    world = make_world("2027-04-26 08:00")
    world.customer("ACME", country="US", time_zone="America/New_York").invoice("INV-1", "ACME", "2027-04-30").begin()
    world.until("2027-05-05", "08:00", "15:00")
    assert world.tiers()[1:] == ["05-04 gentle"]


def test_nothing_leaves_on_their_holiday_though_we_work(make_world: Make) -> None:
    world = make_world("2027-07-02 18:00")
    world.customer("ACME", country="US", time_zone="America/New_York").invoice("INV-1", "ACME", "2027-07-02").begin()
    world.until("2027-07-07", "15:00")
    # The 4th of July is a Sunday and kept on the Monday.
    assert world.tiers() == ["07-06 gentle"]


def test_who_wants_it_writes_on_days_when_nobody_is_here(make_world: Make) -> None:
    world = make_world("2027-04-26 08:00", sending="only_when_we_work = false")
    world.customer("ACME", country="US", time_zone="America/New_York").invoice("INV-1", "ACME", "2027-04-30").begin()
    world.until("2027-05-04", "15:00")
    assert world.tiers()[1:] == ["05-03 gentle"]


@pytest.mark.parametrize(("region", "day"), [("BY", "05-31"), ("BE", "05-27"), ("", "05-27"), ("DE-BY", "05-31")])
def test_a_region_keeps_its_own_holidays(make_world: Make, region: str, day: str) -> None:
    # Corpus Christi, Thursday 27 May 2027: a holiday in Bavaria and some others, not in Berlin. The 31st is ours.
    world = make_world("2027-05-17 08:00", sending="only_when_we_work = false\nholidays = [2027-05-28]")
    world.customer("ACME", country="DE", region=region, time_zone="Europe/Berlin")
    world.invoice("INV-1", "ACME", "2027-05-24").begin()
    world.until("2027-06-02", "11:00")
    assert world.tiers()[1] == f"{day} gentle"


def test_a_promise_has_two_days_of_grace_that_both_sides_work(make_world: Make) -> None:
    # Promised for Thursday 29 April. Friday they and we work; Monday is our bank holiday; Tuesday both work.
    world = make_world("2027-04-20 08:00")
    world.customer("ACME", country="US", time_zone="America/New_York").invoice("INV-1", "ACME", "2027-04-12").begin()
    note(world.house, "olivia", Exactly("ACME"), date(2027, 4, 29))
    world.until("2027-05-04", "15:00")
    assert world.hold_kinds("ACME") == [HoldKind.PROMISE]
    world.until("2027-05-05", "15:00")
    assert world.hold_kinds("ACME") == [HoldKind.BROKEN_PROMISE]


def test_who_moves_to_another_time_zone_is_written_to_in_their_new_day(make_world: Make) -> None:
    world = make_world()
    world.invoice("INV-1", "ACME", "2027-03-01").begin()
    world.until("2027-03-10", "09:30")
    assert world.tiers() == ["03-04 gentle"]
    world.change_customer("ACME", time_zone="America/Los_Angeles", country="US")
    world.until("2027-03-11", "09:30", "15:30", "16:30")
    # Nine in Los Angeles is 17:00 in London on the 11th: clocks there went forward on the 14th only.
    assert [s.tier for s in world.sent] == ["gentle"]
    assert [f"{s.at:%d %H:%M}" for s in world.until("2027-03-11", "17:30")] == ["11 17:30"]


# ---- the first start, and a large import later


def old_debts(world: World, count: int) -> None:
    for number in range(count):
        world.invoice(f"OLD-{number}", f"C{number:02d}", "2026-09-01")
    world.invoice("OLD-00B", "C00", "2026-10-01").begin()


def test_old_debts_are_one_case_a_customer_and_begin_gently_a_few_a_day(make_world: Make) -> None:
    world = make_world(sending=NEVER_SO_MANY)
    old_debts(world, 7)
    world.until("2027-03-02", "11:00")
    with world.house.store.reading() as connection:
        waiting = parked(connection)
    assert [(one.customer_id, one.invoices) for one in waiting][:2] == [
        ("C00", ("OLD-0", "OLD-00B")), ("C01", ("OLD-1",)),
    ]  # fmt: skip
    assert world.cases("C00")[0].why.startswith(
        "OLD-0, OLD-00B were already more than 90 days past due when they were first seen"
    )
    assert world.sent == []

    done = begin(world.house, "olivia", [one.case_id for one in waiting], 2)
    assert (done.count, done.first_on, done.last_on) == (7, date(2027, 3, 2), date(2027, 3, 5))
    world.until("2027-03-08", "11:30")
    first = [f"{s.day} {s.to[:3]}" for s in world.sent if s.tier == "gentle"]
    assert first == ["03-02 c00", "03-02 c01", "03-03 c02", "03-03 c03", "03-04 c04", "03-04 c05", "03-05 c06"]
    assert world.cases() == []


def test_letting_old_debts_begin_is_taken_back_as_a_whole(make_world: Make) -> None:
    world = make_world(sending=NEVER_SO_MANY)
    old_debts(world, 5)
    world.at("2027-03-02 18:00")
    with world.house.store.reading() as connection:
        waiting = parked(connection)
    done = begin(world.house, "olivia", [one.case_id for one in waiting])
    undo(world.house, "olivia", done.undo.undo_id)
    world.until("2027-03-10", "11:00")
    assert world.sent == []
    with world.house.store.reading() as connection:
        assert parked(connection) == waiting
    assert world.hold_kinds("C04") == [HoldKind.OLD_DEBT]


def test_five_hundred_new_invoices_begin_so_many_conversations_a_day(make_world: Make) -> None:
    world = make_world(sending="first_contacts_per_day = 40\nmax_per_day = 1000\nmax_per_hour = 1000")
    world.invoice("INV-0", "ACME", "2027-02-24").begin()
    world.until("2027-03-03", "11:00")
    assert world.tiers() == ["03-01 gentle"] or len(world.sent) == 1
    for number in range(500):
        world.invoice(f"INV-N{number:03d}", f"N{number % 250:03d}", "2027-02-26")
    # So many at once wait for a person's yes; then the new ones begin forty a working day.
    world.at("2027-03-04 10:00")
    with world.house.store.reading() as connection:
        seen = queue(world.house, connection, world.now)
    assert (seen.waiting, seen.a_day, seen.through_on) == (210, 40, date(2027, 3, 12))
    approve(world.house, "olivia", [])
    for day in ("04", "05", "08", "09", "10", "11", "12"):
        world.at(f"2027-03-{day} 11:00")
        world.at(f"2027-03-{day} 15:00")
    by_day = {day: sum(1 for s in world.sent if s.day == day) for day in sorted({s.day for s in world.sent})}
    begun = {s.to: s.day for s in reversed(world.sent) if s.to.startswith("n")}
    first = {day: sum(1 for other in begun.values() if other == day) for day in sorted(set(begun.values()))}
    assert first == {f"03-{day}": 40 for day in ("04", "05", "08", "09", "10", "11")} | {"03-12": 10}, by_day
