"""An owner sees a letter before any customer does."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from reminderbot.compose.check import Severity
from reminderbot.compose.render import Letters
from reminderbot.core.ladder import Channel, Ladder, Task, Tier
from reminderbot.desk.letters import SAMPLES, check_letters, preview
from tests.compose.samples import BUSINESS, LANGUAGES, SHIPPED

# Read once: its letters are taken apart in all their variants.
KEPT = Letters(SHIPPED)
BOTH = (Channel.EMAIL, Channel.SMS)
LADDER = Ladder(
    (
        Tier("heads-up", -3, BOTH, "heads-up"),
        Tier("gentle", 3, BOTH, "gentle"),
        Tier("check-in", 10, BOTH, "check-in"),
        Tier("options", 18, BOTH, "options"),
        Tier("firm", 28, BOTH, "firm"),
        Tier("call", 35, task=Task.CALL),
        Tier("last", 42, BOTH, "last"),
        Tier("review", 56, task=Task.REVIEW),
    )
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "templates").mkdir()
    shutil.copy(SHIPPED / "layout.html", tmp_path / "templates")
    shutil.copytree(SHIPPED / "en", tmp_path / "templates" / "en")
    return tmp_path / "templates"


@pytest.mark.parametrize("currency", ["GBP", "USD", "JPY", "KWD"])
@pytest.mark.parametrize("name", [BUSINESS.name, "Hollingworth & Marchetti Joinery Limited", "Łódź Studio Żółć"])
def test_the_shipped_letters_are_fit_for_the_hardest_customers(name: str, currency: str) -> None:
    business = replace(BUSINESS, name=name, currency=currency)
    assert check_letters(KEPT, [LADDER], "en", business) == []


# The longest name with the longest sums, and one that GSM-7 cannot write.
@pytest.mark.parametrize(
    ("name", "currency"), [("Hollingworth & Marchetti Joinery Limited", "KWD"), ("Łódź Studio Żółć", "EUR")]
)
@pytest.mark.parametrize("language", [*LANGUAGES[1:], "pt-PT", "fr-CA", "de-CH", "es-MX"])
def test_so_they_are_in_every_language(language: str, name: str, currency: str) -> None:
    business = replace(BUSINESS, name=name, currency=currency)
    assert check_letters(KEPT, [LADDER], language, business) == []


def test_every_language_in_the_folder_is_checked_in_the_spelling_of_the_house(folder: Path) -> None:
    shutil.copytree(SHIPPED / "de", folder / "de")
    for path in folder.glob("*/firm.email.md"):
        path.write_text(path.read_text("utf-8").replace("{{ items }}", ""), "utf-8")
    remarks = check_letters(Letters(folder), [LADDER], "", replace(BUSINESS, language="en-GB"))
    assert {(remark.language, remark.letter) for remark in remarks} == {("en-GB", "firm"), ("de", "firm")}


def test_a_house_without_letters_in_its_own_language_is_told(folder: Path) -> None:
    remarks = check_letters(Letters(folder), [LADDER], "", replace(BUSINESS, language="de-AT"))
    assert {remark.language for remark in remarks} == {"de-AT"}
    assert f"write {folder / 'de' / 'heads-up.email.md'}" in remarks[0].finding.why
    assert "reminderbot letter add de" in remarks[0].finding.better


def test_a_language_that_lacks_a_letter_is_told(folder: Path) -> None:
    shutil.copytree(SHIPPED / "fr", folder / "fr")
    (folder / "fr" / "last.sms.txt").unlink()
    [remark] = check_letters(Letters(folder), [LADDER], "", BUSINESS)
    assert (remark.language, remark.letter) == ("fr", "last")
    assert "there is no letter last.sms.txt in fr: write" in remark.finding.why


def test_a_letter_that_threatens_is_told_once_with_the_customer_it_showed_for(folder: Path) -> None:
    letter = folder / "en" / "firm.email.md"
    letter.write_text(letter.read_text("utf-8") + "\nWe will take legal action.\n", "utf-8")
    [remark] = check_letters(Letters(folder), [LADDER], "en", BUSINESS)
    assert (remark.letter, remark.channel, remark.customer) == ("firm", Channel.EMAIL, "usual")
    assert (remark.finding.severity, remark.finding.words) == (Severity.ERROR, "legal action")


def test_a_letter_that_only_fails_for_some_customers_names_them(folder: Path) -> None:
    letter = folder / "en" / "gentle.email.md"
    letter.write_text(letter.read_text("utf-8").replace("{{ greeting }}", "Dear {{ contact_name }},"), "utf-8")
    [remark] = check_letters(Letters(folder), [LADDER], "en", BUSINESS)
    assert remark.customer == "nobody named, no link"
    assert "{{ contact_name }} is empty" in remark.finding.why


def test_a_text_message_too_long_for_many_invoices_is_told(folder: Path) -> None:
    letter = folder / "en" / "last.sms.txt"
    letter.write_text(letter.read_text("utf-8").replace("Reply STOP", "We would be glad to hear. Reply STOP"), "utf-8")
    remarks = check_letters(Letters(folder), [LADDER], "en", BUSINESS)
    assert remarks == [] or all("segments" in remark.finding.why for remark in remarks)
    letter.write_text(letter.read_text("utf-8").replace("Reply STOP", "x" * 90 + " Reply STOP"), "utf-8")
    remarks = check_letters(Letters(folder), [LADDER], "en", BUSINESS)
    assert remarks
    assert all("would take 3 segments" in remark.finding.why for remark in remarks)


def test_a_mistake_in_a_file_comes_first_and_a_missing_letter_is_told(folder: Path) -> None:
    (folder / "en" / "gentle.email.md").write_text("Subject: x\n\n{{ nothing }}\n", "utf-8")
    (folder / "en" / "last.sms.txt").unlink()
    (folder / "en" / "call.md").unlink()
    remarks = check_letters(Letters(folder), [LADDER], "en", BUSINESS)
    assert "line 3: unknown variable {{ nothing }}" in remarks[0].finding.why
    assert [remark.letter for remark in remarks[1:]] == ["gentle", "call", "last"]
    assert "no letter last.sms.txt" in remarks[-1].finding.why


def test_a_preview_shows_the_letter_as_a_customer_gets_it() -> None:
    shown = preview(Letters(SHIPPED), LADDER.tiers[1], "en-GB", BUSINESS)
    assert shown.startswith("Subject: Did INV-1042 from Alder & Sons Joinery reach you?\n\nHello Jane Roe,\n")
    assert "https://pay.example.com/" in shown


def test_a_preview_of_a_text_message_tells_what_it_costs() -> None:
    shown = preview(Letters(SHIPPED), LADDER.tiers[1], "en-GB", BUSINESS, Channel.SMS)
    assert shown.startswith("Alder & Sons Joinery: did INV-1042 (GBP 1,250.00, due 27 Feb 2026) reach you")
    assert shown.endswith("characters, 2 segments in GSM-7)\n")


def test_a_preview_of_a_call_shows_the_talking_points() -> None:
    assert preview(Letters(SHIPPED), LADDER.tiers[5], "en-GB", BUSINESS).startswith("Call Roe & Daughters Ltd")


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
@pytest.mark.parametrize("tier", LADDER.tiers[:5], ids=lambda tier: tier.name)
def test_every_made_up_customer_can_be_previewed(sample: object, tier: Tier) -> None:
    name = sample.name  # type: ignore[attr-defined]  # a private class of the desk
    assert preview(Letters(SHIPPED), tier, "en", BUSINESS, Channel.EMAIL, name).startswith("Subject: ")
    assert "STOP" in preview(Letters(SHIPPED), tier, "en", BUSINESS, Channel.SMS, name)


def test_a_ladder_that_does_not_rise_step_by_step_is_told_with_both_letters(folder: Path) -> None:
    for name in ("check-in", "options", "firm"):
        shutil.copy(folder / "en" / "gentle.email.md", folder / "en" / f"{name}.email.md")
    ladder = [
        remark for remark in check_letters(Letters(folder), [LADDER], "en", BUSINESS) if remark.letter == "ladder"
    ]
    assert [(r.channel, r.finding.severity, r.finding.words) for r in ladder] == [
        (Channel.EMAIL, Severity.WARNING, "firm (1), last (5)")
    ]
