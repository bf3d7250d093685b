"""Sharp and spineless sentences are found in every language, and courteous ones are left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.courtesy import Sentence, sentences
from reminderbot.compose.finding import Kind, Severity, blocking
from reminderbot.compose.rules import languages
from reminderbot.compose.tone import courtesy

CORPUS = Path(__file__).parent / "courtesy" / "corpus"
WRITTEN = [(language, sentence) for language in languages() for sentence in sentences(CORPUS, language)]


def _of(*kinds: str) -> list[tuple[str, Sentence]]:
    return [(language, sentence) for language, sentence in WRITTEN if sentence.kind in kinds]


@pytest.mark.parametrize("language", languages())
def test_at_least_sixty_sentences_were_written_for_each_language(language: str) -> None:
    assert len(sentences(CORPUS, language)) >= 60


def test_every_sharp_sentence_of_ours_blocks_publishing() -> None:
    assert [s.text for language, s in _of("sharp") if not blocking(courtesy(s.text, language))] == []


def test_every_presumptuous_and_spineless_sentence_of_ours_is_told() -> None:
    assert [s.text for language, s in _of("assuming", "spineless") if not courtesy(s.text, language)] == []


def test_no_courteous_sentence_of_ours_is_accused() -> None:
    assert [s.text for language, s in _of("fine") if courtesy(s.text, language)] == []


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
