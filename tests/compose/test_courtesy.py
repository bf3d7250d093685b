"""Sharp and spineless sentences are found in every language, and courteous ones are left alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

import reminderbot
from benchmarks.courtesy import BEGIN, DOC, HELD_BACK, Sentence, measure, sentences, table
from benchmarks.understand import END
from reminderbot.compose.check import check_letter, own_words
from reminderbot.compose.finding import Finding, Kind, Severity, blocking
from reminderbot.compose.render import Letters
from reminderbot.compose.rules import Courtesy, courtesy_of, languages
from reminderbot.compose.tone import courtesy
from tests.compose.samples import LANGUAGES, LETTERS, LINK, SHIPPED, facts, item
from tests.security.test_linear import SIZE, takes_long

CORPUS = Path(reminderbot.__file__).parent / "compose" / "courtesy" / "sentences"
WRITTEN = [(language, sentence) for language in languages() for sentence in sentences(CORPUS, language)]


def _of(*kinds: str) -> list[tuple[str, Sentence]]:
    return [(language, sentence) for language, sentence in WRITTEN if sentence.kind in kinds]


# These teach the ear: how new ones fare shows in what is held back. What is known is judged right but for one in a
# hundred: a sentence of one kind may be built as those of another are.
SLIPS = 0.01


def test_what_is_known_to_be_sharp_blocks_publishing() -> None:
    known = _of("sharp")
    missed = [s.text for language, s in known if not blocking(courtesy(s.text, language))]
    assert len(missed) <= SLIPS * len(known), missed


def test_what_is_known_to_be_presumptuous_or_spineless_is_told() -> None:
    known = _of("assuming", "spineless")
    missed = [s.text for language, s in known if not courtesy(s.text, language)]
    assert len(missed) <= SLIPS * len(known), missed


def test_what_is_known_to_be_courteous_is_not_accused() -> None:
    known = _of("fine")
    accused = [s.text for language, s in known if courtesy(s.text, language)]
    assert len(accused) <= SLIPS * len(known), accused


def test_each_finding_quotes_the_sentence_and_offers_something_better() -> None:
    for language, sentence in WRITTEN:
        for finding in courtesy(sentence.text, language):
            assert finding.words.removesuffix(" …") in sentence.text or finding.kind is Kind.SHARP
            assert finding.why
            assert finding.better


def test_a_language_without_rules_is_not_judged() -> None:
    assert courtesy("PAY NOW OR ELSE!!", "xx") == []


@pytest.mark.parametrize(("words", "told"), [(34, False), (35, True)])
def test_a_long_sentence_is_told(words: int, told: bool) -> None:
    found = courtesy("word " * (words - 1) + "word.", "en")
    assert [finding.severity for finding in found if finding.kind is Kind.READING] == [Severity.WARNING] * told


def test_a_text_of_long_words_and_sentences_is_told_as_hard_to_read() -> None:
    easy = "We did not see it come in. Did the bill reach you? Tell us by mail. " * 5
    hard = "Notwithstanding administrative complexities surrounding departmental authorisation procedures. " * 9
    assert [finding for finding in courtesy(easy, "en") if finding.kind is Kind.READING] == []
    assert any("LIX" in finding.why for finding in courtesy(hard, "en"))


def test_what_is_missing_or_false_can_never_be_overridden_and_a_judgement_of_words_can() -> None:
    assert all(finding.may_be_overridden for finding in courtesy("We will see you in court.", "en"))
    assert not Finding(Severity.ERROR, "(the sum is missing)", "it is", "put it in").may_be_overridden


def test_every_language_with_letters_has_rules() -> None:
    assert languages() == sorted(LANGUAGES)


KEPT = Letters(SHIPPED)


@cache
def _caught(language: str) -> list[str]:
    """The known sharp sentences but for the few that are missed by themselves."""
    known = (s.text for s in sentences(CORPUS, language) if s.kind == "sharp")
    ended = (text if text[-1] in ".!?…" else f"{text}." for text in known)
    # After a number's full stop a sentence may go on, as after a German day's.
    return [text for text in ended if not text[-2].isdigit() and blocking(courtesy(text, language))]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("letter", LETTERS)
def test_every_shipped_letter_passes_and_a_sharp_sentence_that_is_caught_alone_is_caught_in_it(
    language: str, letter: str
) -> None:
    told = facts(item(pay_url=LINK), letter=letter, language=language)
    mail, sms = KEPT.render_email(told), KEPT.render_sms(told)
    assert [*check_letter(letter, mail, told), *check_letter(letter, sms, told)] == []
    # Paragraphs are judged each by itself: the sharp one is the last of the mail's first, and the first of the text's.
    paragraph = next(part for part in own_words(mail, told).split("\n\n") if part.endswith("."))
    text = own_words(sms, told)
    # A sentence is judged by itself, whatever letter it stands in: each letter has every so manieth of them.
    for sentence in _caught(language)[LETTERS.index(letter) :: len(LETTERS)]:
        assert blocking(courtesy(f"{paragraph} {sentence}", language)), sentence
        assert blocking(courtesy(f"{sentence} {text}", language)), sentence


def test_the_whole_check_tells_what_the_sentence_alone_tells() -> None:
    told = facts(item(pay_url=LINK), letter="firm")
    mail = KEPT.render_email(told)
    longer = replace(mail, text=mail.text.replace(".\n\n", ". We will see you in court.\n\n", 1))
    [found] = check_letter("firm", longer, told)
    assert (found.severity, found.kind, found.words) == (Severity.ERROR, Kind.SHARP, "in court")


# What the other hand wrote before there were rules. The goals are nine in ten and one in twenty; what holds today is
# kept from getting worse, and docs/letters.md says it.
def test_the_sentences_held_back_are_judged_no_worse_than_published() -> None:
    counts = measure(HELD_BACK)
    print("\n".join(table(counts)))
    everywhere = counts["all"]
    assert everywhere["sharp"].of >= 100
    assert everywhere["sharp"].blocked >= CAUGHT * everywhere["sharp"].of
    assert everywhere["fine"].told <= ACCUSED * everywhere["fine"].of


def test_the_published_table_is_of_these_rules() -> None:
    begin, end = BEGIN.format("courtesy"), END.format("courtesy")
    published = DOC.read_text(encoding="utf-8").partition(begin)[2].partition(end)[0].strip().splitlines()
    assert published == table(measure(HELD_BACK)), "python -m benchmarks.courtesy --write renews the page"


CAUGHT, ACCUSED = 0.9, 0.05


def patterns(rules: Courtesy) -> Iterator[re.Pattern[str]]:
    yield from rules.must.values()
    yield from (said for _, said in rules.firmness)
    for unfit in rules.unfit:
        yield from (pattern for pattern in (unfit.pattern, unfit.negation) if pattern)
        yield from unfit.unless
        yield from (pattern for groups in unfit.together for pattern in groups)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_rule_takes_long_on_any_hostile_text(language: str) -> None:
    rules = courtesy_of(language)
    assert rules
    for part in ("a", " ", "a' ", "you not ", "sie nicht ", "nous ne ", "non si "):
        text = (part * SIZE)[:SIZE]
        assert not [pattern for pattern in patterns(rules) if takes_long(pattern, text)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_rules_are_written_without_capitals(language: str) -> None:
    rules = courtesy_of(language)
    assert rules
    assert [
        pattern for pattern in patterns(rules) if re.search(r"(?<!\\)[A-Z]", pattern.pattern.replace("?P", ""))
    ] == []
