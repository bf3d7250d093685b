"""What a tick and a delivery ask costs by what is due: no question walks through all that was ever open or said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, event

from reminderbot.core.hold import HoldKind
from reminderbot.core.payer import Thresholds
from reminderbot.store import (
    account,
    decision,
    delivery_report,
    dispute,
    hold,
    note,
    outbox,
    promise,
    promise_share,
    said,
)
from reminderbot.store.session import Store, open_store

NOW = datetime(2026, 3, 10, 10, 0, tzinfo=UTC)
GATHERER = account.Gatherer(
    str,
    lambda _: (ZoneInfo("Europe/London"),),
    ZoneInfo("Europe/London"),
    frozenset(),
    sms_enabled=True,
    good_payer=Thresholds(),
)
ASKED: dict[str, Callable[[Connection], object]] = {
    "who is due": lambda c: account.due(c, NOW, 500),
    "their facts": lambda c: GATHERER.gather(c, ["C1", "C2"], NOW),
    "their planned reminders": lambda c: outbox.planned(c, ["C1", "C2"]),
    "their conversations": lambda c: said.threads(c, ["C1", "C2"]),
    "what was decided on them last": lambda c: c.execute(decision.LATEST, {"ids": ["C1", "C2"], "place": "plan"}),
    "what was decided on one": lambda c: (decision.latest(c, "C1"), decision.history(c, "C1", NOW)),
    "who pauses them": lambda c: hold.of_customers(c, ["C1", "C2"]),
    "strangers": lambda c: said.strangers(c, ["C1", "C2"]),
    "what may be claimed": lambda c: outbox.due(c, NOW, 20, approved_only=False),
    "said today": lambda c: said.sent_since(c, NOW, NOW),
    "first contacts today": lambda c: said.first_contacts_since(c, NOW),
    "texts without a last word": lambda c: delivery_report.unfinished(c, NOW, NOW),
    "the last words on texts": lambda c: delivery_report.newest_codes(c, "x", 2),
    "promises to judge": lambda c: promise.to_judge(c, ["C1", "C2"]),
    "what came in towards promises": lambda c: promise_share.standing(c, ["C1", "C2"], NOW.date()),
    "promises whose day is over": lambda c: promise.past(c, NOW.date()),
    "calls to some": lambda c: note.calls_of(c, ["C1", "C2"], NOW),
    "what they heard by telephone": lambda c: note.heard(c, ["C1", "C2"], ["x"], NOW),
    "what waits in its lane": dispute.unsettled,
    "who asked to be called": lambda c: hold.of_kind(c, HoldKind.CALL_BACK),
    "promises of a matter": lambda c: promise.of_case(c, 1),
    "segments this month": lambda c: said.segments_since(c, NOW),
}
# Indexes of what grows for ever that tell nothing of a customer or a time.
TOO_WIDE = (
    "SCAN customer", "SCAN invoice", "SCAN payment", "SCAN outbox", "SCAN decision", "SCAN inbound",
    "SCAN promise", "SCAN note", "SCAN dispute", "SCAN hold", "SCAN payment_plan", "SCAN instalment", "SCAN thanks",
    "ix_outbox_state (state=?)",
)  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path}/bot.db", tmp_path)
    yield opened
    opened.close()


@pytest.mark.parametrize("question", ASKED)
def test_a_question_of_every_tick_is_answered_from_the_few_rows_it_is_about(store: Store, question: str) -> None:
    asked: list[tuple[str, object]] = []

    def note(_connection: object, _cursor: object, statement: str, values: object, *_: object) -> None:
        asked.append((statement, values))

    with store.reading() as connection:
        event.listen(store.engine, "before_cursor_execute", note)
        ASKED[question](connection)
        event.remove(store.engine, "before_cursor_execute", note)
        assert asked
        for statement, values in asked:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)  # type: ignore[arg-type]  # values as the statement had them
            plan = [row[3] for row in rows]
            assert not [step for step in plan for wide in TOO_WIDE if step.endswith(wide) or step == wide], plan
