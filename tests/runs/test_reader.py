"""The process that reads foreign mail dies alone, and the next mail is read all the same."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reminderbot.core.understanding import Kind
from reminderbot.house import ReadingFailed
from reminderbot.replies.understand import Context
from reminderbot.runs.reader import ChildReader

TUESDAY = datetime(2026, 3, 3, 11, tzinfo=UTC)
MAIL = b"From: jane@customer.example\r\nSubject: Re: bill\r\n\r\nI'll pay on Friday.\r\n"


@pytest.fixture
def reader() -> Iterator[ChildReader]:
    made = ChildReader()
    yield made
    made.close()


def test_it_reads_mails_and_texts(reader: ChildReader) -> None:
    assert reader.clues(MAIL).sender == "jane@customer.example"
    found = reader.mail(MAIL, TUESDAY, Context(("INV-1",), locale="en-GB"))
    assert found.kinds == (Kind.PROMISE,)
    assert str(found.promise_on) == "2026-03-06"
    assert reader.text("STOP", TUESDAY, Context()).kinds == (Kind.OPT_OUT,)


def child_of(reader: ChildReader) -> int:
    reader.clues(MAIL)
    assert reader._child is not None
    return reader._child.pid


def test_one_child_reads_many_mails(reader: ChildReader) -> None:
    assert child_of(reader) == child_of(reader)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGXCPU, signal.SIGSEGV])
def test_a_dead_child_fails_one_mail_and_no_other(reader: ChildReader, number: int) -> None:
    os.kill(child_of(reader), number)
    with pytest.raises(ReadingFailed):
        reader.clues(MAIL)
    assert reader.clues(MAIL).sender == "jane@customer.example"


def test_a_child_that_takes_too_long_is_ended() -> None:
    reader = ChildReader(patience=0.3)
    reader._patience = 20
    stuck = child_of(reader)
    os.kill(stuck, signal.SIGSTOP)
    reader._patience = 0.3
    with pytest.raises(ReadingFailed, match="too long"):
        reader.clues(MAIL)
    with pytest.raises(ProcessLookupError):
        os.kill(stuck, 0)
    reader.close()


def test_no_secret_reaches_the_child(reader: ChildReader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REMINDERBOT_SMTP_PASSWORD", "tulip")
    assert b"tulip" not in Path(f"/proc/{child_of(reader)}/environ").read_bytes()


def test_its_memory_and_time_are_limited(reader: ChildReader) -> None:
    lines = Path(f"/proc/{child_of(reader)}/limits").read_text().splitlines()
    limits = {line[:25].strip(): line[25:].split()[0] for line in lines}
    assert limits["Max address space"] == str(512 * 1024 * 1024)
    assert int(limits["Max cpu time"]) < 20
