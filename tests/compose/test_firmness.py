"""A ladder of letters rises step by step, and says so where it does not."""

from __future__ import annotations

import pytest

from reminderbot.compose.check import own_words
from reminderbot.compose.finding import Kind, Severity
from reminderbot.compose.firmness import check_ladder, firmness
from reminderbot.compose.render import Letters
from tests.compose.samples import LANGUAGES, LETTERS, LINK, SHIPPED, facts, item

KEPT = Letters(SHIPPED)
INFORMS = ("heads-up", "The invoice falls due soon.")
ASKS = ("gentle", "Did the bill reach you?")
WONDERS = ("check-in", "Could you let us know where it stands?")
OFFERS = ("options", "You can pay in instalments.")
WANTS = ("firm", "Please pay it in the next few days.")
ENDS = ("last", "This is our last reminder.")


def shipped(language: str, *, sms: bool) -> list[tuple[str, str]]:
    told = [facts(item(pay_url=LINK), letter=letter, language=language) for letter in LETTERS]
    return [(f.letter, own_words(KEPT.render_sms(f) if sms else KEPT.render_email(f), f)) for f in told]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_shipped_letters_rise_by_one_level_each(language: str) -> None:
    for sms in (False, True):
        letters = shipped(language, sms=sms)
        assert [firmness(words, language) for _, words in letters] == [0, 1, 2, 3, 4, 5]
        assert check_ladder(letters, language) == []


@pytest.mark.parametrize(
    ("letters", "words", "why"),
    [
        ((ASKS, WONDERS, OFFERS, WANTS, ENDS), "", ""),
        # Two levels at once are fine; three are a jump.
        ((INFORMS, WONDERS, WANTS), "", ""),
        ((INFORMS, OFFERS), "heads-up (0), options (3)", "much firmer"),
        ((ASKS, ENDS), "gentle (1), last (5)", "much firmer"),
        ((ASKS, OFFERS, WONDERS, WANTS), "options (3), check-in (2)", "asks for less"),
        ((ASKS, ("firm", "Did the invoice reach you?")), "gentle (1), firm (1)", "no firmer than the first"),
        ((WANTS,), "", ""),
    ],
)
def test_a_ladder_that_falls_jumps_or_does_not_rise_names_both_letters(
    letters: tuple[tuple[str, str], ...], words: str, why: str
) -> None:
    found = check_ladder(letters, "en")
    assert [(finding.words, why in finding.why) for finding in found] == ([(words, True)] if words else [])
    assert all(f.severity is Severity.WARNING and f.kind is Kind.FIRMNESS and f.may_be_overridden for f in found)


def test_a_ladder_in_a_language_without_rules_is_not_judged() -> None:
    assert check_ladder((ASKS, ENDS), "xx") == []
