"""Decides whether a customer hears from us now, in which tier and about what: and why, or why not.

Pure: facts and the moment in, a decision with every gate it asked out. Everything that could make
us speak to somebody who should be left alone is asked here, first when planning and again at the claim.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from reminderbot.core import aside, plan, thanks
from reminderbot.core.account import Account, OpenItem, totals
from reminderbot.core.beside import Occasion, named
from reminderbot.core.calendar import AtWork, BusinessDays, IsHoliday, SendingHours, no_holidays, start_of_day
from reminderbot.core.case import CaseKind
from reminderbot.core.contact import Budget, Reach, may_send, reachable
from reminderbot.core.customer import Customer
from reminderbot.core.gate import Gate, GateCode
from reminderbot.core.hold import Hold, active
from reminderbot.core.invoice import Status
from reminderbot.core.ladder import Channel, Ladder, Needs, Task, Tier
from reminderbot.core.money import Money
from reminderbot.core.payer import Judgement
from reminderbot.core.promise import GRACE_BUSINESS_DAYS
from reminderbot.core.segment import Chosen, Segment, choose
from reminderbot.core.tiering import Step, begins_anew, days_at, next_step, position

# Whatever day messages may arrive on: on these, somebody of the business is there.
_WORKING_WEEK = frozenset(range(5))
# Design law 3: the text message of a tier follows its e-mail within three business days or not at all.
FOLLOW_UP_BUSINESS_DAYS = 3
# What was said of an invoice before counts as forgotten.
SAID_LATELY = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Rules:
    """How this business wants to remind; the ladder and the limits."""

    # The main ladder; `ladder_of` tells which one a customer climbs.
    ladder: Ladder
    zone: ZoneInfo
    country: str = ""
    hours: SendingHours = field(default_factory=SendingHours)
    is_holiday: IsHoliday = no_holidays
    # Holidays of the whole country: where only some regions rest, somebody may have paid, or may be exporting.
    is_everywhere_off: IsHoliday = no_holidays
    budget: Budget = field(default_factory=Budget)
    # An open balance at or below this is left alone; the number is read in the invoice's own currency.
    min_balance: Decimal = Decimal(0)
    # Currencies in which another sum is small.
    min_balance_in: Mapping[str, Decimal] = field(default_factory=dict)
    min_gap_days: int = 5
    # Invoices first seen more than this many days past due are parked for a person.
    park_after_days: int = 90
    # Customers who climb another ladder, in the order in which they are asked about.
    segments: tuple[Segment, ...] = ()
    # The business's own, in which a segment's sums are read.
    currency: str = ""
    # Nothing leaves on a day on which nobody of the business is there to read the answer.
    only_when_we_work: bool = True
    # So many days before an instalment its note goes out; 0: none does.
    note_days: int = 3
    # Business days after its day in which an instalment may still come in.
    grace_days: int = GRACE_BUSINESS_DAYS
    # How far off the last instalment of a plan may be.
    plan_max_days: int = plan.USUAL_DAYS
    # What customers are thanked for.
    thanks: frozenset[thanks.ThanksFor] = frozenset()

    def chosen(self, facts: Facts) -> Chosen:
        """The ladder of this customer, and why it is theirs."""
        return choose(facts.account, facts.past, facts.segment_by_hand, self.segments, self.ladder, self.currency)

    def ladder_of(self, facts: Facts) -> Ladder:
        """The ladder that this customer climbs: the one place that knows."""
        return self.chosen(facts).ladder

    def of(self, facts: Facts) -> Rules:
        """The same, with the ladder that this customer climbs as the main one."""
        return replace(self, ladder=self.ladder_of(facts))

    @property
    def ladders(self) -> tuple[Ladder, ...]:
        """Every ladder that somebody may climb, the main one first."""
        return (self.ladder, *(segment.ladder for segment in self.segments))

    def is_small(self, left: Money) -> bool:
        """Whether so little is left that nobody is written to about it; nothing at all is small too."""
        return left.amount <= self.floor(left.currency)

    def floor(self, currency: str) -> Decimal:
        """The small-balance floor: the most that is left alone in a currency."""
        return max(self.min_balance_in.get(currency, self.min_balance), Decimal(0))

    def business_days(self, place: str) -> BusinessDays:
        """Working days where the customer is; the business's own country where theirs is unknown."""
        return BusinessDays(self.hours.days, place or self.country, self.is_holiday)

    def days_of_both(self, place: str) -> BusinessDays:
        """Working days of the customer on which the business, and so its bank, works too."""
        return BusinessDays(self.hours.days, place or self.country, self.is_holiday, also=self.country)

    def bank_days(self, place: str) -> BusinessDays:
        """Days on which they, we and the banks are all at work: banks rest at the weekend, whoever works then."""
        both = self.days_of_both(place)
        return replace(both, days=both.days - {5, 6} or both.days)

    @property
    def at_work(self) -> AtWork | None:
        """When somebody of the business reads answers; None: messages leave whether or not."""
        if not self.only_when_we_work:
            return None
        return AtWork(self.zone, BusinessDays(self.hours.days | _WORKING_WEEK, self.country, self.is_holiday))

    def ledger_days(self) -> BusinessDays:
        """Days on which the business may be at work, as the age of its ledger counts them: in doubt it grows older."""
        return BusinessDays(self.hours.days, self.country, self.is_everywhere_off)


@dataclass(frozen=True, slots=True)
class LastLetter:
    """The last e-mail that went out and whose tier has a text message too, which has not been sent."""

    reminder_id: int
    tier: str
    sent_at: datetime
    # (invoice number, open balance then): a text follows only while nothing has changed.
    items: tuple[tuple[str, Money], ...]
    # Money not yet matched then, which the letter took off its sums.
    taken_off: tuple[Money, ...] = ()
    # (invoice number, the tier it took with the letter), where that was another one than the letter's own.
    below: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known about one customer at one moment."""

    account: Account
    reach: Reach
    holds: tuple[Hold, ...] = ()
    follow_up: LastLetter | None = None
    # Somebody with this customer opted out of one channel: what is left needs a person's yes (47 CFR 64.1200).
    ask_first: bool = False
    # What their own history says of them; None: nobody asked.
    past: Judgement | None = None
    # The segment that a person chose for them; empty: as the settings say.
    segment_by_hand: str = ""
    # The plans that stand, each beside what is open now.
    plans: tuple[plan.Standing, ...] = ()
    # What they have not been thanked for yet.
    thanks: tuple[thanks.Thanks, ...] = ()


@dataclass(frozen=True, slots=True)
class Send:
    """One message to one customer."""

    tier: str
    channel: Channel
    # All invoices that the message lists.
    lists: tuple[str, ...]
    # Those that take a step with it: (invoice, the tier it reaches, that tier's days).
    steps: tuple[tuple[str, str, int], ...]
    not_before: datetime
    needs_approval: bool = False
    # The e-mail that this text message follows.
    follows: int | None = None


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A person is needed; `tier` where the ladder itself asks for one (call, review)."""

    kind: CaseKind
    why: str
    invoices: tuple[str, ...]
    tier: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do about one customer now, every gate that was asked, and when to look again."""

    gates: tuple[Gate, ...]
    send: Send | None = None
    cases: tuple[OpenCase, ...] = ()
    # Steps that a letter over other invoices has said already, which listed these as well.
    told: tuple[tuple[str, str, int], ...] = ()
    # None: only an event (a payment, a reply, a person) changes anything.
    review_at: datetime | None = None

    @property
    def closed(self) -> tuple[Gate, ...]:
        """The gates that did not let it pass."""
        return tuple(gate for gate in self.gates if not gate.passed)


def decide(facts: Facts, rules: Rules, now: datetime) -> Decision:
    """Decide about one customer: a letter of the ladder, or one beside it; holds are looked at before anything else."""
    made = _on_ladder(facts, rules, now)
    return _or_beside(facts, rules, now, made) if facts.plans or facts.thanks else made


def _on_ladder(facts: Facts, rules: Rules, now: datetime) -> Decision:
    today = now.astimezone(rules.zone).date()
    gates: list[Gate] = []
    holds = active(facts.holds, now)
    wakes = [hold.until for hold in holds if hold.until]

    owed = _owed(facts.account, rules, gates)
    if not owed:
        return Decision(tuple(gates), review_at=_earliest(wakes))
    free = _not_held(facts.account, owed, holds, gates)
    if not free:
        return Decision(tuple(gates), review_at=_earliest(wakes))
    if case := _possibly_paid(facts.account, free, rules, gates):
        return Decision(tuple(gates), cases=(case,), review_at=_earliest(wakes))

    chosen = rules.chosen(facts)
    gates.extend(_patience(chosen))
    # From here on the rules are those of this customer.
    if chosen.ladder is not rules.ladder:
        rules = replace(rules, ladder=chosen.ladder)
    steps = _steps(free, rules, today)
    due, wake = _due(free, steps, rules, today, gates)
    wakes += wake
    tasks, letters = _split(due, rules.ladder)
    cases = _task_cases(tasks, rules.ladder)
    told = tuple(pair for pair in letters if _said_at(*pair, rules.ladder, now))
    letters = tuple(pair for pair in letters if pair not in told)
    gates.extend(_said_already(*pair, rules.ladder, now) for pair in told)
    send: Send | None = None
    if letters:
        send = _letter(facts, rules, letters, free, today, now, gates, cases)
    elif facts.follow_up:
        send = _text_after_letter(facts, rules, free, now, gates)
    steps_told = tuple(_taken(item, rules.ladder.tiers[step.tier]) for item, step in told)
    return Decision(tuple(gates), send, tuple(cases), steps_told, _earliest([wake for wake in wakes if wake > now]))


def _said_at(item: OpenItem, step: Step, ladder: Ladder, now: datetime) -> datetime | None:
    """When a letter over others said this step of an invoice, too: the same again, days later, would only nag."""
    name = ladder.tiers[step.tier].name
    return max((at for tier, at in item.told if tier == name and at > now - SAID_LATELY), default=None)


def _said_already(item: OpenItem, step: Step, ladder: Ladder, now: datetime) -> Gate:
    tier, number = ladder.tiers[step.tier].name, item.invoice.number
    said_on = (_said_at(item, step, ladder, now) or now).date()
    because = f"the letter '{tier}' of {said_on} listed {number} too, so it is not said again"
    values = {"tier": tier, "said_on": said_on.isoformat()}
    return Gate("said already", True, because, code=GateCode.SAID_ALREADY, invoices=(number,), values=values)


def _owed(account: Account, rules: Rules, gates: list[Gate]) -> tuple[OpenItem, ...]:
    """Items with a due date and a balance above the floor."""
    owed = tuple(item for item in account.items if item.invoice.due_on is not None and not rules.is_small(item.balance))
    if owed:
        sums = " and ".join(str(total) for total in totals(owed))
        because = f"{sums} is open on {_names(owed)}"
        gates.append(Gate("owed", True, because, code=GateCode.OWED, invoices=_numbers(owed), values={"sums": sums}))
    gates.extend(_left_out(account, owed))
    return owed


def _left_out(account: Account, owed: tuple[OpenItem, ...]) -> tuple[Gate, ...]:
    """Why nothing is ever said about what else is open."""
    rest = tuple(item for item in account.items if item.balance.amount > 0 and item not in owed)
    undated = tuple(item for item in rest if item.invoice.due_on is None)
    small = tuple(item for item in rest if item.invoice.due_on is not None)
    found = []
    if undated:
        because = "what is open has no due date"
        found.append(Gate("owed", False, because, code=GateCode.NO_DUE_DATE, invoices=_numbers(undated)))
    if small:
        because = "what is open is too small to write about"
        found.append(Gate("owed", False, because, code=GateCode.TOO_SMALL, invoices=_numbers(small)))
    if not owed and not found:
        found.append(Gate("owed", False, "nothing is open", code=GateCode.NOTHING_OPEN))
    return tuple(found)


def _not_held(
    account: Account, owed: tuple[OpenItem, ...], holds: tuple[Hold, ...], gates: list[Gate]
) -> tuple[OpenItem, ...]:
    """Items that no hold pauses; each hold leaves a gate with its reason."""
    for hold in holds:
        covered = tuple(number for number in _numbers(owed) if hold.covers(number))
        if covered:
            gates.append(_held(hold, covered, account.customer))
    disputed = tuple(item for item in owed if item.invoice.status is Status.DISPUTED)
    if disputed:
        because = f"the ledger says that {_names(disputed)} is disputed"
        code = GateCode.LEDGER_DISPUTED
        gates.append(Gate("not disputed", False, because, code=code, invoices=_numbers(disputed)))
    free = tuple(
        item for item in owed if item not in disputed and not any(hold.covers(item.invoice.number) for hold in holds)
    )
    if free:
        because = f"nothing pauses {_names(free)}"
        gates.append(Gate("not held", True, because, code=GateCode.NOT_HELD, invoices=_numbers(free)))
    for item in free:
        if item.restarted_on is not None:
            gates.append(_restarted(item.invoice.number, item.restarted_on))
    return free


def _restarted(number: str, on: date) -> Gate:
    because = f"a person restarted the clock of {number} on {on}: its tiers are counted from then"
    return Gate(
        "clock", True, because, code=GateCode.RESTARTED, invoices=(number,), values={"restarted_on": on.isoformat()}
    )


def _held(hold: Hold, covered: tuple[str, ...], who: Customer) -> Gate:
    """A pause as a gate: whose word it is and since when, so that it can be told from the gate alone."""
    scope = ", ".join(covered) if hold.invoices else "all invoices"
    values: dict[str, str | int] = {"kind": hold.kind.value, "hold": hold.hold_id, "why": hold.why}
    values |= {"placed_at": hold.placed_at.isoformat(), "by": hold.placed_by, "whole": int(not hold.invoices)}
    values |= {"upheld": int(hold.upheld)}
    if heard := hold.heard:
        from_contact = heard.sender and heard.sender.casefold() in {
            (who.contact.email or "").casefold(),
            who.contact.phone or "",
        }
        values |= {"said_at": heard.at.isoformat(), "said_by": who.contact.name if from_contact else ""}
        values |= {"known_by": heard.known_by}
    because = f"{hold.why} ({scope})"
    return Gate(f"hold: {hold.kind}", False, because, hold.until, code=GateCode.HELD, invoices=covered, values=values)


def _possibly_paid(account: Account, free: tuple[OpenItem, ...], rules: Rules, gates: list[Gate]) -> OpenCase | None:
    """Unallocated money that could settle an item: a person matches it before anybody is reminded.

    What would settle several together settles each; what settles none is taken off the letter's total.
    """
    name = "not possibly paid"
    for item in free if account.unapplied else ():
        received = account.unapplied_in(item.balance.currency)
        # A bank may have kept its fee.
        if received.amount > 0 and rules.is_small(item.balance - received):
            number = item.invoice.number
            of_it = _too_much(account, received.currency)
            why = f"{received} has come in that is not yet matched to an invoice{of_it} and could settle {number}"
            values = {"money": str(received), "invoice": number, "of_it": of_it}
            code = GateCode.POSSIBLY_PAID
            gates.append(Gate(name, False, why, code=code, invoices=_numbers(free), values=values))
            return OpenCase(CaseKind.POSSIBLY_PAID, f"{why}: match it in the ledger", (number,))
    gates.append(Gate(name, True, "no unmatched money could settle an invoice", code=GateCode.NOT_POSSIBLY_PAID))
    return None


def _too_much(account: Account, currency: str) -> str:
    """Where money to match is not found among what came in: on which invoices too much of it lies."""
    parts = [f"{money} too much on {number}" for number, money in account.credits if money.currency == currency]
    return f" ({', '.join(parts)})" if parts else ""


def _steps(free: tuple[OpenItem, ...], rules: Rules, today: date) -> tuple[tuple[OpenItem, Step], ...]:
    found = ((item, next_step(item, rules.ladder, rules.min_gap_days, today, rules.zone)) for item in free)
    return tuple((item, step) for item, step in found if step is not None)


_Due = tuple[tuple[OpenItem, Step], ...]


def _due(
    free: tuple[OpenItem, ...], steps: _Due, rules: Rules, today: date, gates: list[Gate]
) -> tuple[_Due, list[datetime]]:
    """The steps whose day has come, and the moments at which the others do."""
    due = tuple((item, step) for item, step in steps if step.due_on <= today)
    later = [start_of_day(step.due_on, rules.zone) for _, step in steps if step.due_on > today]
    # A courtesy notice lapses at the due date, when the first overdue tier takes its place.
    later += [
        start_of_day(item.invoice.due_on, rules.zone)
        for item, step in due
        if rules.ladder.tiers[step.tier].is_courtesy and item.invoice.due_on is not None
    ]
    overdue = any(rules.ladder.first_overdue <= step.tier for _, step in due) or any(
        rules.ladder.first_overdue <= position(item, rules.ladder) for item, _ in steps
    )
    if overdue:
        # One message per person: while an invoice is overdue, notices about others not yet due stay out.
        due = tuple((item, step) for item, step in due if not rules.ladder.tiers[step.tier].is_courtesy)
    if due:
        parts = ", ".join(f"{item.invoice.number} for '{rules.ladder.tiers[step.tier].name}'" for item, step in due)
        values = {"tiers": ", ".join(dict.fromkeys(rules.ladder.tiers[step.tier].name for _, step in due))}
        numbers = tuple(item.invoice.number for item, _ in due)
        gates.append(Gate("a tier is due", True, parts, code=GateCode.TIER_DUE, invoices=numbers, values=values))
    else:
        gates.append(_nothing_due(free, steps, rules, later))
    return due, later


def _nothing_due(free: tuple[OpenItem, ...], steps: _Due, rules: Rules, later: list[datetime]) -> Gate:
    name, numbers = "a tier is due", _numbers(free)
    if not steps:
        because = "the ladder has been climbed; a person decides what happens next"
        return Gate(name, False, because, code=GateCode.LADDER_DONE, invoices=numbers)
    item, step = min(steps, key=lambda pair: pair[1].due_on)
    tier = rules.ladder.tiers[step.tier].name
    because = f"next is '{tier}' for {item.invoice.number} on {step.due_on}"
    values = {"tier": tier, "invoice": item.invoice.number, "due_on": step.due_on.isoformat()}
    until = _earliest(later)
    return Gate(name, False, because, until, code=GateCode.TIER_LATER, invoices=numbers, values=values)


def _split(due: _Due, ladder: Ladder) -> tuple[_Due, _Due]:
    tasks = tuple(pair for pair in due if ladder.tiers[pair[1].tier].task is not None)
    return tasks, tuple(pair for pair in due if pair not in tasks)


_TASK_CASES = {Task.CALL: CaseKind.CALL, Task.REVIEW: CaseKind.REVIEW}


def _task_cases(tasks: _Due, ladder: Ladder) -> list[OpenCase]:
    """A case for each task tier that is due, over all invoices due for it."""
    by_tier: dict[int, list[str]] = {}
    for item, step in tasks:
        by_tier.setdefault(step.tier, []).append(item.invoice.number)
    cases = []
    for place, numbers in sorted(by_tier.items()):
        tier = ladder.tiers[place]
        if tier.task is not None:
            kind = _TASK_CASES[tier.task]
            what = "a personal call" if tier.task is Task.CALL else "a person decides what happens next"
            cases.append(
                OpenCase(kind, f"'{tier.name}' is due for {', '.join(numbers)}: {what}", tuple(numbers), tier.name)
            )
    return cases


def _letter(
    facts: Facts,
    rules: Rules,
    letters: _Due,
    free: tuple[OpenItem, ...],
    today: date,
    now: datetime,
    gates: list[Gate],
    cases: list[OpenCase],
) -> Send | None:
    """The one message over all that is due, in its highest tier; each invoice takes the one step that it is due for."""
    tier = rules.ladder.tiers[max(step.tier for _, step in letters)]
    listed = _listed(letters, free, tier, rules, today)
    channel = _channel(facts, tier, listed, gates)
    if channel is None:
        why = f"'{tier.name}' is due, but there is no way to reach them: {gates[-1].because}"
        cases.append(OpenCase(CaseKind.UNREACHABLE, why, tuple(item.invoice.number for item, _ in letters)))
        return None
    not_before = _when(facts, rules, now, listed, gates)
    if not_before is None:
        cases.append(OpenCase(CaseKind.UNREACHABLE, gates[-1].because, tuple(i.invoice.number for i, _ in letters)))
        return None
    leaves_on = not_before.astimezone(rules.zone).date()
    if tier.is_courtesy and leaves_on >= min(item.invoice.due_on or leaves_on for item, _ in letters):
        because = f"a notice could not leave before {leaves_on}, so it lapses"
        numbers, values = tuple(item.invoice.number for item, _ in letters), {"leaves_on": leaves_on.isoformat()}
        code = GateCode.NOTICE_LAPSED
        gates.append(Gate("before the due date", False, because, code=code, invoices=numbers, values=values))
        return None
    return Send(
        tier=tier.name,
        channel=channel,
        lists=listed,
        steps=tuple(_taken(item, rules.ladder.tiers[step.tier]) for item, step in letters),
        not_before=not_before,
        needs_approval=tier.needs is Needs.APPROVAL or facts.ask_first,
    )


def _taken(item: OpenItem, tier: Tier) -> tuple[str, str, int]:
    return item.invoice.number, tier.name, days_at(item, tier)


def _listed(letters: _Due, free: tuple[OpenItem, ...], tier: Tier, rules: Rules, today: date) -> tuple[str, ...]:
    """A courtesy notice names what is due for it; any later letter all that is overdue, not held and not given time."""
    if tier.is_courtesy:
        return tuple(item.invoice.number for item, _ in letters)
    return tuple(
        item.invoice.number
        for item in free
        if item.invoice.due_on is not None
        and item.invoice.due_on <= today
        and not begins_anew(item, rules.ladder, rules.min_gap_days, today, rules.zone)
    )


def _channel(facts: Facts, tier: Tier, listed: tuple[str, ...], gates: list[Gate]) -> Channel | None:
    """The first channel of the tier that reaches them: e-mail before SMS."""
    who, reach = facts.account.customer, facts.reach
    asked = [replace(reachable(who, channel, reach), invoices=listed) for channel in sorted(tier.channels)]
    for channel, gate in zip(sorted(tier.channels), asked, strict=True):
        if gate.passed:
            gates.append(gate)
            return channel
    gates.extend(asked)
    return None


def _when(facts: Facts, rules: Rules, now: datetime, listed: tuple[str, ...], gates: list[Gate]) -> datetime | None:
    """The first moment that keeps the contact budget and their day; None where there is none."""
    business = rules.business_days(facts.account.customer.place)
    asked = may_send(facts.reach, rules.budget, rules.hours, business, now, rules.at_work)
    gates.extend(replace(gate, invoices=listed) for gate in asked)
    budget, day = asked
    if not day.passed:
        return day.until
    return budget.until or now


def _text_after_letter(
    facts: Facts, rules: Rules, free: tuple[OpenItem, ...], now: datetime, gates: list[Gate]
) -> Send | None:
    """The text message of the last letter's tier: on the next business day if nothing has changed, then it lapses."""
    letter = facts.follow_up
    if letter is None or not _has_text(rules.ladder, letter.tier):
        return None
    if not reachable(facts.account.customer, Channel.SMS, facts.reach).passed:
        return None
    # What was restarted since has not been told anything yet.
    balances = {item.invoice.number: item.balance for item in free if not _is_anew(item)}
    name, numbers = "text message after the letter", tuple(number for number, _ in letter.items)
    listed = [item for item in free if item.invoice.number in numbers]
    received = facts.account.taken_off(listed) != letter.taken_off
    if received or any(balances.get(number) != balance for number, balance in letter.items):
        because = "what the letter listed has changed since"
        gates.append(Gate(name, False, because, code=GateCode.TEXT_CHANGED, invoices=numbers))
        return None
    business = rules.business_days(facts.account.customer.place)
    sent_on = letter.sent_at.astimezone(rules.zone).date()
    opens = start_of_day(business.add(sent_on, 1), rules.zone)
    lapses = start_of_day(business.add(sent_on, FOLLOW_UP_BUSINESS_DAYS) + timedelta(days=1), rules.zone)
    not_before = _when(facts, rules, max(now, opens), numbers, gates)
    if not_before is None or not_before >= lapses:
        because = "it would come more than three business days later"
        gates.append(Gate(name, False, because, code=GateCode.TEXT_TOO_LATE, invoices=numbers))
        return None
    # What took a lower step with the letter has its own text at the letter's tier still before it.
    taken = dict(letter.below)
    return Send(
        letter.tier, Channel.SMS, numbers, tuple((number, taken.get(number, letter.tier), 0) for number in numbers),
        not_before,
        facts.ask_first, letter.reminder_id,
    )  # fmt: skip


def _patience(chosen: Chosen) -> Iterator[Gate]:
    """That they climb another ladder than everybody, or would if the settings still had it."""
    if chosen.gone:
        because = f"'{chosen.gone}' was chosen for them and is no segment of the settings any more"
        values = {"segment": chosen.gone}
        yield Gate("patience", True, because, code=GateCode.SEGMENT_GONE, values=values)
    if chosen.segment:
        because = f"{chosen.why}: {chosen.gets} ('{chosen.segment}')"
        values = {"segment": chosen.segment, "why": chosen.why, "gets": chosen.gets}
        yield Gate("patience", True, because, code=GateCode.PATIENCE, values=values)


def _has_text(ladder: Ladder, tier: str) -> bool:
    return any(known.name == tier and Channel.SMS in known.channels for known in ladder.tiers)


def _or_beside(facts: Facts, rules: Rules, now: datetime, made: Decision) -> Decision:
    """The decision with the letter beside the ladder that may be said now, in a reminder's place where one is due.

    A note before an instalment goes first: its day passes, and a reminder can wait. A thank-you goes after all else.
    """
    today = now.astimezone(rules.zone).date()
    gates = list(made.gates)
    wakes = [*aside.deadlines(facts, rules), *([made.review_at] if made.review_at else [])]
    send = made.send
    for occasion in aside.occasions(facts, rules, now, said=send is not None):
        if occasion.opens_on > today:
            wakes.append(start_of_day(occasion.opens_on, rules.zone))
        elif occasion.lapses_on > today and (found := _aside(facts, rules, occasion, now, gates)):
            send = found
            break
    return replace(made, gates=tuple(gates), send=send, review_at=_earliest([at for at in wakes if at > now]))


def _aside(facts: Facts, rules: Rules, occasion: Occasion, now: datetime, gates: list[Gate]) -> Send | None:
    """The letter for `occasion`; None where something keeps us quiet, or it could not leave in time."""
    if why := aside.quiet(facts, occasion, now):
        gates.append(why)
        return None
    channel = _channel(facts, named(rules.ladder_of(facts), occasion.tier), occasion.invoices, gates)
    not_before = _when(facts, rules, now, occasion.invoices, gates) if channel else None
    if channel is None or not_before is None:
        return None
    leaves_on = not_before.astimezone(rules.zone).date()
    if leaves_on >= occasion.lapses_on:
        gates.append(aside.too_late(occasion, leaves_on))
        return None
    gates.append(aside.due(occasion))
    steps = tuple((key, occasion.tier, 0) for key in occasion.keys)
    return Send(occasion.tier, channel, occasion.invoices, steps, not_before, facts.ask_first)


def _numbers(items: tuple[OpenItem, ...]) -> tuple[str, ...]:
    return tuple(item.invoice.number for item in items)


def _is_anew(item: OpenItem) -> bool:
    return item.restarted_on is not None and item.progress is None


def _names(items: tuple[OpenItem, ...]) -> str:
    return ", ".join(_numbers(items))


def _earliest(moments: list[datetime]) -> datetime | None:
    return min(moments, default=None)
