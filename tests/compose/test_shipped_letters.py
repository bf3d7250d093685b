"""The letters that come with reminderbot read well whatever is known of a customer."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminderbot.compose.check import check_letter
from reminderbot.compose.email import build_email, guard
from reminderbot.compose.render import Letters
from reminderbot.compose.sms import size as fit
from reminderbot.compose.words import WORDS
from tests.compose.samples import (
    BUSINESS,
    LANGUAGES,
    LETTERS,
    LINK,
    SHIPPED,
    TODAY,
    customer,
    facts,
    headers,
    item,
    usd,
)

KEPT = Letters(SHIPPED)
DAYS = {"heads-up": -3, "gentle": 3, "check-in": 10, "options": 18, "firm": 28, "last": 42}


# How the letters of a language speak of one invoice, and of several.
ONE_OR_MORE = {
    "en": (r"\b(?:this invoice|invoice below)\b", r"\b(?:these invoices|invoices below)\b"),
    "de": (r"\b(?:diese|folgenden?) Rechnung\b", r"\b(?:diese|folgenden) Rechnungen\b"),
    "es": (r"\b(?:esta|siguiente) factura\b", r"\b(?:estas|siguientes) facturas\b"),
    "fr": (r"\b(?:cette facture|facture ci-dessous)\b", r"\b(?:ces factures|factures ci-dessous)\b"),
    "it": (r"\b(?:questa fattura|fattura qui sotto)\b", r"\b(?:queste fatture|fatture qui sotto)\b"),
    "nl": (r"\b(?:deze|onderstaande) factuur\b", r"\b(?:deze|onderstaande) facturen\b"),
    "pt": (r"\b(?:esta fatura|fatura abaixo)\b", r"\b(?:estas faturas|faturas abaixo)\b"),
}
# Words of every day that no other of these languages has.
ONLY_IN = {
    "en": {"the", "you", "please", "and", "your", "with"},
    "de": {"und", "sie", "wir", "nicht", "bitte", "oder", "uns"},
    "es": {"el", "los", "muchas", "correo", "usted", "nuestros", "llame"},
    "fr": {"vous", "nous", "et", "est", "avec", "merci", "sur"},
    "it": {"che", "della", "grazie", "questa", "gliela", "chiami", "può"},
    "nl": {"het", "een", "u", "niet", "dan", "wilt", "hebt"},
    "pt": {"em", "obrigado", "fatura", "nossos", "não", "ligue"},
}
# How one speaks to friends, and to nobody whom one writes a bill.
FAMILIAR = {
    "de": {"du", "dich", "dir", "dein", "deine", "deiner", "euch"},
    "es": {"tú", "tu", "tus", "te", "ti", "contigo", "vosotros"},
    "fr": {"tu", "te", "toi", "ton", "ta", "tes"},
    "it": {"tu", "ti", "te", "tuo", "tua", "tuoi", "tue"},
    "nl": {"je", "jij", "jou", "jouw", "jullie"},
    "pt": {"tu", "te", "ti", "teu", "tua", "você", "vocês"},
}
# What one country writes and its neighbour does not, so that one letter is at home in both.
ONE_SIDED = {
    "en": r"instal|cheque|\bcheck(?:s|book)?\b(?! ?in)|labou?r|favou?r|\bcall (?:us )?(?:on|at)\b|organi[sz]",
    "es": r"plazos|cuotas|coger|ordenador|computador|celular|móvil|vosotros|ahorita",
    "pt": r"contac?to|regist|equip|parcela|prestaç|telemóvel|celular|consigo|encomenda|\bestamos a\b",
}


def own_words(language: str, name: str = "*") -> str:
    """What our letters in `language` say themselves, without their variables and conditions."""
    texts = [path.read_text("utf-8") for path in sorted((SHIPPED / language).glob(name))]
    assert texts
    return re.sub(r"\{\{.*?\}\}|\{%.*?%\}|^Subject:", " ", "\n".join(texts), flags=re.MULTILINE)


def words_of(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


def test_there_is_no_mistake_in_them() -> None:
    assert KEPT.mistakes() == []


def test_every_language_that_facts_are_told_in_has_letters_and_no_other() -> None:
    assert {folder.name for folder in SHIPPED.iterdir() if folder.is_dir()} == set(WORDS) == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_letter_with_the_same_variables(language: str) -> None:
    for path in (SHIPPED / "en").iterdir():
        used = [
            set(re.findall(r"\{[{%]-? *(?:if|elif)? *(\w+)", (SHIPPED / code / path.name).read_text("utf-8")))
            for code in ("en", language)
        ]
        assert used[0] == used[1], path.name
    assert {path.name for path in (SHIPPED / language).iterdir()} == {path.name for path in (SHIPPED / "en").iterdir()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_letter_mixes_two_languages(language: str) -> None:
    said = words_of(own_words(language))
    assert len(said & ONLY_IN[language]) >= 5
    for other in set(LANGUAGES) - {language}:
        assert not said & ONLY_IN[other], other


@pytest.mark.parametrize("language", FAMILIAR)
def test_a_customer_is_addressed_formally(language: str) -> None:
    assert not words_of(own_words(language)) & FAMILIAR[language]


@pytest.mark.parametrize("language", ONE_SIDED)
def test_a_letter_is_at_home_on_both_sides_of_the_sea(language: str) -> None:
    assert re.findall(ONE_SIDED[language], own_words(language), re.IGNORECASE) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_message_is_written_in_the_letters_every_telephone_has_and_says_stop(language: str) -> None:
    for path in (SHIPPED / language).glob("*.sms.txt"):
        text = path.read_text("utf-8")
        assert fit(text).encoding == "GSM-7", path.name
        assert WORDS[language].reply_stop in text.splitlines()[-1], path.name


@settings(max_examples=250)
@given(
    language=st.sampled_from(LANGUAGES),
    letter=st.sampled_from(LETTERS),
    contact=st.sampled_from(["", "Jane Roe", "Łukasz O'Neil"]),
    phone=st.sampled_from(["", BUSINESS.phone]),
    links=st.lists(st.sampled_from(["", LINK, LINK + "/2"]), min_size=1, max_size=4),
    currencies=st.lists(st.sampled_from(["USD", "EUR"]), min_size=4, max_size=4),
    unapplied=st.booleans(),
    late=st.integers(0, 30),
)
def test_every_letter_reads_naturally_with_any_value_missing(
    language: str,
    letter: str,
    contact: str,
    phone: str,
    links: list[str],
    currencies: list[str],
    unapplied: bool,
    late: int,
) -> None:
    due_on = TODAY - timedelta(days=DAYS[letter] + late * (letter != "heads-up"))
    items = [
        item(f"INV-{n}", usd("1250", currency), due_on=due_on + timedelta(days=n), pay_url=link)
        for n, (link, currency) in enumerate(zip(links, currencies, strict=False))
    ]
    received = (usd("10", currencies[0]),) if unapplied else ()
    told = facts(
        *items,
        letter=letter,
        who=customer(contact=contact),
        business=replace(BUSINESS, phone=phone),
        unapplied=received,
        language=language,
    )
    mail, sms = KEPT.render_email(told), KEPT.render_sms(told)
    # In paragraphs as they are read, not as they are wrapped; the list keeps its columns.
    prose = mail.text.replace(told.listing.as_text(), "LIST").replace("-- \n", "")
    prose = re.sub(r"(?<!\n)\n *(?!\n)", " ", prose)
    for text in (mail.subject, prose, sms.text):
        # A French question mark stands apart.
        joined = re.sub(r" (?=[?:;])", "", text) if language == "fr" else text
        assert not re.search(r"  | [.,;:?)]|\(\s|\.\.|,\.|,,|None|True|False|[{}]|q7", joined), text
    assert not re.search(r"^[?:;.,!)]", mail.text, re.MULTILINE)
    assert "\n\n\n" not in mail.text
    assert max(map(len, mail.text.split("\n"))) <= 78
    assert sms.segments <= 2
    for number in (row.invoice for row in told.listing.rows):
        assert number in mail.text
        assert number in mail.html
    one, more = ONE_OR_MORE[language]
    assert bool(re.search(more, prose, re.IGNORECASE)) == (len(items) > 1)
    assert bool(re.search(one, prose, re.IGNORECASE)) == (len(items) == 1)
    if phone:
        assert phone in prose
    guard(build_email(mail, headers()), headers())


@pytest.mark.parametrize("letter", LETTERS)
def test_the_page_fetches_nothing_and_reads_in_dark_and_light(letter: str) -> None:
    html = KEPT.render_email(facts(item(pay_url=LINK), letter=letter)).html
    assert not re.search(r"src=|url\(|@import|<link|<script|http-equiv", html, re.IGNORECASE)
    assert 'name="color-scheme" content="light dark"' in html
    # No colour of ours that a dark page could swallow.
    assert not re.search(r"[^-]color:|background", html)
    assert f'href="{LINK}"' in html


# The day, the day it was issued, the sum, and the thanks for a payment that has crossed.
SHOWN = {
    "en-GB": ("2 Apr 2026", "3 Mar 2026", "EUR 1,234.56", "already paid"),
    "de": ("02.04.2026", "03.03.2026", "1.234,56 EUR", "schon bezahlt"),
    "es": ("2 abr 2026", "3 mar 2026", "1.234,56 EUR", "ya ha pagado"),
    "fr": ("2 avr. 2026", "3 mars 2026", "1\u202f234,56 EUR", "déjà payé"),
    "it": ("2 apr 2026", "3 mar 2026", "1.234,56 EUR", "ha già pagato"),
    "nl": ("2 apr 2026", "3 mrt 2026", "EUR 1.234,56", "al betaald"),
    "pt": ("2 de abr. de 2026", "3 de mar. de 2026", "EUR 1.234,56", "já pagou"),
}


@pytest.mark.parametrize("letter", LETTERS)
@pytest.mark.parametrize("language", SHOWN)
def test_the_sum_and_dates_of_the_ledger_are_in_both_parts(language: str, letter: str) -> None:
    told = facts(item(total=usd("1234.56", "EUR"), due_on=date(2026, 4, 2)), letter=letter, language=language)
    mail = KEPT.render_email(told)
    for part in (mail.text, mail.html):
        for shown in ("INV-1042", "Alder", *SHOWN[language]):
            assert " ".join(shown.split()) in " ".join(part.split()), shown
    assert f'lang="{language[:2]}"' in mail.html


def test_the_talking_points_name_the_customer_and_the_list() -> None:
    notes = KEPT.render_notes(facts(item(), letter="call", unapplied=(usd("10"),)))
    assert " ".join(notes.split()).startswith(
        "Call Roe Ltd, ask for Jane Roe: USD 1,240.00 open, the oldest 18 days past its due date"
    )
    assert "INV-1042" in notes
    assert "USD 10.00 came in that is not matched yet." in notes


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_letter_may_lie_in_the_folder_of_another_language(language: str) -> None:
    for letter in LETTERS:
        told = facts(item(pay_url=LINK), letter=letter, language=language)
        for message in (KEPT.render_email(told), KEPT.render_sms(told)):
            for folder in set(LANGUAGES) - {language}:
                found = check_letter(letter, message, replace(told, languages=(folder,)))
                assert f"it reads like the language '{language}'" in " ".join(finding.why for finding in found), letter
