"""One customer's way through time if nobody answers, pays or steps in: planned and claimed as the runs do it.

Pure. It asks the same `dunning.decide` as the runs and steps a copy of the facts forward by what they would do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from reminderbot.core.account import Account, OpenItem
from reminderbot.core.aside import deadline
from reminderbot.core.beside import NAMES
from reminderbot.core.case import CaseKind
from reminderbot.core.contact import Reach
from reminderbot.core.decision import Decision, OpenCase, Send
from reminderbot.core.dunning import decide
from reminderbot.core.facts import Facts, LastLetter
from reminderbot.core.hold import Hold, HoldKind
from reminderbot.core.ladder import Channel, Ladder, Task, Tier
from reminderbot.core.plan import PlanState, judge, noted, told_missing
from reminderbot.core.promise import NOT_KEPT_IN_FULL, Judged, PromiseState, Waits
from reminderbot.core.quiet import Free, free_of
from reminderbot.core.rules import Rules
from reminderbot.core.tiering import reaches

Foreseen = tuple[datetime, Decision]

# What is found beside any decision.
_ASIDE = Decision(())
_BROKEN = Judged(PromiseState.BROKEN)
# The longest stretch of the contact budget, and then some.
_REMEMBERED = timedelta(days=31)


@dataclass(slots=True)
class Planned:
    """A message in the outbox, and when it may leave at the earliest."""

    number: int
    send: Send
    not_before: datetime
    # The end of the time in which a person can still take it back.
    release_at: datetime

    @property
    def due_at(self) -> datetime:
        return max(self.not_before, self.release_at)


@dataclass(slots=True)
class Course:
    """One customer on the way through time."""

    facts: Facts
    rules: Rules
    # How long a person can take a planned message back.
    undo: timedelta = timedelta(0)
    planned: Planned | None = None
    # Matters of these kinds wait for a person already.
    opened: frozenset[CaseKind] = frozenset()
    # How promises will have ended that nobody has paid by then, by their pauses.
    endings: Mapping[int, Judged] = field(default_factory=dict)
    found: list[Foreseen] = field(default_factory=list)
    # When the planning run looks at them next; None: only an event changes anything.
    review_at: datetime | None = None
    _is_known: bool = False
    # The latest decision, on what, and when.
    _made: tuple[Facts, Decision, datetime] | None = None
    # What may be reminded about: looked at anew only where that may have changed.
    _free: Free | None = None

    def plan(self, now: datetime, numbers: Iterator[int]) -> None:
        """What the planning run does at `now`."""
        self._open(self._end_promises(now), _ASIDE, now)
        self._open(self._miss_instalments(now), _ASIDE, now)
        made = self._decide(now)
        self._open(made.cases, made, now)
        self._replan(made.send, now, numbers)
        tasks = [case for case in made.cases if case.tier]
        self._take(tasks, now)
        told = {number: self._tier(tier) for number, tier, _ in made.told}
        if told:
            self.facts = replace(self.facts, account=self._reached(told, now))
        # What comes after a task taken is found at the next look.
        self.review_at = now if tasks or told else made.review_at

    def claim(self, now: datetime, *, has_room: bool) -> bool:
        """What the delivery run does with the message that is due; True where it leaves, or lacks nothing but room."""
        planned = self.planned
        assert planned is not None
        made = self._still_made(now) or self._decide(now)
        if made.send is None or not _same(planned.send, made.send):
            self.planned, self.review_at = None, now
            return False
        if made.send.not_before > now:
            planned.not_before = made.send.not_before
            return False
        if has_room:
            self.found.append((now, replace(made, cases=()) if made.cases else made))
            self.planned, self.review_at = None, now
            self._say(made.send, now)
        return True

    def overtaken_on(self, now: datetime) -> date | None:
        """The day on which one more invoice falls due, or a part of one: what is planned may not be due any more then.

        No look is planned for it, since it takes no step; whoever tries the message then finds out.
        """
        today = now.astimezone(self.rules.zone).date()
        days = (
            day
            for item in self.facts.account.items
            for day in (item.invoice.due_on, item.invoice.retained_until if item.withheld else None)
            if day is not None and day > today
        )
        return min(days, default=None)

    def _still_made(self, now: datetime) -> Decision | None:
        """The latest decision, where it named this very moment and nothing has changed since: no invoice fell due."""
        if self._made is None:
            return None
        facts, made, at = self._made
        zones = (self.rules.zone, *facts.reach.zones)
        same_day = all(at.astimezone(zone).date() == now.astimezone(zone).date() for zone in zones)
        named = made.send is not None and made.send.not_before == now
        return made if facts is self.facts and named and same_day else None

    def _decide(self, now: datetime) -> Decision:
        account = self.facts.account.on(now.astimezone(self.rules.zone).date())
        if account is not self.facts.account:
            self.facts, self._free = replace(self.facts, account=account), None
        if self._free is None or not self._free.still(self.facts, now):
            self._free = free_of(self.facts, self.rules, now)
        made = decide(self.facts, self.rules, now, self._free)
        self._made = self.facts, made, now
        return made

    def hear(self, now: datetime) -> None:
        """Something of ours reached somebody with whom they share an address."""
        self.facts = replace(self.facts, reach=_heard(self.facts.reach, now))

    def _open(self, cases: Sequence[OpenCase], made: Decision, now: datetime) -> None:
        """Call a person; a matter of a kind that already waits is not opened twice."""
        if cases and (new := tuple(case for case in cases if case.kind not in self.opened)):
            self.opened |= {case.kind for case in new}
            self.found.append((now, replace(made, send=None, cases=new)))

    def _replan(self, send: Send | None, now: datetime, numbers: Iterator[int]) -> None:
        planned, is_known = self.planned, self._is_known
        self._is_known = True
        if send is None:
            self.planned = None
        elif planned is None or not _same(planned.send, send):
            self.planned = Planned(next(numbers), send, send.not_before, now + self.undo)
        else:
            # What was put off before the first look waits on: this look is ours, no run has made it.
            later = send.not_before if is_known else max(send.not_before, planned.not_before)
            self.planned = replace(planned, send=send, not_before=later)

    def _end_promises(self, now: datetime) -> list[OpenCase]:
        """The cases for promises whose days have passed: nobody paid, so a person asks what got in the way."""
        cases, holds = [], []
        for hold in self.facts.holds:
            lapsed = hold.until is not None and hold.until <= now and hold.released_at is None
            if hold.kind is not HoldKind.PROMISE or not lapsed:
                holds.append(hold)
            elif pause := _after(hold, self.endings.get(hold.hold_id, _BROKEN), now):
                holds.append(pause)
                cases.append(OpenCase(CaseKind(pause.kind.value), pause.why, hold.invoices))
        if len(holds) != len(self.facts.holds) or cases:
            self.facts = replace(self.facts, holds=tuple(holds))
        return cases

    def _miss_instalments(self, now: datetime) -> list[OpenCase]:
        """The cases for plans of which an instalment has passed unpaid, as the planning run judges them."""
        if not self.facts.plans:
            return []
        found, ends = [], deadline(self.facts, self.rules)
        for standing in self.facts.plans:
            missed = standing.plan
            unmatched = self.facts.account.unapplied_in(missed.currency).amount
            state = judge(standing, unmatched, now, ends)
            if state is PlanState.MISSED and missed.state is PlanState.AGREED:
                why = f"{told_missing(standing, now, ends)}; a person talks to them first"
                pause = Hold(0, missed.customer_id, HoldKind.MISSED_INSTALMENT, now, why, missed.invoices)
                passed = replace(standing, plan=replace(missed, state=PlanState.MISSED))
                plans = tuple(passed if other is standing else other for other in self.facts.plans)
                self.facts = replace(self.facts, plans=plans, holds=(*self.facts.holds, pause))
                found.append(OpenCase(CaseKind.MISSED_INSTALMENT, why, missed.invoices))
        return found

    def _take(self, tasks: Iterable[OpenCase], now: datetime) -> None:
        """The invoices stand at the task's tier; after a review nothing moves without a person."""
        for task in tasks:
            tier = self._tier(task.tier)
            account = self._reached(dict.fromkeys(task.invoices, tier), now)
            self.facts = replace(self.facts, account=account)
            if tier.task is Task.REVIEW:
                customer_id = self.facts.account.customer.customer_id
                pause = Hold(0, customer_id, HoldKind.REVIEW, now, "a person decides what happens next")
                self.facts = replace(self.facts, holds=(*self.facts.holds, pause))

    def _say(self, send: Send, now: datetime) -> None:
        if send.tier in NAMES:
            self.hear(now)
            self._say_beside(send)
            return
        facts, account, follow_up = self.facts, self.facts.account, self.facts.follow_up
        if send.follows is not None:
            follow_up = None
        else:
            ladder = self.rules.ladder_of(facts)
            if send.channel is Channel.EMAIL:
                follow_up = _letter(account, send, ladder, now)
            account = _told(account, send, ladder, now)
        self.facts = replace(facts, account=account, reach=_heard(facts.reach, now), follow_up=follow_up)

    def _say_beside(self, send: Send) -> None:
        """What was said beside the ladder is not said again; no text message follows a letter before it."""
        keys = {key for key, _, _ in send.steps}
        plans = tuple(replace(standing, plan=noted(standing.plan, keys)) for standing in self.facts.plans)
        owed = tuple(each for each in self.facts.thanks if each.key not in keys)
        follow_up = None if send.channel is Channel.EMAIL else self.facts.follow_up
        self.facts = replace(self.facts, plans=plans, thanks=owed, follow_up=follow_up)

    def _reached(self, tiers: Mapping[str, Tier], now: datetime) -> Account:
        def stepped(item: OpenItem) -> OpenItem:
            tier = tiers.get(item.invoice.number)
            return replace(item, progress=reaches(item, tier, now)) if tier else item

        account = self.facts.account
        return replace(account, items=tuple(map(stepped, account.items)))

    def _tier(self, name: str) -> Tier:
        ladder = self.rules.ladder_of(self.facts)
        return ladder.tiers[ladder.index(name)]


def _letter(account: Account, send: Send, ladder: Ladder, now: datetime) -> LastLetter | None:
    """The letter that left, where its tier has a text message too."""
    if not {Channel.EMAIL, Channel.SMS} <= set(ladder.tiers[ladder.index(send.tier)].channels):
        return None
    stepped = {number for number, _, _ in send.steps}
    items = [item for item in account.items if item.invoice.number in stepped]
    balances = tuple((item.invoice.number, item.balance) for item in items)
    below = tuple((number, tier) for number, tier, _ in send.steps if tier != send.tier)
    return LastLetter(0, send.tier, now, balances, account.taken_off(items), below)


def _told(account: Account, send: Send, ladder: Ladder, now: datetime) -> Account:
    """The account after a letter: what it listed has been told, and some of that has taken its step."""
    taken = {number: ladder.tiers[ladder.index(tier)] for number, tier, _ in send.steps}

    def after(item: OpenItem) -> OpenItem:
        tier = taken.get(item.invoice.number)
        progress = reaches(item, tier, now) if tier else item.progress
        return replace(item, progress=progress, told=(*item.told, (send.tier, now)))

    items = (after(item) if item.invoice.number in send.lists else item for item in account.items)
    return replace(account, items=tuple(items))


def _heard(reach: Reach, now: datetime) -> Reach:
    kept = (at for at in reach.contacted_at if at > now - _REMEMBERED)
    return replace(reach, contacted_at=(*kept, now))


def _after(hold: Hold, ended: Judged, now: datetime) -> Hold | None:
    """The pause that takes the place of a promise's own; None: nothing but its end."""
    if ended.waits is Waits.MATCHING:
        kind, why = HoldKind.POSSIBLY_PAID, "money has come in that is not matched and may be what they promised"
    elif ended.state in NOT_KEPT_IN_FULL:
        kind, why = HoldKind.BROKEN_PROMISE, f"the promise passed unpaid by {hold.until:%Y-%m-%d}"
        why += "; a person talks to them first"
    else:
        return None
    return Hold(0, hold.customer_id, kind, now, why)


def _same(planned: Send, due: Send) -> bool:
    """Whether a planned message is still exactly what is due; how long it waits may differ."""
    return (
        planned.tier == due.tier
        and planned.channel is due.channel
        and planned.lists == due.lists
        and planned.steps == due.steps
        and planned.follows == due.follows
        and (planned.needs_approval or not due.needs_approval)
    )
