"""What of the journal is told to people outside, and how."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from reminderbot.core.dossier import happening_of
from reminderbot.core.event import Event, EventKind
from reminderbot.papers.words import words_for

TEXTS = words_for("en").file
NOW = datetime(2027, 3, 8, 10, tzinfo=UTC)


def told(what: EventKind, /, **data: object) -> str:
    found = happening_of(Event(what, NOW, "olivia", "ACME", data), TEXTS)
    if found is None:
        return ""
    return f"{found.title}; {', '.join(f'{name} {what}' for name, what in found.facts)}; {found.words}"


@pytest.mark.parametrize("kind", EventKind)
def test_every_kind_has_a_title_or_is_left_out_whatever_its_data(kind: EventKind) -> None:
    data = {"kind": "agency"} if kind in (EventKind.HANDED_OVER, EventKind.TAKEN_BACK) else {}
    found = happening_of(Event(kind, NOW, "olivia", "ACME", data), TEXTS)

    assert found is None or (found.title and "{" not in found.title)


def test_it_says_what_was_done_by_whom_and_in_whose_words() -> None:
    assert told(EventKind.NOTED, note=3, words="She is away.", call="no_answer") == (
        "A telephone call: no answer; By olivia; She is away."
    )
    assert told(EventKind.PLAN_AGREED, plan=3, covers=[["INV_1", "10.00"]], instalments=[["2027-04-01", "10.00"]]) == (
        "Payment plan 3 was agreed; By olivia, About INV_1 10.00, Instalments 2027-04-01 10.00; "
    )
    assert told(EventKind.HELD, kind="promise", why="they pay", until="2027-03-13T00:00:00+00:00") == (
        "Reminders were paused; By olivia, Until 2027-03-13 00:00 UTC; they pay"
    )


def test_what_is_nothing_to_them_is_left_out() -> None:
    assert told(EventKind.ASSIGNED, to="paul") == ""
    assert told(EventKind.FILED, manifest="abc") == ""
    assert told(EventKind.HELD, kind="reply", why="an answer came in") == ""
    assert told(EventKind.RELEASED, kind="dispute", why="hold 5 stands now") == ""
    assert "recipient" not in told(EventKind.OPTED_OUT, channel="sms", why="STOP", recipient_hash="abc")
