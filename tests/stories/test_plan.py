"""Payment plans: agreed at the desk, kept to the end, missed, paid early, and all that comes between; a date each."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from reminderbot.core.hold import HoldKind
from reminderbot.core.plan import Every, Instalment, PlanState
from reminderbot.desk import plan
from reminderbot.desk.case import show
from reminderbot.desk.hold import place, release
from reminderbot.desk.outlook import outlook
from reminderbot.desk.refusal import Refused
from reminderbot.desk.sending import go_live
from reminderbot.desk.undo import undo
from reminderbot.store import hold, ledger
from tests.stories.world import OUR_NUMBER, World

Make = Callable[..., World]


def parts(*told: str) -> tuple[Instalment, ...]:
    """Instalments as "2027-03-19=40.00"."""
    pairs = (each.split("=") for each in told)
    return tuple(Instalment(date.fromisoformat(day), Decimal(amount)) for day, amount in pairs)


def agree(world: World, *told: str, invoices: tuple[str, ...] = ()) -> plan.Noted:
    return plan.agree(world.house, "olivia", "ACME", parts(*told), invoices)


def state(world: World) -> PlanState:
    return look(world).plan.state


def look(world: World) -> plan.Seen:
    with world.house.store.reading() as connection:
        return plan.look(world.house, connection, "ACME")[0]


def months_of_silence(world: World, until: str) -> list[str]:
    return [f"{sent.day} {sent.tier}" for sent in world.until(until, "09:30", "14:00")]


@pytest.fixture
def world(world: World) -> World:
    """ACME owes INV-1 over 120.00; its first reminder left on 8 March."""
    made = world.invoice("INV-1", "ACME", "2027-03-05").begin()
    made.at("2027-03-08 10:00")
    assert made.tiers() == ["03-08 gentle"]
    return made


def test_a_plan_that_is_kept_to_its_end_has_a_note_before_each_instalment_and_no_reminder(world: World) -> None:
    world.at("2027-03-10 10:00")
    agree(world, "2027-03-19=40.00", "2027-04-19=40.00", "2027-05-19=40.00")
    assert world.hold_kinds("ACME") == ["plan"]
    # Three days before, in the morning.
    assert months_of_silence(world, "2027-03-18") == ["03-16 instalment"]
    note = world.sent[-1]
    assert "payment 1 of 3" in note.text
    assert "GBP 40.00" in note.text
    assert "Mar 19, 2027" in note.text
    world.pay("INV-1", "40.00")
    # 16 April is a Friday.
    assert months_of_silence(world, "2027-04-18") == ["04-16 instalment"]
    world.pay("INV-1", "40.00")
    assert months_of_silence(world, "2027-05-18") == ["05-14 instalment"]
    assert "It is the last one." in world.sent[-1].text
    world.pay("INV-1", "40.00")
    assert months_of_silence(world, "2027-06-30") == []
    assert state(world) is PlanState.KEPT
    assert world.case_kinds("ACME") == []


THIRDS = ("2027-03-19=40.00", "2027-04-19=40.00", "2027-05-19=40.00")


def test_an_instalment_that_is_missed_calls_a_person_and_never_a_letter(world: World) -> None:
    world.at("2027-03-10 10:00")
    agree(world, *THIRDS)
    assert months_of_silence(world, "2027-03-19") == ["03-16 instalment"]
    # Two business days for the bank: 19 March is a Friday, and the following Tuesday the last of them.
    world.at("2027-03-23 16:00")
    assert (state(world), world.case_kinds("ACME")) == (PlanState.AGREED, [])
    world.at("2027-03-24 10:00")
    assert state(world) is PlanState.MISSED
    found = world.cases("ACME")[0]
    assert found.kind == "missed_instalment"
    assert "40.00 GBP is missing: ask, person to person" in found.why
    assert sorted(world.hold_kinds("ACME")) == ["missed_instalment", "plan"]
    # Nothing at all until a person decides, whatever becomes of the other days.
    assert months_of_silence(world, "2027-06-30") == []


def test_what_was_missed_and_comes_in_after_all_lets_the_plan_go_on(world: World) -> None:
    world.at("2027-03-10 10:00")
    noted = agree(world, *THIRDS)
    months_of_silence(world, "2027-03-24")
    with pytest.raises(Refused, match=r"40.00 GBP of plan 1 has not come in"):
        plan.go_on(world.house, "olivia", noted.plan.plan_id)
    world.pay("INV-1", "40.00")
    world.at("2027-03-30 10:00")
    assert state(world) is PlanState.MISSED
    plan.go_on(world.house, "olivia", noted.plan.plan_id)
    assert (state(world), world.hold_kinds("ACME"), world.case_kinds("ACME")) == (PlanState.AGREED, ["plan"], [])
    assert months_of_silence(world, "2027-04-18") == ["04-16 instalment"]


def test_what_was_missed_may_be_agreed_on_anew_over_what_is_left(world: World) -> None:
    world.at("2027-03-10 10:00")
    noted = agree(world, *THIRDS)
    world.pay("INV-1", "25.00")
    months_of_silence(world, "2027-03-24")
    assert state(world) is PlanState.MISSED
    with pytest.raises(Refused, match=r"5.00 GBP more than the 95.00 GBP"):
        plan.change(world.house, "olivia", noted.plan.plan_id, parts("2027-04-09=50.00", "2027-05-10=50.00"))
    changed = plan.change(world.house, "olivia", noted.plan.plan_id, parts("2027-04-09=50.00", "2027-05-10=45.00"))
    assert (world.hold_kinds("ACME"), world.case_kinds("ACME")) == (["plan"], [])
    undo(world.house, "olivia", changed.undo.undo_id)
    assert (state(world), world.case_kinds("ACME")) == (PlanState.MISSED, ["missed_instalment"])
    assert sorted(world.hold_kinds("ACME")) == ["missed_instalment", "plan"]


def test_a_plan_that_is_ended_goes_on_gently_with_the_next_tier(world: World) -> None:
    world.at("2027-03-10 10:00")
    noted = agree(world, *THIRDS)
    months_of_silence(world, "2027-03-24")
    ended = plan.end(world.house, "olivia", noted.plan.plan_id, "they want to pay at once")
    assert world.case_kinds("ACME") == []
    # gentle is day 3 and check-in day 10: seven days at least, and one letter.
    assert ended.resumes_on == date(2027, 3, 31)
    assert months_of_silence(world, "2027-04-05") == ["03-31 check-in"]


def test_who_pays_early_hears_nothing_of_that_instalment(world: World) -> None:
    world.at("2027-03-10 10:00")
    agree(world, *THIRDS)
    world.pay("INV-1", "40.00")
    assert months_of_silence(world, "2027-04-18") == ["04-16 instalment"]


def test_who_pays_more_has_paid_a_part_of_the_next(world: World) -> None:
    world.at("2027-03-10 10:00")
    agree(world, *THIRDS)
    world.at("2027-03-16 10:00")
    world.pay("INV-1", "55.00")
    assert months_of_silence(world, "2027-04-18") == ["04-16 instalment"]
    assert "GBP 25.00" in world.sent[-1].text
    assert [str(part.counted) for part in look(world).parts] == ["40.00", "15.00", "0.00"]


def test_a_credit_note_counts_for_the_earliest_instalment(world: World) -> None:
    world.at("2027-03-10 10:00")
    agree(world, *THIRDS)
    world.pay("INV-1", "10.00", kind="credit_note")
    months_of_silence(world, "2027-03-19")
    assert "GBP 30.00" in world.sent[-1].text


def test_money_that_nobody_has_matched_keeps_the_note_back_and_misses_nothing(world: World) -> None:
    world.at("2027-03-10 10:00")
    agree(world, *THIRDS)
    world.receive("ACME", "40.00")
    assert months_of_silence(world, "2027-04-02") == []
    assert (state(world), world.case_kinds("ACME")) == (PlanState.AGREED, [])


def test_a_payment_of_another_invoice_is_none_of_the_plan(world: World) -> None:
    world.invoice("INV-9", "ACME", "2027-06-30", "40.00")
    world.at("2027-03-10 10:00")
    agree(world, *THIRDS, invoices=("INV-1",))
    world.pay("INV-9")
    months_of_silence(world, "2027-03-24")
    assert state(world) is PlanState.MISSED


def test_a_new_invoice_goes_its_own_way_and_waits_for_the_note(world: World) -> None:
    world.at("2027-03-10 10:00")
    agree(world, *THIRDS)
    world.at("2027-03-15 10:00")
    # Its first reminder is due on the very day of the note: the day of the instalment passes, the reminder can wait.
    world.invoice("INV-2", "ACME", "2027-03-13")
    assert months_of_silence(world, "2027-03-19") == ["03-16 instalment", "03-17 gentle"]
    assert world.sent[-1].lists == ("INV-2",)
    assert "INV-2" not in world.sent[-2].text


def test_a_dispute_of_a_covered_invoice_keeps_the_note_back(world: World) -> None:
    world.at("2027-03-10 10:00")
    agree(world, *THIRDS)
    world.at("2027-03-15 10:00")
    world.answer("The invoice INV-1 is wrong: two of the chairs were never delivered.", world.sent[0])
    assert months_of_silence(world, "2027-03-19") == []
    assert "dispute" in world.case_kinds("ACME")


def test_the_day_before_the_note_a_reply_keeps_it_back(world: World) -> None:
    world.at("2027-03-10 10:00")
    agree(world, *THIRDS)
    world.at("2027-03-16 08:30")
    assert [row.state for row in planned(world)] == ["planned"]
    world.answer("Is the delivery address on the bill the right one?", world.sent[0])
    assert months_of_silence(world, "2027-03-19") == []
    assert [row.state for row in planned(world)] == ["withdrawn"]


def planned(world: World) -> list[object]:
    from reminderbot.store import outbox

    with world.house.store.reading() as connection:
        return [row for row in outbox.of_customer(connection, "ACME") if row.tier == "instalment"]


def test_a_plan_over_two_currencies_is_refused_with_a_sentence(world: World) -> None:
    world.invoice("INV-E", "ACME", "2027-03-05", "80.00", currency="EUR")
    world.at("2027-03-10 10:00")
    with pytest.raises(Refused, match=r"one currency, and these invoices are in EUR and GBP: name the invoices of one"):
        agree(world, *THIRDS)
    agree(world, *THIRDS, invoices=("INV-1",))
    agree(world, "2027-04-01=80.00", invoices=("INV-E",))
    with pytest.raises(Refused, match=r"INV-1 is covered by plan 1 already"):
        agree(world, *THIRDS, invoices=("INV-1",))


def test_an_instalment_on_a_holiday_is_refused_and_an_even_split_moves_it(world: World) -> None:
    world.at("2027-03-10 10:00")
    # Good Friday of 2027.
    with pytest.raises(Refused, match=r"2027-03-26 is no business day: no bank books it then; take 2027-03-30"):
        agree(world, "2027-03-26=120.00")
    with world.house.store.reading() as connection:
        offered = plan.offer(world.house, connection, "ACME", 2, Every.MONTH, date(2027, 3, 26))
    assert [one.due_on for one in offered.instalments] == [date(2027, 3, 30), date(2027, 4, 26)]
    agree(world, *(f"{one.due_on}={one.amount}" for one in offered.instalments))
    # Three days before is the Saturday of Easter: the note comes on the last business day before.
    assert months_of_silence(world, "2027-03-29") == ["03-25 instalment"]


def test_a_note_goes_as_a_text_where_only_that_reaches_them_and_not_after_a_stop(make_world: Make) -> None:
    world = make_world(sms=True)
    consent = {"sms_consent": "yes", "sms_consent_on": "2027-01-04", "sms_consent_how": "order form"}
    world.customer("ACME", email="", phone="+447700900123", **consent)
    world.invoice("INV-1", "ACME", "2027-03-05").begin()
    world.at("2027-03-10 10:00")
    agree(world, "2027-03-19=60.00", "2027-04-19=60.00")
    assert [sent.day for sent in world.until("2027-03-18", "09:30")] == ["03-16"]
    assert world.sent[-1].message.sender == OUR_NUMBER
    assert "payment 1/2 of GBP 60.00 for INV-1" in world.sent[-1].text
    world.pay("INV-1", "60.00")
    world.at("2027-04-01 10:00")
    world.text("+447700900123", "STOP")
    before = len(world.sent)
    world.until("2027-04-18", "09:30")
    assert len(world.sent) == before
    world.pay("INV-1", "60.00")
    world.until("2027-04-20", "09:30")
    assert state(world) is PlanState.KEPT


def test_a_store_put_back_from_a_backup_says_no_note_twice(world: World) -> None:
    world.at("2027-03-10 10:00")
    agree(world, *THIRDS)
    world.at("2027-03-15 17:00")
    folder = world.folder / "state"
    world.house.store.close()
    shutil.copy(folder / "reminderbot.db", world.folder / "kept.db")
    world.configure()
    world.restart()
    assert months_of_silence(world, "2027-03-16") == ["03-16 instalment"]
    world.house.store.close()
    for left in folder.glob("reminderbot.db-*"):
        left.unlink()
    shutil.copy(world.folder / "kept.db", folder / "reminderbot.db")
    world.configure()
    world.restart()
    assert months_of_silence(world, "2027-03-17") == []
    go_live(world.house, "olivia", adopt=True)
    assert months_of_silence(world, "2027-03-18") == []
    assert look(world).parts[0].noted


def test_agreeing_is_taken_back_in_one_step(world: World) -> None:
    world.at("2027-03-10 10:00")
    world.answer("Could we pay this invoice in three instalments, please?", world.sent[0])
    world.at("2027-03-10 11:00")
    asked = world.cases("ACME")[0]
    assert asked.kind == "instalments"
    with world.house.store.reading() as connection:
        offered = plan.offer_for(world.house, connection, show(world.house, connection, asked.case_id))
    assert offered is not None
    assert [str(one.amount) for one in offered.instalments] == ["40.00", "40.00", "40.00"]
    noted = plan.agree(world.house, "olivia", "ACME", offered.instalments, (), asked.case_id)
    assert (world.case_kinds("ACME"), world.hold_kinds("ACME")) == ([], ["plan"])
    undo(world.house, "olivia", noted.undo.undo_id)
    assert (world.case_kinds("ACME"), world.hold_kinds("ACME")) == (["instalments"], ["reply"])
    with world.house.store.reading() as connection:
        assert plan.look(world.house, connection, "ACME") == []


def test_a_plan_takes_the_place_of_a_promise_about_the_same(world: World) -> None:
    world.at("2027-03-10 10:00")
    world.answer("We will pay INV-1 on 17 March 2027.", world.sent[0])
    world.at("2027-03-10 11:00")
    assert world.hold_kinds("ACME") == ["promise"]
    noted = agree(world, *THIRDS)
    assert world.hold_kinds("ACME") == ["plan"]
    undo(world.house, "olivia", noted.undo.undo_id)
    assert world.hold_kinds("ACME") == ["promise"]


def test_a_person_who_lifts_the_pause_of_a_plan_ends_its_notes_too(world: World) -> None:
    world.at("2027-03-10 10:00")
    noted = agree(world, *THIRDS)
    release(world.house, "olivia", noted.plan.holds)
    assert "instalment" not in " ".join(months_of_silence(world, "2027-03-19"))


def test_a_pause_by_hand_keeps_the_note_back_too(world: World) -> None:
    world.at("2027-03-10 10:00")
    agree(world, *THIRDS)
    place(world.house, "olivia", "ACME", date(2027, 3, 19), "they are moving house")
    assert months_of_silence(world, "2027-03-19") == []


def test_books_that_are_old_miss_no_instalment(world: World) -> None:
    world.at("2027-03-10 10:00")
    agree(world, "2027-03-19=120.00")
    months_of_silence(world, "2027-03-19")
    world.exports_daily = False
    world.until("2027-03-29", "09:30", step=3)
    # Nobody can tell, so nobody is called and nothing leaves.
    assert (state(world), world.case_kinds("ACME")) == (PlanState.AGREED, [])
    assert HoldKind.PLAN in {held.kind for held in world.holds("ACME")}
    world.exports_daily = True
    world.pay("INV-1")
    world.at("2027-03-30 10:00")
    assert (state(world), world.hold_kinds("ACME")) == (PlanState.KEPT, [])


def test_what_is_foreseen_names_the_notes_and_the_miss(world: World) -> None:
    world.at("2027-03-10 10:00")
    agree(world, *THIRDS)
    with world.house.store.reading() as connection:
        ahead = outlook(world.house, connection, 90)
    assert [(f"{one.at:%m-%d}", one.send.tier) for one in ahead.messages] == [("03-16", "instalment")]
    assert [(f"{one.at:%m-%d}", one.case.kind) for one in ahead.tasks] == [("03-24", "missed_instalment")]


THANKS = """
[thanks]
promise = true
plan = true
invoice = true
"""


def test_a_plan_paid_to_its_end_is_thanked_for_once_where_the_owner_wants_it(make_world: Make) -> None:
    world = make_world(more=THANKS).invoice("INV-1", "ACME", "2027-03-05").begin()
    world.at("2027-03-08 10:00")
    world.at("2027-03-10 10:00")
    agree(world, "2027-03-19=120.00")
    months_of_silence(world, "2027-03-18")
    world.pay("INV-1")
    assert months_of_silence(world, "2027-04-30") == ["03-19 thanks"]
    assert "INV-1 is settled" in world.sent[-1].text
    assert "bank" not in world.sent[-1].text


@pytest.mark.parametrize("kind", ["cancelled", "draft", "credit_note", "write_off"])
def test_nobody_is_thanked_for_paying_what_was_cancelled_credited_or_given_up(make_world: Make, kind: str) -> None:
    world = make_world(more=THANKS).invoice("INV-1", "ACME", "2027-03-05").begin()
    world.at("2027-03-08 10:00")
    world.at("2027-03-10 10:00")
    agree(world, "2027-03-19=60.00", "2027-04-01=60.00")
    if kind in ("cancelled", "draft"):
        world.change("INV-1", status=kind)
    else:
        world.pay("INV-1", kind=kind)
    assert months_of_silence(world, "2027-03-20") == []
    assert state(world) is PlanState.ENDED
    assert world.hold_kinds("ACME") == []


def test_who_pays_after_a_reminder_is_thanked_where_the_owner_wants_it(make_world: Make) -> None:
    world = make_world(more=THANKS)
    world.invoice("INV-1", "ACME", "2027-03-05").invoice("INV-2", "ACME", "2027-03-05").begin()
    world.at("2027-03-08 10:00")
    world.at("2027-03-09 10:00")
    world.pay("INV-1", "60.00")
    assert months_of_silence(world, "2027-03-10") == []
    world.pay("INV-1", "60.00")
    world.pay("INV-2")
    # One letter for both, and the contact budget as for any other.
    assert months_of_silence(world, "2027-03-20") == ["03-11 thanks"]
    assert "INV-1 and 1 more are settled" in world.sent[-1].text


def test_who_pays_before_any_reminder_is_not_thanked_by_a_machine(make_world: Make) -> None:
    world = make_world(more=THANKS).invoice("INV-1", "ACME", "2027-03-05").begin()
    world.at("2027-03-03 10:00")
    world.pay("INV-1")
    world.until("2027-03-20", "09:30")
    assert "thanks" not in " ".join(world.tiers())


def test_a_promise_that_was_kept_is_thanked_for(make_world: Make) -> None:
    world = make_world(more="[thanks]\npromise = true\n").invoice("INV-1", "ACME", "2027-03-05").begin()
    world.at("2027-03-08 10:00")
    world.at("2027-03-10 10:00")
    world.answer("We will pay INV-1 on 12 March 2027.", world.sent[-1])
    world.at("2027-03-11 10:00")
    world.pay("INV-1")
    assert months_of_silence(world, "2027-03-30") == ["03-11 thanks"]


def test_what_is_small_in_its_currency_is_missed_by_nobody(make_world: Make) -> None:
    world = make_world(sending="min_balance_in = { JPY = 100 }")
    world.invoice("INV-1", "ACME", "2027-03-05", "9000", currency="JPY").begin()
    world.at("2027-03-10 10:00")
    agree(world, "2027-03-19=9000")
    # The bank has kept a fee.
    world.pay("INV-1", "8950")
    world.until("2027-03-30", "09:30", step=3)
    assert (state(world), world.case_kinds("ACME")) == (PlanState.KEPT, [])


def test_nobody_is_thanked_while_something_stands_between_us_nor_later_than_a_week(make_world: Make) -> None:
    world = make_world(more=THANKS).invoice("INV-1", "ACME", "2027-03-05").begin()
    world.at("2027-03-08 10:00")
    world.at("2027-03-10 10:00")
    agree(world, "2027-03-19=120.00")
    months_of_silence(world, "2027-03-18")
    with world.house.store.writing() as connection:
        held = hold.place(connection, "ACME", HoldKind.SENSITIVE, "a death in the family", world.now)
    world.pay("INV-1")
    # The fifth business day after, with the holidays of Easter between.
    assert months_of_silence(world, "2027-03-30") == []
    with world.house.store.writing() as connection:
        hold.release(connection, held, world.now, "olivia", "talked")
        ledger.review(connection, ["ACME"], world.now)
    assert months_of_silence(world, "2027-04-30") == []


@pytest.mark.parametrize("until", ["2027-04-01", "2027-05-10"])
def test_a_plan_is_over_what_is_due_and_is_kept_though_a_part_was_retained(make_world: Make, until: str) -> None:
    world = make_world()
    world.invoice("INV-1", "ACME", "2027-03-05", "120.00", retained="20.00", retained_until=until).begin()
    world.at("2027-03-10 10:00")
    agree(world, "2027-03-19=50.00", "2027-04-19=50.00")
    world.pay("INV-1", "50.00")
    assert "04-16 instalment" in months_of_silence(world, "2027-04-18")
    assert "GBP 50.00" in world.sent[-1].text
    world.pay("INV-1", "50.00")
    months_of_silence(world, "2027-04-28")
    assert (state(world), world.case_kinds("ACME")) == (PlanState.KEPT, [])


def test_a_plan_settles_no_case_of_somebody_else(world: World) -> None:
    world.invoice("INV-2", "BOLT", "2027-03-05").at("2027-03-09 10:00")
    world.answer("Could we pay in instalments?", world.sent[-1])
    world.at("2027-03-09 11:00")
    (theirs,) = world.cases("BOLT")

    with pytest.raises(Refused, match="not a case of Acme Ltd"):
        plan.agree(world.house, "olivia", "ACME", parts("2027-03-19=120.00"), case_id=theirs.case_id)

    assert world.hold_kinds("BOLT") == ["reply"]
    assert world.hold_kinds("ACME") == []
