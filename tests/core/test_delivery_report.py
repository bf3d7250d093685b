"""A carrier's reports come late, twice and out of order; only what goes further counts."""

from __future__ import annotations

import itertools

import pytest

from reminderbot.core.delivery_report import FINAL, DeliveryReport, is_news, is_out_of_reach

ON_THE_WAY = ("accepted", "queued", "sending", "sent")


@pytest.mark.parametrize("told", [*itertools.permutations(("queued", "sent", "delivered", "delivered"))])
def test_in_whatever_order_reports_come_the_last_word_stays(told: tuple[str, ...]) -> None:
    known: str | None = None
    for status in told:
        if is_news(DeliveryReport("SM1", status), known):
            known = status
    assert known == "delivered"


@pytest.mark.parametrize("last", ["delivered", "undelivered", "failed", "canceled", "gone"])
@pytest.mark.parametrize("late", [*ON_THE_WAY, "delivered", "undelivered", "failed"])
def test_nothing_steps_back_from_a_last_word(last: str, late: str) -> None:
    assert not is_news(DeliveryReport("SM1", late), last)


def test_a_word_that_twilio_has_added_since_is_kept_and_never_the_last() -> None:
    assert is_news(DeliveryReport("SM1", "teleported"), None)
    assert is_news(DeliveryReport("SM1", "queued"), "teleported")
    assert not DeliveryReport("SM1", "teleported").is_final
    assert not FINAL & set(ON_THE_WAY)


@pytest.mark.parametrize(
    ("codes", "gives_up"),
    [
        ([], False),
        ([30003], False),
        ([30003, 30003], True),
        ([30003, None], False),
        ([30003, None, 30003], False),
        ([None, 30003, 30003], False),
        ([30003, 30008], False),
        ([30003, 30003, None], True),
    ],
)
def test_only_twice_in_a_row_is_out_of_reach(codes: list[int | None], gives_up: bool) -> None:
    assert is_out_of_reach(codes) is gives_up
