"""Reading what came over the wire: parts, encodings, sums, days and numbers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.oracle import wire


def test_a_mail_in_two_parts_and_quoted_printable_is_read_as_it_is_meant() -> None:
    head = (
        "Message-ID: <r.1o.isalorooxpbvl45rbika@harborpine.example>\r\nContent-Type: multipart/alternative;\r\n"
        ' boundary="=_1"\r\n\r\n'
    )
    text = (
        "--=_1\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        "INV-1040  3 Aug 2026   2 Sept 2026   USD 1,000.=\r\n00\r\n  part of USD 2,000.00\r\n-----\r\n"
        "Received, not yet matched  -EUR 80.00\r\nTotal  USD 920.00\r\n"
    )
    page = (
        "--=_1\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\nPGI+VVNEPC9iPg==\r\n--=_1--\r\n"
    )
    letter = wire.letter((head + text + page).encode())
    assert letter.reminder == 60
    assert [(row.number, row.due_on, row.owed.amount) for row in letter.rows] == [
        ("INV-1040", date(2026, 9, 2), Decimal("1000.00"))
    ]
    assert [total.amount for total in letter.totals] == [Decimal("920.00")]
    assert letter.html == "<b>USD</b>"


@pytest.mark.parametrize("written", ["jane@xn--bcher-kva.example", "Jane@BÜCHER.example", " jane@bücher.example"])
def test_an_address_is_the_same_however_its_domain_is_written(written: str) -> None:
    assert wire.plain(written) == "jane@bücher.example"
    assert wire.address(f'"Doe, Jane" <{written}>') == "jane@bücher.example"


@pytest.mark.parametrize(
    ("body", "number", "there"),
    [
        ("about INV-1.", "INV-1", True),
        ("about INV-1, due", "INV-1", True),
        ("about INV-12", "INV-1", False),
        ("about INV-1.5 and INV-1", "INV-1", True),
        ("about INV-1-2", "INV-1", False),
        ("about XINV-1", "INV-1", False),
    ],
)
def test_a_number_is_found_only_where_it_stands_by_itself(body: str, number: str, there: bool) -> None:
    assert wire.names(body, number) is there


@pytest.mark.parametrize(
    ("body", "many"),
    [("a" * 160, 1), ("a" * 161, 2), ("€" * 80, 1), ("€" * 81, 2), ("ł" * 70, 1), ("ł" * 71, 2), ("a" * 307, 3)],
)
def test_segments_are_counted_as_they_are_billed(body: str, many: int) -> None:
    assert wire.segments(body) == many
