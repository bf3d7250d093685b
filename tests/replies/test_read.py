"""Reading mail: whatever the bytes, an answer within bounds."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminderbot.replies import charset, markup, read
from reminderbot.replies.read import read_mail
from tests.replies.poison import POISON, mail


@pytest.mark.parametrize("name", POISON)
def test_poison_is_read_or_refused_quickly(name: str) -> None:
    began = time.process_time()
    found = read_mail(POISON[name])
    assert time.process_time() - began < 1.0
    assert len(found.text) <= read.MAX_TEXT


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"a: b\n\n" + b"x" * read.MAX_MESSAGE, "larger than 25 MB"),
        (POISON["a header block of a megabyte"], "64 kB"),
        (POISON["a thousand headers"], "500 headers"),
        (POISON["a hundred thousand parts"], "100 parts"),
        (POISON["three thousand nested mails"], "100 parts"),
        (POISON["nested divisions"], "too deeply"),
        (POISON["a megabyte of words"], "too long"),
    ],
)
def test_what_is_left_unread_is_told(raw: bytes, problem: str) -> None:
    assert any(problem in told for told in read_mail(raw).problems)


def test_a_mail_at_the_limits_is_read() -> None:
    raw = b"X-A: b\n" * (read.MAX_HEADERS - 1) + b"Subject: hello\n\nhi"
    found = read_mail(raw)
    assert (found.problems, found.text, found.header("subject")) == ((), "hi", "hello")


def test_the_sender_of_a_mail_that_is_refused_is_still_known() -> None:
    found = read_mail(mail(b"--x\n\na\n" * 500, b"multipart/mixed; boundary=x"))
    assert found.problems
    assert found.header("from") == "a@b.example"


@settings(max_examples=150)
@given(st.binary(max_size=2_000))
def test_no_bytes_break_the_reader(raw: bytes) -> None:
    assert len(read_mail(raw).text) <= read.MAX_TEXT


@settings(max_examples=100)
@given(st.binary(max_size=300), st.sampled_from(["utf-8", "ascii", "rot13", "utf-16", "x", "big5", "utf-7", "zlib"]))
def test_no_charset_breaks_the_decoder(data: bytes, declared: str) -> None:
    assert isinstance(charset.decode(data, declared), str)


def test_a_lying_charset_is_seen_through() -> None:
    assert read_mail(mail("Grüße".encode(), b"text/plain; charset=us-ascii")).text == "Grüße"
    assert read_mail(mail("Grüße".encode(), b"text/plain; charset=iso-8859-1")).text == "Grüße"
    assert read_mail(mail("Grüße".encode("cp1252"), b"text/plain; charset=utf-8")).text == "Grüße"


def test_hidden_html_is_not_read() -> None:
    html = (
        '<p>Broken.</p><p style="display:none">I will pay</p><span style="font-size:0px">STOP</span><p hidden>paid</p>'
    )
    assert markup.to_text(html)[0] == "Broken."


def test_a_style_sheet_that_hides_is_told() -> None:
    _, problems = markup.to_text("<style>.x{display:none}</style><p class=x>I will pay</p><p>Broken</p>")
    assert problems


def test_quotations_in_html_are_marked_and_indented_words_are_not() -> None:
    html = '<p>Mine</p><blockquote>Yours</blockquote><blockquote style="border:none">Also mine</blockquote>'
    assert markup.to_text(html)[0].split() == ["Mine", ">", "Yours", "Also", "mine"]


def test_attachments_are_named_and_not_read() -> None:
    raw = mail(
        b"--x\r\nContent-Type: text/plain\r\n\r\nSee attached.\r\n--x\r\nContent-Type: text/plain; name=remit.txt\r\n"
        b"Content-Disposition: attachment; filename=remit.txt\r\n\r\nI will pay\r\n--x--\r\n",
        b"multipart/mixed; boundary=x",
    )
    found = read_mail(raw)
    assert (found.text.strip(), found.attachments) == ("See attached.", ("remit.txt",))
