"""The PDF of an invoice comes from the ledger's folder and from nowhere else, whatever the sheet says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reminderbot.ledger.pdf import LARGEST, NoPdf, read_pdf

PDF = b"%PDF-1.4\nbill\n%%EOF\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "ledger"
    (made / "pdf").mkdir(parents=True)
    (made / "pdf" / "INV-1.pdf").write_bytes(PDF)
    (tmp_path / "secret.pdf").write_bytes(PDF)
    return made


@pytest.mark.parametrize("name", ["pdf/INV-1.pdf", "./pdf/INV-1.pdf", "pdf\\INV-1.pdf", " pdf/INV-1.pdf "])
def test_a_file_below_the_folder_is_read(folder: Path, name: str) -> None:
    assert read_pdf(folder, name) == PDF


@pytest.mark.parametrize("name", ["", "  "])
def test_where_the_ledger_names_none_that_is_said(folder: Path, name: str) -> None:
    with pytest.raises(NoPdf, match="the ledger names no PDF"):
        read_pdf(folder, name)


@pytest.mark.parametrize(
    "name",
    [
        "../secret.pdf",
        "pdf/../../secret.pdf",
        "..\\secret.pdf",
        "/etc/passwd",
        "\\\\server\\x.pdf",
        "C:\\x.pdf",
        "..",
        ".",
    ],
)
def test_a_name_that_leads_out_of_the_folder_is_refused(folder: Path, name: str) -> None:
    with pytest.raises(NoPdf, match=r"does not lie in the ledger's folder"):
        read_pdf(folder, name)


def test_the_whole_path_of_a_real_file_elsewhere_is_refused(folder: Path) -> None:
    with pytest.raises(NoPdf, match="does not lie in"):
        read_pdf(folder, str(folder.parent / "secret.pdf"))


@pytest.mark.parametrize("inside", [True, False])
def test_no_link_is_followed_wherever_it_leads(folder: Path, inside: bool) -> None:
    (folder / "link.pdf").symlink_to(folder / "pdf" / "INV-1.pdf" if inside else folder.parent / "secret.pdf")
    with pytest.raises(NoPdf, match="it is a link"):
        read_pdf(folder, "link.pdf")


def test_no_folder_on_the_way_may_be_a_link(folder: Path) -> None:
    (folder / "out").symlink_to(folder.parent)
    with pytest.raises(NoPdf, match="leads through one"):
        read_pdf(folder, "out/secret.pdf")


def test_a_pipe_does_not_keep_us_waiting(folder: Path) -> None:
    os.mkfifo(folder / "pipe.pdf")
    with pytest.raises(NoPdf, match="is no file"):
        read_pdf(folder, "pipe.pdf")


def test_a_folder_is_no_file(folder: Path) -> None:
    with pytest.raises(NoPdf, match="is no file"):
        read_pdf(folder, "pdf")


@pytest.mark.parametrize("name", ["pdf/none.pdf", "pdf/INV-1.pdf/x", "x" * 400, "a\0b.pdf"])
def test_what_cannot_be_opened_is_told(folder: Path, name: str) -> None:
    with pytest.raises(NoPdf):
        read_pdf(folder, name)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"<html>%PDF-", b" %PDF-1.4"])
def test_what_does_not_begin_as_a_pdf_is_none(folder: Path, content: bytes) -> None:
    (folder / "x.pdf").write_bytes(content)
    with pytest.raises(NoPdf, match="is no PDF: its first bytes say so"):
        read_pdf(folder, "x.pdf")


def test_the_largest_goes_and_one_byte_more_does_not(folder: Path) -> None:
    (folder / "x.pdf").write_bytes(PDF.ljust(LARGEST, b" "))
    assert len(read_pdf(folder, "x.pdf")) == LARGEST
    (folder / "x.pdf").write_bytes(PDF.ljust(LARGEST + 1, b" "))
    with pytest.raises(NoPdf, match="larger than 7 MB"):
        read_pdf(folder, "x.pdf")
