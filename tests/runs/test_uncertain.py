"""A reminder of uncertain fate: never sent again by itself, settled by an answer to it or by a person's word."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from reminderbot.core.delivery import Accepted, Blame, Deferred, Refused, Uncertain
from reminderbot.core.message import OutgoingMessage
from reminderbot.core.text_lookup import ListedText, TextList
from reminderbot.desk import hold as holding
from reminderbot.desk import uncertain as desk
from reminderbot.desk.refusal import Refused as NotDone
from reminderbot.desk.sending import stop
from reminderbot.runs.claim import take
from reminderbot.runs.reconcile import reconcile_once
from reminderbot.store import outbox, uncertain
from reminderbot.store.tables import case, journal, outbox_step
from tests.runs.conftest import Make
from tests.stories.world import Sent, World, moment

LOST = Uncertain("no answer after the final dot")
TEXTS = {
    "phone": "+447700900123",
    "sms_consent": "yes",
    "sms_consent_on": "2026-01-01",
    "sms_consent_how": "web form",
}
# The letter left on Monday 8 March at ten.
A_DAY_LATER = moment("2027-03-09 10:00")


def doubtful(make_world: Make, *customers: str, **options: Any) -> World:
    """A world in which the first letter to each may or may not have arrived."""
    world = make_world(*(customers or ("ACME",)), **options)
    world.email.next = [LOST] * (len(customers) or 1)
    world.tick()
    assert set(world.states()) == {"uncertain"}
    return world


def as_sent(world: World, message: OutgoingMessage) -> Sent:
    return Sent(world.now, message, "", ())


def events(world: World, kind: str) -> list[Any]:
    with world.house.store.reading() as connection:
        return list(connection.execute(select(journal).where(journal.c.kind == kind).order_by(journal.c.seq)))


def resolutions(world: World) -> list[tuple[str, str]]:
    with world.house.store.reading() as connection:
        closed = select(case).where(case.c.resolved_at.is_not(None)).order_by(case.c.case_id)
        return [(row.resolved_by, row.resolution) for row in connection.execute(closed)]


def refused(world: World, number: int = 1) -> str:
    """What stands in the way of sending it again; proves that nothing changed."""
    before = world.reminder(number)
    with pytest.raises(NotDone) as caught:
        desk.resend(world.house, "olivia", number)
    assert world.reminder(number) == before
    assert events(world, "planned_again") == []
    return str(caught.value)


# ---- evidence


def test_an_answer_to_it_proves_that_it_arrived(make_world: Make) -> None:
    world = doubtful(make_world)
    world.answer("Who are you?", as_sent(world, world.email.tried[0]))
    world.look()
    assert world.states() == ["confirmed"]
    assert world.case_kinds("ACME") == ["question"]
    assert resolutions(world) == [("reminderbot", "reminder 1 arrived: an answer to it came in")]
    assert events(world, "settled")[-1].data["outcome"] == "confirmed"


def test_an_answer_in_its_thread_alone_proves_it_too(make_world: Make) -> None:
    world = doubtful(make_world)
    world.answer("Who are you?", sender="other@elsewhere.example", In_Reply_To=world.email.tried[0].message_id)
    world.look()
    assert world.states() == ["confirmed"]


def test_a_mail_from_the_same_person_that_answers_nothing_proves_nothing(make_world: Make) -> None:
    world = doubtful(make_world)
    world.answer("Who are you?", sender="acme@customer.example")
    world.look()
    assert world.states() == ["uncertain"]
    assert "delivery" in world.case_kinds("ACME")


def test_a_hard_bounce_of_it_proves_it_and_closes_the_address_as_ever(make_world: Make) -> None:
    world = doubtful(make_world)
    letter = world.email.tried[0]
    world.deliver_raw(
        (
            f"From: MAILER-DAEMON@relay.example\r\nTo: {letter.sender}\r\nSubject: Undelivered Mail\r\n"
            "Return-Path: <>\r\nMIME-Version: 1.0\r\n"
            'Content-Type: multipart/report; report-type=delivery-status; boundary="B"\r\n\r\n'
            "--B\r\nContent-Type: text/plain\r\n\r\nThis mail could not be delivered.\r\n"
            "--B\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; relay.example\r\n\r\n"
            "Final-Recipient: rfc822; acme@customer.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
            "Diagnostic-Code: smtp; 550 5.1.1 no such user\r\n\r\n--B--\r\n"
        ).encode()
    )
    world.look()
    assert world.states() == ["confirmed"]
    assert world.case_kinds("ACME") == ["bounce"]
    assert world.until("2027-04-20", "11:00", step=1) == []


def test_an_answer_that_was_quicker_than_the_servers_last_word_proves_it(make_world: Make) -> None:
    world = make_world("ACME")

    def answered_meanwhile(message: OutgoingMessage) -> Uncertain:
        world.answer("Who are you?", as_sent(world, message))
        world.look()
        assert world.states() == ["onwire"]
        return LOST

    world.email.next = [answered_meanwhile]
    world.tick()
    assert world.states() == ["confirmed"]
    assert world.case_kinds("ACME") == ["question"]


def test_what_is_still_uncertain_of_the_same_customer_keeps_a_case(make_world: Make) -> None:
    world = doubtful(make_world)
    world.email.next = [LOST]
    world.until("2027-03-17", "11:00")
    assert world.states() == ["uncertain", "uncertain"]
    assert [found.why[:40] for found in world.cases("ACME")] == ["it is not certain whether reminder 1 (ge"]
    desk.arrived(world.house, "olivia", 1)
    assert [found.why[:40] for found in world.cases("ACME")] == ["it is not certain whether reminder 2 (ch"]
    desk.arrived(world.house, "olivia", 2)
    assert world.case_kinds("ACME") == []


def test_a_text_that_the_carriers_list_knows_is_confirmed_and_its_case_closed(make_world: Make) -> None:
    world = make_world("ACME", sms=True)
    world.change_customer("ACME", **TEXTS)
    world.sms.next = [LOST]
    world.until("2027-03-31", "10:00", "11:00")
    assert [row.channel for row in _unsure(world)] == ["sms"]
    taken = ListedText("SM1", bytes(_unsure(world)[0].body).decode(), world.now)
    house = dataclasses.replace(world.house, list_texts=lambda _: TextList((taken,), world.now))
    assert reconcile_once(house) == 1
    assert _unsure(world) == []
    assert world.case_kinds("ACME") == []


def _unsure(world: World) -> list[Any]:
    with world.house.store.reading() as connection:
        return uncertain.every(connection)


# ---- a person's word


def test_a_persons_word_that_it_arrived_settles_it_in_their_name(make_world: Make) -> None:
    world = doubtful(make_world)
    desk.arrived(world.house, "olivia", 1)
    assert world.states() == ["confirmed"]
    assert resolutions(world) == [("olivia", "reminder 1 arrived: olivia says so")]
    assert events(world, "settled")[-1].actor == "olivia"
    # The next tier comes in its turn, and this one no more.
    world.until("2027-03-16", "11:00")
    assert [sent.tier for sent in world.sent] == ["check-in"]


def test_a_person_has_it_sent_again_as_it_was(make_world: Make) -> None:
    world = doubtful(make_world)
    world.clock.move_to(A_DAY_LATER)
    assert desk.resend(world.house, "olivia", 1) == world.now
    assert world.case_kinds("ACME") == []
    [event] = events(world, "planned_again")
    assert (event.actor, event.data["reminder"]) == ("olivia", 1)
    assert [sent.tier for sent in world.tick()] == ["gentle"]
    first, second = world.email.tried
    assert first == second
    assert first.message_id
    assert world.states() == ["accepted"]
    # The next tier keeps its distance from the newer copy.
    assert world.until("2027-03-13", "11:00") == []
    assert len(world.email.tried) == 2


@pytest.mark.parametrize(("minutes", "leaves"), [(-1, 0), (0, 1), (1, 1)])
def test_a_second_copy_waits_until_a_day_has_passed_since_the_first(
    make_world: Make, minutes: int, leaves: int
) -> None:
    world = doubtful(make_world)
    opens = desk.resend(world.house, "olivia", 1)
    assert opens == A_DAY_LATER
    world.clock.move_to(A_DAY_LATER + timedelta(minutes=minutes))
    assert len(world.tick()) == leaves


def test_a_second_copy_never_leaves_at_night(make_world: Make) -> None:
    world = doubtful(make_world)
    world.clock.move_to(moment("2027-03-09 21:00"))
    assert desk.resend(world.house, "olivia", 1).astimezone(world.house.rules.zone).hour >= 9
    assert world.tick() == []
    assert len(world.at("2027-03-10 10:00")) == 1


def test_both_copies_count_against_the_contact_budget(make_world: Make) -> None:
    world = doubtful(make_world)
    world.clock.move_to(A_DAY_LATER)
    desk.resend(world.house, "olivia", 1)
    world.tick()
    with world.house.store.reading() as connection:
        facts = world.house.gatherer.gather(connection, ["ACME"], world.now)["ACME"]
    assert facts.reach.contacted_at == (moment("2027-03-08 10:00"), A_DAY_LATER)


def _on_hold(world: World) -> None:
    holding.place(world.house, "olivia", "ACME")


def _paid(world: World) -> None:
    world.pay("INV-0")
    world.export()
    world.take_ledger()


def _paid_in_part(world: World) -> None:
    world.pay("INV-0", "20.00")
    world.export()
    world.take_ledger()


def _moved(world: World) -> None:
    world.change_customer("ACME", email="new@customer.example")
    world.export()
    world.take_ledger()


def _answered(world: World) -> None:
    world.answer("I dispute this.", sender="acme@customer.example")
    world.look()


CLOSED = {
    "a hold": (_on_hold, "pause"),
    "a payment": (_paid, "nothing is open"),
    "a part payment": (_paid_in_part, "what is owed on INV-0 has changed"),
    "another address": (_moved, "another message is due"),
    "an answer": (_answered, "contest"),
}


@pytest.mark.parametrize("what", CLOSED)
def test_what_keeps_a_first_copy_at_home_keeps_a_second_one_too(make_world: Make, what: str) -> None:
    world = doubtful(make_world)
    world.clock.move_to(A_DAY_LATER)
    happens, why = CLOSED[what]
    happens(world)
    assert why in refused(world)
    world.deliver()
    assert len(world.email.tried) == 1


@pytest.mark.parametrize("what", CLOSED)
def test_what_happens_before_it_leaves_keeps_it_at_home_and_a_person_is_told(make_world: Make, what: str) -> None:
    world = doubtful(make_world)
    desk.resend(world.house, "olivia", 1)
    world.clock.move_to(A_DAY_LATER)
    happens, why = CLOSED[what]
    happens(world)
    world.deliver()
    assert len(world.email.tried) == 1
    assert world.reminder(1).state == "uncertain"
    assert why in world.reminder(1).reason
    assert [why in found.why for found in world.cases("ACME") if found.kind == "delivery"] == [True]


def test_what_stands_on_a_later_tier_is_not_sent_again(make_world: Make) -> None:
    world = doubtful(make_world)
    world.until("2027-03-17", "11:00")
    assert world.states() == ["uncertain", "accepted"]
    assert "INV-0 stands elsewhere on the ladder" in refused(world)


def test_an_answer_to_the_first_copy_keeps_the_second_at_home(make_world: Make) -> None:
    world = doubtful(make_world)
    desk.resend(world.house, "olivia", 1)
    world.answer("Who are you?", as_sent(world, world.email.tried[0]))
    world.look()
    assert world.states() == ["confirmed"]
    world.clock.move_to(A_DAY_LATER)
    assert world.tick() == []


def test_a_persons_word_keeps_the_second_copy_at_home(make_world: Make) -> None:
    world = doubtful(make_world)
    desk.resend(world.house, "olivia", 1)
    desk.arrived(world.house, "olivia", 1)
    world.clock.move_to(A_DAY_LATER)
    assert world.tick() == []
    assert world.states() == ["confirmed"]


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (LOST, "uncertain"),
        (Refused("no such user", Blame.ADDRESS), "uncertain"),
        (Refused("bad letter", Blame.MESSAGE), "uncertain"),
        (Deferred("greylisted"), "planned"),
    ],
)
def test_whatever_becomes_of_the_second_copy_its_step_stays_taken(make_world: Make, answer: Any, state: str) -> None:
    world = doubtful(make_world)
    world.clock.move_to(A_DAY_LATER)
    desk.resend(world.house, "olivia", 1)
    world.email.next = [answer]
    world.deliver()
    assert world.states() == [state]
    assert ("delivery" in world.case_kinds("ACME")) == (state == "uncertain")
    world.until("2027-03-11", "11:00")
    # Only what was provably not taken goes once more by itself.
    assert len(world.email.tried) == (3 if state == "planned" else 2)
    assert len({message.body for message in world.email.tried}) == 1


def test_a_crash_before_the_second_copy_left_loses_nothing_and_doubles_nothing(make_world: Make) -> None:
    world = doubtful(make_world)
    world.clock.move_to(A_DAY_LATER)
    desk.resend(world.house, "olivia", 1)
    with world.house.store.writing() as connection:
        rows = outbox.due(connection, world.now, 20, approved_only=False)
        assert len(take(world.house, connection, rows, world.now).taken) == 1
    assert world.restart() == (1, 0)
    assert world.reminder(1).claimed_at == moment("2027-03-08 10:00")
    with world.house.store.reading() as connection:
        # The first copy may have arrived: nothing else may take its step.
        assert [row.invoice for row in connection.execute(select(outbox_step))] == ["INV-0"]
    assert [sent.tier for sent in world.tick()] == ["gentle"]


def test_a_crash_while_the_second_copy_was_on_its_way_leaves_it_uncertain(make_world: Make) -> None:
    world = doubtful(make_world)
    world.clock.move_to(A_DAY_LATER)
    desk.resend(world.house, "olivia", 1)
    world.email.next = [KeyboardInterrupt()]
    with pytest.raises(KeyboardInterrupt):
        world.deliver()
    world.restart()
    assert world.states() == ["uncertain"]
    assert world.case_kinds("ACME") == ["delivery"]


def test_the_plan_leaves_a_second_copy_alone_and_the_house_says_nothing_else_meanwhile(make_world: Make) -> None:
    world = doubtful(make_world)
    desk.resend(world.house, "olivia", 1)
    world.plan()
    world.plan()
    assert world.states() == ["planned"]
    with world.house.store.reading() as connection:
        assert [one.goes_again for one in desk.listed(connection)] == [True]


def test_a_text_after_a_letter_does_not_go_again(make_world: Make) -> None:
    world = make_world(sms=True)
    world.customer("ACME", **TEXTS).invoice("INV-0", "ACME", "2027-03-01")
    world.sms.next = [LOST]
    world.until("2027-03-31", "10:00", "11:00")
    [row] = _unsure(world)
    assert row.follows is not None
    world.clock.advance(timedelta(hours=24))
    assert "a text message after a letter" in refused(world, row.reminder_id)


def test_the_kill_switch_keeps_a_second_copy_at_home(make_world: Make) -> None:
    world = doubtful(make_world)
    world.clock.move_to(A_DAY_LATER)
    desk.resend(world.house, "olivia", 1)
    stop(world.house, "olivia")
    world.deliver()
    assert len(world.email.tried) == 1
    assert world.states() == ["planned"]


@pytest.mark.parametrize("act", [desk.arrived, desk.resend])
def test_only_what_is_uncertain_is_settled_by_hand(make_world: Make, act: Any) -> None:
    world = make_world("ACME")
    with pytest.raises(NotDone, match="Reminder 1 is not uncertain, it is planned"):
        act(world.house, "olivia", 1)
    world.email.next = [Accepted("ok")]
    world.tick()
    with pytest.raises(NotDone, match="Reminder 1 is not uncertain, it is accepted"):
        act(world.house, "olivia", 1)
    with pytest.raises(NotDone, match="There is no reminder 2"):
        act(world.house, "olivia", 2)


def test_what_goes_again_is_not_sent_a_third_time(make_world: Make) -> None:
    world = doubtful(make_world)
    desk.resend(world.house, "olivia", 1)
    with pytest.raises(NotDone, match="on its way out once more already"):
        desk.resend(world.house, "olivia", 1)
