"""Files are read once, whole, and not while somebody writes them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from reminderbot.ledger.csv_files import MAX_BYTES, being_written, marks, read_files
from reminderbot.ledger.csv_report import Findings
from tests.ledger.exports import mistakes, write_folder


def test_a_folder_that_is_not_there_is_named_with_the_setting_to_correct(tmp_path: Path) -> None:
    (told,) = mistakes(tmp_path / "nowhere")
    assert "nowhere" in told
    assert "[ledger] folder" in told


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "ledger").write_text("")
    assert "is not there" in mistakes(tmp_path / "ledger")[0]


def test_a_folder_or_a_pipe_in_the_place_of_a_file_is_told_without_waiting_for_it(tmp_path: Path) -> None:
    write_folder(tmp_path)
    for name in ("customers.csv", "invoices.csv"):
        (tmp_path / name).unlink()
    (tmp_path / "customers.csv").mkdir()
    os.mkfifo(tmp_path / "invoices.csv")
    assert [told.partition(";")[0] for told in mistakes(tmp_path)] == [
        "customers.csv is not a file",
        "invoices.csv is not a file",
    ]


def test_a_link_that_leads_nowhere_or_in_a_circle_is_told(tmp_path: Path) -> None:
    write_folder(tmp_path)
    for name in ("customers.csv", "invoices.csv"):
        (tmp_path / name).unlink()
    (tmp_path / "customers.csv").symlink_to(tmp_path / "gone.csv")
    (tmp_path / "invoices.csv").symlink_to(tmp_path / "invoices.csv")
    missing, circle = mistakes(tmp_path)
    assert missing.startswith("customers.csv is missing")
    assert circle.startswith("invoices.csv cannot be read")


def test_a_file_too_large_for_a_ledger_is_not_even_opened(tmp_path: Path) -> None:
    write_folder(tmp_path)
    # A sparse file: it has the size and takes no room.
    os.truncate(tmp_path / "payments.csv", MAX_BYTES + 1)
    assert mistakes(tmp_path) == ("payments.csv is larger than 200 MB; export only what is still of interest.",)


def test_a_file_is_being_written_when_size_time_or_the_file_itself_differ(tmp_path: Path) -> None:
    write_folder(tmp_path)
    before = marks(tmp_path, Findings())
    assert being_written(before, marks(tmp_path, Findings())) == []

    with (tmp_path / "invoices.csv").open("a") as file:
        file.write("x")
    os.utime(tmp_path / "customers.csv", ns=(0, before["customers.csv"].written_ns + 1))
    other = tmp_path / "payments.new"
    other.write_bytes((tmp_path / "payments.csv").read_bytes())
    os.utime(other, ns=(0, before["payments.csv"].written_ns))
    other.rename(tmp_path / "payments.csv")
    assert being_written(before, marks(tmp_path, Findings())) == ["customers.csv", "invoices.csv", "payments.csv"]

    (tmp_path / "payments.csv").unlink()
    assert "payments.csv" in being_written(before, marks(tmp_path, Findings()))


def test_an_export_going_on_while_it_is_read_is_noticed(tmp_path: Path) -> None:
    write_folder(tmp_path, invoices="x" * 5_000_000)
    # Another process, so that it writes at the very same time.
    program = (
        "import sys\nwith open(sys.argv[1], 'r+b', buffering=0) as file:\n"
        "    print(flush=True)\n    while file.write(b'p'): file.seek(0)\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "payments.csv")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        try:
            assert writer.stdout
            writer.stdout.readline()
            told: tuple[str, ...] = ()
            for _ in range(200):
                found = Findings()
                read_files(tmp_path, found)
                told += found.sentences("mistakes")
                if told:
                    break
        finally:
            writer.kill()
    assert told == ("payments.csv is being written just now; try again when the export has finished.",)
