"""Handing over to an agency, a lawyer, or to nobody: what stops then, what may still come in, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from reminderbot.core.delivery import Accepted, Deferred, Outcome
from reminderbot.core.handover import HandoverKind
from reminderbot.core.message import OutgoingMessage
from reminderbot.core.note import CallResult
from reminderbot.core.plan import PlanState
from reminderbot.desk import plan
from reminderbot.desk.call import Said, call
from reminderbot.desk.call_list import tasks
from reminderbot.desk.dossier import make
from reminderbot.desk.find import Exactly
from reminderbot.desk.handover import HandedOver, away, before, hand_over, take_back
from reminderbot.desk.hold import release
from reminderbot.desk.parked import begin
from reminderbot.desk.promise import correct, note
from reminderbot.desk.refusal import Refused
from reminderbot.desk.undo import undo
from reminderbot.papers.archive import verify
from reminderbot.store import plan as plans
from reminderbot.store import promise as promises
from tests.servers import poppler
from tests.stories.test_plan import parts
from tests.stories.world import World

Make = Callable[..., World]

# The days on which something is due about an invoice that fell due on Friday 26 February 2027.
LADDER = {
    "gentle": "2027-03-01", "check-in": "2027-03-08", "options": "2027-03-16", "firm": "2027-03-30",
    "call": "2027-04-06", "last": "2027-04-13", "review": "2027-04-27",
}  # fmt: skip


def reminded(make_world: Make, last: str, **options: object) -> World:
    """Acme owes INV-1 and INV-2; the ladder was climbed up to this tier, the last day of it at ten."""
    world = make_world(**options).customer("ACME", phone="+442079460001")
    world.invoice("INV-1", "ACME", "2027-02-26").invoice("INV-2", "ACME", "2027-02-26").begin()
    for tier, day in LADDER.items():
        world.at(f"{day} 10:00")
        if tier == last:
            break
    return world


def give_to(world: World, kind: HandoverKind = HandoverKind.AGENCY, *invoices: str) -> HandedOver:
    return hand_over(world.house, "olivia", "ACME", kind, "to Fair & Co, Ms Bright", invoices)


def silence(world: World, until: str) -> list[str]:
    """What left up to that day; looked at twice a week."""
    return [f"{sent.day} {sent.tier}" for sent in world.until(until, "10:30", step=3)]


def owed_away(world: World) -> list[tuple[str, str]]:
    """What is handed over, with what is still open of it."""
    with world.house.store.reading() as connection:
        return [(one.handover.kind.value, " + ".join(map(str, one.owed))) for one in away(connection)]


# ---- everything stops


@pytest.mark.parametrize("kind", HandoverKind)
def test_after_the_review_a_person_gives_it_away_and_nothing_leaves_any_more(
    make_world: Make, kind: HandoverKind
) -> None:
    world = reminded(make_world, "review")
    assert [sent.tier for sent in world.sent] == ["gentle", "check-in", "options", "firm", "last"]
    # On 27 April, 60 days late, a person is asked; on 4 May she decides.
    assert sorted(world.case_kinds("ACME")) == ["call", "review"]
    world.at("2027-05-04 10:00")
    with world.house.store.reading() as connection:
        stops = before(world.house, connection, "ACME")
    assert ([str(money) for money in stops.owed], stops.cautions) == (["240.00 GBP"], ())

    give_to(world, kind)

    assert (world.case_kinds("ACME"), owed_away(world)) == ([], [(kind.value, "240.00 GBP")])
    assert silence(world, "2027-08-02") == []
    # Even an invoice that is new belongs to the customer who was given away.
    world.invoice("INV-3", "ACME", "2027-07-30")
    assert silence(world, "2027-08-20") == []
    assert world.case_kinds("ACME") == []


def test_one_of_two_invoices_is_given_away_and_the_other_goes_on_alone(make_world: Make) -> None:
    world = reminded(make_world, "check-in")
    world.at("2027-03-09 10:00")
    give_to(world, HandoverKind.LAWYER, "INV-1")

    silence(world, "2027-04-22")
    went_on = [(sent.tier, sent.lists) for sent in world.sent[2:]]
    assert went_on == [(tier, ("INV-2",)) for tier in ("options", "firm", "last")]


@pytest.mark.parametrize("becomes", [Accepted("ok"), Deferred("451 try again later")])
def test_a_letter_that_is_on_the_wire_while_it_is_given_away_is_the_last_and_is_tried_no_more(
    make_world: Make, becomes: Outcome
) -> None:
    world = reminded(make_world, "gentle")

    def given_away_meanwhile(_: OutgoingMessage) -> Outcome:
        give_to(world)
        return becomes

    world.email.next = [given_away_meanwhile]
    world.at("2027-03-08 10:00")

    # Nobody calls back what a server is just reading; what it puts off stays with us.
    assert len(world.email.tried) == 2
    assert silence(world, "2027-05-10") == []
    assert len(world.email.tried) == 2
    assert len(world.sent) == (2 if isinstance(becomes, Accepted) else 1)


def test_no_note_comes_before_an_instalment_that_somebody_else_collects_now(make_world: Make) -> None:
    world = reminded(make_world, "check-in")
    agreed = plan.agree(world.house, "olivia", "ACME", parts("2027-03-19=120.00", "2027-04-19=120.00"))
    # The note would leave on Tuesday 16 March, three days before.
    world.at("2027-03-15 10:00")

    give_to(world)

    assert silence(world, "2027-05-20") == []
    with world.house.store.reading() as connection:
        ended = plans.get(connection, agreed.plan.plan_id)
    assert ended is not None and ended.state is PlanState.ENDED
    # Nor does anybody ask why the instalment has not come in.
    assert world.case_kinds("ACME") == []


def test_nobody_telephones_whom_somebody_else_speaks_with_even_at_an_hour_they_asked_for(make_world: Make) -> None:
    world = reminded(make_world, "call")
    assert world.case_kinds("ACME") == ["call"]
    asked = Said(at=datetime(2027, 4, 9, 11))  # noqa: DTZ001  (by their own clock)
    call(world.house, "olivia", Exactly("ACME"), CallResult.CALL_BACK, said=asked)

    give_to(world, HandoverKind.LAWYER)
    world.at("2027-04-09 11:05")

    with world.house.store.reading() as connection:
        assert tasks(world.house, connection) == []
    assert world.case_kinds("ACME") == []


def test_old_debts_that_wait_for_a_word_are_asked_about_no_more_and_cannot_begin(make_world: Make) -> None:
    # 91 days late at first sight, on 1 March.
    world = make_world().invoice("INV-1", "ACME", "2026-11-30").begin()
    (parked,) = world.cases("ACME")
    assert (parked.kind, world.hold_kinds("ACME")) == ("old_debt", ["old_debt"])

    made = give_to(world, HandoverKind.WRITE_OFF)

    assert (world.cases("ACME"), world.hold_kinds("ACME")) == ([], ["handed_over"])
    with pytest.raises(Refused, match="was resolved already"):
        begin(world.house, "olivia", [parked.case_id])
    assert silence(world, "2027-03-31") == []
    undo(world.house, "olivia", made.undo.undo_id)
    assert (world.case_kinds("ACME"), world.hold_kinds("ACME")) == (["old_debt"], ["old_debt"])


def test_no_other_word_lifts_it(make_world: Make) -> None:
    world = reminded(make_world, "gentle")
    give_to(world)
    (held,) = world.holds("ACME")

    with pytest.raises(Refused, match="take-back ACME"):
        release(world.house, "olivia", [held.hold_id])

    assert silence(world, "2027-04-15") == []


# ---- what may still come in


def test_an_answer_still_calls_a_person_and_no_letter(make_world: Make) -> None:
    world = reminded(make_world, "firm")
    give_to(world)
    world.at("2027-04-01 10:00")

    world.answer("We dispute INV-2, half of it never arrived.", world.sent[-1])
    world.at("2027-04-01 10:05")

    (contested,) = world.cases("ACME")
    assert (contested.kind, contested.words) == ("dispute", "We dispute INV-2, half of it never arrived.")
    assert silence(world, "2027-06-01") == []


@pytest.mark.parametrize(
    ("kind", "cure"),
    [
        (HandoverKind.AGENCY, "tell the agency, or take it back"),
        (HandoverKind.LAWYER, "tell the lawyer, or take it back"),
        (HandoverKind.WRITE_OFF, "put it right in your books, or take it back"),
    ],
)
def test_who_pays_us_after_all_is_told_of_to_whom_it_was_given(make_world: Make, kind: HandoverKind, cure: str) -> None:
    world = reminded(make_world, "firm")
    give_to(world, kind)
    world.at("2027-04-08 10:00")
    assert world.cases("ACME") == []

    world.pay("INV-1")
    world.receive("ACME", "20.00")
    world.at("2027-04-09 10:00")

    (asked,) = world.cases("ACME")
    assert asked.kind == "review"
    assert asked.why.startswith("120.00 GBP on INV-1, 20.00 GBP on no invoice yet came in after it was ")
    assert asked.why.endswith(f"on 2027-03-30: {cure}")
    assert (asked.invoices, owed_away(world)) == (("INV-1",), [(kind.value, "120.00 GBP")])
    assert silence(world, "2027-06-01") == []


def test_money_for_what_was_not_given_away_calls_nobody(make_world: Make) -> None:
    world = reminded(make_world, "gentle")
    give_to(world, HandoverKind.AGENCY, "INV-1")

    world.pay("INV-2")
    world.at("2027-03-03 10:00")

    assert world.cases("ACME") == []


# ---- the way back


def test_taken_back_it_goes_on_gently_where_it_stood_and_only_with_what_is_still_owed(make_world: Make) -> None:
    world = reminded(make_world, "check-in")
    world.at("2027-03-09 10:00")
    give_to(world)
    world.pay("INV-1")
    world.at("2027-05-10 10:00")

    back = take_back(world.house, "olivia", "ACME", "they pay to us again")

    # After 'check-in' comes 'options', eight days later on the ladder: never the tier of day 73, never two at once.
    assert back.resumes_on == date(2027, 5, 18)
    assert silence(world, "2027-05-17") == []
    (letter,) = world.at("2027-05-18 10:00")
    assert (letter.tier, letter.lists) == ("options", ("INV-2",))
    assert silence(world, "2027-05-27") == []


def test_taken_back_after_the_review_it_waits_for_a_person_as_before(make_world: Make) -> None:
    world = reminded(make_world, "review")
    give_to(world)
    world.at("2027-06-01 10:00")

    back = take_back(world.house, "olivia", "ACME")

    assert [held.kind.value for held in back.remaining] == ["review"]
    assert silence(world, "2027-07-15") == []


# ---- what they had promised


def promised_and_given(make_world: Make, *invoices: str) -> World:
    """On 9 March they promise to pay on 7 April; on the 10th it is given away all the same."""
    world = reminded(make_world, "check-in")
    world.at("2027-03-09 10:00")
    world.answer("We will pay on 7 April 2027.", world.sent[-1])
    world.at("2027-03-09 10:05")
    world.at("2027-03-10 10:00")
    give_to(world, HandoverKind.AGENCY, *invoices)
    return world


def waited_for(world: World) -> list[tuple[str, ...]]:
    with world.house.store.reading() as connection:
        return [word.invoices for word in promises.open_ones(connection, ["ACME"]).get("ACME", ())]


@pytest.mark.parametrize("invoices", [(), ("INV-1",)])
def test_taken_back_in_time_their_promise_is_waited_for_as_before(make_world: Make, invoices: tuple[str, ...]) -> None:
    world = promised_and_given(make_world, *invoices)
    world.at("2027-03-17 10:00")

    take_back(world.house, "olivia", "ACME")

    assert sorted(number for word in waited_for(world) for number in word) == ["INV-1", "INV-2"]
    # 7 April is a Wednesday; two business days are given for the bank.
    assert silence(world, "2027-04-09") == []
    world.at("2027-04-12 10:00")
    assert "broken_promise" in world.case_kinds("ACME")


def test_a_promise_whose_day_went_by_meanwhile_is_neither_waited_for_nor_asked_after(make_world: Make) -> None:
    world = promised_and_given(make_world)
    world.at("2027-05-10 10:00")

    back = take_back(world.house, "olivia", "ACME")

    assert (waited_for(world), world.case_kinds("ACME")) == ([], [])
    assert [letter.tier for letter in world.at(f"{back.resumes_on} 10:00")] == ["options"]


@pytest.mark.parametrize("invoices", [(), ("INV-1",)])
def test_undoing_the_taking_back_and_taking_it_back_again_leaves_each_promise_once(
    make_world: Make, invoices: tuple[str, ...]
) -> None:
    world = promised_and_given(make_world, *invoices)
    away_then = waited_for(world)
    back = take_back(world.house, "olivia", "ACME")

    undo(world.house, "olivia", back.undo.undo_id)
    assert waited_for(world) == away_then
    take_back(world.house, "olivia", "ACME")

    assert sorted(number for word in waited_for(world) for number in word) == ["INV-1", "INV-2"]
    assert silence(world, "2027-04-09") == []


def promises_of(world: World) -> list[tuple[tuple[str, ...], str]]:
    """What is waited for, and until which day."""
    with world.house.store.reading() as connection:
        open_ones = promises.open_ones(connection, ["ACME"]).get("ACME", ())
    return [(tuple(sorted(word.invoices)), f"{word.due_on:%m-%d}") for word in open_ones]


@pytest.mark.parametrize("invoices", [(), ("INV-1",)])
def test_what_they_promise_anew_meanwhile_takes_the_place_of_the_older_promise(
    make_world: Make, invoices: tuple[str, ...]
) -> None:
    world = promised_and_given(make_world, *invoices)
    world.at("2027-03-12 10:00")
    note(world.house, "olivia", "ACME", date(2027, 4, 21))
    world.at("2027-03-15 10:00")

    take_back(world.house, "olivia", "ACME")

    assert promises_of(world) == [(("INV-1", "INV-2"), "04-21")]
    assert silence(world, "2027-04-13") == []
    assert world.case_kinds("ACME") == []


def test_an_answer_with_another_day_meanwhile_takes_the_place_of_the_older_promise(make_world: Make) -> None:
    world = promised_and_given(make_world)
    world.at("2027-03-12 10:00")
    world.answer("Sorry, we will pay on 10 April 2027.", world.sent[-1])
    world.at("2027-03-12 10:05")

    take_back(world.house, "olivia", "ACME")

    assert promises_of(world) == [(("INV-1", "INV-2"), "04-10")]


def test_what_they_promise_anew_before_the_bill_is_issued_anew_takes_the_place_of_the_older_promise_too(
    make_world: Make,
) -> None:
    world = promised_and_given(make_world, "INV-1")
    world.at("2027-03-11 10:00")
    note(world.house, "olivia", "ACME", date(2027, 4, 21), invoices=["INV-1"])
    world.change("INV-1", status="cancelled")
    world.invoice("INV-1B", "ACME", "2027-03-12", replaces="INV-1")
    world.at("2027-03-12 11:00")

    take_back(world.house, "olivia", "INV-1B")

    assert sorted(promises_of(world)) == [(("INV-1B",), "04-21"), (("INV-2",), "04-07")]


def test_instalments_agreed_meanwhile_take_the_place_of_the_promise(make_world: Make) -> None:
    world = promised_and_given(make_world)
    plan.agree(world.house, "olivia", "ACME", parts("2027-03-31=120.00", "2027-04-30=120.00"))

    take_back(world.house, "olivia", "ACME")

    assert promises_of(world) == []
    world.at("2027-03-30 10:00")
    world.pay("INV-1")
    # The first instalment is there in time, and nobody asks after the rest on the day of the promise.
    world.at("2027-04-13 10:00")
    assert "broken_promise" not in world.case_kinds("ACME")


@pytest.mark.parametrize("invoices", [(), ("INV-1",)])
def test_a_promise_is_waited_for_on_a_bill_issued_meanwhile_in_the_place_of_the_promised_one(
    make_world: Make, invoices: tuple[str, ...]
) -> None:
    world = reminded(make_world, "check-in")
    note(world.house, "olivia", "ACME", date(2027, 4, 7), invoices=["INV-1"])
    world.pay("INV-2")
    world.at("2027-03-10 10:00")
    give_to(world, HandoverKind.AGENCY, *invoices)
    world.change("INV-1", status="cancelled")
    world.invoice("INV-1B", "ACME", "2027-03-12", replaces="INV-1")
    world.at("2027-03-12 11:00")

    take_back(world.house, "olivia", Exactly("ACME") if not invoices else "INV-1B")

    assert promises_of(world) == [(("INV-1B",), "04-07")]
    assert silence(world, "2027-04-09") == []


def test_undoing_it_waits_for_the_promise_on_the_bill_in_the_place_of_the_promised_one(make_world: Make) -> None:
    world = reminded(make_world, "check-in")
    note(world.house, "olivia", "ACME", date(2027, 4, 7), invoices=["INV-1"])
    world.pay("INV-2")
    world.at("2027-03-10 10:00")
    given = give_to(world)
    world.change("INV-1", status="cancelled")
    world.invoice("INV-1B", "ACME", "2027-03-12", replaces="INV-1")
    world.at("2027-03-12 11:00")

    undo(world.house, "olivia", given.undo.undo_id)

    assert silence(world, "2027-04-09") == []


@pytest.mark.parametrize("order", [("INV-1", "INV-2"), ("INV-2", "INV-1")])
def test_what_was_handed_over_in_two_parts_is_one_promise_again(make_world: Make, order: tuple[str, str]) -> None:
    world = promised_and_given(make_world, "INV-1")
    give_to(world, HandoverKind.LAWYER, "INV-2")

    take_back(world.house, "olivia", order[0])
    assert promises_of(world) == [((order[0],), "04-07")]
    second = take_back(world.house, "olivia", order[1])
    assert promises_of(world) == [(("INV-1", "INV-2"), "04-07")]

    undo(world.house, "olivia", second.undo.undo_id)
    assert promises_of(world) == [((order[0],), "04-07")]
    assert world.hold_kinds("ACME") == ["handed_over", "promise"]
    take_back(world.house, "olivia", order[1])
    assert promises_of(world) == [(("INV-1", "INV-2"), "04-07")]
    assert silence(world, "2027-04-09") == []


def test_a_sum_promised_on_two_invoices_is_not_asked_for_twice(make_world: Make) -> None:
    world = reminded(make_world, "check-in")
    note(world.house, "olivia", "ACME", date(2027, 4, 7), amount=Decimal(150))
    give_to(world, HandoverKind.AGENCY, "INV-1")
    take_back(world.house, "olivia", "ACME")
    world.at("2027-04-06 10:00")

    world.pay("INV-1")
    world.pay("INV-2", "30.00")
    world.at("2027-04-13 10:00")

    assert "broken_promise" not in world.case_kinds("ACME")


def test_a_promise_put_right_meanwhile_is_for_its_new_day_on_what_is_taken_back_too(make_world: Make) -> None:
    world = promised_and_given(make_world, "INV-1")
    with world.house.store.reading() as connection:
        (word,) = promises.open_ones(connection, ["ACME"])["ACME"]
    correct(world.house, "olivia", word.promise_id, date(2027, 4, 21))
    # The day that was misread has passed, and so have the days for the bank.
    world.at("2027-04-12 10:00")

    take_back(world.house, "olivia", "ACME")

    assert promises_of(world) == [(("INV-1", "INV-2"), "04-21")]
    assert silence(world, "2027-04-23") == []


# ---- the case file


def test_the_case_file_tells_it_all_and_notices_one_flipped_byte(make_world: Make, tmp_path: Path) -> None:
    world = reminded(make_world, "check-in")
    world.at("2027-03-09 10:00")
    world.answer("We will pay on 19 March 2027.", world.sent[-1])
    world.at("2027-03-09 10:05")
    # Friday 19 March passes, and two business days for the bank.
    world.at("2027-03-24 10:00")
    assert world.case_kinds("ACME") == ["broken_promise"]
    give_to(world)
    world.at("2027-03-26 10:00")
    world.pay("INV-1", "20.00")
    world.at("2027-03-27 10:00")
    path = tmp_path / "acme.zip"
    with path.open("w+b") as out:
        made = make(world.house, "olivia", "ACME", out)

    found = verify(path)
    assert (found.faults, found.manifest) == ((), made.manifest)
    # Both letters and the answer, byte for byte.
    assert sum(one.name.startswith("messages/") for one in made.manifest.entries) == 3
    text = told(path)
    for part in ("Fair & Co, Ms Bright", "We will pay on 19 March 2027.", "handed to a collection agency", "GBP 20.00"):
        assert part in text

    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)
    assert verify(path).faults != ()


def told(path: Path) -> str:
    """The words of the paper in an archive."""
    import zipfile

    with zipfile.ZipFile(path) as archive:
        return " ".join(poppler.text(archive.read("case-file.pdf"), "-raw").split())
