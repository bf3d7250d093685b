"""Whatever is written to fool the reader has one effect: the customer is left alone and a person looks."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from reminderbot.core import triage
from reminderbot.core.calendar import BusinessDays
from reminderbot.core.ladder import Channel
from reminderbot.core.triage import MatchedBy, ReplyFacts
from reminderbot.replies.understand import Context, understand_email
from tests.replies.hostile import hostile

RECEIVED = datetime.fromisoformat("2026-03-04T10:00:00+00:00")
CONTEXT = Context(("INV-4711",), Decimal(480), "GBP", "en-GB")
# The strongest tie there is: as if each came from the right person to the right address.
FACTS = ReplyFacts(
    Channel.EMAIL,
    RECEIVED,
    MatchedBy.TOKEN,
    ZoneInfo("Europe/London"),
    BusinessDays(frozenset(range(5)), "GB", lambda _country, _day: False),
)
ALL = dict(hostile())


def test_there_are_a_hundred() -> None:
    assert len(ALL) >= 100


@pytest.mark.parametrize("name", ALL)
def test_its_only_effect_is_a_pause_and_a_person(name: str) -> None:
    understood = understand_email(ALL[name], RECEIVED, CONTEXT)
    verdict = triage.decide(understood, FACTS)
    assert verdict.hold is not None
    assert verdict.hold.until is None
    assert verdict.case is not None
    assert (verdict.promise, verdict.opted_out, verdict.dead_address) == (None, False, False), understood
