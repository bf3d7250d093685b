"""Days and sums: the conventions, with the day before, the day and the day after."""

from __future__ import annotations

import time
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminderbot.replies import tables
from reminderbot.replies.dates import lexicon
from reminderbot.replies.dates.grammar import days_of
from reminderbot.replies.dates.lexemes import Signs
from reminderbot.replies.extract import amount_in, days_in, sums_in
from reminderbot.replies.words import tokens

WEDNESDAY = date(2026, 3, 4)


def day(text: str, today: date = WEDNESDAY, locale: str = "en-GB") -> str:
    table = tables.load(locale[:2])
    found = days_in(tokens(text, table.sms_spellings | table.spellings), [table], today, locale)
    return " ".join(str(d.day) for d in found if not d.past)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("today", "2026-03-04"),
        ("tomorrow", "2026-03-05"),
        ("the day after tomorrow", "2026-03-06"),
        ("on Friday", "2026-03-06"),
        ("this Friday", "2026-03-06"),
        ("next Friday", "2026-03-13"),
        ("Friday next week", "2026-03-13"),
        ("not this friday but the one after", "2026-03-13"),
        ("on Wednesday", "2026-03-11"),
        ("on Tuesday", "2026-03-10"),
        ("end of the week", "2026-03-06"),
        ("before the weekend", "2026-03-06"),
        ("this weekend", "2026-03-08"),
        ("early next week", "2026-03-11"),
        ("next week", "2026-03-13"),
        ("in two weeks", "2026-03-18"),
        ("in a fortnight", "2026-03-18"),
        ("within 10 days", "2026-03-14"),
        ("in 3 working days", "2026-03-09"),
        ("mid-month", "2026-03-15"),
        ("end of the month", "2026-03-31"),
        ("eom", "2026-03-31"),
        ("end of next month", "2026-04-30"),
        ("end of February", "2027-02-28"),
        ("by the 15th", "2026-03-15"),
        ("by the 4th", "2026-03-04"),
        ("by the 3rd", "2026-04-03"),
        ("on 12 April", "2026-04-12"),
        ("March 20", "2026-03-20"),
        ("on 20 March 2027", "2027-03-20"),
        ("before Christmas", "2026-12-24"),
        ("5/4/2026", "2026-04-05"),
        ("2026-04-05", "2026-04-05"),
        ("on the 31st of April", "None"),
        ("next month", "2026-04-30"),
        ("soon", "None"),
    ],
)
def test_days_in_english(text: str, expected: str) -> None:
    assert day(text) == expected


def test_figures_follow_the_locale() -> None:
    assert day("3/5", locale="en-US") == "2026-03-05"
    assert day("3/5", locale="en-GB") == "2026-05-03"
    assert day("13/5", locale="en-US") == "2026-05-13"
    assert day("am 05.04.", locale="de-DE") == "2026-04-05"


@pytest.mark.parametrize(
    ("text", "locale", "expected"),
    [
        ("am Freitag", "de-DE", "2026-03-06"),
        ("übermorgen", "de-DE", "2026-03-06"),
        ("bis Ende des Monats", "de-DE", "2026-03-31"),
        ("am 15. März", "de-DE", "2026-03-15"),
        ("vendredi", "fr-FR", "2026-03-06"),
        ("d'ici au 8 avril", "fr-FR", "2026-04-08"),
        ("fin du mois", "fr-FR", "2026-03-31"),
        ("el viernes", "es-ES", "2026-03-06"),
        ("mañana", "es-ES", "2026-03-05"),
        ("la semana que viene", "es-ES", "2026-03-13"),
        ("sexta-feira", "pt-PT", "2026-03-06"),
        ("dia 20", "pt-BR", "2026-03-20"),
        ("venerdì", "it-IT", "2026-03-06"),
        ("fine mese", "it-IT", "2026-03-31"),
        ("vrijdag", "nl-NL", "2026-03-06"),
        ("volgende week", "nl-NL", "2026-03-13"),
    ],
)
def test_days_in_other_languages(text: str, locale: str, expected: str) -> None:
    assert day(text, locale=locale) == expected


@given(st.dates(date(2025, 1, 1), date(2030, 1, 1)))
def test_a_weekday_named_is_always_within_the_coming_week(today: date) -> None:
    found = date.fromisoformat(day("on Friday", today))
    assert found.weekday() == 4
    assert 1 <= (found - today).days <= 7


@given(st.dates(date(2025, 1, 1), date(2030, 1, 1)))
def test_next_friday_is_never_before_friday(today: date) -> None:
    assert day("next Friday", today) >= day("this Friday", today)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,250.00", "1250.00"),
        ("1.250,00", "1250.00"),
        ("1'200.50", "1200.50"),
        ("1,500", "1500.00"),
        ("12,5", "12.50"),
        ("1,25,000.00", "125000.00"),
        ("500", "500.00"),
        ("x", "None"),
    ],
)
def test_amounts(text: str, expected: str) -> None:
    assert str(amount_in(text)) == expected


def test_a_sum_stands_beside_its_currency() -> None:
    assert [s.amount for s in sums_in(tokens("I'll send $1,700 and 30 euros for 2 chairs", {}))] == [
        Decimal(1700),
        Decimal(30),
    ]


@given(st.text(alphabet="abdefgilmnorstuvz 0123456789.,/-º?", max_size=200), st.sampled_from(tables.LANGUAGES))
def test_no_text_makes_days_or_sums_fail(text: str, language: str) -> None:
    words = tokens(text, {})
    table = tables.load(language)
    for found in (*days_in(words, [table], WEDNESDAY, "en-US"), *sums_in(words)):
        assert 0 <= found.start < found.end <= len(words)


def _words_of(language: str) -> list[str]:
    entries = lexicon.load(language)
    assert entries is not None
    return [
        *(" ".join((first, *rest)) for first, all_ in entries.entries.items() for rest, _, _ in all_),
        "1", "31", "31.", "20th", "2026", "1/2", "29/2", "99/99", "12-5", "999", "8:00", "x", ",",
    ]  # fmt: skip


@given(st.data(), st.sampled_from(tables.LANGUAGES), st.dates(date(1990, 1, 1), date(2090, 1, 1)))
def test_no_string_of_date_words_fails_and_days_never_overlap(data: st.DataObject, language: str, today: date) -> None:
    said = " ".join(data.draw(st.lists(st.sampled_from(_words_of(language)), max_size=12)))
    found = days_in(tokens(said, {}), [tables.load(language), tables.load("en")], today, "en-US")
    assert all(one.end <= two.start for one, two in pairwise(found))


def test_days_are_read_in_linear_time() -> None:
    parts = ("g%VDJ", "1", "W,g", "SXgk", "nW", "inXk|n", "!W,&1", "R-%n", "nkanM")
    hostile = [part * (2000 // len(part)) for part in parts]
    for text in hostile:
        values = [1 if sign in "nWoc" else None for sign in text]
        places = list(range(len(text)))
        began = time.process_time()
        days_of(Signs(text, values, places, [n + 1 for n in places]), WEDNESDAY)
        # 2,000 words, where no more than 120 are ever given; twice the words must not take four times as long.
        assert time.process_time() - began < 2, text[:10]


def test_your_invoice_of_a_day_names_no_time_to_pay() -> None:
    table = tables.load("en")
    found = days_in(tokens("your invoice of 3 March will be paid on Friday", {}), [table], WEDNESDAY, "en-GB")
    assert [(d.start, d.end, d.past, d.reference) for d in found] == [(2, 5, True, True), (9, 10, False, False)]


@pytest.mark.parametrize("said", ["after the 15th", "on Friday 14th", "in the first week of April"])
def test_a_day_that_is_no_sure_last_day_is_marked(said: str) -> None:
    assert [d.doubtful for d in days_in(tokens(said, {}), [tables.load("en")], WEDNESDAY, "en-GB")] == [True]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("$1,700 on Friday", "1700.00"),
        ("1.250,00 € am 15.", "1250.00"),
        ("je verse 1 250,00 € vendredi", "1250.00"),
        ("CHF 1'250.- am Freitag", "1250.00"),
        ("€ 1 250 vrijdag", "1250.00"),
        ("I'll do 2k on Friday", "2000.00"),
        ("1,5k am Montag", "1500.00"),
        ("R$ 1.500,00 e 200 reais", "1500.00 200.00"),
        ("60 euros", "60.00"),
        ("3 chairs on the 20th", ""),
        ("the 3 250 litre tanks", ""),
        ("INV 12 500 boxes", ""),
    ],
)
def test_sums_as_they_are_written(said: str, expected: str) -> None:
    assert " ".join(str(found.amount) for found in sums_in(tokens(said, {}))) == expected
