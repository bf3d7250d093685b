"""The log: one line an event, nothing in it that identifies a person or opens a door."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminderbot.config import Secret
from reminderbot.logs import Email, Phone, configure, log, log_bug, redact


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    root, ours = logging.getLogger(), logging.getLogger("reminderbot")
    before = (root.handlers[:], root.level, ours.level)
    stream = io.StringIO()
    configure(stream, journal=True)
    yield stream
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    ours.setLevel(before[2])


def test_an_event_is_one_line_with_its_action_first(out: io.StringIO) -> None:
    log("reminder_sent", reminder=42, tier="gentle", at=datetime(2027, 1, 4, 9, 30, tzinfo=UTC), customer=None)
    assert out.getvalue() == "<6>action=reminder_sent reminder=42 tier=gentle at=2027-01-04T09:30:00+00:00\n"


def test_off_the_journal_a_line_carries_its_time_and_level() -> None:
    stream = io.StringIO()
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    try:
        configure(stream)
        log("inbox_silent", level=logging.WARNING, minutes=16)
    finally:
        root.handlers[:] = before[0]
        root.setLevel(before[1])
    assert re.fullmatch(
        r"at=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ level=warning action=inbox_silent minutes=16\n", stream.getvalue()
    )


def test_a_second_configure_does_not_double_the_lines(out: io.StringIO) -> None:
    configure(out, journal=True)
    log("tick")
    assert out.getvalue() == "<6>action=tick\n"


def test_addresses_numbers_and_secrets_are_masked_by_their_types(out: io.StringIO) -> None:
    log("reminder_sent", to=Email("jane.doe@acme.example"), phone=Phone("+14155550123"), password=Secret("hunter2"))
    assert out.getvalue() == "<6>action=reminder_sent to=j***@acme.example phone=***23 password=Secret(***)\n"
    assert (repr(Email("jane@x.example")), repr(Phone("+14155550123"))) == ("Email(j***@x.example)", "Phone(***23)")
    assert (str(Email("jane")), str(Phone("12"))) == ("***", "***")


def test_an_address_that_slipped_into_a_text_is_masked_too(out: io.StringIO) -> None:
    log("refused", why="550 5.1.1 <jane.doe@acme.example>: no such user, call +44 (20) 7946-0123")
    assert out.getvalue() == '<6>action=refused why="550 5.1.1 <j***@acme.example>: no such user, call ***23"\n'


def test_a_line_break_in_a_value_cannot_forge_a_line(out: io.StringIO) -> None:
    log("set_aside", subject="Re: \r\n<6>action=paid\x1b[2J", name="")
    (line,) = out.getvalue().splitlines()
    assert line == '<6>action=set_aside subject="Re: \\r\\n<6>action=paid\\u001b[2J" name=""'


def test_libraries_are_heard_from_a_warning_on_and_their_urls_are_masked(out: io.StringIO) -> None:
    for library in ("twilio.http_client", "urllib3.connectionpool", "apscheduler.scheduler"):
        logging.getLogger(library).info("GET /Messages.json?To=%2B14155550123")
    assert out.getvalue() == ""
    logging.getLogger("urllib3.connectionpool").warning("Retrying /M.json?To=%2B14155550123&From=a%40b.example")
    said = 'text="Retrying /M.json?To=***23&From=a***%40b.example"'
    assert out.getvalue() == f"<4>action=library_said library=urllib3.connectionpool {said}\n"


def test_a_bug_is_logged_with_its_traceback_and_without_the_address_in_it(out: io.StringIO) -> None:
    try:
        {}["jane.doe@acme.example"]
    except KeyError as error:
        log_bug("run_failed", error, run="deliver")
    first, *rest = out.getvalue().splitlines()
    assert first == "<3>action=run_failed run=deliver"
    assert rest[0] == "Traceback (most recent call last):"
    assert rest[-1] == "KeyError: 'j***@acme.example'"


def test_an_error_as_a_value_says_its_kind(out: io.StringIO) -> None:
    log("deferred", level=logging.WARNING, error=TimeoutError("15 s"))
    assert out.getvalue() == '<4>action=deferred error="TimeoutError: 15 s"\n'


@given(st.text(max_size=200))
def test_every_value_stays_on_its_line_and_can_be_read_back(value: str) -> None:
    from reminderbot.logs import _value

    told = _value(value)
    assert told.isprintable()
    assert (json.loads(told) if told.startswith('"') else told) == value


@given(
    st.from_regex(r"[a-z]{2,12}(\.[a-z]{2,12})?", fullmatch=True), st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True)
)
def test_no_whole_address_or_number_survives_wherever_it_stands(name: str, number: str) -> None:
    line = redact(
        f'to={name}@acme.example "{name}@acme.example" <{name}@acme.example> tel={number} ({number}) {number},'
    )
    assert f"{name}@" not in line
    assert number not in line
    assert number[1:] not in line


def test_a_long_hostile_text_is_masked_in_no_time(out: io.StringIO) -> None:
    for text in ("a" * 100_000, "+1" * 50_000, "+1 " * 30_000, "a@" * 50_000, "%2B1" * 25_000):
        log("set_aside", text=text)
    assert max(map(len, out.getvalue().splitlines())) < 10_000
