"""A mail opened for a person: nothing in it loads, runs, links, hides or disguises itself."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from selectolax.lexbor import LexborHTMLParser

from reminderbot.replies.opened import attachment, harmless, open_mail

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=https://canary.example/a.png>",
    "<img src=x onerror=alert(1)>",
    "<p onclick=alert(1)>a</p>",
    "<a href=javascript:alert(1)>a</a>",
    "<a href=https://canary.example/>a</a>",
    "<link rel=stylesheet href=https://canary.example/a.css>",
    "<style>@import url(https://canary.example/a.css);</style>",
    "<p style=\"background:url('https://canary.example/a.png')\">a</p>",
    "<table background=https://canary.example/a.png><tr><td background=https://canary.example/b.png>a</table>",
    "<body background=https://canary.example/a.png onload=alert(1)>",
    "<iframe src=https://canary.example/></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=https://canary.example/></object><embed src=https://canary.example/>",
    "<form action=https://canary.example/><input name=a><button>a</button></form>",
    "<base href=https://canary.example/>",
    "<meta http-equiv=refresh content='0;url=https://canary.example/'>",
    "<svg><script>alert(1)</script><image href=https://canary.example/a.png></svg>",
    "<svg/onload=alert(1)>",
    "<math><mi xlink:href='javascript:alert(1)'>a</mi></math>",
    "<video poster=https://canary.example/a.png src=https://canary.example/a.mp4 autoplay></video>",
    "<audio src=https://canary.example/a.mp3 autoplay></audio>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<template><img src=https://canary.example/a.png></template>",
    "<!--[if mso]><img src=https://canary.example/a.png><![endif]-->",
    "<p>a</p><plaintext><img src=https://canary.example/a.png>",
    "<textarea><img src=https://canary.example/a.png></textarea>",
    "<div id=csrf_token name=form>a</div>",
)


@pytest.mark.parametrize("html", HOSTILE)
def test_nothing_that_loads_runs_or_links_is_left_of_foreign_markup(html: str) -> None:
    kept = LexborHTMLParser(f"<div>{harmless(html)}</div>")
    assert kept.body is not None
    for node in kept.body.traverse(include_text=False):
        assert node.tag in {"body", "div", "p", "b", "table", "tbody", "tr", "td"}, html
        assert not node.attributes, html


def test_words_and_tables_stay() -> None:
    html = "<p>Dear <b>Jane</b>,</p><table><tr><td colspan=2>INV-1</td></tr></table>"
    assert "<b>Jane</b>" in harmless(html)
    assert '<td colspan="2">INV-1</td>' in harmless(html)


def mail(*files: tuple[str, bytes]) -> bytes:
    made = EmailMessage()
    made["From"], made["Subject"] = "jane@acme.example", "Re: INV-1"
    made.set_content("See the file.")
    made.add_alternative("<p>See the <b>file</b>.</p><img src=https://canary.example/x>", subtype="html")
    for name, content in files:
        made.add_attachment(content, maintype="application", subtype="pdf", filename=name)
    return made.as_bytes()


def test_a_mail_is_shown_as_text_as_harmless_markup_and_as_a_list_of_files() -> None:
    opened = open_mail(mail(("remittance_advice.pdf", b"%PDF-1"), ("b.pdf", b"two")))
    assert opened.text.strip() == "See the file."
    assert "<b>file</b>" in opened.html
    assert "img" not in opened.html
    assert [(one.number, one.name, one.size) for one in opened.attachments] == [
        (1, "remittance_advice.pdf", 6),
        (2, "b.pdf", 3),
    ]
    assert attachment(mail(("a.pdf", b"one"), ("b.pdf", b"two")), 2) == b"two"


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\windows\\evil.exe", "evil.exe"),
        ("=?utf-8?q?invoice=E2=80=AEfdp.exe?=", "invoicefdp.exe"),
        ("a\x00b\x07.pdf", "ab.pdf"),
        ("", "application/pdf"),
    ],
)
def test_a_file_shows_its_name_without_disguise(name: str, seen: str) -> None:
    raw = mail(("PLACE", b"x")).replace(b'filename="PLACE"', f'filename="{name}"'.encode())
    assert open_mail(raw).attachments[0].name == seen


def test_more_files_than_twenty_are_told_and_not_shown() -> None:
    opened = open_mail(mail(*[(f"{n}.pdf", b"x") for n in range(25)]))
    assert len(opened.attachments) == 20
    assert "there are more files than are shown" in opened.problems


@pytest.mark.parametrize("number", [-1, 0, 2, 10**9])
def test_there_is_no_other_attachment(number: int) -> None:
    with pytest.raises(LookupError):
        attachment(mail(("a.pdf", b"one")), number)


@pytest.mark.parametrize("raw", [b"", b"\xff" * 500, b"Content-Type: multipart/mixed; boundary=a\n\n--a\n--a\n--a"])
def test_whatever_the_bytes_something_is_shown(raw: bytes) -> None:
    open_mail(raw)
