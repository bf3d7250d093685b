"""Each thing that speaks against a letter is found in a letter that has it, and in no letter that is shipped."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from reminderbot.compose.check import Finding, Severity, check_letter
from reminderbot.compose.facts import LetterFacts
from reminderbot.compose.render import Letters, RenderedEmail, RenderedSms
from tests.compose.samples import BUSINESS, LETTERS, LINK, SHIPPED, facts, item, usd, write_letters

FIT = """Subject: About {{ invoice }}

{{ greeting }}

Did the bill reach you?

{{ items }}

WORDS

Please name a day. Pay here: {{ pay_url }} or reply and ask for our bank details. You can pay in two instalments.

If you have already paid, thank you, please ignore this.

{{ business_name }}
"""
FOOTER = "{{ business_name }}, {{ business_address }}\n\nIf you would rather not get these, say so.\n"
FIT_SMS = (
    "{{ business_name }}: {{ invoice }} ({{ total }}) is open. WORDS"
    " Reply or call. Paid? Thank you, please ignore this. Reply STOP to opt out\n"
)
TOLD = facts(item(pay_url=LINK))


def email(
    folder: Path, source: str, told: LetterFacts = TOLD, footer: str = FOOTER, letter: str = "firm"
) -> list[Finding]:
    told = replace(told, letter=letter)
    kept = Letters(write_letters(folder, {f"{letter}.email.md": source}))
    (folder / "en" / "footer.email.md").write_text(footer, "utf-8")
    return check_letter(letter, kept.render_email(told), told)


def sms(folder: Path, source: str, letter: str = "firm") -> list[Finding]:
    told = replace(TOLD, letter=letter)
    return check_letter(letter, Letters(write_letters(folder, {f"{letter}.sms.txt": source})).render_sms(told), told)


def test_a_plain_letter_has_nothing_against_it(tmp_path: Path) -> None:
    assert email(tmp_path, FIT.replace("WORDS", "Thank you.")) == []
    assert sms(tmp_path, FIT_SMS.replace("WORDS", "")) == []


@pytest.mark.parametrize("letter", LETTERS)
def test_every_shipped_letter_has_nothing_against_it(letter: str) -> None:
    told = replace(facts(item(pay_url=LINK), item("INV-7", usd("5", "EUR"), pay_url=LINK)), letter=letter)
    assert check_letter(letter, Letters(SHIPPED).render_email(told), told) == []
    assert check_letter(letter, Letters(SHIPPED).render_sms(told), told) == []


@pytest.mark.parametrize(
    ("words", "severity", "why"),
    [
        ("We will take legal action.", "error", "threatens"),
        ("We will see you in court.", "error", "threatens"),
        ("Our attorney will write next.", "error", "threatens with the law"),
        ("This goes to a collection agency.", "error", "threatens"),
        ("It will hurt your credit rating.", "error", "threatens"),
        ("We will report you.", "error", "threatens"),
        ("The bailiffs will come.", "error", "threatens"),
        ("Not paying is criminal.", "error", "threatens"),
        ("We reserve further steps.", "error", "threatens"),
        ("There will be consequences.", "error", "threatens"),
        ("We will have no choice but to stop.", "error", "threatens"),
        ("We will add a late fee.", "error", "threatens"),
        ("This is our FINAL NOTICE to you.", "error", "ultimatum"),
        ("Pay within 48 hours.", "error", "ultimatum"),
        ("Pay or else.", "error", "ultimatum"),
        ("Unless we hear from you by Friday, we will act.", "error", "ultimatum"),
        ("If you don’t pay, we will act.", "error", "ultimatum"),
        ("Failure to pay has effects.", "error", "ultimatum"),
        ("You have ignored us.", "error", "puts the customer down"),
        ("You are a debtor of ours.", "error", "puts the customer down"),
        ("Your negligence is known.", "error", "puts the customer down"),
        ("Pay immediately.", "error", "sharp"),
        ("We demand payment.", "error", "sharp"),
        ("You must pay it today.", "error", "sharp"),
        ("We are disappointed.", "error", "annoyed"),
        ("You must have forgotten it.", "warning", "assumes why"),
        ("Your cash-flow problems are known to us.", "warning", "assumes why"),
        ("Sorry to bother you again.", "warning", "asks pardon"),
        ("There is no rush at all.", "warning", "asks pardon"),
        ("See our new products.", "warning", "advertises"),
        ("Pay it NOW PLEASE today.", "error", "shout"),
        ("Pay it! Today!", "warning", "shout"),
        ("The sum is USD 500.00 as agreed.", "error", "written into the letter"),
        ("The sum is $500 as agreed.", "error", "written into the letter"),
    ],
)
def test_words_that_are_not_fit_are_found_with_a_reason_and_something_better(
    tmp_path: Path, words: str, severity: str, why: str
) -> None:
    for found in (email(tmp_path, FIT.replace("WORDS", words)), sms(tmp_path, FIT_SMS.replace("WORDS", words))):
        meant = [finding for finding in found if why in finding.why]
        assert meant, found
        assert meant[0].severity is Severity(severity)
        assert meant[0].words in words.replace("’", "'")
        assert meant[0].better


@pytest.mark.parametrize(
    ("taken_out", "missing"),
    [
        ("Pay here: {{ pay_url }} or reply and ask for our bank details. ", "how to pay"),
        ("reply and ask", "how to reach a person"),
        ("If you have already paid, thank you, please ignore this.", "thanks for a payment"),
        ("{{ items }}", "the list of invoices"),
        ("{{ items }}", "the sum"),
    ],
)
def test_what_a_letter_must_say_is_missed(tmp_path: Path, taken_out: str, missing: str) -> None:
    found = email(tmp_path, FIT.replace("WORDS", "Thank you.").replace(taken_out, ""))
    assert any(f"({missing}" in finding.words and finding.severity is Severity.ERROR for finding in found), found


@pytest.mark.parametrize(
    ("footer", "missing"),
    [
        ("{{ business_address }}\n", "how to stop reminders by e-mail"),
        ("If you would rather not get these, say so.\n", "your postal address"),
    ],
)
def test_what_the_footer_must_say_is_missed(tmp_path: Path, footer: str, missing: str) -> None:
    found = email(tmp_path, FIT.replace("WORDS", ""), footer=footer)
    assert [finding.words for finding in found] == [f"({missing} is missing)"]


def test_the_senders_name_is_missed(tmp_path: Path) -> None:
    found = email(tmp_path, FIT.replace("{{ business_name }}", ""), footer=FOOTER.replace("{{ business_name }}, ", ""))
    assert "(your name is missing)" in [finding.words for finding in found]


@pytest.mark.parametrize(
    ("taken_out", "missing"),
    [
        ("{{ business_name }}: ", "your name"),
        ("{{ invoice }} ", "the invoice number"),
        ("({{ total }}) ", "the sum"),
        (" Reply or call.", "how to reach a person"),
        (" Paid? Thank you, please ignore this.", "thanks for a payment"),
        (" Reply STOP to opt out", "how to opt out"),
    ],
)
def test_what_a_text_message_must_say_is_missed(tmp_path: Path, taken_out: str, missing: str) -> None:
    found = sms(tmp_path, FIT_SMS.replace("WORDS", "").replace(taken_out, ""))
    assert [finding.words.startswith(f"({missing}") for finding in found] == [True]


def test_a_text_message_of_three_segments_does_not_fit() -> None:
    told = replace(TOLD, letter="firm")
    long = RenderedSms(Letters(SHIPPED).render_sms(told).text, 3, "GSM-7", "v")
    assert [finding.why for finding in check_letter("firm", long, told)] == ["it takes 3 segments, and 2 are the most"]


def test_the_gentle_letter_must_ask(tmp_path: Path) -> None:
    source = FIT.replace("WORDS", "").replace("reach you?", "reach you.").replace("About", "All well with")
    assert email(tmp_path, source, letter="firm") == []
    assert [finding.words for finding in email(tmp_path, source, letter="gentle")] == ["(a question is missing)"]


def test_the_options_letter_must_offer(tmp_path: Path) -> None:
    source = FIT.replace("WORDS", "").replace(" You can pay in two instalments.", "")
    assert email(tmp_path, source, letter="firm") == []
    assert [finding.words for finding in email(tmp_path, source, letter="options")] == ["(an offer is missing)"]


@pytest.mark.parametrize("subject", ["Re: {{ invoice }}", "FWD: {{ invoice }}", "AW : {{ invoice }}"])
def test_a_subject_must_not_pretend_to_be_an_answer(tmp_path: Path, subject: str) -> None:
    found = email(tmp_path, FIT.replace("About {{ invoice }}", subject).replace("WORDS", ""))
    assert any("pretends to be an answer" in finding.why for finding in found)


@pytest.mark.parametrize(("length", "told"), [(119, False), (120, False), (121, True)])
def test_a_long_subject_is_told(length: int, told: bool) -> None:
    mail = replace(Letters(SHIPPED).render_email(TOLD), subject="x" * length)
    assert any("will be cut" in finding.why for finding in check_letter("firm", mail, TOLD)) is told


def test_a_long_letter_is_told(tmp_path: Path) -> None:
    assert any("words of its own" in finding.why for finding in email(tmp_path, FIT.replace("WORDS", "word " * 300)))


def test_names_that_sound_like_threats_are_only_names(tmp_path: Path) -> None:
    told = facts(
        item("FINAL-NOTICE-1", pay_url=LINK), business=replace(BUSINESS, name="Court Hotel & Lawyer LEGAL ACTION!! Ltd")
    )
    assert email(tmp_path, FIT.replace("WORDS", ""), told) == []


def test_no_letter_takes_long_to_check() -> None:
    started = time.process_time()
    for piece in ("unless we ", "if you don't ", "A" * 7 + " ", "USD 1", "1.", " ", "you have ", "or "):
        mail = RenderedEmail("x", (piece * 64000)[:64000], "", "v")
        check_letter("firm", mail, TOLD)
    assert time.process_time() - started < 8


NOTE = replace(TOLD, values={**TOLD.values, "instalment": "GBP 40.00", "instalment_on": "19 Mar 2027"})
SAID = "Payment of {{ instalment }} is due on {{ instalment_on }}."


def test_a_note_before_an_instalment_names_its_sum_and_its_day(tmp_path: Path) -> None:
    fit = FIT.replace("WORDS", SAID)
    assert email(tmp_path / "fit", fit, NOTE, letter="instalment") == []
    for name, what in (("instalment", "the sum of the instalment"), ("instalment_on", "its day")):
        found = email(tmp_path / name, fit.replace("{{ " + name + " }}", "then"), NOTE, letter="instalment")
        assert [one.words for one in found] == [f"({what} is missing)"]


SETTLED = replace(TOLD, listing=replace(TOLD.listing, rows=(), totals=()))


def test_a_thank_you_says_thank_you_and_for_what_and_asks_for_nothing(tmp_path: Path) -> None:
    fit = "Subject: Thank you\n\nThank you for paying {{ invoice }}. Just reply.\n\n{{ business_name }}\n"
    assert email(tmp_path / "fit", fit, SETTLED, letter="thanks") == []
    asks = fit.replace("Just", "If you need our bank details, just")
    assert [one.why for one in email(tmp_path / "asks", asks, SETTLED, letter="thanks")] == [
        "a thank-you asks for nothing"
    ]
    curt = fit.replace("Thank you for paying", "About").replace("Thank you", "Your payment")
    assert "(the thanks is missing)" in [one.words for one in email(tmp_path / "curt", curt, SETTLED, letter="thanks")]
