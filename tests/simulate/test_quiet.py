"""What the plan foresees is what the runs then send, message for message, where nobody answers."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pytest

from tests import memory
from tests.figures import Figures
from tests.simulate.quiet import Called, Quiet, Said, calls_of, messages_of, quiet

ROUNDS = float(os.environ.get("N", "1"))
DAYS = 70
# Chosen so that together they meet whatever can put a message off; `_met` says what.
SEEDS = (3, 9, 15, 18, 19, 21, 31, 33, 35, 36, 40, 44, 116, 133, 142, 183)
MUST_BE_MET = {
    "new conversations a day", "messages an hour", "text messages a month", "a shared address", "a time to take back",
    "a person's yes", "a text after its letter", "a letter by text alone", "a broken promise", "a call", "a review",
    "an old debt set aside", "a start in the middle",
}  # fmt: skip
# Days that the runs have been at work when the plan is made.
BEGUN = (0, 5, 10)


@dataclass(frozen=True)
class Compared:
    """What was foreseen of one business, and what happened."""

    seed: int
    foreseen: list[Said]
    said: list[Said]
    called_ahead: list[Called]
    called: list[Called]
    met: Counter[str]


def compared(seed: int) -> Compared:
    with (
        tempfile.TemporaryDirectory(prefix="quiet-", dir=memory.FOLDER) as folder,
        quiet(seed, Path(folder) / "business") as business,
    ):
        business.live(BEGUN[seed % len(BEGUN)])
        business.people_act()
        now = business.clock.now()
        seen = business.foresee(DAYS)
        business.live(DAYS)
        said, called = business.said(now), business.called(now)
        met = _met(business, said, called, begun=len(business.said(business.business.begins)) > len(said))
    return Compared(seed, messages_of(seen), said, calls_of(seen), called, met)


def _met(business: Quiet, said: list[Said], called: list[Called], *, begun: bool) -> Counter[str]:
    """What of all that can put a message off was there, by the rules and by what happened."""
    rules, kinds = business.business.rules, Counter(kind for _, _, kind in called)
    emails = Counter(email for client in business.business.clients for email in client.party.emails)
    mailed = {(customer, tier) for _, customer, channel, tier, _, _ in said if channel == "email"}
    texts = [(customer, tier) for _, customer, channel, tier, _, _ in said if channel == "sms"]
    return +Counter(
        {
            "new conversations a day": rules.first_contacts_per_day < 3,
            "messages an hour": rules.max_per_hour < 4,
            "text messages a month": len(texts) > 0 and rules.monthly_segments < 5,
            "a shared address": any(number > 1 for number in emails.values()),
            "a time to take back": business.business.undo_minutes > 0,
            "a person's yes": bool(business.business.asks & {tier for _, _, _, tier, _, _ in said}),
            "a text after its letter": sum(text in mailed for text in texts),
            "a letter by text alone": sum(text not in mailed for text in texts),
            "a broken promise": kinds["broken_promise"],
            "a call": kinds["call"],
            "a review": kinds["review"],
            "an old debt set aside": business.held("old_debt"),
            "a start in the middle": begun,
        }
    )


def differences(one: Compared) -> list[tuple[object, ...]]:
    """What only one of the two has."""
    ahead, happened = {*one.foreseen, *one.called_ahead}, {*one.said, *one.called}
    only_ahead = [("only foreseen", one.seed, *each) for each in ahead - happened]
    return [*only_ahead, *(("not foreseen", one.seed, *each) for each in happened - ahead)]


@pytest.mark.timeout(900)
def test_the_plan_is_message_for_message_what_the_runs_send_where_nobody_answers(figures: Figures) -> None:
    found = [compared(seed) for seed in SEEDS]

    assert [difference for one in found for difference in differences(one)] == []
    # Twice the same would not be seen among what only one of the two has.
    assert [len(one.foreseen) for one in found] == [len(one.said) for one in found]
    said = [each for one in found for each in one.said]
    figures.note("messages as planned", len(said))
    assert len(said) >= 1000
    assert len({tier for _, _, _, tier, _, _ in said}) >= 3
    met = sum((one.met for one in found), Counter())
    assert sorted(MUST_BE_MET - met.keys()) == []


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_the_plan_is_what_the_runs_send_in_hundreds_of_businesses(figures: Figures) -> None:
    number = int(100 * ROUNDS)
    for one in map(compared, islice(iter(range(100, 10**6)), number)):
        assert (differences(one), len(one.foreseen)) == ([], len(one.said)), one.seed
        figures.note("messages as planned", len(one.said))
