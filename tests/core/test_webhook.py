"""What a person is told of the carrier's calls: nothing that needs no doing, and all that does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from reminderbot.core.webhook import Calls, Refusal

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=1)


@pytest.mark.parametrize("why", [why for why in Refusal if why is not Refusal.UNSIGNED])
def test_each_kind_that_was_turned_away_is_told_with_a_cure(why: Refusal) -> None:
    [(what, cure)] = Calls(NOON, 1, NOON, {why: 2}, LATER).troubles
    assert what == "2 calls were turned away"
    assert "{" not in cure


def test_both_addresses_are_named_where_they_differ() -> None:
    [(what, cure)] = Calls(NOON, 0, None, {Refusal.ADDRESS: 1}, NOON, "https://a.example", "https://b.example").troubles
    assert what == "1 call was turned away"
    assert cure == (
        "Twilio called https://a.example, and by [desk] public_url that is https://b.example: make the two the same"
    )


@pytest.mark.parametrize(("accepted", "told"), [(0, 1), (1, 0)])
def test_strangers_are_told_of_only_while_twilio_itself_never_came_in(accepted: int, told: int) -> None:
    calls = Calls(NOON, accepted, NOON if accepted else None, {Refusal.UNSIGNED: 9}, NOON)
    assert len(calls.troubles) == told
    assert calls.is_deaf is bool(told)


@pytest.mark.parametrize(
    ("accepted_at", "deaf"), [(None, True), (NOON - timedelta(minutes=1), True), (NOON, False), (LATER, False)]
)
def test_we_are_deaf_where_nothing_came_in_since_the_last_was_turned_away(
    accepted_at: datetime | None, deaf: bool
) -> None:
    assert Calls(NOON, 1, accepted_at, {Refusal.SIGNATURE: 1}, NOON).is_deaf is deaf
    assert not Calls(NOON, 1, accepted_at).is_deaf
