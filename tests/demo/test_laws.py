"""The judge of the demo: a clean life is kept, and each planted violation is found by the law it breaks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from reminderbot.demo.evidence import (
    EMAIL,
    SMS,
    Agreed,
    Bill,
    Booked,
    Called,
    Evidence,
    Message,
    Party,
    Release,
    Turned,
    Word,
)
from reminderbot.demo.laws import LADDER, LAWS, judge
from reminderbot.demo.recognise import Letters

NEW_YORK = ZoneInfo("America/New_York")
OWES = Decimal("100.00")
ANN = Party(
    "C1", "Ann's Bakery", "ann@bakery.example", "+12125550101", "America/New_York", "US", "USD", date(2026, 1, 5),
    (Bill("INV-1", date(2026, 9, 4), OWES), Bill("INV-2", date(2026, 12, 1), Decimal("7.00"))),
)  # fmt: skip
BEN = Party(
    "C2", "Ben's Cycles", "ben@cycles.example", "+12125550102", "America/New_York", "US", "USD", None,
    (Bill("INV-9", date(2026, 9, 4), OWES),),
)  # fmt: skip


def moment(day: str, hour: int = 10, minute: int = 0) -> datetime:
    """An hour of a day of autumn 2026 in New York."""
    month, _, number = day.partition("-")
    return datetime(2026, int(month), int(number), hour, minute, tzinfo=NEW_YORK).astimezone(UTC)


def letter(tier: str, day: str, hour: int = 10, *, minute: int = 0, party: Party = ANN, **told: str) -> Message:
    """A mail of that tier; `told` changes what it says."""
    sums = told.get("sums", "INV-1  Aug 5, 2026  Sep 4, 2026  USD 100.00")
    mail = EmailMessage()
    mail["To"] = told.get("to", party.email)
    mail["Subject"] = f"Our very own words of {tier}"
    mail.set_content(f"{sums}\n-----\nTotal    {told.get('total', 'USD 100.00')}\n\n{told.get('more', '')}\n")
    return Message(moment(day, hour, minute), EMAIL, "us@shop.example", party.email, mail.as_bytes())


def text(tier: str, day: str, hour: int = 10, *, party: Party = ANN, words: str = "") -> Message:
    """A text of that tier."""
    words = words or f"The Shop: INV-1 (USD 100.00, due Sep 4) {tier} in a few words. Reply STOP to opt out"
    return Message(moment(day, hour), SMS, "+12125550000", party.phone, words.encode())


@pytest.fixture
def letters(tmp_path: Path) -> Letters:
    """Letters that differ in a few words each."""
    for tier in (*LADDER, "instalment"):
        (tmp_path / f"{tier}.email.md").write_text(f"Subject: Our very own words of {tier}\n\n{{{{ items }}}}\n")
        (tmp_path / f"{tier}.sms.txt").write_text(f"{{{{ business_name }}}}: {{{{ invoice }}}}\n{tier} in a few words")
    return Letters(tmp_path)


def clean() -> Evidence:
    """A customer who climbs the ladder by its own steps, answers nothing, and pays in the end."""
    return Evidence(
        "The Shop",
        "America/New_York",
        (ANN, BEN),
        messages=[
            letter("heads-up", "9-1"),
            letter("gentle", "9-8"),
            letter("check-in", "9-15"),
            text("check-in", "9-16"),
            letter("options", "9-23"),
            letter("firm", "10-5"),
            letter("last", "10-19"),
        ],
        booked=[Booked(moment("10-20"), "C1", "INV-1", OWES)],
    )


def broken(evidence: Evidence, letters: Letters) -> set[str]:
    """The laws that were broken."""
    return {verdict.law for verdict in judge(evidence, letters) if verdict.broken}


def test_a_clean_life_breaks_no_law_and_every_message_is_held_against_all_of_them(letters: Letters) -> None:
    verdicts = judge(clean(), letters)
    assert [verdict.broken for verdict in verdicts] == [()] * len(verdicts)
    checked = {verdict.law: verdict.checked for verdict in verdicts}
    assert [checked[law] for law, (of, _) in LAWS.items()] == [{"": 7, EMAIL: 6, SMS: 1}[of] for of, _ in LAWS.values()]


def test_a_message_to_nobody_we_know_is_found(letters: Letters) -> None:
    evidence = clean()
    evidence.messages.append(replace(letter("gentle", "9-8"), recipient="stranger@elsewhere.example"))
    assert broken(evidence, letters) == {"Every message went to a customer"}


def test_a_second_try_at_a_refused_address_is_found(letters: Letters) -> None:
    evidence = clean()
    evidence.turned = [Turned(moment("9-2"), "gone@bakery.example")]
    assert broken(evidence, letters) == set()
    evidence.turned.append(Turned(moment("9-9"), "gone@bakery.example"))
    assert broken(evidence, letters) == {"No second try where the server refused"}


HOURS, BUDGET, QUIET, CLOSED, OWED, ORDER, FOLLOWS, AGREED, SHORT, ALONE, PARTS = LAWS


@dataclass(frozen=True)
class Plant:
    """A violation put into a clean life, and the law that must find it."""

    what: str
    law: str
    do: Callable[[Evidence], object]


def _message(place: int, message: Message) -> Callable[[Evidence], object]:
    return lambda evidence: evidence.messages.__setitem__(place, message)


def _more(*messages: Message) -> Callable[[Evidence], object]:
    return lambda evidence: evidence.messages.extend(messages)


def _said(day: str, **more: object) -> Callable[[Evidence], object]:
    word = Word(moment(day), "C1", EMAIL, "No.", **more)  # type: ignore[arg-type]  # only its own fields are given
    return lambda evidence: evidence.words.append(word)


def _both(*deeds: Callable[[Evidence], object]) -> Callable[[Evidence], object]:
    return lambda evidence: [deed(evidence) for deed in deeds]


def _consent(given_on: date | None) -> Callable[[Evidence], object]:
    def change(evidence: Evidence) -> None:
        evidence.parties = (replace(ANN, consent_on=given_on), BEN)

    return change


def _released(day: str) -> Callable[[Evidence], object]:
    return lambda evidence: evidence.releases.append(Release(moment(day), "C1"))


def _parked(evidence: Evidence) -> None:
    evidence.parties = (replace(ANN, parked=("INV-1",)), BEN)


def _called(day: str, hour: int = 10) -> Callable[[Evidence], object]:
    return lambda evidence: evidence.calls.append(Called(moment(day, hour), "C1"))


HALVES = ((date(2026, 10, 1), Decimal("50.00")), (date(2026, 11, 2), Decimal("50.00")))


def _in_halves(*messages: Message, ended: str = "") -> Callable[[Evidence], object]:
    """After the text of 'check-in' two halves are agreed on, and these messages follow."""

    def change(evidence: Evidence) -> None:
        ends = moment(ended) if ended else None
        evidence.plans.append(Agreed(moment("9-17"), "C1", ("INV-1",), HALVES, ends))
        evidence.messages[4:] = messages
        evidence.booked = [Booked(moment("10-1"), "C1", "INV-1", Decimal("50.00"))]

    return change


HALF = {"sums": "INV-1  Aug 5, 2026  Sep 4, 2026  USD 50.00", "total": "USD 50.00"}
LONG = "The Shop: INV-1 (USD 100.00, due Sep 4) check-in in a few words. " + "x" * 230 + " Reply STOP to opt out"
CURLY = "The Shop: INV-1 (USD 100.00, due Sep 4) check-in in a few words. " + "’" * 60 + " Reply STOP to opt out"
PLANTS = (
    Plant("at night", HOURS, _message(1, letter("gentle", "9-8", 21))),
    Plant("a minute before nine", HOURS, _message(1, letter("gentle", "9-8", 8, minute=59))),
    Plant("a minute after five", HOURS, _message(1, letter("gentle", "9-8", 17, minute=1))),
    Plant("on a Saturday", HOURS, _message(1, letter("gentle", "9-12"))),
    Plant("on Labor Day", HOURS, _message(1, letter("gentle", "9-7"))),
    Plant("the text within a day of its letter", BUDGET, _message(3, text("check-in", "9-16", 9))),
    Plant("three in seven days", BUDGET, _more(text("check-in", "9-17"))),
    Plant("a day after a call", BUDGET, _called("9-8", 9)),
    Plant("a third within a week, a call among them", BUDGET, _called("9-12")),
    Plant("a reminder of what is paid in halves", PARTS, _in_halves(letter("options", "9-23"))),
    Plant("the sum of what is paid in halves", OWED, _in_halves(letter("options", "9-23"))),
    Plant("a note weeks before", PARTS, _in_halves(letter("instalment", "10-5", **HALF))),
    Plant("a note on its day", PARTS, _in_halves(letter("instalment", "10-1"))),
    Plant("a note twice", PARTS, _in_halves(letter("instalment", "9-25"), letter("instalment", "9-29"))),
    Plant("a note after the end of the plan", PARTS, _in_halves(letter("instalment", "9-28"), ended="9-25")),
    Plant("a note with another sum", OWED, _in_halves(letter("instalment", "9-28", **HALF))),
    Plant("after an answer", QUIET, _said("10-10")),
    Plant("before the promised days are over", QUIET, _said("10-10", quiet_until=date(2026, 10, 20))),
    Plant("released before the answer came", QUIET, _both(_released("10-9"), _said("10-10"))),
    Plant("released only afterwards", QUIET, _both(_said("10-10"), _released("10-19"), _more(letter("last", "10-16")))),
    Plant("a mail after an opt-out by mail", CLOSED, _both(_said("9-9", closes=EMAIL), _released("9-10"))),
    Plant("a text after STOP", CLOSED, _both(_said("9-15", closes=SMS), _released("9-15"))),
    Plant(
        "an address the server had refused",
        CLOSED,
        lambda evidence: evidence.turned.append(Turned(moment("9-2"), ANN.email)),
    ),
    Plant("after it was paid", OWED, _more(letter("last", "11-5"))),
    Plant("a cent too much", OWED, _message(1, letter("gentle", "9-8", total="USD 100.01"))),
    Plant(
        "the sum of before a part was paid",
        OWED,
        lambda evidence: evidence.booked.append(Booked(moment("10-6"), "C1", "INV-1", Decimal("50.00"))),
    ),
    Plant("in another currency", OWED, _message(1, letter("gentle", "9-8", total="EUR 100.00"))),
    Plant("an invoice left out", OWED, _message(1, letter("gentle", "9-8", sums="INV-2  a  b  USD 100.00"))),
    Plant("an invoice not yet due", OWED, _message(1, letter("gentle", "9-8",
          sums="INV-1  a  b  USD 100.00\nINV-2  a  b  USD 7.00", total="USD 107.00"))),
    Plant("a parked invoice", OWED, _parked),
    Plant("a text with another sum", OWED, _message(3, text("check-in", "9-16", words=(
          "The Shop: INV-1 (USD 90.00, due Sep 4) check-in in a few words. Reply STOP to opt out")))),
    Plant("a tier skipped", ORDER, lambda evidence: evidence.messages.pop(2)),
    Plant("the same letter twice", ORDER, _message(4, letter("check-in", "9-23"))),
    Plant("back to a lower tier", ORDER, _message(5, letter("gentle", "10-5"))),
    Plant("a day too soon after the last one", ORDER, _message(4, letter("options", "9-22"))),
    Plant("a day too early for its age", ORDER, _both(_message(0, letter("gentle", "9-8")),
          _message(1, letter("check-in", "9-14")), _message(2, letter("options", "9-21")))),
    Plant("begun higher than with the gentle letter", ORDER, _message(1, letter("firm", "10-2"))),
    Plant("a courtesy notice when it is due", ORDER, _message(1, letter("heads-up", "9-8"))),
    Plant("a letter we do not know", ORDER, _message(1, letter("anger", "9-8"))),
    Plant("a text without its letter", FOLLOWS, _message(3, text("firm", "9-16"))),
    Plant("a text on the day of its letter", FOLLOWS, _message(3, text("check-in", "9-15", 15))),
    Plant("a text a week after its letter", FOLLOWS, _message(3, text("check-in", "9-22"))),
    Plant("a second text after one letter", FOLLOWS, _more(text("check-in", "9-18"))),
    Plant("no consent", AGREED, _consent(None)),
    Plant("consent only a day later", AGREED, _consent(date(2026, 9, 17))),
    Plant("a text of three segments", SHORT, _message(3, text("check-in", "9-16", words=LONG))),
    Plant("a text of three segments for its quotes", SHORT, _message(3, text("check-in", "9-16", words=CURLY))),
    Plant("a text without STOP", SHORT, _message(3, text("check-in", "9-16", words=(
          "The Shop: INV-1 (USD 100.00, due Sep 4) check-in in a few words.")))),
    Plant("a text without the business's name", SHORT, _message(3, text("check-in", "9-16", words=(
          "INV-1 (USD 100.00, due Sep 4) check-in in a few words. Reply STOP to opt out")))),
    Plant("another customer's invoice", ALONE, _message(1, letter("gentle", "9-8", more="And INV-9."))),
    Plant("another customer's name", ALONE, _message(1, letter("gentle", "9-8", more="Ben's Cycles pays at once."))),
    Plant("another recipient in the header", ALONE, _message(1, letter("gentle", "9-8",
          to=f"{ANN.email}, {BEN.email}"))),
)  # fmt: skip


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.what)
def test_a_planted_violation_is_found_by_its_law(plant: Plant, letters: Letters) -> None:
    evidence = clean()
    plant.do(evidence)
    assert plant.law in broken(evidence, letters)


ALLOWED = (
    ("two days before the next letter", _called("9-21")),
    ("a note before each half", _in_halves(letter("instalment", "9-28"), letter("instalment", "10-28", **HALF))),
    ("a reminder once the plan was ended", _in_halves(letter("options", "9-23"), ended="9-22")),
    ("at nine sharp", _message(1, letter("gentle", "9-8", 9))),
    ("at five sharp", _message(1, letter("gentle", "9-8", 17))),
    ("on the day from which they may be written to again", _said("10-10", quiet_until=date(2026, 10, 19))),
    ("after an answer that a person released", _both(_said("9-9"), _released("9-10"))),
    ("when another customer has answered", lambda e: e.words.append(Word(moment("9-2"), "C2", EMAIL, "No."))),
    ("the day that consent was given", _consent(date(2026, 9, 16))),
    ("a text of two full segments", _message(3, text("check-in", "9-16", words=LONG.replace("x" * 230, "x" * 219)))),
)


@pytest.mark.parametrize(("what", "do"), ALLOWED, ids=[what for what, _ in ALLOWED])
def test_what_is_allowed_breaks_no_law(what: str, do: Callable[[Evidence], object], letters: Letters) -> None:
    evidence = clean()
    do(evidence)
    assert broken(evidence, letters) == set()


def test_a_part_payment_is_seen_from_its_moment_on(letters: Letters) -> None:
    evidence = clean()
    evidence.booked = [Booked(moment("10-5", 10), "C1", "INV-1", OWES)]
    found = next(verdict for verdict in judge(evidence, letters) if verdict.law == OWED)
    assert [why[:16] for why in found.broken] == ["2026-10-05 14:00", "2026-10-05 14:00", *["2026-10-19 14:00"] * 2]
    evidence.booked = [Booked(moment("10-5", 10) + timedelta(seconds=1), "C1", "INV-1", OWES)]
    found = next(verdict for verdict in judge(evidence, letters) if verdict.law == OWED)
    assert {why[:10] for why in found.broken} == {"2026-10-19"}


def test_a_letter_over_two_invoices_moves_each_by_one_rung(letters: Letters) -> None:
    two = replace(ANN, bills=(ANN.bills[0], Bill("INV-3", date(2026, 9, 18), Decimal("20.00"))))
    both = {"sums": "INV-1  a  b  USD 100.00\nINV-3  a  b  USD 20.00", "total": "USD 120.00"}
    evidence = Evidence("The Shop", "America/New_York", (two,))
    evidence.messages = [letter("gentle", "9-8"), letter("check-in", "9-15"), letter("options", "9-23", **both)]
    assert broken(evidence, letters) == set()
    # The younger one has heard 'gentle' with that letter, by name; now it is due for 'check-in', not once more.
    evidence.messages.append(letter("check-in", "9-30", **both))
    assert broken(evidence, letters) == set()
    evidence.messages.append(letter("check-in", "10-7", **both))
    assert ORDER in broken(evidence, letters)
