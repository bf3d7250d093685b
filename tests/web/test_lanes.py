"""The lanes at the desk: what to do next on the case's page, each step a click."""

from __future__ import annotations

import csv

import pytest

from reminderbot.core.hold import HoldKind
from reminderbot.core.user import Role
from reminderbot.house import House
from reminderbot.runs.take_ledger import take_ledger
from reminderbot.store import people
from tests.web.browser import Browser, signed_in
from tests.web.test_cases import answers, holds


@pytest.fixture
def carl(house: House) -> Browser:
    """EXAMPLE-1 never had its invoice; its ledger has the PDF."""
    sheet = house.ledger_folder / "invoices.csv"
    with sheet.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with sheet.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, rows[0].keys())
        table.writeheader()
        table.writerows(row | {"pdf": "bill.pdf" if row["number"] == "EXAMPLE-1001" else ""} for row in rows)
    (house.ledger_folder / "bill.pdf").write_bytes(b"%PDF-1.7 a bill")
    take_ledger(house)
    answers(house, "EXAMPLE-1", "We never received the invoice. Please send it again.")
    return signed_in(house, "carl", Role.COLLECTOR)


def numbers(house: House, customer_id: str) -> tuple[str, ...]:
    with house.store.reading() as connection:
        return people.open_numbers(connection, customer_id)


def test_a_matter_shows_its_lane_and_each_next_step_is_a_click(house: House, carl: Browser) -> None:
    (number,) = numbers(house, "EXAMPLE-1")
    page = carl.send(carl.get("/cases/1"), "/cases/1/dispute", reason="invoice_missing", invoice=number)
    assert "What to do next" in page.text
    assert "Send the invoice again, with its PDF where the ledger has one." in page.text
    assert "These invoices only; the customer's others go on." in page.text
    assert HoldKind.PAPERWORK in holds(house, "EXAMPLE-1")

    page = carl.send(page, "/cases/1/restart")
    assert f"The reminders of {number} begin anew." in page.text
    assert "done Give it its courtesy days again" in page.text

    (link,) = {one for one in page.links() if "copy=" in one}
    begun = carl.get(link)
    assert f"{number}.pdf" in begun.text
    assert f"Please find a copy of invoice {number} attached." in begun.text
    look = carl.send(begun, "/cases/1/answer/look", text="Here it is once more.\r\n\r\nCarl")
    assert f"With it goes {number}.pdf" in look.text
    assert "nothing left, the mode is draft" in carl.send(look, "/cases/1/answer/send").text

    page = carl.send(carl.get("/cases/1"), "/cases/1/settle", note="sent again")
    assert "reminders go on gently, not before" in page.text
    assert holds(house, "EXAMPLE-1") == [HoldKind.RESUMING]


def test_without_the_pdf_the_page_says_why_and_the_answer_goes_without(house: House, carl: Browser) -> None:
    (number,) = numbers(house, "EXAMPLE-1")
    (house.ledger_folder / "bill.pdf").write_bytes(b"PK not a pdf")
    begun = carl.get(f"/cases/1/answer/?copy={number}")
    assert (
        "The PDF cannot go with it: bill.pdf is no PDF: its first bytes say so. The answer goes without." in begun.text
    )
    assert "copy" not in begun.form("/cases/1/answer/look").fields


def test_an_answer_about_several_invoices_asks_for_a_click_each(house: House, carl: Browser) -> None:
    many = numbers(house, "EXAMPLE-2")
    if len(many) < 2:
        sheet = house.ledger_folder / "invoices.csv"
        row = next(line for line in sheet.read_text("utf-8").splitlines() if many[0] in line)
        sheet.write_text(sheet.read_text("utf-8") + row.replace(many[0], "EXAMPLE-1999") + "\n", "utf-8")
        take_ledger(house)
        many = numbers(house, "EXAMPLE-2")
    one, two = many[:2]
    answers(house, "EXAMPLE-2", f"{one} is paid. The amount of {two} is wrong.")
    page = carl.get("/cases/2")
    assert "Their answer seems to hold several matters" in page.text

    page = carl.send(page, "/cases/2/dispute")

    assert "everything rests until you have said what about it" in page.text
    page = carl.send(page, "/cases/2/dispute")
    assert "Their answer seems to hold several matters" not in page.text
    assert None not in holds(house, "EXAMPLE-2")
