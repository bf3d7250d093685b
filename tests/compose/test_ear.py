"""A sentence is heard beside known ones, and that decides where a rule's word is not enough."""

from __future__ import annotations

import pytest

from reminderbot.compose import ear
from reminderbot.compose.finding import Kind, blocking
from reminderbot.compose.rules import languages
from reminderbot.compose.tone import courtesy

TAUGHT = ear.taught(
    (
        ("sharp", "You have kept us waiting long enough."),
        ("sharp", "You will be sorry for this silence."),
        ("fine", "We will send you the copy on Monday."),
        ("fine", "Thank you for the order and for the copy."),
        ("assuming", "You surely forgot about the bill."),
        ("spineless", "We hardly dare to ask you."),
    )
)


def test_a_new_sentence_is_heard_as_what_its_words_stood_in_before() -> None:
    assert TAUGHT.hears("You will be waiting long.")[Kind.SHARP] > 0
    assert TAUGHT.hears("Thank you, we have the copy on Monday.")[Kind.SHARP] < 0
    assert TAUGHT.hears("You surely forgot about it.")[Kind.ASSUMING] > 0
    assert TAUGHT.hears("We hardly dare.")[Kind.SPINELESS] > 0


def test_words_never_met_speak_for_nothing() -> None:
    assert TAUGHT.hears("Zzyzx qqfw.") == {Kind.SHARP: 0, Kind.ASSUMING: 0, Kind.SPINELESS: 0}


def test_the_words_that_weigh_most_are_quoted() -> None:
    sentence = "On Monday the copy: you have kept silence, thank you."
    start, end = TAUGHT.loudest(Kind.SHARP, sentence)
    assert "have kept silence" in sentence[start:end]
    assert "Monday" not in sentence[start:end]


def test_a_sharp_sentence_that_no_rule_knows_is_told_with_its_words() -> None:
    [found] = blocking(courtesy("Our next step will hurt you more than the last one.", "en"))
    assert found.why.startswith("as a whole this sounds like")
    assert found.words in "Our next step will hurt you more than the last one."


def test_a_suspicious_word_in_a_plain_sentence_is_excused_and_in_a_sharp_one_told() -> None:
    assert courtesy("The interest on your deposit is paid out in December.", "en") == []
    assert blocking(courtesy("We will add interest to every day that you keep us waiting.", "en"))


@pytest.mark.parametrize("sharp", ["we will see you in court", "pay at once or else"])
def test_a_sharp_part_is_not_excused_by_the_kind_words_around_it(sharp: str) -> None:
    kind = "Thank you very much for your order, we look forward to working with your team again in spring, and"
    assert blocking(courtesy(f"{kind} {sharp}.", "en"))


@pytest.mark.parametrize("greeting", ["Kind regards", "With kind regards,", "Dear Mr Miller,"])
def test_a_greeting_is_too_short_to_have_a_tone(greeting: str) -> None:
    assert courtesy(greeting, "en") == []


def test_every_language_with_rules_has_sentences_of_every_kind_to_learn_from() -> None:
    for language in languages():
        many = ear.ear_of(language).many
        assert min(many[kind] for kind in (ear.FINE, *Kind) if kind in many) >= 60
        assert {ear.FINE, Kind.SHARP, Kind.ASSUMING, Kind.SPINELESS} <= set(many)
