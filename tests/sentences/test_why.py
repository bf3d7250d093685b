"""The sentences of `why`: there is one for whatever can keep a letter back, and each open invoice is told once."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings

import reminderbot
from reminderbot.core.case import CaseKind
from reminderbot.core.dunning import decide
from reminderbot.core.facts import Facts
from reminderbot.core.gate import Gate, GateCode
from reminderbot.core.hold import HoldKind
from reminderbot.core.outlook import foresee
from reminderbot.core.rules import Rules
from reminderbot.core.stop import Stop
from reminderbot.core.telling import BarrierCode, Letter, Step, Telling, kind_of, needs_person, tell
from reminderbot.core.turn import Turn, TurnCode
from reminderbot.sentences.why import Teller, Whom
from reminderbot.sentences.words import words_for
from tests.core.facts import LONDON, MONDAY, at, customer, days
from tests.core.test_laws import situations

HOUSE = Path(reminderbot.__file__).parent
WORDS = words_for("en")
NOW = at(MONDAY + days(3))
TELLER = Teller(WORDS, "en-GB", LONDON, NOW)
ANN = Whom(customer(), LONDON)
VARIANTS = ("said", "noted", "known", "must", "rests")
BY_A_PERSON = [
    code for code in GateCode if needs_person(Gate("", False, "", code=code, values={"kind": HoldKind.REPLY}))
]


# ---- nothing can be added without its sentence


@pytest.mark.parametrize("kind", HoldKind)
@pytest.mark.parametrize("variant", VARIANTS)
def test_every_kind_of_pause_has_its_sentences(kind: HoldKind, variant: str) -> None:
    assert WORDS.or_none(f"hold.{kind}.{variant}"), f"write [hold.{kind}] {variant} in words/en.toml"


@pytest.mark.parametrize("code", sorted(set(GateCode) - {GateCode.HELD}))
def test_every_answer_of_a_gate_has_its_sentence(code: GateCode) -> None:
    assert WORDS.or_none(f"gate.{code}"), f"write [gate] {code} in words/en.toml"


@pytest.mark.parametrize("code", sorted(set(BY_A_PERSON) - {GateCode.HELD}))
def test_every_gate_that_a_person_opens_says_what_they_must_do(code: GateCode) -> None:
    assert WORDS.or_none(f"must.{code}"), f"write [must] {code} in words/en.toml"


@pytest.mark.parametrize("kind", CaseKind)
def test_every_kind_of_case_says_what_a_person_is_to_do(kind: CaseKind) -> None:
    assert WORDS.or_none(f"task.{kind}"), f"write [task] {kind} in words/en.toml"


@pytest.mark.parametrize("code", TurnCode)
def test_every_end_of_a_turn_has_its_sentence(code: TurnCode) -> None:
    assert TELLER.turn(Turn(code, 1, NOW, "the letter names nobody"))


@pytest.mark.parametrize("code", sorted(set(BarrierCode) - {BarrierCode.STOP, BarrierCode.TURN}))
def test_every_barrier_has_its_sentence(code: BarrierCode) -> None:
    assert WORDS.or_none(f"barrier.{code}")


@pytest.mark.parametrize("step", sorted(set(Step) - {Step.LETTER}))
def test_every_next_step_has_its_sentence(step: Step) -> None:
    assert WORDS.or_none(f"next.{step}")


@pytest.mark.parametrize("letter", Letter)
def test_every_letter_has_a_name(letter: Letter) -> None:
    assert WORDS.or_none(f"letter.{letter}")


def kinds_of_stops() -> set[str]:
    sources = [(HOUSE / name).read_text("utf-8") for name in ("core/stop.py", "door.py")]
    named = {kind for text in sources for kind in re.findall(r'\b(?:Stop|_unheard)\(\s*"([a-z ]+)"', text)}
    assert len(named) > 10
    return named


@pytest.mark.parametrize("kind", sorted(kinds_of_stops()))
def test_every_stop_has_its_sentence(kind: str) -> None:
    assert WORDS.or_none(f"stop.{kind.replace(' ', '_')}"), f"write [stop] {kind} in words/en.toml"


def test_a_channel_that_was_halted_has_its_sentence_whatever_it_is_called() -> None:
    told = {TELLER.stop(Stop(f"{name} halted", "why", "cure")) for name in ("email", "sms", "sms to +44")}
    assert told == {WORDS("stop.halted")}


def test_every_gate_is_made_with_the_code_of_a_known_answer() -> None:
    """mypy sees that there is a code; a sentence for it is seen above."""
    made = "".join(path.read_text("utf-8") for path in (HOUSE / "core").glob("*.py"))
    unused = [code for code in GateCode if f"GateCode.{code.name}" not in made]
    assert not unused


# ---- whatever the facts, the sentences are about them


def telling(facts: Facts, rules: Rules, now: datetime) -> Telling:
    made = decide(facts, rules, now)
    return tell(made, facts, foresee(facts, rules, now, now + days(60)), rules.of(facts), now, ())


@settings(derandomize=True, max_examples=400)
@given(situations())
def test_each_open_invoice_is_told_once_with_one_next_step_and_every_gate_that_is_shut_for_it(
    situation: tuple[Facts, Rules, datetime],
) -> None:
    facts, rules, now = situation
    facts = replace(facts, holds=tuple(replace(h, hold_id=n) for n, h in enumerate(facts.holds)))
    made, told = decide(facts, rules, now), telling(facts, rules, now)
    owed = [item.invoice.number for item in facts.account.items if item.balance.amount > 0]
    assert [one.number for one in told.invoices] == owed
    teller, whom = replace(TELLER, now=now), Whom(facts.account.customer, LONDON)
    parts = teller.paragraphs(told, whom)
    assert Counter(number for part in parts for number in part.numbers) == Counter(owed)
    for part in parts:
        spoken = re.findall(r"INV-\d+", " ".join(part.sentences))
        assert set(spoken) == set(part.numbers), part
    shut = [gate for gate in made.closed if gate.code is not GateCode.NOTHING_OPEN]
    assert all(any(gate in one.causes for one in told.invoices) for gate in shut)
    for one in told.invoices:
        by_holds = {h.hold_id for h in facts.holds if h.is_active(now) and h.covers(one.number)}
        named = {gate.values["hold"] for gate in one.causes if kind_of(gate)}
        # What is too small or without a due date is left alone whatever pauses it.
        assert named == by_holds or not named
        assert named or not by_holds or {gate.code for gate in one.causes} & {"too_small", "no_due_date"}
        assert (one.at is None) == (one.step in {Step.PERSON, Step.PLAN, Step.NOTHING})
        assert one.at is None or one.at >= now or one.step is Step.LATER


@settings(derandomize=True, max_examples=200)
@given(situations())
def test_what_is_told_to_come_next_is_what_the_bot_then_does(situation: tuple[Facts, Rules, datetime]) -> None:
    """A letter that is told is the first one to list the invoice, and none comes while a person must act first."""
    facts, rules, now = situation
    ahead = foresee(facts, rules, now, now + days(60))
    for one in telling(facts, rules, now).invoices:
        listing = [at for at, made in ahead if made.send is not None and one.number in made.send.lists]
        if one.step is Step.LETTER:
            assert listing[0] == one.at
        if one.step in {Step.PERSON, Step.NOTHING, Step.LATER}:
            assert not listing


@settings(derandomize=True, max_examples=200)
@given(situations())
def test_no_sentence_shows_a_code_word_or_an_empty_name(situation: tuple[Facts, Rules, datetime]) -> None:
    facts, rules, now = situation
    teller, whom = replace(TELLER, now=now), Whom(facts.account.customer, LONDON)
    made = decide(facts, rules, now)
    sentences = [told for part in teller.paragraphs(telling(facts, rules, now), whom) for told in part.sentences]
    sentences += [teller.whole(gate, whom) for gate in made.gates]
    sentences += teller.past(made, None, whom)
    for told in sentences:
        assert not re.search(r"\b[a-z]+_[a-z]+\b|[{}]|  | \.|None", told.replace("time_zone", "")), told
        assert told[-1] in ".:”?", told
