"""Twenty clicks at once on the same button: whatever it does is done once (S27)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from reminderbot.core.event import EventKind
from reminderbot.core.stop import Mode
from reminderbot.desk.sending import go_live
from reminderbot.house import House
from reminderbot.runs.take_ledger import take_ledger
from reminderbot.store import journal
from tests.web.browser import Browser, signed_in
from tests.web.test_cases import answers


@pytest.fixture
def desk(house: House) -> Browser:
    live = replace(house, ceiling=Mode.LIVE)
    take_ledger(live)
    go_live(live, "test")
    answers(live, "EXAMPLE-1", "The goods never came, I will not pay for them.")
    return signed_in(live)


def _look(desk: Browser, _: str) -> dict[str, str]:
    page = desk.send(desk.get("/cases/1/answer/"), "/cases/1/answer/look", text="It is on its way.")
    return page.form("/cases/1/answer/send").fields


def _on_case(**typed: str) -> Callable[[Browser, str], dict[str, str]]:
    return lambda desk, action: desk.get("/cases/1").form(action).fields | typed


@pytest.mark.parametrize(
    ("action", "form", "kind"),
    [
        ("/cases/1/answer/send", _look, EventKind.PLANNED),
        ("/cases/1/note", _on_case(words="she will call back"), EventKind.NOTED),
        ("/cases/1/promise", _on_case(due_on="2026-12-04"), EventKind.PROMISED),
        ("/cases/1/paid", _on_case(amount="10"), EventKind.PAID),
        ("/cases/1/snooze", _on_case(until="2026-12-01"), EventKind.SNOOZED),
        ("/cases/1/resolve", _on_case(resolution="done"), EventKind.CASE_RESOLVED),
    ],
)
def test_twenty_clicks_have_one_effect(
    desk: Browser, action: str, form: Callable[[Browser, str], dict[str, str]], kind: EventKind
) -> None:
    fields = form(desk, action)
    assert set(desk.click_at_once(action, fields)) == {303}
    with desk.house.store.reading() as connection:
        done = [event for _, event in journal.read(connection) if event.kind is kind and event.actor == "olive"]
    assert len(done) == 1
