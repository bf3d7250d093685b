"""What is printed can be read, looked at and listened to, in whatever script; and nothing in it steers anything."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path

import pytest

from reminderbot.papers.fonts import FOLDERS, Fonts, find
from reminderbot.papers.sheet import Sheet
from tests.servers import needs, poppler

ON = date(2027, 3, 8)


@lru_cache
def letters() -> Fonts:
    """The machine's fonts, with what the tests write."""
    found = find()
    if found.main is None or found.bold is None or found.with_sign(ord("株")) is None:
        needs.lacking("not all letters are there: apt-get install fonts-dejavu-core fonts-droid-fallback")
    return found


def sheet(found: Fonts | None = None) -> Sheet:
    return Sheet("A paper", "Brightwater Gardens", ON, "a footer", found=found or letters())


def printed(words: str, found: Fonts | None = None) -> tuple[str, Sheet]:
    made = sheet(found)
    made.words(words)
    return poppler.text(made.finish()), made


@pytest.mark.parametrize(
    "name",
    ["Jane Roe", "Müller & Söhne Žluťoučký", "Ελληνικά Γράμματα", "Пётр Чайковский", "株式会社さくら", "北京有限公司"],
)
def test_names_are_printed_in_their_own_script(name: str) -> None:
    text, made = printed(name)

    assert name in text
    assert made.troubles == ()


@pytest.mark.parametrize(("name", "words"), [("arabic", "شركة النور للتجارة"), ("hebrew", "חברת השמש בע״מ")])
def test_what_runs_from_right_to_left_begins_at_the_right_edge(name: str, words: str, tmp_path: Path) -> None:
    made = sheet()
    made.words(words)
    pdf = made.finish()

    assert set(words.replace(" ", "")) <= set(poppler.text(pdf))
    (page,) = poppler.pictures(pdf, tmp_path)
    width, height = (int(n) for n in page.read_bytes().split(b"\n")[1].split())
    rows = page.read_bytes().split(b"255\n", 1)[1]
    top = [rows[y * width : (y + 1) * width] for y in range(height // 4)]
    assert all(min(row[: width // 2]) > 128 for row in top)
    assert any(min(row[width // 2 :]) < 128 for row in top)


def test_a_sign_that_no_font_has_stands_as_its_code_and_is_told() -> None:
    text, made = printed("Thank you \N{OLD PERSIAN SIGN A} so much")

    assert "Thank you [U+103A0] so much" in text
    assert made.troubles[0].startswith("No font here has U+103A0: each stands")
    assert "Signs that could not be printed" in text


def test_where_there_is_no_font_at_all_western_letters_are_printed() -> None:
    text, made = printed("Müller said: “10 €” — 北", find([Path("/nonexistent")]))

    assert 'Müller said: "10 EUR" - [U+5317]' in text
    assert made.troubles


def test_nothing_turns_a_line_around_or_steers() -> None:
    text, _ = printed("invoice\u202efdp.exe \x1b[31m \x00 {nb}")

    assert "invoice[U+202E]fdp.exe [U+001B][31m [U+0000] {nb}" in text


def test_it_is_tagged_and_has_a_title_a_language_bookmarks_and_page_numbers() -> None:
    made = sheet()
    made.heading("First part", 0, 16)
    made.words("\n".join(f"line {n}" for n in range(100)))
    made.heading("Second part", 0, 16)
    pdf = made.finish()

    told = poppler.info(pdf)
    assert (told["Title"], told["Tagged"], told["Author"]) == ("A paper", "yes", "Brightwater Gardens")
    assert b"/Lang (en)" in pdf
    assert b"/Outlines" in pdf
    heard = poppler.tags(pdf)
    assert heard.index("First part") < heard.index("line 0") < heard.index("line 99") < heard.index("Second part")
    assert "H1" in heard
    assert "a footer" not in heard
    assert "2 / 2" in poppler.text(pdf).replace(told["Pages"], "2") or told["Pages"] == "3"


def test_long_words_and_long_cells_stay_on_the_page(tmp_path: Path) -> None:
    made = sheet()
    made.words("x" * 400)
    made.words("北" * 300)
    made.table(("Invoice", "Sum"), [("y" * 90, "GBP 1.00")], (30, 120), frozenset({1}))
    pdf = made.finish()

    (page,) = poppler.pictures(pdf, tmp_path)
    width, height = (int(n) for n in page.read_bytes().split(b"\n")[1].split())
    rows = page.read_bytes().split(b"255\n", 1)[1]
    margin = width * 20 // 210
    for y in range(height):
        row = rows[y * width : (y + 1) * width]
        assert min(row[:margin]) > 128
        assert min(row[-margin:]) > 128


def test_a_table_that_goes_on_has_its_headings_again() -> None:
    made = sheet()
    made.table(("Invoice", "Sum"), [(f"INV-{n}", "GBP 1.00") for n in range(120)], (30, 120), frozenset({1}))
    text = poppler.text(made.finish(), "-layout")

    pages = text.split("\f")
    assert len(pages) >= 3
    assert [page.split()[:2] for page in pages if page.strip()] == [["Invoice", "Sum"]] * (len(pages) - 1)


def test_the_same_words_on_the_same_day_are_the_same_bytes() -> None:
    def make() -> bytes:
        made = sheet()
        made.heading("Κεφάλαιο", 0, 16)
        made.words("株式会社さくら שלום and so on")
        return made.finish()

    assert make() == make()


def test_a_font_that_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "DroidSansFallback.ttf").write_bytes(b"no font")
    (tmp_path / "DejaVuSansBroken.otf").write_bytes(b"\x00\x01\x00\x00" + b"\xff" * 40)

    text, made = printed("株", find([*FOLDERS, tmp_path]))

    assert "株" in text
    assert made.troubles == ()
