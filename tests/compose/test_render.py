"""Letters come from files that owners edit while the daemon runs."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from reminderbot.compose.render import MOST_BYTES, BadLetter, EmptyValue, Letters, NoLetter, TooLong
from reminderbot.core.ladder import Channel
from tests.compose.samples import LINK, SHIPPED, customer, facts, item, usd, write_letters

BODY = "Subject: About {{ invoice }}\n\n{{ greeting }}\n\n{{ items }}\n\n"


def letters(folder: Path, files: dict[str, str], settled_after: float = 0) -> Letters:
    return Letters(write_letters(folder, files), settled_after)


def edit(folder: Path, name: str, text: str) -> None:
    """Save as editors do, with a time of change that surely differs."""
    path = folder / "en" / name
    path.write_text(text, "utf-8")
    later = path.stat().st_mtime_ns + 1_000_000_000 * (1 + len(text))
    os.utime(path, ns=(later, later))


def test_a_letter_is_made_of_subject_text_and_page(tmp_path: Path) -> None:
    mail = letters(tmp_path, {"gentle.email.md": BODY}).render_email(facts(item(pay_url=LINK)))
    assert mail.subject == "About INV-1042"
    assert mail.text.startswith(
        "Hello Jane Roe,\n\nInvoice   Issued      Due          Open amount\nINV-1042  3 Mar 2026"
    )
    assert mail.text.endswith("\n\n-- \nAlder & Sons Joinery, 1 High Street, Leeds LS1 1AA\n")
    assert '<html lang="en">' in mail.html
    assert "<title>About INV-1042</title>" in mail.html
    assert "Alder &amp; Sons Joinery" in mail.html


def test_the_same_facts_make_the_same_letter() -> None:
    told = facts(item(), item("INV-7", usd("5", "EUR")))
    assert Letters(SHIPPED).render_email(told) == Letters(SHIPPED).render_email(told)


def test_the_version_changes_with_letter_footer_and_layout_only(tmp_path: Path) -> None:
    kept = letters(tmp_path, {"gentle.email.md": BODY})
    first = kept.render_email(facts()).version
    assert kept.render_email(facts(who=customer(contact="Someone Else"))).version == first
    edit(tmp_path, "gentle.email.md", BODY + "More.\n")
    second = kept.render_email(facts()).version
    edit(tmp_path, "footer.email.md", "{{ business_name }}\n")
    third = kept.render_email(facts()).version
    assert len({first, second, third}) == 3


def test_an_edit_is_seen_without_a_restart(tmp_path: Path) -> None:
    kept = letters(tmp_path, {"gentle.email.md": BODY})
    kept.render_email(facts())
    edit(tmp_path, "gentle.email.md", "Subject: New\n\nWords\n")
    assert kept.render_email(facts()).subject == "New"


def test_an_edit_with_mistakes_leaves_the_version_before_in_use_and_is_told(tmp_path: Path) -> None:
    kept = letters(tmp_path, {"gentle.email.md": BODY})
    before = kept.render_email(facts())
    edit(tmp_path, "gentle.email.md", BODY + "{{ totl }}\n")
    assert kept.render_email(facts()) == before
    assert kept.mistakes() == [
        f"{tmp_path / 'en' / 'gentle.email.md'}, line 7: unknown variable {{{{ totl }}}}: did you mean {{{{ total }}}}?"
    ]
    edit(tmp_path, "gentle.email.md", BODY + "{{ total }}\n")
    assert kept.mistakes() == []
    assert "USD 1,250.00" in kept.render_email(facts()).text


def test_a_change_that_has_not_settled_does_not_count_yet(tmp_path: Path) -> None:
    kept = letters(tmp_path, {"gentle.email.md": BODY}, settled_after=3600)
    before = kept.render_email(facts())
    edit(tmp_path, "gentle.email.md", "Subject: Half a letter\n\nDear\n")
    assert kept.render_email(facts()) == before


def test_a_letter_that_never_was_good_is_refused_with_its_mistakes(tmp_path: Path) -> None:
    with pytest.raises(BadLetter, match="line 3: unknown variable"):
        letters(tmp_path, {"gentle.email.md": "Subject: a\n\n{{ x }}\n"}).render_email(facts())


def test_a_missing_letter_is_named_with_its_cure(tmp_path: Path) -> None:
    with pytest.raises(NoLetter, match=r"no letter gentle\.email\.md in en-GB, en: write .*en"):
        letters(tmp_path, {}).render_email(facts(language="en-GB"))
    with pytest.raises(NoLetter, match="no letter"):
        letters(tmp_path, {}).render_sms(facts())


def test_the_nearest_language_is_taken(tmp_path: Path) -> None:
    kept = letters(tmp_path, {"gentle.email.md": BODY, "en-GB/gentle.email.md": BODY.replace("About", "Regarding")})
    assert kept.render_email(facts(language="en-GB")).subject == "Regarding INV-1042"
    assert kept.render_email(facts(language="en-US")).subject == "About INV-1042"
    assert kept.render_email(facts(language="xh")).subject == "Regarding INV-1042"


def test_a_removed_letter_gives_way_to_the_next_language(tmp_path: Path) -> None:
    kept = letters(tmp_path, {"gentle.email.md": BODY, "en-GB/gentle.email.md": "Subject: x\n\ny\n"})
    assert kept.render_email(facts()).subject == "x"
    (tmp_path / "en-GB" / "gentle.email.md").unlink()
    assert kept.render_email(facts()).subject == "About INV-1042"


def test_a_name_that_is_empty_and_unguarded_sends_nothing(tmp_path: Path) -> None:
    source = "Subject: a\n\nDear {{ contact_name }},\n"
    kept = letters(tmp_path, {"gentle.email.md": source})
    assert "Dear Jane Roe," in kept.render_email(facts()).text
    with pytest.raises(EmptyValue, match=r"contact_name }} is empty.*\|default"):
        kept.render_email(facts(who=customer(contact="")))
    edit(tmp_path, "gentle.email.md", source.replace("contact_name", "contact_name|default('customer')"))
    assert "Dear customer," in kept.render_email(facts(who=customer(contact=""))).text


def test_a_letter_over_64_kilobytes_is_not_sent(tmp_path: Path) -> None:
    source = "Subject: a\n\n" + "{{ customer_name }} " * 600
    kept = letters(tmp_path, {"gentle.email.md": source})
    with pytest.raises(TooLong, match="longer than 64 kB"):
        kept.render_email(facts(who=customer(name="x" * 120)))
    assert len(kept.render_email(facts(who=customer(name="x"))).html) < MOST_BYTES


def test_a_text_message_over_two_segments_is_not_sent(tmp_path: Path) -> None:
    kept = letters(tmp_path, {"gentle.sms.txt": "{{ invoice }} " + "x" * 297 + "\n"})
    assert kept.render_sms(facts(item("INV-1042"))).segments == 2
    with pytest.raises(TooLong, match="3 segments in GSM-7"):
        kept.render_sms(facts(item("INV-10420")))


def test_line_ends_in_a_text_message_count_as_spaces(tmp_path: Path) -> None:
    kept = letters(tmp_path, {"gentle.sms.txt": "“Hello”\n  from {{ business_name }} –\n{{ total }}\n"})
    assert kept.render_sms(facts()).text == '"Hello" from Alder & Sons Joinery - USD 1,250.00'


@pytest.mark.parametrize(
    ("name", "source", "told"),
    [
        ("gentle.email.md", "Hello\n", "line 1: the first line must be the subject"),
        ("gentle.email.md", "Subject:\n\nHello\n", "line 1: the first line must be the subject"),
        ("gentle.email.md", "Subject: a\n\n  \n", "line 2: there are no words in it"),
        ("gentle.email.md", "Subject: a\n\n{% if has_pay_url %}x{% endif %}\n", "line 2: the letter is empty where"),
        ("gentle.email.md", "Subject: {% if has_pay_url %}x{% endif %}\n\nx\n", "line 1: the subject is empty where"),
        ("gentle.email.md", "Subject: {{ items }}\n\nx\n", "line 1: {{ items }} cannot stand here"),
        ("gentle.email.md", "Subject: a\n\nsee {{ items }} here\n", "line 3: {{ items }} must stand alone"),
        ("gentle.sms.txt", "{{ items }}\n", "line 1: {{ items }} cannot stand here"),
        ("call.md", "{{ nobody }}\n", "line 1: unknown variable"),
        ("../layout.html", '<img src="https://e/p.gif">{{ body }}{{ footer }}', "<img> is not for letters"),
        ("../layout.html", '<p onclick="x()">{{ body }}{{ footer }}</p>', "onclick= is not for letters"),
        ("../layout.html", '<p style="background: url (//e)">{{ body }}{{ footer }}</p>', "would fetch"),
        ("../layout.html", "<style>@import 'e'</style>{{ body }}{{ footer }}", "would fetch"),
        ("../layout.html", "<p>{{ body }}</p>", "put {{ footer }} where"),
        ("../layout.html", "{{ body }}{{ footer }}{{ total }}", "{{ total }} cannot stand here"),
    ],
)  # fmt: skip
def test_a_mistake_names_file_line_and_cure(tmp_path: Path, name: str, source: str, told: str) -> None:
    kept = letters(tmp_path, {"gentle.email.md": BODY})
    (tmp_path / "en" / name).write_text(source, "utf-8")
    found = kept.mistakes()
    assert len(found) in (1, 2)
    assert told in found[0]
    assert Path(name).name in found[0]


def test_a_letter_that_is_not_utf_8_says_so(tmp_path: Path) -> None:
    kept = letters(tmp_path, {"gentle.email.md": BODY})
    (tmp_path / "en" / "gentle.email.md").write_bytes("Subject: a\n\nZoë\n".encode("cp1252"))
    assert "line 3: a character is not UTF-8: save the file as UTF-8" in kept.mistakes()[0]


def test_a_letter_saved_on_windows_reads_the_same(tmp_path: Path) -> None:
    kept = letters(tmp_path, {"gentle.email.md": BODY})
    plain = kept.render_email(facts())
    edit(tmp_path, "gentle.email.md", "\ufeff" + BODY.replace("\n", "\r\n"))
    assert kept.render_email(facts()).text == plain.text


def test_a_folder_that_is_missing_or_incomplete_is_told(tmp_path: Path) -> None:
    assert "there is no such folder" in Letters(tmp_path / "none").mistakes()[0]
    write_letters(tmp_path, {"gentle.email.md": BODY, "xh/gentle.email.md": BODY})
    (tmp_path / "layout.html").unlink()
    (tmp_path / "en" / "footer.email.md").unlink()
    found = Letters(tmp_path).mistakes()
    assert [told.partition(": ")[2][:40] for told in found] == [
        "it is missing",
        "footer.email.md is missing: it tells you",
        "no sums and dates are known in this lang",
    ]


def test_the_languages_of_a_letter_are_those_of_its_own_file(tmp_path: Path) -> None:
    kept = letters(tmp_path, {"gentle.email.md": BODY, "fr/gentle.email.md": BODY, "de/gentle.sms.txt": "Hallo\n"})
    assert kept.languages("gentle", Channel.EMAIL) == {"en", "fr"}
    assert kept.languages("gentle", Channel.SMS) == {"de"}
    assert kept.languages("call", None) == set()
    assert Letters(tmp_path / "none").languages("gentle", Channel.EMAIL) == set()


def test_values_of_one_customer_never_reach_the_next(tmp_path: Path) -> None:
    kept = letters(tmp_path, {"gentle.email.md": BODY + "{% if has_pay_url %}{{ pay_url }}{% endif %}\n\nBye\n"})
    first = facts(item(pay_url=LINK), who=customer(contact="First Person"))
    kept.render_email(first)
    second = kept.render_email(replace(facts(item("INV-9"), who=customer(contact="Second Person"))))
    assert "Second Person" in second.text
    assert not {word for word in ("First", LINK, "INV-1042") if word in second.text + second.html + second.subject}


def test_what_a_customer_is_called_cannot_open_a_header_or_a_tag() -> None:
    name = "Eve\r\nBcc: x@evil.example =?utf-8?q?x=0D=0ABcc:_evil@x?= <script>alert(1)</script> *_[a](b)"
    mail = Letters(SHIPPED).render_email(facts(who=customer(name, name)))
    shown = "Eve Bcc: x@evil.example = ?utf-8?q?x=0D=0ABcc:_evil@x?= <script>alert(1)</script> *_[a](b)"
    assert shown in " ".join(mail.text.split())
    assert "<script>" not in mail.html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; *_[a](b)" in mail.html
    assert "=?" not in mail.subject + mail.text + mail.html
