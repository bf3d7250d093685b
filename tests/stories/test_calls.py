"""The telephone: whom to call, when in their day, and what follows from what they say; a date on every step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest

from reminderbot.core.call import WhenCode, Why
from reminderbot.core.ladder import Channel
from reminderbot.core.lane import Reason
from reminderbot.core.note import CallResult
from reminderbot.core.talking_points import Point
from reminderbot.desk.call import Called, Said, call
from reminderbot.desk.call_list import CallTask, task, tasks
from reminderbot.desk.case import show
from reminderbot.desk.contact import correct
from reminderbot.desk.dispute import mark, settle
from reminderbot.desk.find import Exactly
from reminderbot.desk.payment import paid, take_back
from reminderbot.desk.plan import agree
from reminderbot.desk.promise import note as note_promise
from reminderbot.desk.refusal import Refused
from reminderbot.desk.undo import undo
from reminderbot.store import note
from tests.stories.test_plan import parts
from tests.stories.world import LONDON, World

Make = Callable[..., World]
PHONE = "+442079460001"


def to_call(world: World, customer: str = "ACME") -> CallTask | None:
    with world.house.store.reading() as connection:
        return task(world.house, connection, customer)


def listed(world: World) -> list[tuple[str, str]]:
    """Whom to call, and when that is decided by."""
    with world.house.store.reading() as connection:
        return [(one.customer.customer_id, one.when.code.value) for one in tasks(world.house, connection)]


def at_the_call(make: Make, *invoices: str, phone: str = PHONE, **options: object) -> World:
    """Acme had every letter up to the firm one; on Tuesday 6 April, 39 days late, the ladder asks for a call."""
    world = make(**options).customer("ACME", phone=phone)
    for number in invoices or ("INV-1",):
        world.invoice(number, "ACME", "2027-02-26")
    world.begin()
    # The days on which something is due, to be quick.
    for day in ("2027-03-01", "2027-03-08", "2027-03-16", "2027-03-30", "2027-04-06"):
        world.at(f"{day} 10:00")
    # So nothing but a call is due for a while.
    assert world.sent[-1].tier == "firm"
    assert world.case_kinds("ACME") == ["call"]
    return world


def noted(world: World, result: CallResult, words: str = "", **said: object) -> Called:
    return call(world.house, "olivia", Exactly("ACME"), result, words, Said(**said))  # type: ignore[arg-type]  # of Said, by name


def hour(words: str) -> datetime:
    """An hour by their own clock."""
    return datetime.fromisoformat(words)


def there(one: CallTask | None) -> str:
    """When they may be called, by a clock in London."""
    assert one is not None and one.when.at is not None
    return f"{one.when.at.astimezone(LONDON):%m-%d %H:%M}"


# ---- who, when, why


def test_the_ladders_call_is_a_task_with_all_that_one_should_know(make_world: Make) -> None:
    world = at_the_call(make_world, "INV-1", "INV-2")
    found = to_call(world)
    assert found is not None
    assert [(reason.why, reason.invoices) for reason in found.reasons] == [(Why.LADDER, ("INV-1", "INV-2"))]
    assert (found.customer.contact.phone, found.is_now, found.days_past_due) == (PHONE, True, 39)
    assert [str(money) for money in found.about] == ["240.00 GBP"]
    assert {Point.MOMENT, Point.ASK, Point.LISTEN, Point.OPTIONS, Point.BOTH, Point.AGREE} <= set(found.points)
    assert Point.EARLY not in found.points


@pytest.mark.parametrize(
    ("zone", "at", "code", "opens"),
    [
        ("Europe/London", "2027-04-09 08:59", WhenCode.HOURS, "04-09 09:00"),
        ("Europe/London", "2027-04-09 09:00", WhenCode.NOW, "04-09 09:00"),
        # Friday evening: on Monday.
        ("Europe/London", "2027-04-09 17:30", WhenCode.HOURS, "04-12 09:00"),
        # Nine in New York is two in London.
        ("America/New_York", "2027-04-09 10:00", WhenCode.HOURS, "04-09 14:00"),
    ],
)
def test_somebody_is_called_in_their_own_day(make_world: Make, zone: str, at: str, code: WhenCode, opens: str) -> None:
    world = at_the_call(make_world)
    world.change_customer("ACME", time_zone=zone)
    world.at(at)
    found = to_call(world)
    assert found is not None and (found.when.code, there(found)) == (code, opens)


def test_on_a_holiday_of_theirs_nobody_is_called(make_world: Make) -> None:
    world = at_the_call(make_world)
    mark(world.house, "olivia", world.cases("ACME")[0].case_id, Reason.DEFECTIVE, ["INV-1"])
    # Monday 3 May is the early May holiday.
    world.until("2027-05-03", "10:00", step=7)
    world.at("2027-05-03 10:30")
    found = to_call(world)
    assert found is not None and (found.when.code, there(found)) == (WhenCode.HOURS, "05-04 09:00")


def test_who_wrote_to_us_is_read_first_and_not_called(make_world: Make) -> None:
    world = at_the_call(make_world)
    world.answer("What is this invoice for?", world.sent[-1])
    world.at("2027-04-06 11:00")
    assert "question" in world.case_kinds("ACME")
    assert to_call(world) is None


def test_who_has_paid_or_promised_since_is_not_called(make_world: Make) -> None:
    world = at_the_call(make_world, "INV-1", "INV-2")
    world.pay("INV-1")
    world.at("2027-04-06 11:00")
    found = to_call(world)
    assert found is not None and found.reasons[0].invoices == ("INV-2",)
    note_promise(world.house, "olivia", Exactly("ACME"), date(2027, 4, 20))
    assert to_call(world) is None


@pytest.mark.parametrize("words", ["Please talk to our lawyer from now on.", "We have filed for insolvency."])
def test_nobody_with_a_lawyer_or_in_insolvency_is_telephoned(make_world: Make, words: str) -> None:
    world = at_the_call(make_world)
    world.answer(words, world.sent[-1])
    world.at("2027-04-06 11:00")
    assert world.case_kinds("ACME")[0] == "legal"
    assert to_call(world) is None


def test_a_promise_broken_twice_is_a_call_that_offers_smaller_steps(make_world: Make) -> None:
    world = make_world().customer("ACME", phone=PHONE).invoice("INV-1", "ACME", "2027-03-04").begin()
    world.at("2027-03-08 10:00")
    note_promise(world.house, "olivia", Exactly("ACME"), date(2027, 3, 10))
    world.until("2027-03-15", "10:00")
    first = to_call(world)
    assert first is not None and [reason.why for reason in first.reasons] == [Why.BROKEN_PROMISE]
    assert Point.AGAIN in first.points and first.promised[0].due_on == date(2027, 3, 10)
    made = noted(world, CallResult.PROMISE, due_on=date(2027, 3, 19))
    # What was broken is answered by the new word: its matter is closed, and its pause is that of the promise.
    assert (world.case_kinds("ACME"), world.hold_kinds("ACME")) == ([], ["promise"])
    assert len(made.resolved) == 1
    world.until("2027-03-24", "10:00")
    second = to_call(world)
    assert second is not None and [reason.why for reason in second.reasons] == [Why.BROKEN_PROMISE]
    assert [word.state.value for word in second.promised] == ["broken", "broken"]
    assert world.tiers() == ["03-08 gentle"]


def test_one_call_is_for_all_of_a_customers_matters(make_world: Make) -> None:
    world = at_the_call(make_world, "INV-1", "INV-2")
    note_promise(world.house, "olivia", Exactly("ACME"), date(2027, 4, 7), invoices=["INV-1"])
    world.until("2027-04-12", "10:00")
    found = to_call(world)
    assert found is not None
    assert [(reason.why, reason.invoices) for reason in found.reasons] == [
        (Why.BROKEN_PROMISE, ("INV-1",)),
        (Why.LADDER, ("INV-2",)),
    ]


def test_what_is_paid_or_credited_needs_no_call_and_its_case_closes_with_a_sentence(make_world: Make) -> None:
    world = at_the_call(make_world, "INV-1", "INV-2")
    (asked,) = world.cases("ACME")
    world.pay("INV-1")
    world.at("2027-04-07 10:00")
    assert [(one.case_id, one.resolved_at) for one in world.cases("ACME")] == [(asked.case_id, None)]
    world.pay("INV-2", kind="credit_note")
    world.at("2027-04-08 10:00")

    assert (world.cases("ACME"), listed(world)) == ([], [])
    with world.house.store.reading() as connection:
        closed = show(world.house, connection, asked.case_id).case
    assert closed.resolution == "nothing is open on INV-1, INV-2 any more: nobody needs to call about it"


def test_a_call_that_ended_with_a_payment_noted_by_hand_comes_back_with_what_was_owed(make_world: Make) -> None:
    world = at_the_call(make_world)
    (asked,) = world.cases("ACME")

    made = paid(world.house, "olivia", "INV-1")
    assert world.cases("ACME") == []
    assert made.undo is not None
    undo(world.house, "olivia", made.undo.undo_id)
    assert [one.case_id for one in world.cases("ACME")] == [asked.case_id]

    paid(world.house, "olivia", "INV-1")
    assert world.cases("ACME") == []
    take_back(world.house, "olivia", "INV-1")
    assert [one.case_id for one in world.cases("ACME")] == [asked.case_id]


def test_a_person_who_closed_a_call_is_not_overruled_by_a_payment_that_was_none(make_world: Make) -> None:
    world = at_the_call(make_world)
    noted(world, CallResult.REACHED, "they will look into it")

    paid(world.house, "olivia", "INV-1")
    take_back(world.house, "olivia", "INV-1")

    assert world.cases("ACME") == []


# ---- what came of it


# ---- what came of it


def test_who_promises_on_the_telephone_is_waited_for_and_the_call_is_done(make_world: Make) -> None:
    world = at_the_call(make_world)
    noted(world, CallResult.PROMISE, "Their customer pays on the 15th.", due_on=date(2027, 4, 16))
    assert (world.hold_kinds("ACME"), world.case_kinds("ACME"), listed(world)) == (["promise"], [], [])
    world.pay("INV-1")
    assert world.until("2027-05-31", "10:00", step=3) == []


def test_what_they_say_is_paid_rests_until_the_payment_is_found(make_world: Make) -> None:
    world = at_the_call(make_world, "INV-1", "INV-2")
    made = noted(world, CallResult.PAID, "last Tuesday, by cheque", invoices=("INV-1",))
    assert world.case_kinds("ACME") == ["paid"]
    assert {(h.kind.value, h.invoices) for h in world.holds("ACME")} == {("paid", ("INV-1",))}
    assert made.case_id is not None
    with world.house.store.reading() as connection:
        seen = show(world.house, connection, made.case_id)
    assert (seen.case.words, seen.disputes[0].reason) == ("last Tuesday, by cheque", Reason.PAID)
    # The other goes on: by the ladder's own day, in the last letter.
    sent = world.until("2027-04-20", "10:00")
    assert [(s.day, s.tier, s.lists) for s in sent] == [("04-13", "last", ("INV-2",))]


def test_what_stands_in_the_way_is_put_into_its_lane(make_world: Make) -> None:
    world = at_the_call(make_world)
    made = noted(world, CallResult.DISPUTE, "two boxes are missing", reason=Reason.NOT_RECEIVED)
    assert (world.case_kinds("ACME"), world.hold_kinds("ACME")) == (["dispute"], ["dispute"])
    # They have just been talked with: its lane's own call is made.
    assert listed(world) == []
    assert made.case_id is not None
    settle(world.house, "olivia", made.case_id, upheld=False, note="the delivery note is signed")
    assert [s.tier for s in world.until("2027-04-30", "10:00")] == ["last"]


def test_a_lawyer_named_on_the_telephone_ends_all_calls_and_letters(make_world: Make) -> None:
    world = at_the_call(make_world)
    noted(world, CallResult.DISPUTE, "talk to their lawyer", reason=Reason.LEGAL)
    assert (world.case_kinds("ACME"), world.hold_kinds("ACME")) == (["legal"], ["legal"])
    assert world.until("2027-06-30", "10:00", step=5) == []
    assert listed(world) == []


def test_nobody_answers_and_they_come_back_at_another_time_of_their_day(make_world: Make) -> None:
    world = at_the_call(make_world)
    noted(world, CallResult.NO_ANSWER)
    found = to_call(world)
    assert found is not None and (found.when.code, there(found)) == (WhenCode.TRIED, "04-06 13:00")
    world.at("2027-04-06 13:00")
    assert listed(world) == [("ACME", "now")]
    noted(world, CallResult.NO_ANSWER)
    # Twice is enough for one day.
    assert there(to_call(world)) == "04-07 09:00"
    # They heard nothing, so the ladder's own day stands.
    assert [s.day for s in world.until("2027-04-20", "10:00")] == ["04-13"]


def test_one_message_a_day_is_left_and_counts_as_having_heard_from_us(make_world: Make) -> None:
    world = at_the_call(make_world)
    # On the day of the last letter, before its hour.
    world.at("2027-04-13 08:30")
    noted(world, CallResult.MESSAGE_LEFT)
    with pytest.raises(Refused, match="one a day"):
        noted(world, CallResult.MESSAGE_LEFT)
    assert there(to_call(world)) == "04-14 09:00"
    assert world.at("2027-04-13 10:00") == []
    assert [s.tier for s in world.at("2027-04-14 10:00")] == ["last"]


def test_seven_calls_in_seven_days_are_enough(make_world: Make) -> None:
    world = at_the_call(make_world)
    for day, hour in (("06", "10"), ("06", "13"), ("07", "09"), ("07", "12"), ("08", "09"), ("08", "12"), ("09", "09")):
        world.at(f"2027-04-{day} {hour}:00")
        noted(world, CallResult.NO_ANSWER)
    found = to_call(world)
    assert found is not None and (found.when.code, there(found)) == (WhenCode.OFTEN, "04-13 10:00")


def test_a_talk_uses_up_the_contact_budget_and_no_letter_follows_on_its_heels(make_world: Make) -> None:
    world = make_world().customer("ACME", phone=PHONE).invoice("INV-1", "ACME", "2027-03-04").begin()
    # Friday: the gentle letter is due on Sunday, and leaves on Monday at nine unless we talked.
    world.at("2027-03-07 12:00")
    call(world.house, "olivia", Exactly("ACME"), CallResult.REACHED, "Ann looks into it.")
    assert world.at("2027-03-08 11:59") == []
    assert [s.tier for s in world.at("2027-03-08 12:01")] == ["gentle"]


def test_two_talks_noted_at_the_very_same_moment_use_up_the_budget_of_the_week(make_world: Make) -> None:
    world = make_world().customer("ACME", phone=PHONE).invoice("INV-1", "ACME", "2027-03-04").begin()
    # Friday: the gentle letter would leave on Monday, were it one talk.
    world.at("2027-03-05 12:00")
    noted(world, CallResult.REACHED, "Ann looks into it.")
    noted(world, CallResult.REACHED, "Ben looks into it.")
    assert world.until("2027-03-11", "12:00") == []
    assert world.at("2027-03-12 11:59") == []
    assert [s.tier for s in world.at("2027-03-12 12:01")] == ["gentle"]


def test_a_letter_in_the_undo_window_waits_for_whoever_was_just_spoken_to(make_world: Make) -> None:
    world = make_world(sending="undo_minutes = 10").customer("ACME", phone=PHONE)
    world.invoice("INV-1", "ACME", "2027-03-04").begin()
    world.at("2027-03-08 10:00")
    assert world.states() == ["planned"]
    call(world.house, "olivia", Exactly("ACME"), CallResult.REACHED, "She pays this week.")
    assert world.at("2027-03-08 10:30") == []
    assert world.until("2027-03-09", "09:00") == []
    assert [s.day for s in world.at("2027-03-09 10:30")] == ["03-09"]


def test_who_asks_to_be_called_hears_nothing_before_that_and_is_called_at_their_hour(make_world: Make) -> None:
    world = at_the_call(make_world)
    world.change_customer("ACME", time_zone="America/New_York")
    world.at("2027-04-06 15:00")
    made = noted(world, CallResult.CALL_BACK, "she is driving", at=hour("2027-04-12 18:30"))
    # Half past six in New York, after all usual hours: she chose it.
    assert made.again_at is not None and f"{made.again_at.astimezone(LONDON):%m-%d %H:%M}" == "04-12 23:30"
    found = to_call(world)
    assert found is not None and (found.when.code, found.reasons[0].why) == (WhenCode.ASKED, Why.CALL_BACK)
    assert Why.LADDER in [reason.why for reason in found.reasons]
    world.at("2027-04-12 23:30")
    assert listed(world) == [("ACME", "now")]
    # Nobody calls: still no letter, for weeks.
    assert world.until("2027-05-31", "15:00", step=4) == []
    noted(world, CallResult.REACHED, "She had forgotten it, and pays.")
    assert world.hold_kinds("ACME") == ["resuming"]
    assert "call" not in world.case_kinds("ACME")
    (last,) = world.until("2027-06-30", "15:00")
    # Not sooner than the ladder's spacing after the talk.
    assert (last.tier, last.at.astimezone(LONDON).date() >= date(2027, 6, 5)) == ("last", True)


def test_nobody_answers_at_the_hour_they_chose_and_the_wait_goes_on(make_world: Make) -> None:
    world = at_the_call(make_world)
    noted(world, CallResult.CALL_BACK, at=hour("2027-04-09 11:00"))
    world.at("2027-04-09 11:00")
    noted(world, CallResult.NO_ANSWER)
    assert world.hold_kinds("ACME") == ["call_back"]
    assert there(to_call(world)) == "04-09 14:00"


@pytest.mark.parametrize(
    ("when", "refused"), [("07:59", True), ("08:00", False), ("21:00", False), ("21:01", True), ("03:00", True)]
)
def test_nobody_is_called_at_night_by_their_own_clock(make_world: Make, when: str, refused: bool) -> None:
    world = make_world().customer("ACME", phone=PHONE, time_zone="Asia/Tokyo", country="JP")
    world.invoice("INV-1", "ACME", "2027-02-26").begin()
    if refused:
        with pytest.raises(Refused, match=f"It is {when} there then: name an hour from 08:00 to 21:00"):
            noted(world, CallResult.CALL_BACK, at=hour(f"2027-03-03 {when}"))
        assert world.hold_kinds("ACME") == []
    else:
        noted(world, CallResult.CALL_BACK, at=hour(f"2027-03-03 {when}"))


@pytest.mark.parametrize("when", [hour("2027-04-06 10:00"), hour("2027-11-08 10:00")])
def test_an_hour_that_has_passed_or_is_half_a_year_off_is_refused(make_world: Make, when: datetime) -> None:
    world = at_the_call(make_world)
    with pytest.raises(Refused):
        noted(world, CallResult.CALL_BACK, at=when)
    assert world.hold_kinds("ACME") == []


def test_a_wrong_number_is_called_and_texted_no_more_until_there_is_another(make_world: Make) -> None:
    world = make_world(sms=True)
    world.customer("ACME", phone=PHONE, sms_consent="yes", sms_consent_on="2026-01-05", sms_consent_how="form")
    world.invoice("INV-1", "ACME", "2027-03-04").begin()
    world.at("2027-03-08 10:00")
    call(world.house, "olivia", Exactly("ACME"), CallResult.WRONG_NUMBER)
    # The check-in has a text message after its letter: it lapses.
    world.until("2027-04-09", "10:00")
    assert [s.tier for s in world.sent if s.message.channel.value == "sms"] == []
    found = to_call(world)
    assert found is not None and found.when.code is WhenCode.NO_NUMBER
    correct(world.house, "olivia", Exactly("ACME"), Channel.SMS, "+442079460099")
    assert listed(world) == [("ACME", "now")]


# ---- taken back


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (CallResult.REACHED, {}),
        (CallResult.PROMISE, {"due_on": date(2027, 4, 20)}),
        (CallResult.PAID, {}),
        (CallResult.DISPUTE, {"reason": Reason.DEFECTIVE}),
        (CallResult.DISPUTE, {"reason": Reason.HARDSHIP}),
        (CallResult.CALL_BACK, {"at": hour("2027-04-12 10:00")}),
        (CallResult.NO_ANSWER, {}),
        (CallResult.MESSAGE_LEFT, {}),
        (CallResult.WRONG_NUMBER, {}),
    ],
)
def test_a_call_that_is_taken_back_leaves_everything_as_it_was(
    make_world: Make, result: CallResult, said: dict[str, object]
) -> None:
    world = at_the_call(make_world)
    before = (world.case_kinds("ACME"), world.hold_kinds("ACME"), listed(world))
    made = noted(world, result, "they said so", **said)
    undo(world.house, "olivia", made.undo.undo_id)
    assert (world.case_kinds("ACME"), world.hold_kinds("ACME"), listed(world)) == before
    with world.house.store.reading() as connection:
        assert note.of_customer(connection, "ACME") == []
    # The ladder goes on as if nobody had called.
    assert [s.day for s in world.until("2027-04-16", "10:00")] == ["04-13"]


def test_a_call_back_that_is_talked_about_can_be_taken_back_too(make_world: Make) -> None:
    world = at_the_call(make_world)
    noted(world, CallResult.CALL_BACK, at=hour("2027-04-09 11:00"))
    world.at("2027-04-09 11:00")
    made = noted(world, CallResult.PROMISE, due_on=date(2027, 4, 20))
    assert world.hold_kinds("ACME") == ["promise"]
    undo(world.house, "olivia", made.undo.undo_id)
    assert world.hold_kinds("ACME") == ["call_back"]
    assert world.case_kinds("ACME") == ["call"]


# ---- what is refused


def test_a_promise_without_a_day_and_a_matter_without_a_reason_are_refused_and_nothing_is_noted(
    make_world: Make,
) -> None:
    world = at_the_call(make_world)
    for result in (CallResult.PROMISE, CallResult.DISPUTE, CallResult.CALL_BACK):
        with pytest.raises(Refused):
            noted(world, result)
    with pytest.raises(Refused, match="is not open"):
        noted(world, CallResult.PAID, invoices=("INV-9",))
    with world.house.store.reading() as connection:
        assert note.of_customer(connection, "ACME") == []
    assert world.case_kinds("ACME") == ["call"]


def test_an_instalment_that_did_not_come_is_a_call(make_world: Make) -> None:
    world = make_world().customer("ACME", phone=PHONE).invoice("INV-1", "ACME", "2027-02-26").begin()
    world.at("2027-03-01 10:00")
    agree(world.house, "olivia", "ACME", parts("2027-03-04=60.00", "2027-04-01=60.00"))
    world.until("2027-03-10", "10:00")
    assert listed(world) == [("ACME", "now")]
    asked = to_call(world)
    assert asked is not None
    assert [reason.why for reason in asked.reasons] == [Why.MISSED_INSTALMENT]


@pytest.mark.parametrize(
    "words", ["Do not contact me again in any way.", "We paid this last Monday, reference 4711.", "Which invoice?"]
)
def test_who_answers_after_a_broken_promise_is_read_before_anybody_calls(make_world: Make, words: str) -> None:
    world = make_world().customer("ACME", phone=PHONE).invoice("INV-1", "ACME", "2027-02-26").begin()
    world.at("2027-03-01 10:00")
    note_promise(world.house, "olivia", "ACME", date(2027, 3, 3))
    world.until("2027-03-09", "10:00")
    assert listed(world) == [("ACME", "now")]
    world.answer(words, world.sent[0])
    world.at("2027-03-09 11:00")
    assert listed(world) == []
