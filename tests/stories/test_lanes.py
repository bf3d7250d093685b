"""What stands in the way, from the first word to the letter after it: a date on every step."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from reminderbot.core.delivery import Accepted
from reminderbot.core.event import EventKind
from reminderbot.core.hold import HoldKind
from reminderbot.core.lane import Reason
from reminderbot.core.message import OutgoingMessage
from reminderbot.core.promise import PromiseState
from reminderbot.desk.answer import draft, send
from reminderbot.desk.case import show
from reminderbot.desk.dispute import confirmed, mark, settle
from reminderbot.desk.hold import lifting, place, release
from reminderbot.desk.lane import matters, proposed
from reminderbot.desk.promise import note as promise
from reminderbot.desk.refusal import Refused
from reminderbot.desk.restart import restart
from reminderbot.desk.sending import approve
from reminderbot.store import decision, journal
from reminderbot.store import promise as promises
from tests.stories.world import Sent, World

Make = Callable[..., World]
PDF = b"%PDF-1.7\nInvoice INV-1\n%%EOF\n"


def reminded(make: Make, *invoices: str, **options: object) -> tuple[World, Sent]:
    """Acme, reminded gently of invoices due on 4 March, on Monday 8 March at ten."""
    world = make(**options)
    for number in invoices or ("INV-1",):
        world.invoice(number, "ACME", "2027-03-04", pdf=f"pdf/{number}.pdf")
    world.begin()
    (letter,) = world.at("2027-03-08 10:00")
    return world, letter


def answered(world: World, letter: Sent, words: str, when: str = "2027-03-08 10:05") -> int:
    world.answer(words, letter)
    world.at(when)
    return world.cases("ACME")[0].case_id


def lists(sent: list[Sent]) -> list[tuple[str, tuple[str, ...]]]:
    return [(f"{one.day} {one.tier}", one.lists) for one in sent]


def told(world: World, kind: EventKind) -> list[dict[str, object]]:
    with world.house.store.reading() as connection:
        return [dict(event.data) for event in journal.of_kinds(connection, "ACME", (kind,), 50)]


# ---- one invoice of several


def test_a_dispute_on_one_of_three_leaves_the_others(make_world: Make) -> None:
    world, letter = reminded(make_world, "INV-1", "INV-2", "INV-3")
    number = answered(world, letter, "The amount on INV-2 is wrong.")
    mark(world.house, "jane", number, Reason.WRONG_AMOUNT, ["INV-2"])

    assert lists(world.until("2027-03-16", "11:00")) == [("03-15 check-in", ("INV-1", "INV-3"))]

    settle(world.house, "jane", number, upheld=False, note="the price list says so")
    # INV-2 stood at 'gentle': 'check-in' comes seven days after the 16th, the others go their own way.
    assert lists(world.until("2027-03-22", "11:00")) == []
    assert lists(world.until("2027-03-26", "11:00")) == [("03-23 options", ("INV-1", "INV-2", "INV-3"))]
    with world.house.store.reading() as connection:
        items = world.house.gatherer.gather(connection, ["ACME"], world.now)["ACME"].account.items
    assert [(i.invoice.number, i.progress.tier if i.progress else "") for i in items] == [
        ("INV-1", "options"),
        ("INV-2", "check-in"),
        ("INV-3", "options"),
    ]


def test_one_answer_about_three_invoices_is_three_matters_confirmed_by_a_click_each(make_world: Make) -> None:
    world, letter = reminded(make_world, "INV-1", "INV-2", "INV-3")
    number = answered(world, letter, "INV-1 is paid, INV-2 is wrong, INV-3 on Friday.")
    with world.house.store.reading() as connection:
        asked = proposed(world.house, connection, show(world.house, connection, number))
    assert [(each.reason, each.invoices, each.day) for each in asked] == [
        (Reason.PAID, ("INV-1",), None),
        (None, ("INV-3",), date(2027, 3, 12)),
        (Reason.UNSPECIFIED, ("INV-2",), None),
    ]

    first = mark(world.house, "jane", number, Reason.PAID, ["INV-1"])
    assert first.unconfirmed == ("INV-3", "INV-2")
    promise(world.house, "jane", "ACME", date(2027, 3, 12), None, ["INV-3"])
    confirmed(world.house, "jane", number)
    # INV-2 has not been spoken of: everything rests.
    assert any(not held.invoices for held in world.holds("ACME"))
    last = mark(world.house, "jane", number, Reason.WRONG_AMOUNT, ["INV-2"])

    assert last.unconfirmed == ()
    own = {held.kind: held.invoices for held in world.holds("ACME")}
    assert own == {HoldKind.PAID: ("INV-1",), HoldKind.PROMISE: ("INV-3",), HoldKind.DISPUTE: ("INV-2",)}
    with world.house.store.reading() as connection:
        seen = show(world.house, connection, number)
        assert [m.dispute.lane.name for m in matters(connection, seen)] == ["says it is paid", "wrong amount"]
        assert proposed(world.house, connection, seen) == ()
    assert world.until("2027-03-15", "11:00") == []

    with pytest.raises(Refused, match="several matters"):
        settle(world.house, "jane", number, note="found it")
    paid, wrong = seen.disputes
    assert settle(world.house, "jane", number, note="found it", matter=paid.dispute_id).is_case_open
    assert not settle(
        world.house, "jane", number, note="it is right", upheld=False, matter=wrong.dispute_id
    ).is_case_open


def test_this_is_all_that_they_say_lets_the_others_go_on(make_world: Make) -> None:
    world, letter = reminded(make_world, "INV-1", "INV-2")
    number = answered(world, letter, "INV-1 is paid. We will pay INV-2 on Friday.")

    done = mark(world.house, "jane", number, Reason.PAID, ["INV-1"], alone=True)

    assert done.unconfirmed == ()
    assert [held.invoices for held in world.holds("ACME") if held.until is None] == [("INV-1",)]


def test_two_disputes_on_one_invoice_and_one_settled_it_rests_for_the_other(make_world: Make) -> None:
    world, letter = reminded(make_world)
    first = answered(world, letter, "The amount on INV-1 is wrong.")
    mark(world.house, "jane", first, Reason.WRONG_AMOUNT, ["INV-1"])
    world.answer("And the goods on INV-1 are broken.", letter)
    world.at("2027-03-09 10:00")
    second = max(found.case_id for found in world.cases("ACME"))
    mark(world.house, "jane", second, Reason.DEFECTIVE, ["INV-1"])

    done = settle(world.house, "jane", first, upheld=False, note="the price was agreed")

    assert [held.kind for held in done.remaining] == [HoldKind.DISPUTE]
    assert world.until("2027-04-09", "11:00", step=3) == []
    settle(world.house, "jane", second, upheld=False, note="we have looked at them")
    # It is Thursday 8 April.
    assert lists(world.until("2027-04-20", "11:00")) == [("04-15 check-in", ("INV-1",))]


# ---- the invoice never came


def with_pdf(world: World, content: bytes = PDF, name: str = "INV-1.pdf") -> None:
    folder = world.house.ledger_folder / "pdf"
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)


def test_an_invoice_that_never_came_is_sent_again_with_its_pdf_and_begins_anew(make_world: Make) -> None:
    world, letter = reminded(make_world, "INV-1", "INV-2")
    with_pdf(world)
    number = answered(world, letter, "We never received invoice INV-1, please send it again.")
    mark(world.house, "jane", number, Reason.INVOICE_MISSING, ["INV-1"])

    with world.house.store.reading() as connection:
        begun = draft(world.house, connection, number, writer="jane", copy_of="INV-1")
    assert begun.copy is not None
    assert "Please find a copy of invoice INV-1 attached." in begun.text
    with pytest.raises(Refused, match="another one by now"):
        send(world.house, "jane", number, begun.text + "\nRegards", copy_of="INV-1", digest="0" * 64)
    send(world.house, "jane", number, begun.text + "\nRegards", copy_of="INV-1", digest=begun.copy.digest)
    # What lies in the folder by then is not what she looked at.
    with_pdf(world, b"%PDF-1.7 another one")
    (copy,) = world.at("2027-03-08 10:06")
    (attached,) = copy.mail.iter_attachments()
    assert (attached.get_content_type(), attached.get_filename()) == ("application/pdf", "INV-1.pdf")
    assert attached.get_content() == PDF
    assert copy.mail["In-Reply-To"]
    assert told(world, EventKind.ATTACHED)[0]["sha256"] == hashlib.sha256(PDF).hexdigest()

    done = restart(world.house, "jane", number, "INV-1")
    # 'gentle' is due three days after the start, and never sooner than the smallest spacing.
    assert done.begins_on == date(2027, 3, 13)
    settled = settle(world.house, "jane", number, note="sent again")
    assert settled.resumes_on == date(2027, 3, 14)
    left = world.until("2027-04-06", "11:00")
    # INV-2 climbs on alone; INV-1 is in no letter before its own first tier.
    assert lists(left)[0] == ("03-15 check-in", ("INV-1", "INV-2"))
    with world.house.store.reading() as connection:
        item = world.house.gatherer.gather(connection, ["ACME"], world.now)["ACME"].account.items[0]
    assert (item.round, item.restarted_on) == (2, date(2027, 3, 8))
    # Craft 9: counted from the original due date, always.
    assert item.days_past_due(date(2027, 4, 6)) == 33


def test_while_it_begins_anew_it_is_in_no_letter_about_the_others_and_why_tells_it(make_world: Make) -> None:
    world, letter = reminded(make_world, "INV-1", "INV-2")
    number = answered(world, letter, "We never received invoice INV-1, please send it again.")
    mark(world.house, "jane", number, Reason.INVOICE_MISSING, ["INV-1"])
    world.at("2027-03-12 09:00")
    restart(world.house, "jane", number, "INV-1")
    # Somebody lifts everything by hand: the restart alone keeps it out.
    world.release("ACME")

    assert lists(world.at("2027-03-15 11:00")) == [("03-15 check-in", ("INV-2",))]
    with world.house.store.reading() as connection:
        known = decision.latest(connection, "ACME")
    assert known is not None
    assert any("restarted the clock of INV-1 on 2027-03-12" in gate.because for gate in known.made.gates)
    assert ("03-23 options", ("INV-1", "INV-2")) in lists(world.until("2027-03-23", "11:00"))
    with world.house.store.reading() as connection:
        one, other = world.house.gatherer.gather(connection, ["ACME"], world.now)["ACME"].account.items
    assert one.progress is not None and one.progress.tier == "gentle"
    assert other.progress is not None and other.progress.tier == "options"


def test_where_there_is_no_pdf_the_answer_says_so_and_goes_without(make_world: Make) -> None:
    world, letter = reminded(make_world)
    number = answered(world, letter, "We never received invoice INV-1, please send it again.")

    with world.house.store.reading() as connection:
        begun = draft(world.house, connection, number, writer="jane", copy_of="INV-1")

    assert begun.copy is None
    assert begun.no_copy == "pdf/INV-1.pdf cannot be read in the ledger's folder (there is no such file)"
    with pytest.raises(Refused, match="cannot go with it"):
        send(world.house, "jane", number, "Here it is.", copy_of="INV-1")
    send(world.house, "jane", number, "It comes by post today.")
    (without,) = world.at("2027-03-08 10:06")
    assert list(without.mail.iter_attachments()) == []


# ---- papers, contacts, credits


def test_an_order_number_on_its_way_lets_it_go_on_from_the_day_that_a_person_chose(make_world: Make) -> None:
    world, letter = reminded(make_world, "INV-1", "INV-2")
    number = answered(world, letter, "We need a purchase order number on INV-1.")

    mark(world.house, "jane", number, Reason.PO_MISSING, ["INV-1"], words="ask Bob Smith", until=date(2027, 3, 29))

    held = next(held for held in world.holds("ACME") if held.kind is HoldKind.PAPERWORK)
    assert "ask Bob Smith" in held.why
    left = lists(world.until("2027-03-30", "11:00"))
    # The 29th is Easter Monday.
    assert left[-1] == ("03-30 check-in", ("INV-1", "INV-2"))
    assert {invoices for _, invoices in left[:-1]} == {("INV-2",)}


def test_a_day_sooner_than_the_spacing_is_no_day_for_a_letter(make_world: Make) -> None:
    world, letter = reminded(make_world)
    number = answered(world, letter, "We need a purchase order number on INV-1.")
    world.at("2027-03-20 10:00")

    mark(world.house, "jane", number, Reason.PO_MISSING, ["INV-1"], until=date(2027, 3, 22))

    assert world.until("2027-03-26", "11:00") == []
    # Saturday the 27th is seven days later, and Easter Monday follows.
    assert lists(world.until("2027-03-30", "11:00")) == [("03-30 check-in", ("INV-1",))]


def test_a_wrong_contact_rests_until_a_person_has_put_in_the_right_one(make_world: Make) -> None:
    world, letter = reminded(make_world)
    number = answered(world, letter, "You have the wrong person, I left. Write to new@customer.example instead.")
    mark(world.house, "jane", number, Reason.WRONG_CONTACT)

    assert world.until("2027-03-22", "11:00", step=3) == []
    world.change_customer("ACME", email="new@customer.example")
    settle(world.house, "jane", number, note="Bob looks after it")
    left = world.until("2027-04-02", "11:00")
    assert [(one.to, one.tier) for one in left] == [("new@customer.example", "check-in")]


def test_an_agreed_credit_in_the_books_lets_the_rest_go_on_by_itself_and_gently(make_world: Make) -> None:
    world, letter = reminded(make_world)
    number = answered(world, letter, "The amount on INV-1 is wrong.")
    mark(world.house, "jane", number, Reason.WRONG_AMOUNT, ["INV-1"])
    settle(world.house, "jane", number, upheld=True, credit=Decimal("40.00"), note="the discount was forgotten")

    # A payment is no credit: what they paid was never contested.
    world.pay("INV-1", "50.00")
    assert world.until("2027-03-22", "11:00", step=3) == []
    world.pay("INV-1", "30.00", "credit_note")
    world.at("2027-03-23 11:00")
    assert [found.case_id for found in world.cases("ACME")] == [number]
    world.pay("INV-1", "10.00", "credit_note")
    world.at("2027-03-24 11:00")

    assert world.hold_kinds("ACME") == ["resuming"]
    assert world.until("2027-03-30", "11:00") == []
    (left,) = world.until("2027-03-31", "11:00")
    assert (left.tier, left.day) == ("check-in", "03-31")
    assert "30.00" in left.text


def test_a_credit_note_that_comes_after_the_claim_is_in_the_next_letter(make_world: Make) -> None:
    world = make_world()
    world.invoice("INV-1", "ACME", "2027-03-04").begin()

    def credited_meanwhile(message: OutgoingMessage) -> Accepted:
        world.pay("INV-1", "20.00", "credit_note")
        world.export()
        world.take_ledger()
        return Accepted("ok")

    world.email.next = [credited_meanwhile]
    (letter,) = world.at("2027-03-08 10:00")
    # What was claimed says what was owed then; nothing is sent after it to mend that.
    assert "120.00" in letter.text
    assert world.until("2027-03-12", "11:00") == []
    (after,) = world.until("2027-03-15", "11:00")
    assert "100.00" in after.text


def test_settled_at_the_desk_and_then_disputed_in_the_books_it_rests_until_the_books_say_otherwise(
    make_world: Make,
) -> None:
    world, letter = reminded(make_world)
    number = answered(world, letter, "The amount on INV-1 is wrong.")
    mark(world.house, "jane", number, Reason.WRONG_AMOUNT, ["INV-1"])
    world.at("2027-03-16 10:00")
    settle(world.house, "jane", number, upheld=False, note="it is right")
    world.change("INV-1", status="disputed")

    assert world.until("2027-04-12", "11:00", step=3) == []
    world.change("INV-1", status="open")
    world.at("2027-04-13 11:00")
    assert world.until("2027-04-19", "11:00") == []
    assert lists(world.until("2027-04-20", "11:00")) == [("04-20 check-in", ("INV-1",))]


# ---- the whole customer


def test_fraud_stops_a_letter_in_the_time_to_take_back_and_one_that_was_approved(make_world: Make) -> None:
    world = make_world(mode="approve", sending="undo_minutes = 60")
    world.invoice("INV-1", "ACME", "2027-03-04").begin()
    world.at("2027-03-08 10:00")
    assert world.states() == ["planned"]
    approve(world.house, "olivia", [1])
    world.answer(
        "This is not ours, we never ordered anything from you. Somebody has used our name about INV-1.",
        sender="acme@customer.example",
    )
    world.look()

    # At once: nobody planned anew in between.
    assert world.states() == ["withdrawn"]
    assert world.hold_kinds("ACME") == ["not_mine"]
    assert world.until("2027-04-30", "11:00", step=5) == []
    (case,) = world.cases("ACME")
    with pytest.raises(Refused, match="for the whole customer"):
        mark(world.house, "jane", case.case_id, Reason.WRONG_AMOUNT, ["INV-1"])
    mark(world.house, "jane", case.case_id, Reason.NOT_MINE)
    done = settle(world.house, "jane", case.case_id, upheld=False, note="it was a colleague of theirs")
    assert done.resumes_on is None
    assert world.until("2027-05-20", "11:00", step=5) == []
    assert done.hold_id is not None
    release(world.house, "olivia", [done.hold_id])
    assert world.hold_kinds("ACME") == ["resuming"]


@pytest.mark.parametrize("reason", [Reason.LEGAL, Reason.BEREAVEMENT, Reason.DISTRESS])
def test_what_only_a_person_ends_does_not_end_by_being_settled(make_world: Make, reason: Reason) -> None:
    world, letter = reminded(make_world)
    number = answered(world, letter, "Could you call us about INV-1?")
    mark(world.house, "jane", number, reason)

    done = settle(world.house, "jane", number, note="we wrote to them")

    assert done.resumes_on is None
    assert world.until("2027-05-10", "11:00", step=7) == []
    assert done.hold_id is not None
    release(world.house, "olivia", [done.hold_id])
    assert world.until("2027-05-14", "11:00") == []
    assert len(world.until("2027-05-20", "11:00")) == 1


def test_insolvency_while_a_promise_stands_holds_everything_when_its_day_has_come_too(make_world: Make) -> None:
    world, letter = reminded(make_world, "INV-1", "INV-2")
    answered(world, letter, "Could you call us about INV-1?")
    promise(world.house, "jane", "ACME", date(2027, 3, 19), Decimal("60.00"), ["INV-1"])
    world.answer("We have filed for insolvency; our administrator is Smith & Co.", letter)
    world.at("2027-03-10 10:00")

    assert HoldKind.LEGAL in {held.kind for held in world.holds("ACME")}
    assert world.until("2027-05-10", "11:00", step=6) == []
    with world.house.store.reading() as connection:
        assert all(w.state is PromiseState.OPEN for w in promises.open_ones(connection, ["ACME"]).get("ACME", []))


def test_hardship_settled_by_a_person_goes_on_gently(make_world: Make) -> None:
    world, letter = reminded(make_world)
    number = answered(world, letter, "We cannot pay at the moment, business is very bad.")
    mark(world.house, "jane", number, Reason.HARDSHIP)
    world.at("2027-04-06 10:00")

    done = settle(world.house, "jane", number, note="they can pay again")

    assert done.resumes_on == date(2027, 4, 13)
    assert lists(world.until("2027-04-14", "11:00")) == [("04-13 check-in", ("INV-1",))]


# ---- the same day


def test_an_answer_on_the_day_of_the_next_letter_keeps_it_in_the_house(make_world: Make) -> None:
    world, letter = reminded(make_world)
    world.at("2027-03-14 23:00")
    world.answer("The amount on INV-1 is wrong.", letter)

    assert world.at("2027-03-15 10:00") == []
    (case,) = world.cases("ACME")
    mark(world.house, "jane", case.case_id, Reason.WRONG_AMOUNT, ["INV-1"])
    settle(world.house, "jane", case.case_id, upheld=False, note="it is right")
    assert world.until("2027-03-21", "11:00") == []
    assert lists(world.until("2027-03-22", "11:00")) == [("03-22 check-in", ("INV-1",))]


def test_lifted_after_two_months_the_next_tier_comes_once_and_nothing_is_made_up(make_world: Make) -> None:
    world, _ = reminded(make_world)
    placed = place(world.house, "jane", "ACME", why="we talk first")
    assert world.until("2027-05-07", "11:00", step=10) == []
    world.at("2027-05-10 10:00")

    release(world.house, "jane", [placed.hold_id])

    assert lists(world.until("2027-05-24", "11:00")) == [("05-17 check-in", ("INV-1",))]
    with world.house.store.reading() as connection, pytest.raises(Refused, match="Nothing pauses"):
        lifting(world.house, connection, "ACME")
