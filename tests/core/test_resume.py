"""Whatever was settled goes on gently: once, never sooner than the spacing, over random lives."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminderbot.core.account import OpenItem, Progress
from reminderbot.core.calendar import start_of_day
from reminderbot.core.decision import Send
from reminderbot.core.dunning import decide
from reminderbot.core.facts import Facts
from reminderbot.core.hold import Hold, HoldKind, active
from reminderbot.core.ladder import Task
from reminderbot.core.resume import Resuming, after_lifting, resumes_on, resuming
from reminderbot.core.tiering import next_step, position
from tests.core.facts import LADDER, LONDON, MONDAY, at, days, facts, gbp, hold, item, reached, rules

RULES = rules()
NUMBERS = ("INV-1", "INV-2", "INV-3")
UNSPOKEN = (HoldKind.RESUMING, HoldKind.OLD_DEBT, HoldKind.DELIVERY, HoldKind.BOUNCE)
SPOKEN = [kind for kind in HoldKind if kind not in UNSPOKEN]


def test_it_goes_on_after_the_spacing_of_the_next_tier_and_never_before_the_smallest() -> None:
    stood = item(progress=reached("gentle", MONDAY + days(3)))
    # 'check-in' lies seven days after 'gentle' on the ladder.
    assert resumes_on((stood,), RULES, MONDAY + days(40)) == MONDAY + days(47)
    assert resumes_on((), RULES, MONDAY) == MONDAY + days(5)


def test_a_person_may_choose_a_later_day_and_never_a_sooner_one() -> None:
    known, now = facts(item(progress=reached("gentle", MONDAY))), at(MONDAY + days(30))
    spaced = resuming(known, (), RULES, now).on
    assert spaced == MONDAY + days(37)
    assert resuming(known, (), RULES, now, spaced - days(1)).on == spaced
    assert resuming(known, (), RULES, now, spaced + days(1)).on == spaced + days(1)


def test_what_another_hold_still_covers_does_not_go_on() -> None:
    known = facts(item("INV-1"), item("INV-2"))
    general, own = hold(number=1), hold(invoices=("INV-1",), kind=HoldKind.DISPUTE, number=2)
    left = after_lifting(known, [general], [own], RULES, at(MONDAY))
    assert left is not None
    assert left.invoices == ("INV-2",)
    assert after_lifting(known, [own], [general], RULES, at(MONDAY)) is None


@pytest.mark.parametrize("kind", [HoldKind.OLD_DEBT, HoldKind.DELIVERY, HoldKind.BOUNCE, HoldKind.RESUMING])
def test_what_was_never_said_is_not_answered_by_the_letter_that_follows(kind: HoldKind) -> None:
    assert after_lifting(facts(), [hold(kind=kind)], [], RULES, at(MONDAY)) is None


def test_a_hold_that_had_lapsed_pauses_nothing_when_it_is_lifted() -> None:
    lapsed = hold(until=at(MONDAY), kind=HoldKind.ACK)
    assert after_lifting(facts(), [lapsed], [], RULES, at(MONDAY)) is None


def test_a_restarted_invoice_begins_at_the_first_tier_counted_from_then() -> None:
    was = item(progress=reached("options", MONDAY + days(18)))
    anew = replace(was, progress=None, round=2, restarted_on=MONDAY + days(20))
    step = next_step(anew, LADDER, 5, MONDAY + days(20), LONDON)
    assert step is not None
    assert (LADDER.tiers[step.tier].name, step.due_on) == ("gentle", MONDAY + days(25))
    later = replace(anew, progress=reached("gentle", MONDAY + days(25)))
    step = next_step(later, LADDER, 5, MONDAY + days(25), LONDON)
    assert step is not None
    assert (LADDER.tiers[step.tier].name, step.due_on) == ("check-in", MONDAY + days(32))
    assert anew.days_past_due(MONDAY + days(25)) == 25


def test_restarted_before_its_due_date_an_invoice_is_still_counted_from_that() -> None:
    early = replace(item(due_on=MONDAY + days(30)), restarted_on=MONDAY)
    step = next_step(early, LADDER, 5, MONDAY, LONDON)
    assert step is not None
    assert step.due_on == MONDAY + days(30) + timedelta(LADDER.tiers[step.tier].days)


# ---- random lives


@dataclass
class Life:
    """One customer whose case workers hold, lift, settle, restart and wait; nobody answers our letters."""

    known: Facts
    day: date = MONDAY
    sent: list[tuple[date, Send]] = field(default_factory=list)
    # The first day on which each invoice may be stepped again, as its last settling or restart promised.
    promised: dict[str, date] = field(default_factory=dict)
    numbers: int = 0

    def hold(self, kind: HoldKind, invoices: tuple[str, ...], length: int | None) -> None:
        self.numbers += 1
        until = start_of_day(self.day + days(length), LONDON) if length else None
        placed = Hold(self.numbers, "ACME", kind, at(self.day), "x", invoices, until)
        self.known = replace(self.known, holds=(*self.known.holds, placed))

    def lift(self, place: int) -> None:
        """A person lifts one of those that stand, but for what goes on gently already."""
        standing = [h for h in active(self.known.holds, at(self.day)) if h.kind is not HoldKind.RESUMING]
        if not standing:
            return
        gone = standing[place % len(standing)]
        rest = tuple(h for h in self.known.holds if h is not gone)
        self._go_on(after_lifting(self.known, [gone], rest, RULES, at(self.day)), rest)

    def settle(self, place: int, later: int) -> None:
        """The same with a day that the person chose."""
        standing = [h for h in active(self.known.holds, at(self.day)) if h.kind is not HoldKind.RESUMING]
        if standing:
            gone = standing[place % len(standing)]
            rest = tuple(h for h in self.known.holds if h is not gone)
            self._go_on(resuming(self.known, gone.invoices, RULES, at(self.day), self.day + days(later)), rest)

    def _go_on(self, pause: Resuming | None, rest: tuple[Hold, ...]) -> None:
        self.known = replace(self.known, holds=rest)
        if pause is None or not pause.invoices:
            return
        self.hold(HoldKind.RESUMING, pause.invoices, (pause.on - self.day).days)
        assert pause.on >= self.day + days(RULES.min_gap_days)
        for number in pause.invoices:
            place = position(self._item(number), LADDER) + 1
            spacing = LADDER.spacing(place) if place < len(LADDER.tiers) else 0
            assert pause.on >= self.day + days(spacing)
            self.promised[number] = max(self.promised.get(number, pause.on), pause.on)

    def restart(self, number: str) -> None:
        anew = replace(self._item(number), progress=None, restarted_on=self.day)
        self._put(replace(anew, round=anew.round + 1))
        self.promised[number] = max(self.promised.get(number, self.day), self.day + days(RULES.min_gap_days))

    def pay(self, number: str) -> None:
        self._put(replace(self._item(number), balance=gbp("0")))

    def wait(self, length: int) -> None:
        for _ in range(length):
            self.day += days(1)
            self._live()

    def _live(self) -> None:
        now = at(self.day, 9, 30)
        made = decide(self.known, RULES, now)
        for needed in made.cases:
            if needed.tier:
                tier = LADDER.tiers[LADDER.index(needed.tier)]
                self._reach(needed.invoices, tier.name, now)
                if tier.task is Task.REVIEW:
                    self.hold(HoldKind.REVIEW, (), None)
        # What was planned beside a task asks every gate again at the claim.
        send = decide(self.known, RULES, now).send if made.cases else made.send
        if send is not None and send.not_before <= now:
            self._leaves(send)
            reach = replace(self.known.reach, contacted_at=(*self.known.reach.contacted_at, now))
            self.known = replace(self.known, reach=reach)
            for number, tier_name, _ in send.steps:
                self._reach((number,), tier_name, now)

    def _leaves(self, send: Send) -> None:
        assert all(day != self.day for day, _ in self.sent), "two on one day"
        for number in send.lists:
            owed = self._item(number)
            assert owed.balance.amount > 0
            assert not any(h.covers(number) for h in active(self.known.holds, at(self.day, 9, 30)))
        for number, tier_name, _ in send.steps:
            assert self.day >= self.promised.get(number, self.day), f"{number} goes on too soon"
            place, stood = LADDER.index(tier_name), self._item(number)
            before = max(position(stood, LADDER), LADDER.first_overdue - 1)
            assert place == before + 1, "a rung was left out or taken twice"
            if stood.progress is not None:
                gap = max(LADDER.spacing(place), RULES.min_gap_days)
                assert self.day >= stood.progress.reached_at.astimezone(LONDON).date() + days(gap)
        self.sent.append((self.day, send))

    def _reach(self, numbers: tuple[str, ...], tier: str, now: datetime) -> None:
        for number in numbers:
            stood = Progress(tier, LADDER.tiers[LADDER.index(tier)].days, now)
            self._put(replace(self._item(number), progress=stood))

    def _item(self, number: str) -> OpenItem:
        return next(i for i in self.known.account.items if i.invoice.number == number)

    def _put(self, changed: OpenItem) -> None:
        items = tuple(changed if i.invoice.number == changed.invoice.number else i for i in self.known.account.items)
        self.known = replace(self.known, account=replace(self.known.account, items=items))


NAMED = st.sets(st.sampled_from(NUMBERS), max_size=2).map(lambda some: tuple(sorted(some)))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("hold"), st.sampled_from(SPOKEN), NAMED, st.one_of(st.none(), st.integers(1, 30))),
        st.tuples(st.just("lift"), st.integers(0, 5)),
        st.tuples(st.just("settle"), st.integers(0, 5), st.integers(0, 20)),
        st.tuples(st.just("restart"), st.sampled_from(NUMBERS)),
        st.tuples(st.just("pay"), st.sampled_from(NUMBERS)),
        st.tuples(st.just("wait"), st.integers(0, 25)),
    ),
    max_size=14,
)


def lived(steps: list[tuple[object, ...]]) -> Life:
    life = Life(facts(*(item(number, MONDAY - days(4 * n)) for n, number in enumerate(NUMBERS))))
    for name, *rest in steps:
        getattr(life, str(name))(*rest)
    life.wait(40)
    return life


@settings(derandomize=True, max_examples=200)
@given(STEPS)
def test_settled_lifted_restarted_in_whatever_order_never_two_never_too_soon(steps: list[tuple[object, ...]]) -> None:
    lived(steps)


@pytest.mark.soak
@settings(max_examples=6_000)
@given(STEPS)
def test_the_same_over_many_more_lives(steps: list[tuple[object, ...]]) -> None:
    lived(steps)


def test_such_lives_do_hear_from_us() -> None:
    left = lived([("wait", 4), ("hold", HoldKind.DISPUTE, ("INV-1",), None), ("wait", 20), ("lift", 0), ("wait", 30)])
    assert len(left.sent) >= 4
