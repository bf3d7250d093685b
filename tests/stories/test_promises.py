"""What becomes of a promise: kept, kept in part, broken, paid late, contested, put right by a person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest

from reminderbot.core.lane import Reason
from reminderbot.core.plan import Instalment
from reminderbot.core.promise import Promise
from reminderbot.core.reliability import reliability, trust
from reminderbot.core.talking_points import Point
from reminderbot.desk import case as cases
from reminderbot.desk import dispute as disputes
from reminderbot.desk import hold as holds
from reminderbot.desk import plan
from reminderbot.desk import promise as desk
from reminderbot.desk.find import Exactly
from reminderbot.desk.missed import Missed
from reminderbot.desk.payment import paid
from reminderbot.desk.refusal import Refused
from reminderbot.desk.undo import undo
from reminderbot.store import promise
from tests.stories.world import World

Make = Callable[..., World]


def words(world: World, customer: str = "ACME") -> list[Promise]:
    """Their promises, the newest first."""
    with world.house.store.reading() as connection:
        return promise.of_customer(connection, customer)


def states(world: World) -> list[str]:
    return [word.state.value for word in words(world)]


def missed(world: World) -> Missed:
    """What the case for a talk knows."""
    (matter,) = (found for found in world.cases("ACME") if found.kind.value == "broken_promise")
    with world.house.store.reading() as connection:
        found = cases.show(world.house, connection, matter.case_id).missed
    assert found is not None
    return found


def sums(missing: object) -> list[str]:
    return [str(money) for money in missing]  # type: ignore[attr-defined]  # sums of money


def promised(make_world: Make, words: str = "I will pay on Friday.", total: str = "300.00", **options: str) -> World:
    """Reminded on Monday 8 March, they answer at once."""
    world = make_world(**options).invoice("INV-1", "ACME", "2027-03-04", total).begin()
    (letter,) = world.at("2027-03-08 10:00")
    world.answer(words, letter)
    world.at("2027-03-08 10:05")
    assert (states(world), world.hold_kinds("ACME"), world.case_kinds("ACME")) == (["open"], ["promise"], [])
    return world


def test_paid_in_full_by_its_day_it_is_kept_and_nobody_is_called(make_world: Make) -> None:
    world = promised(make_world)
    world.at("2027-03-12 10:00")
    world.pay("INV-1")
    assert world.until("2027-04-30", "11:00", step=3) == []
    (word,) = words(world)
    assert (word.state, word.paid_on, word.days_late) == ("kept", date(2027, 3, 12), 0)
    assert world.case_kinds("ACME") == []


def test_half_of_it_is_kept_in_part_and_a_talk_that_begins_with_thanks(make_world: Make) -> None:
    world = promised(make_world)
    world.at("2027-03-12 10:00")
    world.pay("INV-1", "150.00")
    assert world.until("2027-05-31", "11:00", step=2) == []
    assert (states(world), world.case_kinds("ACME"), world.hold_kinds("ACME")) == (
        ["partly_kept"], ["broken_promise"], ["broken_promise"],
    )  # fmt: skip
    found = missed(world)
    assert (sums(found.share.received), sums(found.share.missing)) == (["150.00 GBP"], ["150.00 GBP"])
    assert found.promise.words == "I will pay on Friday."
    assert {Point.THANK, Point.ASK, Point.LISTEN} <= set(found.points)
    assert "150.00 GBP of it has come in: ask, person to person" in world.cases("ACME")[0].why


def test_nothing_is_called_broken_until_the_books_know_of_its_last_day(make_world: Make) -> None:
    world = promised(make_world)
    world.exports_daily = False
    world.until("2027-03-16", "10:00")
    world.export()
    world.take_ledger()
    # Friday, and Monday and Tuesday for the bank: over at midnight, and the books are Tuesday's.
    assert world.at("2027-03-17 09:30") == []
    assert (states(world), world.hold_kinds("ACME"), world.case_kinds("ACME")) == (["open"], ["promise"], [])
    world.export()
    world.take_ledger()
    assert world.at("2027-03-17 10:00") == []
    assert (states(world), world.hold_kinds("ACME")) == (["broken"], ["broken_promise"])


def test_money_of_the_last_day_that_is_booked_a_day_later_keeps_it(make_world: Make) -> None:
    world = promised(make_world)
    world.until("2027-03-16", "10:00")
    world.pay("INV-1")
    # What came on Tuesday is in the books only on Wednesday.
    world.exports_daily = False
    world.at("2027-03-17 09:00")
    assert states(world) == ["open"]
    world.export()
    world.take_ledger()
    world.at("2027-03-17 09:05")
    (word,) = words(world)
    assert (word.state, word.paid_on) == ("kept", date(2027, 3, 16))
    assert (world.case_kinds("ACME"), world.hold_kinds("ACME")) == ([], [])


def test_money_in_time_that_the_books_learn_of_too_late_makes_it_kept_after_all(make_world: Make) -> None:
    world = promised(make_world)
    world.until("2027-03-18", "10:00")
    assert states(world) == ["broken"]
    world.pay("INV-1")
    key = next(iter(world._payments))
    world._payments[key]["paid_on"] = "2027-03-16"
    world.at("2027-03-19 10:00")
    (word,) = words(world)
    assert (word.state, word.paid_on, word.days_late) == ("kept", date(2027, 3, 16), 0)
    # Whoever was about to talk to them is told.
    with world.house.store.reading() as connection:
        notes = cases.show(world.house, connection, world.cases("ACME")[0].case_id).notes
    assert "in time, the books only learnt of it late" in notes[-1].words


def test_kept_late_it_stays_broken_and_its_days_late_are_known(make_world: Make) -> None:
    world = promised(make_world)
    world.until("2027-03-22", "10:00")
    assert states(world) == ["broken"]
    world.pay("INV-1")
    assert world.until("2027-04-30", "11:00", step=3) == []
    (word,) = words(world)
    assert (word.state, word.paid_on, word.days_late) == ("broken", date(2027, 3, 22), 10)
    assert missed(world).points == (Point.SETTLED, Point.THANK)


def test_a_holiday_and_a_weekend_after_the_day_are_not_counted_for_the_bank(make_world: Make) -> None:
    # Thursday 25 March; Good Friday and Easter Monday are no days of a bank: Tuesday and Wednesday are.
    world = promised(make_world, "I will pay on 25 March.")
    assert world.until("2027-03-31", "10:00", "20:00") == []
    assert (states(world), world.case_kinds("ACME")) == (["open"], [])
    world.until("2027-04-01", "01:00", "10:00")
    assert states(world) == ["broken"]


def test_a_promise_for_a_holiday_has_the_bank_days_after_it(make_world: Make) -> None:
    world = promised(make_world, "I will pay on 26 March.")
    assert world.until("2027-03-31", "10:00", "20:00") == []
    assert states(world) == ["open"]
    world.until("2027-04-01", "10:00")
    assert states(world) == ["broken"]


def test_a_holiday_of_ours_alone_gives_their_bank_a_day_more(make_world: Make) -> None:
    # Easter Monday is a holiday in Bath and none in New York.
    world = make_world().customer("ACME", time_zone="America/New_York", country="US")
    world.invoice("INV-1", "ACME", "2027-03-04").begin()
    world.until("2027-03-08", "16:00")
    made = desk.note(world.house, "olivia", "ACME", date(2027, 3, 25))
    # Friday is a day of American banks, and Good Friday here: Tuesday and Wednesday it is.
    assert made.until.date() == date(2027, 4, 1)


# ---- after it was broken


def test_the_ladder_waits_for_a_person_and_goes_on_with_its_own_next_letter(make_world: Make) -> None:
    world = promised(make_world)
    assert world.until("2027-05-10", "11:00", step=2) == []
    (matter,) = world.cases("ACME")
    cases.resolve(world.house, "olivia", matter.case_id, "their bookkeeper was ill", lift=True)
    # Nine weeks late, and all the same the letter that comes after the gentle one.
    assert [sent.tier for sent in world.until("2027-05-31", "11:00")][:1] == ["check-in"]


def test_broken_twice_the_talk_knows_of_both_and_a_third_word_goes_to_a_person(make_world: Make) -> None:
    world = promised(make_world)
    world.until("2027-03-17", "11:00")
    (matter,) = world.cases("ACME")
    cases.resolve(world.house, "olivia", matter.case_id, "they forgot, and are sorry")
    desk.note(world.house, "olivia", "ACME", date(2027, 3, 26))
    assert world.hold_kinds("ACME") == ["promise"]
    assert world.until("2027-04-05", "11:00", step=1) == []
    assert (states(world), world.hold_kinds("ACME")) == (["broken", "broken"], ["broken_promise"])
    found = missed(world)
    assert [word.due_on for word in found.earlier] == [date(2027, 3, 12)]
    assert Point.AGAIN in found.points
    assert found.promise.days_late is None

    world.answer("We will pay on 12 April.", world.sent[-1])
    world.at("2027-04-05 12:00")
    assert sorted(world.case_kinds("ACME")) == ["broken_promise", "promise"]
    again = next(found.why for found in world.cases("ACME") if found.kind == "promise")
    assert "their last 2 promises were not kept in full" in again
    assert len(words(world)) == 2


def test_money_for_a_second_word_is_not_taken_by_the_first_one_that_was_broken(make_world: Make) -> None:
    world = make_world().invoice("INV-1", "ACME", "2027-03-04", "300.00").begin()
    world.at("2027-03-08 10:00")
    desk.note(world.house, "olivia", "ACME", date(2027, 3, 12), Decimal(150))
    world.until("2027-03-18", "11:00")
    desk.note(world.house, "olivia", "ACME", date(2027, 3, 26), Decimal(150))
    world.until("2027-03-25", "11:00")
    world.pay("INV-1", "150.00")
    world.until("2027-04-05", "11:00")
    assert [(word.state, word.paid_on) for word in words(world)] == [("kept", date(2027, 3, 25)), ("broken", None)]


# ---- what is not the customer's broken word


def test_a_dispute_on_one_of_the_promised_invoices_leaves_the_promise_on_the_others(make_world: Make) -> None:
    world = make_world().invoice("INV-1", "ACME", "2027-03-04", "300.00")
    world.invoice("INV-2", "ACME", "2027-03-04", "80.00").begin()
    (letter,) = world.at("2027-03-08 10:00")
    desk.note(world.house, "olivia", "ACME", date(2027, 3, 12))
    world.answer("INV-2 is wrong: the pots arrived broken.", letter)
    world.at("2027-03-09 10:00")
    (matter,) = (c for c in world.cases("ACME") if c.kind == "dispute")
    disputes.mark(world.house, "olivia", matter.case_id, Reason.DEFECTIVE, ["INV-2"])
    world.at("2027-03-12 10:00")
    world.pay("INV-1")
    world.until("2027-03-20", "11:00")
    assert states(world) == ["kept"]
    assert "broken_promise" not in world.case_kinds("ACME")


def contested_and_promised(make_world: Make, *named: str) -> tuple[World, int]:
    """INV-1 and INV-2 are open, INV-2 is contested, and then they promise on the telephone for Friday 12 March."""
    world = make_world().invoice("INV-1", "ACME", "2027-03-04", "300.00")
    world.invoice("INV-2", "ACME", "2027-03-04", "80.00").begin()
    (letter,) = world.at("2027-03-08 10:00")
    world.answer("INV-2 is wrong: the pots arrived broken.", letter)
    world.at("2027-03-09 10:00")
    (matter,) = (c for c in world.cases("ACME") if c.kind == "dispute")
    disputes.mark(world.house, "olivia", matter.case_id, Reason.DEFECTIVE, ["INV-2"])
    desk.note(world.house, "olivia", "ACME", date(2027, 3, 12), invoices=named)
    return world, matter.case_id


def test_who_promises_what_they_contest_and_does_not_pay_is_asked_and_never_written_to(make_world: Make) -> None:
    world, matter = contested_and_promised(make_world, "INV-2")
    world.at("2027-03-10 10:00")
    world.pay("INV-1")
    assert world.until("2027-03-20", "11:00") == []
    assert states(world) == ["broken"]
    assert "broken_promise" in world.case_kinds("ACME")
    disputes.settle(world.house, "olivia", matter, upheld=False, note="the pots were replaced")
    assert world.until("2027-04-30", "11:00", step=2) == []


def test_who_promises_after_the_pause_of_their_dispute_was_lifted_is_asked_and_never_written_to(
    make_world: Make,
) -> None:
    world = make_world().invoice("INV-1", "ACME", "2027-03-04", "300.00").begin()
    (letter,) = world.at("2027-03-08 10:00")
    world.answer("INV-1 is wrong: the pots arrived broken.", letter)
    world.at("2027-03-09 10:00")
    (matter,) = (c for c in world.cases("ACME") if c.kind == "dispute")
    disputes.mark(world.house, "olivia", matter.case_id, Reason.DEFECTIVE, ["INV-1"])
    world.release("ACME")
    (letter,) = world.until("2027-03-16", "11:00")
    world.answer("I will pay on Friday.", letter)
    assert world.until("2027-04-30", "11:00", step=2) == []
    assert states(world) == ["broken"]
    assert "broken_promise" in world.case_kinds("ACME")


def resting(make_world: Make, reason: Reason = Reason.DEFECTIVE, until: date | None = None) -> tuple[World, int]:
    """INV-1 alone is open and rests for what they answered; gives its case, too."""
    world = make_world().invoice("INV-1", "ACME", "2027-03-04", "300.00").begin()
    (letter,) = world.at("2027-03-08 10:00")
    world.answer("INV-1 is wrong: the pots arrived broken.", letter)
    world.at("2027-03-09 10:00")
    (matter,) = world.cases("ACME")
    disputes.mark(world.house, "olivia", matter.case_id, reason, ["INV-1"], until=until)
    return world, matter.case_id


def asked_and_not_written_to(world: World, until: str = "2027-05-15") -> bool:
    """Nothing has left since, the promise counts as broken, and a person is to talk to them."""
    silent = world.until(until, "11:00", step=2) == []
    return silent and states(world)[0] == "broken" and "broken_promise" in world.case_kinds("ACME")


@pytest.mark.parametrize("reason", [Reason.DEFECTIVE, Reason.PAID, Reason.INVOICE_MISSING])
def test_a_promise_for_all_that_is_open_is_one_for_what_rests_where_nothing_else_is(
    make_world: Make, reason: Reason
) -> None:
    world, matter = resting(make_world, reason)
    desk.note(world.house, "olivia", "ACME", date(2027, 3, 12))
    assert world.until("2027-03-20", "11:00") == []
    upheld = False if reason is Reason.DEFECTIVE else None
    disputes.settle(world.house, "olivia", matter, upheld=upheld, note="looked into it")
    assert asked_and_not_written_to(world)


def test_so_is_a_promise_by_mail(make_world: Make) -> None:
    world, matter = resting(make_world)
    world.answer("All right, I will pay on Friday.", world.sent[-1])
    assert world.until("2027-03-20", "11:00") == []
    disputes.settle(world.house, "olivia", matter, upheld=False, note="the pots were whole")
    assert asked_and_not_written_to(world)


def test_a_promise_after_a_pause_has_lapsed_is_asked_after(make_world: Make) -> None:
    world, _ = resting(make_world, Reason.PO_MISSING, date(2027, 3, 11))
    letter = world.until("2027-03-31", "11:00")[-1]
    world.answer("I will pay on Friday.", letter)
    assert asked_and_not_written_to(world)


def test_a_promise_named_while_the_books_call_it_disputed_is_asked_after(make_world: Make) -> None:
    world = make_world().invoice("INV-1", "ACME", "2027-03-04", "300.00")
    world.invoice("INV-2", "ACME", "2027-03-04", "80.00").change("INV-2", status="disputed")
    world.begin().at("2027-03-08 10:00")
    desk.note(world.house, "olivia", "ACME", date(2027, 3, 12), invoices=["INV-2"])
    world.pay("INV-1")
    assert world.until("2027-03-20", "11:00") == []
    world.change("INV-2", status="open")
    assert asked_and_not_written_to(world)


def test_what_is_contested_after_a_promise_in_spite_of_another_dispute_is_another_matter(make_world: Make) -> None:
    world, first = contested_and_promised(make_world, "INV-2")
    world.pay("INV-1")
    disputes.settle(world.house, "olivia", first, upheld=False, note="the pots were replaced")
    world.at("2027-03-10 10:00")
    world.answer("INV-2 is wrong: the new pots were billed twice.", world.sent[-1])
    world.at("2027-03-10 12:00")
    (second,) = (c for c in world.cases("ACME") if c.kind == "dispute")
    disputes.mark(world.house, "olivia", second.case_id, Reason.WRONG_AMOUNT, ["INV-2"])
    world.until("2027-03-20", "11:00")
    assert (states(world), "broken_promise" in world.case_kinds("ACME")) == (["closed"], False)


def test_what_rested_was_not_promised_with_all_that_is_open_also_where_it_is_settled_in_time(make_world: Make) -> None:
    world, matter = contested_and_promised(make_world)
    disputes.settle(world.house, "olivia", matter, upheld=False, note="the pots were whole")
    world.pay("INV-1")
    world.until("2027-03-20", "11:00")
    assert (states(world), words(world)[0].invoices) == (["kept"], ("INV-1",))


def test_a_pause_that_was_lifted_by_mistake_and_stands_again_is_that_of_its_matter(make_world: Make) -> None:
    world, matter = resting(make_world)
    desk.note(world.house, "olivia", "ACME", date(2027, 3, 12))
    (pause,) = (known.hold_id for known in world.holds("ACME") if known.kind == "dispute")
    lifted = holds.release(world.house, "olivia", [pause], "a slip")
    undo(world.house, "olivia", lifted.undo.undo_id)
    disputes.settle(world.house, "olivia", matter, upheld=False, note="the pots were whole")
    assert [known for known in world.hold_kinds("ACME") if known == "dispute"] == []


def test_who_promises_what_they_contest_and_was_right_has_broken_no_promise(make_world: Make) -> None:
    world, matter = contested_and_promised(make_world, "INV-2")
    disputes.settle(world.house, "olivia", matter, upheld=True, note="the pots were broken")
    world.pay("INV-1")
    world.until("2027-03-20", "11:00")
    assert states(world) == ["closed"]
    assert "broken_promise" not in world.case_kinds("ACME")


def test_who_promises_what_they_contest_and_pays_it_has_kept_their_word(make_world: Make) -> None:
    world, _ = contested_and_promised(make_world, "INV-2")
    world.at("2027-03-11 10:00")
    world.pay("INV-2")
    world.until("2027-03-20", "11:00")
    assert states(world) == ["kept"]


def test_who_promises_all_that_is_open_has_not_promised_what_they_contest(make_world: Make) -> None:
    world, _ = contested_and_promised(make_world)
    world.pay("INV-1")
    world.until("2027-03-20", "11:00")
    assert states(world) == ["kept"]
    assert "broken_promise" not in world.case_kinds("ACME")


def test_a_correction_of_the_day_keeps_what_was_promised_in_spite_of_a_dispute(make_world: Make) -> None:
    world, _ = contested_and_promised(make_world, "INV-2")
    desk.correct(world.house, "olivia", words(world)[0].promise_id, date(2027, 3, 15))
    world.until("2027-03-23", "11:00")
    assert states(world) == ["broken", "closed"]


def test_somebody_in_hardship_has_broken_no_promise(make_world: Make) -> None:
    world = promised(make_world)
    world.at("2027-03-10 10:00")
    world.answer("I have lost my job and cannot pay anything at the moment.", world.sent[-1])
    assert world.until("2027-04-30", "11:00", step=2) == []
    assert (states(world), "hardship" in world.hold_kinds("ACME")) == (["closed"], True)
    assert "broken_promise" not in world.case_kinds("ACME")


def test_a_credit_note_and_a_cancelled_invoice_make_what_was_promised_smaller(make_world: Make) -> None:
    world = make_world().invoice("INV-1", "ACME", "2027-03-04", "300.00")
    world.invoice("INV-2", "ACME", "2027-03-04", "80.00").begin()
    world.at("2027-03-08 10:00")
    desk.note(world.house, "olivia", "ACME", date(2027, 3, 12))
    world.at("2027-03-10 10:00")
    world.pay("INV-1", "100.00", kind="credit_note")
    world.change("INV-2", status="cancelled")
    world.at("2027-03-11 10:00")
    assert states(world) == ["open"]
    world.pay("INV-1", "200.00")
    world.at("2027-03-12 10:00")
    assert states(world) == ["kept"]


def test_an_invoice_that_came_since_is_no_part_of_the_promise(make_world: Make) -> None:
    world = promised(make_world)
    world.invoice("INV-2", "ACME", "2027-03-10", "999.00", issued_on="2027-03-09")
    world.at("2027-03-12 10:00")
    world.pay("INV-1")
    world.until("2027-03-17", "11:00")
    assert states(world) == ["kept"]


def test_what_is_not_due_yet_is_no_part_of_an_answer_to_a_letter_about_something_else(make_world: Make) -> None:
    world = make_world().invoice("INV-1", "ACME", "2027-03-04").invoice("INV-2", "ACME", "2027-06-30").begin()
    (letter,) = world.at("2027-03-08 10:00")
    assert letter.lists == ("INV-1",)
    world.answer("I will pay on Friday.", letter)
    world.at("2027-03-12 10:00")
    assert words(world)[0].invoices == ("INV-1",)
    world.pay("INV-1")
    world.until("2027-03-19", "11:00")
    assert (states(world), world.case_kinds("ACME")) == (["kept"], [])


def test_unmatched_money_that_could_be_it_is_matched_by_a_person_first(make_world: Make) -> None:
    world = promised(make_world)
    world.at("2027-03-12 10:00")
    world.receive("ACME", "300.00")
    assert world.until("2027-03-18", "11:00") == []
    assert (states(world), world.case_kinds("ACME"), world.hold_kinds("ACME")) == (
        ["open"], ["possibly_paid"], ["possibly_paid"],
    )  # fmt: skip
    # The bookkeeper matches it.
    key = next(iter(world._payments))
    world._payments[key]["invoice"] = "INV-1"
    world.at("2027-03-19 11:00")
    (word,) = words(world)
    assert (word.state, word.paid_on, world.hold_kinds("ACME")) == ("kept", date(2027, 3, 12), [])


def test_a_person_who_finds_that_the_money_was_for_something_else_is_asked_to_talk(make_world: Make) -> None:
    world = promised(make_world)
    world.at("2027-03-12 10:00")
    world.receive("ACME", "300.00")
    world.until("2027-03-18", "11:00")
    (matter,) = world.cases("ACME")
    cases.resolve(world.house, "olivia", matter.case_id, "it is a deposit", lift=True)
    assert world.until("2027-03-26", "11:00") == []
    assert (states(world), world.case_kinds("ACME")) == (["broken"], ["broken_promise"])
    assert Point.MATCH in missed(world).points


# ---- what a reply may promise by itself


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("I will pay 40 pounds on Friday.", "40.00 is less than 50% of the 300.00 GBP that is open"),
        ("I will pay 350 pounds on Friday.", "350.00 is promised, and only 300.00 GBP is open"),
        ("I will pay on 30 June.", "2027-06-30 is not within the next 31 days"),
    ],
)
def test_a_small_a_too_large_or_a_late_promise_goes_to_a_person(make_world: Make, said: str, why: str) -> None:
    world = make_world().invoice("INV-1", "ACME", "2027-03-04", "300.00").begin()
    (letter,) = world.at("2027-03-08 10:00")
    world.answer(said, letter)
    world.at("2027-03-08 10:05")
    assert (words(world), world.case_kinds("ACME")) == ([], ["promise"])
    assert why in world.cases("ACME")[0].why


def test_the_business_says_how_far_off_how_small_and_how_long(make_world: Make) -> None:
    more = "[promises]\nmax_days = 3\nmin_share = 0.1\ngrace_days = 4\n"
    world = promised(make_world, "I will pay 40 pounds on Thursday.", more=more)
    # Thursday 11 March, and four days for the bank.
    assert world.holds("ACME")[0].until is not None
    assert str(world.holds("ACME")[0].until)[:10] == "2027-03-18"
    world.release("ACME")
    with world.house.store.writing() as connection:
        promise.close(connection, words(world)[0])
    world.answer("I will pay on Friday 12 March.", world.sent[-1])
    world.at("2027-03-08 10:10")
    assert world.case_kinds("ACME") == ["promise"]


# ---- a person's hand


def test_a_person_puts_the_day_right_and_what_came_in_meanwhile_counts(make_world: Make) -> None:
    world = promised(make_world)
    world.at("2027-03-10 10:00")
    world.pay("INV-1", "100.00")
    world.at("2027-03-12 10:00")
    (word,) = words(world)
    made = desk.correct(world.house, "olivia", word.promise_id, date(2027, 3, 26), Exactly("ACME"))
    assert world.hold_kinds("ACME") == ["promise"]
    world.until("2027-03-25", "11:00")
    world.pay("INV-1", "200.00")
    world.until("2027-04-05", "11:00")
    assert [(w.state, w.promised_on, w.words) for w in words(world)] == [
        ("kept", date(2027, 3, 8), "I will pay on Friday."),
        ("closed", date(2027, 3, 8), "I will pay on Friday."),
    ]
    assert made.replaced
    with pytest.raises(Refused, match="is kept already"):
        desk.correct(world.house, "olivia", made.promise_id, date(2027, 5, 3))


def test_a_day_put_right_is_taken_back_in_one_step(make_world: Make) -> None:
    world = promised(make_world)
    (word,) = words(world)
    made = desk.correct(world.house, "olivia", word.promise_id, date(2027, 3, 26))
    undo(world.house, "olivia", made.undo.undo_id)
    assert [(w.due_on, w.state) for w in words(world)] == [(date(2027, 3, 26), "closed"), (date(2027, 3, 12), "open")]
    # It is judged on its own day again, with a pause up to then and no gap.
    assert world.until("2027-03-18", "11:00", "20:00") == []
    assert (states(world), world.hold_kinds("ACME")) == (["closed", "broken"], ["broken_promise"])


def test_promises_on_two_invoices_stand_side_by_side(make_world: Make) -> None:
    world = make_world().invoice("INV-1", "ACME", "2027-03-04", "300.00")
    world.invoice("INV-2", "ACME", "2027-03-04", "300.00").begin()
    world.at("2027-03-08 10:00")
    desk.note(world.house, "olivia", "ACME", date(2027, 3, 12), invoices=["INV-1"])
    made = desk.note(world.house, "olivia", "ACME", date(2027, 3, 19), invoices=["INV-2"])
    assert (states(world), made.replaced, world.hold_kinds("ACME")) == (["open", "open"], False, ["promise", "promise"])
    world.at("2027-03-12 10:00")
    world.pay("INV-2")
    world.until("2027-03-17", "11:00")
    assert states(world) == ["kept", "broken"]
    assert sums(missed(world).share.missing) == ["300.00 GBP"]


def test_a_sum_that_nobody_could_mean_is_refused_with_a_sentence(make_world: Make) -> None:
    world = make_world().invoice("INV-1", "ACME", "2027-03-04", "300.00")
    world.invoice("INV-2", "ACME", "2027-03-04", "80.00", currency="EUR").begin()
    friday = date(2027, 3, 5)
    with pytest.raises(Refused, match=r"80\.00 EUR and 300\.00 GBP are open .* of one currency"):
        desk.note(world.house, "olivia", "ACME", friday, Decimal(50))
    with pytest.raises(Refused, match=r"Only 80\.00 EUR is open there"):
        desk.note(world.house, "olivia", "ACME", friday, Decimal("80.01"), ["INV-2"])
    desk.note(world.house, "olivia", "ACME", friday, Decimal(80), ["INV-2"])
    assert words(world)[0].currency == "EUR"


def test_what_a_person_notes_as_paid_keeps_a_promise(make_world: Make) -> None:
    world = promised(make_world)
    world.at("2027-03-12 10:00")
    paid(world.house, "olivia", "INV-1")
    world.at("2027-03-12 10:05")
    assert states(world) == ["kept"]


def test_where_a_person_lifts_the_pause_it_is_not_placed_again(make_world: Make) -> None:
    world = promised(make_world)
    with world.house.store.reading() as connection:
        lifting = holds.lifting(world.house, connection, "ACME")
    holds.release(world.house, "olivia", [held.hold_id for held in lifting.holds], "they asked us to go on")
    world.exports_daily = False
    world.until("2027-03-16", "10:00")
    world.export()
    world.take_ledger()
    world.at("2027-03-17 09:00")
    assert (states(world), world.hold_kinds("ACME")) == (["open"], [])


def test_whose_word_has_held_is_told_with_its_figures(make_world: Make) -> None:
    world = make_world()
    for number in range(4):
        world.invoice(f"INV-{number}", "ACME", "2027-03-04")
    world.begin()
    world.at("2027-03-08 10:00")
    for number, day in enumerate((9, 10, 11, 12)):
        desk.note(world.house, "olivia", "ACME", date(2027, 3, day), invoices=[f"INV-{number}"])
    for number in range(4):
        world.clock.advance(timedelta(hours=20))
        world.pay(f"INV-{number}")
        world.tick()
    found = reliability(words(world))
    assert (found.kept, found.ended, found.median_days_late, trust(found).holds) == (4, 4, 0.0, True)


def test_a_promise_while_a_plan_stands_is_kept_by_the_instalment_that_it_was_about(make_world: Make) -> None:
    world = make_world().invoice("INV-1", "ACME", "2027-03-04", "80.00").begin()
    world.at("2027-03-08 10:00")
    parts = [Instalment(date(2027, 3, 12), Decimal(40)), Instalment(date(2027, 4, 12), Decimal(40))]
    plan.agree(world.house, "olivia", "ACME", parts)
    world.at("2027-03-10 10:00")
    # They ring: this first one comes on Monday.
    desk.note(world.house, "olivia", "ACME", date(2027, 3, 15), Decimal(40))
    world.at("2027-03-15 10:00")
    world.pay("INV-1", "40.00")
    assert [sent.tier for sent in world.until("2027-03-31", "11:00")] == []
    assert (states(world), world.case_kinds("ACME")) == (["kept"], [])


def test_somebody_who_promises_while_nothing_is_open_has_promised_nothing(make_world: Make) -> None:
    world = make_world().invoice("INV-1", "ACME", "2027-03-04").begin()
    (letter,) = world.at("2027-03-08 10:00")
    world.pay("INV-1")
    world.at("2027-03-09 10:00")
    world.answer("I will pay on Friday.", letter)
    world.until("2027-03-19", "11:00")
    assert states(world) == ["closed"]
    assert reliability(words(world)).ended == 0


def test_a_promise_stands_on_for_what_a_plan_or_a_new_promise_leaves_out(make_world: Make) -> None:
    world = make_world().invoice("INV-1", "ACME", "2027-03-04").invoice("INV-2", "ACME", "2027-03-04").begin()
    world.at("2027-03-08 10:00")
    desk.note(world.house, "olivia", "ACME", date(2027, 3, 24))
    parts = (Instalment(date(2027, 4, 1), Decimal(60)), Instalment(date(2027, 5, 4), Decimal(60)))
    plan.agree(world.house, "olivia", "ACME", parts, ("INV-1",))
    still = [word for word in words(world) if word.state == "open"]
    assert [(word.invoices, word.due_on) for word in still] == [(("INV-2",), date(2027, 3, 24))]
    assert world.until("2027-03-24", "10:00", "14:00") == []
    noted = desk.note(world.house, "olivia", "ACME", date(2027, 4, 1), invoices=("INV-2",))
    assert noted.replaced
    world.at("2027-03-25 10:00")
    assert world.cases("ACME") == []


def test_taken_back_a_plan_over_one_invoice_leaves_the_promise_over_both_as_it_was(make_world: Make) -> None:
    world = make_world().invoice("INV-1", "ACME", "2027-03-04").invoice("INV-2", "ACME", "2027-03-04").begin()
    world.at("2027-03-08 10:00")
    desk.note(world.house, "olivia", "ACME", date(2027, 3, 24))
    parts = (Instalment(date(2027, 4, 1), Decimal(120)),)
    offered = plan.propose(world.house, "olivia", "ACME", parts, ("INV-1",))
    agreed = plan.agree(world.house, "olivia", "ACME", parts, ("INV-1",))
    undo(world.house, "olivia", agreed.undo.undo_id)
    assert [word.invoices for word in words(world) if word.state == "open"] == [("INV-1", "INV-2")]
    assert [(held.kind, held.invoices) for held in world.holds("ACME")] == [("promise", ())]
    # What had been offered waits for an answer again.
    with world.house.store.reading() as connection:
        assert [(known.plan.plan_id, known.plan.state) for known in plan.look(world.house, connection, "ACME")] == [
            (offered.plan_id, "proposed")
        ]


def test_what_a_shorter_promise_leaves_out_goes_on_gently(make_world: Make) -> None:
    world = make_world().invoice("INV-1", "ACME", "2027-03-04").begin()
    world.at("2027-03-08 10:00")
    desk.note(world.house, "olivia", "ACME", date(2027, 3, 24))
    # Billed since: the pause for the first promise was for all of theirs.
    world.invoice("INV-2", "ACME", "2027-03-09")
    assert world.at("2027-03-18 10:00") == []
    second = desk.note(world.house, "olivia", "ACME", date(2027, 3, 25), invoices=("INV-1",))
    assert sorted((held.kind.value, held.invoices) for held in world.holds("ACME")) == [
        ("promise", ("INV-1",)), ("resuming", ("INV-2",)),
    ]  # fmt: skip
    assert world.at("2027-03-19 10:00") == []
    undo(world.house, "olivia", second.undo.undo_id)
    assert [(held.kind.value, held.invoices) for held in world.holds("ACME")] == [("promise", ())]


def test_a_sum_that_the_currency_has_no_coins_for_is_no_promise(make_world: Make) -> None:
    world = make_world().invoice("INV-1", "ACME", "2027-03-04").begin()
    with pytest.raises(Refused, match=r"10\.005 is no sum that GBP has coins for: round it\."):
        desk.note(world.house, "olivia", "ACME", date(2027, 3, 24), Decimal("10.005"))


@pytest.mark.parametrize(("sum_", "believed"), [("200 pounds", True), ("£200", True), ("200 dollars", False)])
def test_a_sum_of_another_currency_than_is_owed_goes_to_a_person(make_world: Make, sum_: str, believed: bool) -> None:
    world = make_world().invoice("INV-1", "ACME", "2027-03-04", "300.00").begin()
    (letter,) = world.at("2027-03-08 10:00")
    world.answer(f"I will pay {sum_} on Friday.", letter)
    world.at("2027-03-08 10:05")
    assert (states(world), world.case_kinds("ACME")) == ((["open"], []) if believed else ([], ["promise"]))


def test_a_promise_about_what_is_in_dispute_goes_to_a_person(make_world: Make) -> None:
    world = make_world().invoice("INV-1", "ACME", "2027-03-04").invoice("INV-2", "ACME", "2027-03-04")
    world.change("INV-2", status="disputed")
    world.begin()
    (letter,) = world.at("2027-03-08 10:00")
    world.answer("I will pay INV-2 on Friday.", letter)
    world.at("2027-03-08 10:05")
    assert (states(world), world.hold_kinds("ACME")) == ([], ["reply"])
    assert "INV-2 is in dispute: ask whether that is settled" in world.cases("ACME")[0].why
