"""Whatever happens to an export on its way: a right snapshot or sentences, never a traceback."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminderbot.core.money import minor_digits
from reminderbot.core.snapshot import Snapshot
from reminderbot.ledger.csv_folder import LedgerMistakes
from tests.ledger.exports import CUSTOMERS, INVOICES, PAYMENTS, mistakes, read, write_folder

# Without a deadline, which a busy machine would miss.
LAW = settings(max_examples=300)
FILES = {"customers": CUSTOMERS, "invoices": INVOICES, "payments": PAYMENTS}
HALF = "half-written"
UTF8 = "export it as UTF-8"


@dataclass(frozen=True)
class Broken:
    """In one file `old` became `new`; the export is refused with a sentence that says `words` and the line."""

    file: str
    old: str
    new: str
    line: int
    words: str


BROKEN = [
    # Headers.
    Broken("customers", "customer_id,", "Customer ID,", 1, "did you mean customer_id?"),
    Broken("customers", ",email,", ",e-mail,", 1, "did you mean email?"),
    Broken("customers", "time_zone", "timezone", 1, "did you mean time_zone?"),
    Broken("customers", "sms_consent_how", "sms_consent_on", 1, "is there twice"),
    Broken("invoices", "number,customer_id", "customer_id,number,customer_id", 1, "is there twice"),
    Broken("invoices", "due_on", "Due_On", 1, "did you mean due_on?"),
    Broken("invoices", "status", "state", 1, "the column status is missing"),
    Broken("invoices", "number,", "", 1, "the column number is missing"),
    Broken("payments", "kind", "kinds", 1, "did you mean kind?"),
    Broken("payments", "payment_id,", "", 1, "the column payment_id is missing"),
    Broken("payments", PAYMENTS.splitlines()[0] + "\n", "", 1, "is missing"),
    Broken("invoices", INVOICES.splitlines()[0], INVOICES.splitlines()[0].replace(",", "\t"), 1, "tabs"),
    Broken("invoices", INVOICES.splitlines()[0], INVOICES.splitlines()[0].replace(",", "|"), 1, "bars"),
    Broken("invoices", INVOICES.splitlines()[0], "sep=,", 1, "names no column; the first line must read number,"),
    Broken("invoices", INVOICES.splitlines()[0], "PK\x03\x04", 1, "is a workbook"),
    # Delimiters and shifted columns.
    Broken("invoices", INVOICES.splitlines()[0], INVOICES.splitlines()[0].replace(",", ";"), 2, "put cells"),
    Broken("customers", "Birch Bakery", "Birch, Bakery", 2, "put cells that contain , into quotation marks"),
    Broken("customers", "Fjord & Co,", "Fjord, Co,", 3, "there are 13 cells where the header has 12"),
    Broken("invoices", "INV-1,C1", "INV-1,,C1", 2, "there are 11 cells where the header has 10"),
    Broken("invoices", "INV-1,C1", "INV-1", 2, "there are 9 cells where the header has 10"),
    Broken("invoices", "INV-1,C1,", "C1,INV-1,", 2, "is not in customers.csv"),
    Broken("invoices", "2026-02-01,2026-03-03,USD", "2026-03-03,USD,2026-02-01", 2, "is not a date"),
    Broken("invoices", "1200.00,open", "open,1200.00", 2, "is not a number"),
    Broken("payments", "C1,INV-1", "INV-1,C1", 2, "is not in customers.csv"),
    Broken("payments", "200.00,payment", "200,00,payment", 2, "there are 8 cells where the header has 7"),
    # Quotation marks.
    Broken("customers", "Birch Bakery", '"Birch Bakery', 2, "never closed"),
    Broken("customers", "Fjord & Co", '"Fjord & Co', 3, HALF),
    Broken("customers", "Birch Bakery", '"Birch" Bakery', 2, "write it twice"),
    Broken("payments", "P1,C1,INV-1", 'P1,"C1,INV-1', 2, "never closed"),
    Broken("invoices", "PO 7", "A" * 140_000, 2, "a cell holds more than 131072 characters; shorten it"),
    Broken("invoices", "INV-1,C1,2026-02-01", 'INV-1,"C1,2026-02-01', 2, HALF),
    Broken(
        "invoices",
        "PO 7,\nINV-2,C2,2026-02-02,,EUR,80,paid,,,",
        '"PO 7,\nINV-2,C2,2026-02-02,,EUR,80,paid,,",',
        2,
        "swallows",
    ),
    Broken("invoices", "PO 7", '"PO\n7"x', 2, "write it twice"),
    # Half a file.
    Broken("customers", "&" + CUSTOMERS.partition("&")[2], "", 3, HALF),
    Broken("invoices", "80" + INVOICES.partition("80")[2], "80", 3, HALF),
    Broken("payments", PAYMENTS, "", 1, "the file is empty"),
    Broken("payments", PAYMENTS, "\n\r\n  \n", 1, "the file is empty"),
    Broken("payments", PAYMENTS, "\ufeff", 1, "the file is empty"),
    Broken("payments", PAYMENTS, ",,,,\n", 1, "the file is empty"),
    Broken("payments", PAYMENTS, PAYMENTS.partition("\n")[0], 1, "the header's line does not end"),
    Broken("invoices", "INV-2", "\0\0\0\0\0", 3, "NUL"),
    # Days.
    Broken("invoices", "2026-03-03", "03/04/2026", 2, "write 2026-04-03 or 2026-03-04, whichever is meant"),
    Broken("invoices", "2026-03-03", "2026-02-30", 2, "is not a day of the calendar"),
    Broken("invoices", "2026-02-02", "", 3, '"" is not a date'),
    Broken("payments", "2026-03-01", "1 March 2026", 2, "YYYY-MM-DD"),
    Broken("customers", "2026-01-05", "05.01.2026", 2, "write 2026-01-05 or 2026-05-01, whichever is meant"),
    # Sums.
    Broken("invoices", "1200.00", '"1.200,00"', 2, "write 1234.56"),
    Broken("invoices", "1200.00", '"1,200.00"', 2, "write 1234.56"),
    Broken("invoices", "1200.00", "1.200", 2, "leave the point out if it divides thousands"),
    Broken("invoices", "1200.00", "-1200.00", 2, "kind credit_note"),
    Broken("invoices", "1200.00", "$1200", 2, "no currency"),
    Broken("invoices", "1200.00", "NaN", 2, "is not a number"),
    Broken("invoices", "1200.00", "", 2, "is blank where a sum belongs"),
    Broken("invoices", "1200.00", "9" * 5000, 2, "larger than any sum"),
    Broken("payments", "200.00", "-200.00", 2, "takes back more than is listed for invoice INV-1"),
    Broken("payments", "EUR,5.00", "EUR,-5.00", 3, "takes back more than is listed for no invoice"),
    Broken("invoices", "1200.00", "-1200.00", 2, "is below zero"),
    Broken("payments", "5.00", "five", 3, "is not a number"),
    # Words of a list.
    Broken("invoices", "USD", "usd", 2, "three capital letters"),
    Broken("invoices", "paid", "PAID", 3, "did you mean paid?"),
    Broken("invoices", ",open,", ",,", 2, '"" is blank'),
    Broken("invoices", ",open,", ",overdue,", 2, "write open, paid, cancelled, draft or disputed"),
    Broken("payments", "credit_note", "credit note", 3, "did you mean credit_note?"),
    Broken("payments", ",payment\n", ",refund\n", 2, "write payment, credit_note or write_off"),
    Broken("customers", ",yes,", ",Yes,", 2, "did you mean yes?"),
    Broken("customers", ",yes,", ",1,", 2, "write yes or no"),
    Broken("customers", "America/New_York", "EST/New York", 2, "is not a time zone"),
    Broken("customers", ",en,", ",English,", 2, "is not a language tag"),
    Broken("customers", ",US,", ",USA,", 2, "two capital letters"),
    Broken("invoices", "https://pay.example/1", "javascript:alert(1)", 2, "is not a web address"),
    # What points to what.
    Broken("customers", "C2,", "C1,", 3, "is already on line 2"),
    Broken("customers", "Birch Bakery", "", 2, "is blank; letters need a name"),
    Broken("customers", "C2,", ",", 3, "every row needs its own"),
    Broken("customers", "C2,", "C2\x07,", 3, "cannot be printed"),
    Broken("invoices", "INV-2", "INV-1", 3, "is already on line 2"),
    Broken("invoices", "INV-2,C2", "INV-2,C7", 3, '"C7" is not in customers.csv'),
    Broken("payments", "P2", "P1", 3, "is already on line 2"),
    Broken("payments", "P2,C2", "P2,C7", 3, '"C7" is not in customers.csv'),
    Broken("payments", "C1,INV-1", "C2,INV-1", 2, 'belongs to customer "C1"'),
    Broken("payments", "USD,200.00", "EUR,200.00", 2, "is in USD and the payment in EUR"),
    Broken("payments", "C1,INV-1", "C1,INV-2", 2, 'belongs to customer "C2"'),
]


def told_about(folder: Path, file: str, content: str | bytes) -> tuple[str, ...]:
    return mistakes(write_folder(folder, **{file: content}))


@pytest.mark.parametrize("broken", BROKEN, ids=lambda b: f"{b.file}: {b.words}")
def test_a_broken_export_is_refused_with_file_line_and_cure(tmp_path: Path, broken: Broken) -> None:
    assert broken.old in FILES[broken.file], "the table no longer fits the files"
    content = FILES[broken.file].replace(broken.old, broken.new, 1)
    told = told_about(tmp_path, broken.file, content)
    fitting = [sentence for sentence in told if broken.words in sentence]
    assert fitting, told
    assert fitting[0].startswith(f"{broken.file}.csv, line {broken.line}")
    assert all(len(sentence) < 250 for sentence in told)


@pytest.mark.parametrize("encoding", ["cp1252", "iso-8859-15", "cp437", "mac-roman"])
def test_an_export_in_another_encoding_is_refused_with_its_line_and_how_to_export(
    tmp_path: Path, encoding: str
) -> None:
    content = CUSTOMERS.replace("Fjord & Co", "Bäckerei Öl").encode(encoding)
    (told,) = told_about(tmp_path, "customers", content)
    assert told.startswith("customers.csv, line 3: ")
    assert UTF8 in told


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("file", FILES)
def test_an_export_in_utf_16_is_refused_with_how_to_export(tmp_path: Path, encoding: str, file: str) -> None:
    (told,) = told_about(tmp_path, file, FILES[file].encode(encoding))
    assert told.startswith(f"{file}.csv, line 1: ")
    assert UTF8 in told


def test_a_file_cut_off_within_a_character_is_half_written(tmp_path: Path) -> None:
    content = (CUSTOMERS + "C3,Bä").encode()[:-1]
    (told,) = told_about(tmp_path, "customers", content)
    assert told.startswith("customers.csv, line 4: it ends in the middle of a character")
    assert HALF in told


@pytest.mark.parametrize("file", FILES)
def test_a_file_cut_off_anywhere_yields_whole_rows_or_sentences(tmp_path: Path, file: str) -> None:
    whole = read(write_folder(tmp_path)).snapshot
    content = FILES[file].encode()
    for length in range(len(content)):
        write_folder(tmp_path, **{file: content[:length]})
        try:
            rows = getattr(read(tmp_path).snapshot, file)
        except LedgerMistakes as refused:
            assert all(".csv, line " in sentence for sentence in refused.sentences)
        else:
            assert rows == getattr(whole, file)[: len(rows)], f"cut off after {length} bytes"


@st.composite
def damages(draw: st.DrawFn) -> tuple[str, bytes]:
    """One of the files with a few bytes lost, changed, put in or repeated."""
    file = draw(st.sampled_from(sorted(FILES)))
    content = FILES[file].encode()
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(content)))
        end = min(len(content), start + draw(st.integers(0, 30)))
        put = draw(st.sampled_from([b"", b'"', b",", b";", b"\n", b"\r", b"\0", b"\xff", b"=?", b"\x1b", b"-", b"."]))
        content = content[:start] + draw(st.sampled_from([put, content[start:end] * 2])) + content[end:]
    return file, content


def assert_sound(snapshot: Snapshot) -> None:
    """The laws of every snapshot that is taken in."""
    customers = {customer.customer_id for customer in snapshot.customers}
    invoices = {invoice.number: invoice for invoice in snapshot.invoices}
    assert len(customers) == len(snapshot.customers)
    assert len(invoices) == len(snapshot.invoices)
    assert len({payment.payment_id for payment in snapshot.payments}) == len(snapshot.payments)
    for invoice in snapshot.invoices:
        assert invoice.customer_id in customers
        assert invoice.total.amount >= 0
        exponent = invoice.total.amount.as_tuple().exponent
        assert isinstance(exponent, int)
        assert -exponent <= minor_digits(invoice.total.currency)
    for payment in snapshot.payments:
        assert payment.customer_id in customers
        assert payment.amount.amount >= 0
        if payment.invoice is not None:
            assert invoices[payment.invoice].customer_id == payment.customer_id
            assert invoices[payment.invoice].total.currency == payment.amount.currency
    for customer in snapshot.customers:
        words = (
            customer.customer_id,
            customer.name,
            customer.contact.name,
            customer.group,
            customer.contact.email or "",
        )
        assert customer.name
        assert not any(c < " " or c == "\x7f" or "=?" in word for word in words for c in word)


@LAW
@given(damages())
def test_whatever_is_damaged_what_is_taken_in_is_sound(damage: tuple[str, bytes]) -> None:
    file, content = damage
    with tempfile.TemporaryDirectory() as folder:
        write_folder(Path(folder), **{file: content})
        try:
            reading = read(Path(folder))
        except LedgerMistakes as refused:
            assert all(".csv, line " in sentence and len(sentence) < 400 for sentence in refused.sentences)
            assert all(sentence.isprintable() for sentence in refused.sentences)
        else:
            assert_sound(reading.snapshot)
            assert all(note.isprintable() for note in reading.notes)
