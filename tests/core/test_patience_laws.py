"""The laws of patience over random lives: wherever somebody moves, nothing comes sooner and nothing comes twice."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from reminderbot.config.rules import segments as segment_mistakes
from reminderbot.core.account import OpenItem, Progress
from reminderbot.core.dunning import decide
from reminderbot.core.facts import Facts
from reminderbot.core.ladder import LAST_TIER_MIN_DAYS, Ladder, Tier, mistakes
from reminderbot.core.rules import Rules
from reminderbot.core.segment import Segment
from reminderbot.core.tiering import position, reaches
from tests.core.facts import LONDON, MONDAY, at, customer, days, facts, item

BOUNDED = settings(derandomize=True, max_examples=60)
MIN_GAP = 5
GROUPS = ("", "a", "b", "c")
HORIZON = 150


@st.composite
def ladders(draw: st.DrawFn, names: str) -> Ladder:
    """A lawful ladder whose names, in this order, may stand in others too."""
    chosen = [name for name in names if draw(st.booleans())]
    at_day, tiers = draw(st.integers(0, 12)), list[Tier]()
    for name in chosen:
        tiers.append(Tier(name, at_day, letter=name))
        at_day += draw(st.integers(MIN_GAP, 15))
    tiers.append(Tier("z", max(at_day, LAST_TIER_MIN_DAYS), letter="z"))
    found = Ladder(tuple(tiers))
    assert mistakes(found) == []
    return found


@st.composite
def rules(draw: st.DrawFn) -> Rules:
    main = draw(ladders("abcdef"))
    found = []
    for group in GROUPS[1:]:
        own = draw(st.booleans())
        patience = draw(st.integers(0, 30))
        ladder = (draw(ladders("bdfghi")) if own else main).later(patience)
        found.append(Segment(group, ladder, groups=(group,), patience_days=patience, has_own_ladder=own))
    if list(segment_mistakes(found, main)):
        found = []
    return Rules(main, LONDON, "GB", min_gap_days=MIN_GAP, segments=tuple(found), currency="GBP")


@dataclass
class Life:
    """One customer with one invoice, due on MONDAY, who belongs to another group from time to time."""

    facts: Facts
    rules: Rules
    # (when, tier, the ladder at that time)
    said: list[tuple[date, Tier, Ladder]] = field(default_factory=list)

    def day(self, on: date, group: str) -> None:
        account = self.facts.account
        self.facts = replace(self.facts, account=replace(account, customer=replace(account.customer, group=group)))
        now = at(on, 11)
        made = decide(self.facts, self.rules, now)
        if made.send is None or made.send.not_before > now:
            return
        ladder = self.rules.ladder_of(self.facts)
        ((_, name, _),) = made.send.steps
        tier = ladder.tiers[ladder.index(name)]
        assert ladder.index(name) == max(position(self._item, ladder) + 1, ladder.first_overdue)
        self.said.append((on, tier, ladder))
        self._reach(reaches(self._item, tier, now), now)

    @property
    def _item(self) -> OpenItem:
        return self.facts.account.items[0]

    def _reach(self, progress: Progress, now: datetime) -> None:
        reach = replace(self.facts.reach, contacted_at=(*self.facts.reach.contacted_at, now))
        account = replace(self.facts.account, items=(replace(self._item, progress=progress),))
        self.facts = replace(self.facts, account=account, reach=reach)


def live(own: Rules, groups: list[str]) -> Life:
    """So many days from the due date on, each with the group that they belong to then."""
    life = Life(facts(item(due_on=MONDAY), who=replace(customer(), group="")), own)
    for number in range(HORIZON):
        life.day(MONDAY + days(number), groups[number * len(groups) // HORIZON])
    return life


moves = st.lists(st.sampled_from(GROUPS), min_size=1, max_size=8)


@BOUNDED
@given(rules(), moves)
def test_no_message_comes_sooner_than_by_the_hardest_lawful_ladder(own: Rules, groups: list[str]) -> None:
    for number, (on, tier, ladder) in enumerate(live(own, groups).said):
        assert (on - MONDAY).days >= number * MIN_GAP
        assert (on - MONDAY).days >= tier.days
        if tier == ladder.tiers[-1]:
            assert (on - MONDAY).days >= LAST_TIER_MIN_DAYS


@BOUNDED
@given(rules(), moves)
def test_between_two_messages_lies_the_spacing_of_the_ladder_that_brings_the_second(
    own: Rules, groups: list[str]
) -> None:
    said = live(own, groups).said
    for (before, _, _), (on, tier, ladder) in pairwise(said):
        assert (on - before).days >= max(MIN_GAP, ladder.spacing(ladder.index(tier.name)))


@settings(BOUNDED, max_examples=100)
@given(rules(), moves)
def test_nobody_is_told_the_same_letter_twice_however_they_move(own: Rules, groups: list[str]) -> None:
    names = [tier.name for _, tier, _ in live(own, groups).said]
    assert len(set(names)) == len(names)


@BOUNDED
@given(rules(), st.sampled_from(GROUPS))
def test_more_patience_makes_no_message_come_sooner(own: Rules, group: str) -> None:
    segment = next((known for known in own.segments if known.name == group and not known.has_own_ladder), None)
    if segment is None:
        return
    usual, patient = live(own, [""]).said, live(own, [group]).said
    assert len(patient) <= len(usual)
    for (before, one, _), (after, other, _) in zip(usual, patient, strict=False):
        assert one.name == other.name
        assert after >= before
