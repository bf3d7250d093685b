"""What is handed over rests until a person takes it back; then it goes on gently, from where it stood."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from reminderbot.core.case import CaseKind
from reminderbot.core.event import EventKind
from reminderbot.core.handover import HandoverKind
from reminderbot.core.hold import HoldKind
from reminderbot.core.plan import Instalment, PlanState
from reminderbot.core.promise import PromiseState
from reminderbot.desk.handover import Away, away, before, hand_over, take_back
from reminderbot.desk.hold import release
from reminderbot.desk.plan import agree, end
from reminderbot.desk.promise import note as note_promise
from reminderbot.desk.refusal import Refused
from reminderbot.desk.undo import undo
from reminderbot.runs.plan import plan_once
from reminderbot.store import case, handover, journal, plan, promise
from tests.stories.world import World, moment


def to_agency(world: World, *invoices: str) -> int:
    return hand_over(world.house, "olivia", "ACME", HandoverKind.AGENCY, "to Fair & Co", invoices).undo.undo_id


def in_two() -> tuple[Instalment, ...]:
    return Instalment(date(2027, 4, 1), Decimal("120.00")), Instalment(date(2027, 5, 4), Decimal("120.00"))


def state_of(world: World, plan_id: int) -> PlanState:
    with world.house.store.reading() as connection:
        found = plan.get(connection, plan_id)
    assert found is not None
    return found.state


def test_what_was_handed_over_is_left_alone_until_a_person_takes_it_back(world: World) -> None:
    made = hand_over(world.house, "olivia", "ACME", HandoverKind.LAWYER, "to Ms Bright")

    assert made.handover.invoices == ()
    assert world.until("2027-06-07", "11:00", step=14) == []
    assert world.hold_kinds("ACME") == ["handed_over"]


def test_only_the_named_invoices_rest_and_the_others_go_on(world: World) -> None:
    to_agency(world, "inv-1")

    left = world.until("2027-04-05", "11:00", step=7)

    assert left
    assert all(sent.lists == ("INV-2",) for sent in left)


def test_a_message_that_is_planned_and_approved_is_withdrawn_at_once(world: World) -> None:
    world.clock.move_to(moment("2027-03-15 08:00"))
    plan_once(world.house)
    with world.house.store.reading() as connection:
        assert len(before(world.house, connection, "ACME").messages) == 1

    made = hand_over(world.house, "olivia", "ACME", HandoverKind.WRITE_OFF, "not worth it")

    assert len(made.stops.messages) == 1
    with world.house.store.reading() as connection:
        (withdrawn,) = journal.of_kinds(connection, "ACME", [EventKind.WITHDRAWN], 9)
    assert withdrawn.actor == "olivia"
    assert "written off" in str(withdrawn.data["why"])


def test_promises_and_our_own_tasks_are_closed_with_the_reason_and_what_they_contest_stays(world: World) -> None:
    note_promise(world.house, "olivia", "ACME", date(2027, 3, 19))
    with world.house.store.writing() as connection:
        case.open_one(connection, CaseKind.REVIEW, "ACME", "the ladder has ended", world.house.clock.now())
        case.open_one(connection, CaseKind.DISPUTE, "ACME", "they say half is missing", world.house.clock.now())

    made = hand_over(world.house, "olivia", "ACME", HandoverKind.AGENCY, "to Fair & Co")

    assert [known.kind for known in world.cases("ACME")] == [CaseKind.DISPUTE]
    assert any("half is missing" in told for told in made.stops.cautions)
    with world.house.store.reading() as connection:
        (word,) = promise.of_customer(connection, "ACME")
        closed = case.get(connection, made.stops.cases[0].case_id)
    assert word.state is PromiseState.CLOSED
    assert closed is not None
    assert "handed to a collection agency by olivia" in closed.resolution
    assert world.hold_kinds("ACME") == ["handed_over"]


def test_a_promise_that_is_about_more_than_was_handed_over_stands(world: World) -> None:
    note_promise(world.house, "olivia", "ACME", date(2027, 3, 19))

    undone = to_agency(world, "INV-1")

    assert sorted(world.hold_kinds("ACME")) == ["handed_over", "promise"]
    undo(world.house, "olivia", undone)
    with world.house.store.reading() as connection:
        words = [word.invoices for word in promise.open_ones(connection, ["ACME"])["ACME"]]
    assert words == [("INV-1", "INV-2")]
    assert [held.invoices for held in world.holds("ACME")] == [()]


def test_what_was_promised_is_kept_by_paying_what_was_not_handed_over(world: World) -> None:
    note_promise(world.house, "olivia", "ACME", date(2027, 3, 12))
    to_agency(world, "INV-1")

    world.pay("INV-2", on="2027-03-12")
    world.until("2027-03-22", "11:00")

    assert world.case_kinds("ACME") == []
    with world.house.store.reading() as connection:
        states = [word.state for word in promise.of_customer(connection, "ACME")]
    assert states == [PromiseState.KEPT, PromiseState.CLOSED]


def test_a_word_given_to_us_while_a_lawyer_collects_is_never_broken(world: World) -> None:
    hand_over(world.house, "olivia", "ACME", HandoverKind.LAWYER, "to Ms Bright")
    world.at("2027-03-09 10:00")
    world.answer("I will pay on Friday 12 March.", world.sent[0])

    world.until("2027-03-22", "11:00")

    assert world.case_kinds("ACME") == []
    assert world.hold_kinds("ACME") == ["handed_over"]


def test_taken_back_what_waited_for_a_person_waits_again(world: World) -> None:
    world.answer("Could we pay in three instalments?", world.sent[0])
    world.at("2027-03-09 10:00")
    (asked,) = world.cases("ACME")
    to_agency(world)
    assert world.cases("ACME") == []

    back = take_back(world.house, "olivia", "ACME")

    assert [known.case_id for known in world.cases("ACME")] == [asked.case_id]
    assert [held.kind.value for held in back.remaining] == ["reply"]
    undo(world.house, "olivia", back.undo.undo_id)
    assert world.cases("ACME") == []
    assert sorted(world.hold_kinds("ACME")) == ["handed_over", "reply"]


def test_what_pauses_more_than_was_handed_over_still_waits_for_a_person(world: World) -> None:
    note_promise(world.house, "olivia", "ACME", date(2027, 3, 10), invoices=["INV-1"])
    world.until("2027-03-16", "11:00")
    assert world.case_kinds("ACME") == ["broken_promise"]

    to_agency(world, "INV-1")

    # Its pause is on INV-2, too: somebody has to lift it.
    assert world.case_kinds("ACME") == ["broken_promise"]


def test_a_plan_that_stands_again_has_its_own_pauses_and_no_others(world: World) -> None:
    note_promise(world.house, "olivia", "ACME", date(2027, 3, 19), invoices=["INV-1"])
    agreed = agree(world.house, "olivia", "ACME", (Instalment(date(2027, 4, 1), Decimal("120.00")),), ["INV-2"])

    undo(world.house, "olivia", to_agency(world))
    end(world.house, "olivia", agreed.plan.plan_id)

    assert "promise" in world.hold_kinds("ACME")


def test_a_payment_plan_ends_with_it_and_stands_again_when_that_is_undone(world: World) -> None:
    agreed = agree(world.house, "olivia", "ACME", in_two(), ["INV-1", "INV-2"])

    undone = to_agency(world)
    assert state_of(world, agreed.plan.plan_id) is PlanState.ENDED
    assert world.hold_kinds("ACME") == ["handed_over"]

    undo(world.house, "olivia", undone)
    assert state_of(world, agreed.plan.plan_id) is PlanState.AGREED
    assert world.hold_kinds("ACME") == ["plan"]
    # Its pause belongs to it again: whoever ends it lifts that too.
    end(world.house, "olivia", agreed.plan.plan_id)
    assert "plan" not in world.hold_kinds("ACME")


def test_a_part_of_a_payment_plan_is_not_handed_over(world: World) -> None:
    agree(world.house, "olivia", "ACME", in_two(), ["INV-1", "INV-2"])

    with pytest.raises(Refused, match="INV-1, INV-2 together: hand over all of them, or end the plan"):
        to_agency(world, "INV-1")

    assert world.hold_kinds("ACME") == ["plan"]


def test_nobody_is_thanked_by_us_while_the_agency_collects(world: World) -> None:
    to_agency(world)
    world.pay("INV-1")
    world.pay("INV-2")
    world.export()

    assert world.until("2027-03-20", "11:00", step=2) == []


def test_taken_back_the_next_tier_comes_after_its_spacing_and_once(world: World) -> None:
    to_agency(world)
    world.at("2027-04-30 10:00")

    back = take_back(world.house, "olivia", "ACME", "they pay to us again")

    # Next is 'check-in', seven days after 'gentle' on the ladder.
    assert back.resumes_on == date(2027, 5, 7)
    assert world.until("2027-05-06", "11:00", step=3) == []
    world.at("2027-05-06 11:00")
    (letter,) = world.at("2027-05-07 10:00")
    assert (letter.tier, letter.lists) == ("check-in", ("INV-1", "INV-2"))
    assert world.until("2027-05-09", "15:00") == []


def test_no_other_way_lifts_it(world: World) -> None:
    to_agency(world)
    (held,) = world.holds("ACME")

    with pytest.raises(Refused, match="take-back ACME"):
        release(world.house, "olivia", [held.hold_id])

    assert world.hold_kinds("ACME") == ["handed_over"]


def test_undone_at_once_all_is_as_it_was(world: World) -> None:
    note_promise(world.house, "olivia", "ACME", date(2027, 3, 19))
    with world.house.store.writing() as connection:
        case.open_one(connection, CaseKind.CALL, "ACME", "call them", world.house.clock.now())

    undo(world.house, "olivia", to_agency(world))

    assert world.hold_kinds("ACME") == ["promise"]
    assert [known.kind for known in world.cases("ACME")] == [CaseKind.CALL]
    with world.house.store.reading() as connection:
        assert [word.state for word in promise.of_customer(connection, "ACME")] == [PromiseState.OPEN]
        assert handover.standing(connection) == []


def test_a_take_back_can_be_undone_and_then_it_rests_again(world: World) -> None:
    to_agency(world, "INV-1")
    back = take_back(world.house, "olivia", "INV-1")

    undo(world.house, "olivia", back.undo.undo_id)

    with world.house.store.reading() as connection:
        assert [(one.handover.invoices, str(one.owed[0])) for one in away(connection)] == [(("INV-1",), "120.00 GBP")]
    (held,) = world.holds("ACME")
    assert (held.invoices, held.until) == (("INV-1",), None)
    with pytest.raises(Refused, match="take-back"):
        release(world.house, "olivia", [held.hold_id])


@pytest.mark.parametrize(
    ("words", "invoices", "why"),
    [
        ("ACME", ["INV-9"], "INV-9 is not open at Acme Ltd; open are INV-1, INV-2"),
        ("INV-1", [], "was handed to a collection agency already"),
        ("ACME", [], "was handed to a collection agency already"),
    ],
)
def test_what_is_not_open_or_is_away_already_is_refused(
    world: World, words: str, invoices: list[str], why: str
) -> None:
    to_agency(world, "INV-1")

    with pytest.raises(Refused, match=why):
        hand_over(world.house, "olivia", words, HandoverKind.AGENCY, "again", invoices)


def test_a_word_on_why_is_asked_for(world: World) -> None:
    with pytest.raises(Refused, match="to whom it goes"):
        hand_over(world.house, "olivia", "ACME", HandoverKind.AGENCY, " ")


def test_what_is_not_thirty_days_past_due_is_cautioned_about(world: World) -> None:
    with world.house.store.reading() as connection:
        assert before(world.house, connection, "ACME").cautions == ("INV-1, INV-2 is less than 30 days past due",)


def test_an_answer_that_comes_later_still_calls_a_person(world: World) -> None:
    to_agency(world)

    world.answer("We dispute INV-1, half of it never arrived.", world.sent[0])
    world.at("2027-03-08 10:05")

    assert [known.kind for known in world.cases("ACME")] == [CaseKind.DISPUTE]


def test_a_bill_in_the_place_of_one_that_a_lawyer_has_is_hers_too_and_taken_back_by_its_number(world: World) -> None:
    hand_over(world.house, "olivia", "INV-1", HandoverKind.LAWYER, "to Ms Bright")
    world.change("INV-1", status="cancelled")
    world.invoice("INV-1A", "ACME", "2027-03-04", replaces="INV-1")
    world.at("2027-03-09 10:00")

    assert [(one.handover.invoices, one.handover.note) for one in all_away(world)] == [
        (("INV-1A",), "to Ms Bright"),
        (("INV-1",), "to Ms Bright"),
    ]
    (hers,) = [held.hold_id for held in world.holds("ACME") if held.covers("INV-1A")]
    with pytest.raises(Refused, match="take that back"):
        release(world.house, "carl", [hers])
    take_back(world.house, "olivia", "INV-1A")
    assert not [held for held in world.holds("ACME") if held.covers("INV-1A") and held.kind is HoldKind.HANDED_OVER]


def all_away(world: World) -> list[Away]:
    with world.house.store.reading() as connection:
        return away(connection)
