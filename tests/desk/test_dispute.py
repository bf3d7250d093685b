"""What is contested rests, the rest goes on; settled, it waits for the credit or goes on gently."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from reminderbot.core.lane import Reason
from reminderbot.desk.case import resolve, show
from reminderbot.desk.dispute import mark, settle
from reminderbot.desk.hold import lifting, place, release
from reminderbot.desk.payment import credit
from reminderbot.desk.refusal import Refused
from reminderbot.store import dispute
from tests.stories.world import World


def contested(world: World, words: str = "We dispute INV-1, half of it never arrived.") -> int:
    world.answer(words, world.sent[0])
    world.at("2027-03-08 10:05")
    (found,) = world.cases("ACME")
    return found.case_id


def test_until_a_person_says_what_is_contested_all_of_the_customers_invoices_rest(world: World) -> None:
    contested(world)

    assert world.until("2027-04-05", "11:00", step=7) == []


def test_marked_as_contested_only_those_invoices_rest(world: World) -> None:
    number = contested(world)

    marked = mark(world.house, "olivia", number, Reason.NOT_RECEIVED, ["inv-1"])

    assert marked.invoices == ("INV-1",)
    assert [h.kind for h in marked.remaining] == ["resuming"]
    assert [(h.kind, h.invoices) for h in world.holds("ACME")] == [("dispute", ("INV-1",)), ("resuming", ("INV-2",))]
    left = world.until("2027-04-05", "11:00", step=7)
    assert left
    assert all(sent.lists == ("INV-2",) for sent in left)


def test_what_else_holds_the_customer_goes_on_holding(world: World) -> None:
    number = contested(world)
    place(world.house, "olivia", "ACME", why="we talk first")

    marked = mark(world.house, "olivia", number, Reason.WRONG_AMOUNT, ["INV-1"])

    assert [h.kind for h in marked.remaining] == ["by_hand"]
    assert world.until("2027-04-05", "11:00", step=7) == []


def test_marked_again_the_later_word_counts(world: World) -> None:
    number = contested(world)
    mark(world.house, "olivia", number, Reason.WRONG_AMOUNT, ["INV-1"])

    mark(world.house, "olivia", number, Reason.DEFECTIVE, ["INV-1", "INV-2"])

    assert [h.invoices for h in world.holds("ACME") if h.until is None] == [("INV-1", "INV-2")]
    with world.house.store.reading() as connection:
        (known,) = dispute.of_case(connection, number)
    assert (known.reason, known.invoices) == (Reason.DEFECTIVE, ("INV-1", "INV-2"))


@pytest.mark.parametrize(
    ("invoices", "why"), [([], "Say which invoices"), (["INV-9"], "INV-9 is not open at Acme Ltd")]
)
def test_only_open_invoices_of_the_customer_can_be_contested(world: World, invoices: list[str], why: str) -> None:
    number = contested(world)

    with pytest.raises(Refused, match=why):
        mark(world.house, "olivia", number, Reason.WRONG_AMOUNT, invoices)

    assert [h.invoices for h in world.holds("ACME")] == [()]


def test_a_lawyers_word_is_never_narrowed_to_an_invoice(world: World) -> None:
    number = contested(world, "Our lawyer will be in touch about INV-1.")

    with pytest.raises(Refused, match="is for the whole customer"):
        mark(world.house, "olivia", number, Reason.UNSPECIFIED, ["INV-1"])

    assert world.hold_kinds("ACME") == ["legal"]


def test_not_upheld_the_next_tier_comes_after_its_spacing_and_once(world: World) -> None:
    number = contested(world)
    mark(world.house, "olivia", number, Reason.NOT_RECEIVED, ["INV-1", "INV-2"])
    world.at("2027-04-30 10:00")

    settled = settle(world.house, "olivia", number, upheld=False, note="the delivery note is signed")

    # Next is 'check-in', seven days after 'gentle' on the ladder.
    assert settled.resumes_on == date(2027, 5, 7)
    assert world.cases("ACME") == []
    assert world.until("2027-05-06", "11:00", step=3) == []
    world.at("2027-05-06 11:00")
    (letter,) = world.at("2027-05-07 10:00")
    assert (letter.tier, letter.lists) == ("check-in", ("INV-1", "INV-2"))
    assert world.until("2027-05-09", "15:00") == []


def test_upheld_it_rests_until_a_person_has_seen_the_credit(world: World) -> None:
    number = contested(world)
    mark(world.house, "olivia", number, Reason.NOT_RECEIVED, ["INV-1"])

    settled = settle(world.house, "olivia", number, upheld=True, note="half of it was missing")

    assert settled.resumes_on is None
    credit(world.house, "olivia", "INV-1", Decimal("60.00"))
    left = world.until("2027-03-29", "11:00", step=7)
    assert {sent.lists for sent in left} == {("INV-2",)}
    with world.house.store.reading() as connection:
        assert "rests until the credit" in lifting(world.house, connection, str(settled.hold_id)).holds[0].why
    release(world.house, "olivia", [settled.hold_id])
    later = [sent for sent in world.until("2027-04-20", "11:00", step=4) if "INV-1" in sent.lists]
    assert later[0].day >= "04-05"
    assert "GBP 60.00" in later[0].text or "60.00 GBP" in later[0].text


def test_once_the_books_have_a_part_of_it_credited_the_case_asks_a_person_to_go_on(world: World) -> None:
    number = contested(world)
    mark(world.house, "olivia", number, Reason.NOT_RECEIVED, ["INV-1"])
    settled = settle(world.house, "olivia", number, upheld=True, note="half of it was missing")
    world.pay("INV-2", "20.00", "credit_note")
    world.at("2027-03-08 10:10")
    assert world.cases("ACME") == []

    world.pay("INV-1", "60.00", "credit_note")
    world.at("2027-03-08 10:15")

    assert [found.case_id for found in world.cases("ACME")] == [number]
    with world.house.store.reading() as connection:
        seen = show(world.house, connection, number)
    assert seen.notes[-1].words.startswith("a credit on INV-1 is in the books now")
    assert [h.hold_id for h in seen.holds] == [settled.hold_id]
    resolve(world.house, "olivia", number, "the rest is owed", lift=True)
    assert set(world.hold_kinds("ACME")) == {"resuming"}


def test_a_credit_over_all_of_it_ends_the_matter(world: World) -> None:
    number = contested(world)
    mark(world.house, "olivia", number, Reason.NOT_RECEIVED, ["INV-1"])
    settle(world.house, "olivia", number, upheld=True, note="never sent")

    assert credit(world.house, "olivia", "INV-1").still_open.amount == 0


def test_nothing_is_settled_that_nobody_has_marked_or_explained(world: World) -> None:
    number = contested(world)

    with pytest.raises(Refused, match="mark its reason and invoices first"):
        settle(world.house, "olivia", number, upheld=False, note="all is well")
    mark(world.house, "olivia", number, Reason.WRONG_AMOUNT, ["INV-1"])
    with pytest.raises(Refused, match="Say in a sentence"):
        settle(world.house, "olivia", number, upheld=False, note=" ")

    with world.house.store.reading() as connection:
        assert show(world.house, connection, number).case.resolved_at is None
