"""S7: a sheet of ours holds values, and no program that opens it calculates with what a customer is called."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import reminderbot
from reminderbot.desk.setup import create_installation
from reminderbot.ledger.csv_customers import CUSTOMERS
from reminderbot.ledger.csv_out import as_written, harmless, write_sheet
from tests.ledger.exports import read, write_folder

FORMULAS = (
    "=1+1", "=HYPERLINK(\"http://evil.example\",\"pay\")", "=cmd|' /C calc'!A0", "=IMPORTXML(\"http://evil.example\")",
    "+1+1", "+cmd|' /C calc'!A0", "-1+1", "-2+3+cmd|' /C calc'!A0", "@SUM(1+1)", "@A1", "\t=1+1", "\r=1+1", "\n=1+1",
    " =1+1", "\N{NO-BREAK SPACE}=1+1", "\n", "\t", "＝1+1", "＋1", "－1", "＠A1", "=", "+", "-", "@", "+442079460000",
    "-5.00", "=1+1\";=1+1", "=DDE(\"cmd\";\"/C calc\";\"x\")", "=WEBSERVICE(\"http://evil.example\")",
)  # fmt: skip
# A line end that is not quoted begins a row, and so a cell.
LINES = ("a\r=1+1", "a\n=1+1", "a\r\n=1+1", 'a"\r=1+1', "a,\r=1+1")
HARMLESS = ("", "Acme Ltd", "O'Neil", "'quoted'", "a=b", "1+1", "5.00", "2026-01-01", "jane@roe.example", "日本", " x")


@pytest.mark.parametrize("cell", FORMULAS)
def test_a_cell_that_would_be_calculated_gets_an_apostrophe(cell: str) -> None:
    assert harmless(cell) == f"'{cell}".replace("\r", "\n")


@pytest.mark.parametrize("cell", HARMLESS)
def test_any_other_cell_stays_as_it_is(cell: str) -> None:
    assert harmless(cell) == cell


@pytest.mark.parametrize(("number", "written"), [(5, "5"), (-5, "-5"), (Decimal("-5.00"), "-5.00"), (0, "0")])
def test_a_number_is_a_number_below_zero_too(number: int | Decimal, written: str) -> None:
    assert harmless(number) == written


@given(st.text(max_size=30))
def test_what_was_made_harmless_is_read_back_as_it_was(cell: str) -> None:
    assert as_written(harmless(cell)) == "\n".join(re.split("\r\n?", cell)) or cell.startswith("'")


def test_a_sheet_holds_no_cell_that_begins_a_formula_and_a_line_for_each_row(tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    write_sheet(path, ("a", "b"), [{"a": cell, "b": cell} for cell in (*FORMULAS, *LINES)])
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows == [["a", "b"], *([harmless(cell), harmless(cell)] for cell in (*FORMULAS, *LINES))]


def test_our_own_reader_takes_the_apostrophe_away_again(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    row = {"customer_id": "C1", "name": "=Equal Ltd", "contact_name": "@ Work", "email": "ida@birch.example"}
    rows = [row | {"phone": "+14155550123"}, {"customer_id": "C2", "name": "Fjord & Co"}]
    write_sheet(folder / "customers.csv", CUSTOMERS.columns, rows)
    assert "'+14155550123" in (folder / "customers.csv").read_text()
    found = {who.customer_id: who for who in read(folder).snapshot.customers}
    assert (found["C1"].name, found["C1"].contact.name, found["C1"].contact.phone) == (
        "=Equal Ltd",
        "@ Work",
        "+14155550123",
    )


def test_every_sheet_we_write_is_written_in_one_place() -> None:
    house = Path(reminderbot.__file__).parent
    writing = re.compile(r"csv\.(Dict)?[wW]riter|\.to_csv")
    found = [p.relative_to(house).as_posix() for p in house.rglob("*.py") if writing.search(p.read_text("utf-8"))]
    assert found == ["ledger/csv_out.py"]


@pytest.mark.soak
def test_libreoffice_finds_no_formula_in_our_sheets(tmp_path: Path) -> None:
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        pytest.skip("LibreOffice is not installed: apt-get install libreoffice-calc")
    create_installation(tmp_path / "shop", {}, sample_on=date(2027, 1, 4))
    write_sheet(tmp_path / "shop" / "ledger" / "formulas.csv", ("a", "b"), [{"a": c, "b": c} for c in FORMULAS])
    for sheet in (tmp_path / "shop" / "ledger").glob("*.csv"):
        command = [office, "--headless", f"-env:UserInstallation=file://{tmp_path}/office", "--convert-to", "fods"]
        subprocess.run([*command, "--outdir", tmp_path, sheet], check=True, capture_output=True, timeout=120)
        assert "table:formula" not in (tmp_path / sheet.with_suffix(".fods").name).read_text("utf-8")
