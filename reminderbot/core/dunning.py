"""Decides whether a customer hears from us now, in which tier and about what: and why, or why not.

Pure: facts and the moment in, a decision with every gate it asked out. Everything that could make
us speak to somebody who should be left alone is asked here, first when planning and again at the claim.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from reminderbot.core import aside
from reminderbot.core.account import OpenItem, numbers_of
from reminderbot.core.beside import Occasion, named
from reminderbot.core.calendar import start_of_day
from reminderbot.core.case import CaseKind
from reminderbot.core.contact import may_send, reachable
from reminderbot.core.decision import Decision, OpenCase, Send
from reminderbot.core.facts import Facts, LastLetter
from reminderbot.core.gate import Gate, GateCode
from reminderbot.core.ladder import Channel, Ladder, Needs, Task, Tier
from reminderbot.core.quiet import Free, free_of
from reminderbot.core.rules import Rules
from reminderbot.core.tiering import Step, begins_anew, days_at, next_step

# Design law 3: the text message of a tier follows its e-mail within three business days or not at all.
FOLLOW_UP_BUSINESS_DAYS = 3
# What was said of an invoice before counts as forgotten.
SAID_LATELY = timedelta(days=31)


def decide(facts: Facts, rules: Rules, now: datetime, known: Free | None = None) -> Decision:
    """Decide about one customer: a letter of the ladder, or one beside it; holds are looked at before anything else.

    Who decides about them again and again may say what is `known` to be free, as long as `Free.still` holds.
    """
    made = _on_ladder(facts, rules, now, known)
    return _or_beside(facts, rules, now, made) if facts.plans or facts.thanks else made


def _on_ladder(facts: Facts, rules: Rules, now: datetime, known: Free | None) -> Decision:
    today = now.astimezone(rules.zone).date()
    known = known or free_of(facts, rules, now)
    gates = list(known.gates)
    wakes = [hold.until for hold in known.holds if hold.until]
    if known.case or not known.numbers:
        return Decision(known.gates, cases=(known.case,) if known.case else (), review_at=_earliest(wakes))

    # From here on the rules are those of this customer.
    free, rules = known.items_of(facts.account), known.rules
    steps = _steps(free, rules, today)
    due, wake = _due(free, steps, rules, today, gates)
    if wake is not None:
        wakes.append(wake)
    if not due and not facts.follow_up:
        return Decision(tuple(gates), review_at=_earliest([wake for wake in wakes if wake > now]))
    tasks, letters = _split(due, rules.ladder)
    cases = _task_cases(tasks, rules.ladder)
    letters, told = _not_yet_said(letters, rules.ladder, now, gates)
    send: Send | None = None
    if letters:
        send = _letter(facts, rules, letters, free, today, now, gates, cases)
    elif facts.follow_up:
        send = _text_after_letter(facts, rules, free, now, gates)
    steps_told = tuple(_taken(item, rules.ladder.tiers[step.tier]) for item, step in told)
    return Decision(tuple(gates), send, tuple(cases), steps_told, _earliest([wake for wake in wakes if wake > now]))


def _not_yet_said(letters: _Due, ladder: Ladder, now: datetime, gates: list[Gate]) -> tuple[_Due, _Due]:
    """The steps that are still to be said, and those that a letter over others has said; each of these has its gate."""
    open_, told = list[tuple[OpenItem, Step]](), list[tuple[OpenItem, Step]]()
    for item, step in letters:
        said_at = _said_at(item, step, ladder, now)
        (told if said_at else open_).append((item, step))
        if said_at:
            gates.append(_said_already(item, ladder.tiers[step.tier], said_at.date()))
    return tuple(open_), tuple(told)


def _said_at(item: OpenItem, step: Step, ladder: Ladder, now: datetime) -> datetime | None:
    """When a letter over others said this step of an invoice, too: the same again, days later, would only nag."""
    name = ladder.tiers[step.tier].name
    return max((at for tier, at in item.told if tier == name and at > now - SAID_LATELY), default=None)


def _said_already(item: OpenItem, tier: Tier, on: date) -> Gate:
    number = item.invoice.number
    because = f"the letter '{tier.name}' of {on} listed {number} too, so it is not said again"
    values = {"tier": tier.name, "said_on": on.isoformat()}
    return Gate("said already", True, because, code=GateCode.SAID_ALREADY, invoices=(number,), values=values)


def _steps(free: tuple[OpenItem, ...], rules: Rules, today: date) -> tuple[tuple[OpenItem, Step], ...]:
    found = ((item, next_step(item, rules.ladder, rules.min_gap_days, today, rules.zone)) for item in free)
    return tuple((item, step) for item, step in found if step is not None)


_Due = tuple[tuple[OpenItem, Step], ...]


def _due(
    free: tuple[OpenItem, ...], steps: _Due, rules: Rules, today: date, gates: list[Gate]
) -> tuple[_Due, datetime | None]:
    """The steps whose day has come, and the moment at which the first of the others does."""
    due, first_overdue = tuple(pair for pair in steps if pair[1].due_on <= today), rules.ladder.first_overdue
    later = [step.due_on for _, step in steps if step.due_on > today]
    # A courtesy notice lapses at the due date, when the first overdue tier takes its place.
    lapses = [item.invoice.due_on for item, step in due if step.tier < first_overdue and item.invoice.due_on]
    later += lapses
    if lapses and any(_is_overdue(item, step, rules.ladder, today) for item, step in steps):
        # One message per person: while an invoice is overdue, notices about others not yet due stay out.
        due = tuple(pair for pair in due if first_overdue <= pair[1].tier)
    wake = start_of_day(min(later), rules.zone) if later else None
    gates.append(_due_now(due, rules.ladder) if due else _nothing_due(free, steps, rules.ladder, wake))
    return due, wake


def _is_overdue(item: OpenItem, step: Step, ladder: Ladder, today: date) -> bool:
    """Whether an overdue tier is due, or was taken: then a later one comes next.

    What was given more time since is overdue no more.
    """
    if step.due_on <= today:
        return ladder.first_overdue <= step.tier
    return ladder.first_overdue < step.tier and item.invoice.due_on is not None and item.invoice.due_on <= today


def _due_now(due: _Due, ladder: Ladder) -> Gate:
    named_ = [(item.invoice.number, ladder.tiers[step.tier].name) for item, step in due]
    because = ", ".join(f"{number} for '{tier}'" for number, tier in named_)
    values = {"tiers": ", ".join(dict.fromkeys(tier for _, tier in named_))}
    numbers = tuple(number for number, _ in named_)
    return Gate("a tier is due", True, because, code=GateCode.TIER_DUE, invoices=numbers, values=values)


def _nothing_due(free: tuple[OpenItem, ...], steps: _Due, ladder: Ladder, until: datetime | None) -> Gate:
    name, numbers = "a tier is due", numbers_of(free)
    if not steps:
        because = "the ladder has been climbed; a person decides what happens next"
        return Gate(name, False, because, code=GateCode.LADDER_DONE, invoices=numbers)
    item, step = min(steps, key=lambda pair: pair[1].due_on)
    tier = ladder.tiers[step.tier].name
    because = f"next is '{tier}' for {item.invoice.number} on {step.due_on}"
    values = {"tier": tier, "invoice": item.invoice.number, "due_on": step.due_on.isoformat()}
    return Gate(name, False, because, until, code=GateCode.TIER_LATER, invoices=numbers, values=values)


def _split(due: _Due, ladder: Ladder) -> tuple[_Due, _Due]:
    tasks = tuple(pair for pair in due if ladder.tiers[pair[1].tier].task is not None)
    return tasks, tuple(pair for pair in due if ladder.tiers[pair[1].tier].task is None)


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
    shut = []
    for channel in sorted(tier.channels):
        gate = reachable(facts.account.customer, channel, facts.reach, listed)
        if gate.passed:
            gates.append(gate)
            return channel
        shut.append(gate)
    gates.extend(shut)
    return None


def _when(facts: Facts, rules: Rules, now: datetime, listed: tuple[str, ...], gates: list[Gate]) -> datetime | None:
    """The first moment that keeps the contact budget and their day; None where there is none."""
    business = rules.business_days(facts.account.customer.place)
    budget, day = may_send(facts.reach, rules.budget, rules.hours, business, now, rules.at_work, listed)
    gates += budget, day
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
    # What was restarted since has not been told anything yet, and what was given more time is not to be told again.
    sent_on = letter.sent_at.astimezone(rules.zone).date()
    stands = (item for item in free if not _is_anew(item) and not _is_put_off(item, letter, rules.ladder, sent_on))
    balances = {item.invoice.number: item.balance for item in stands}
    name, numbers = "text message after the letter", tuple(number for number, _ in letter.items)
    listed = [item for item in free if item.invoice.number in numbers]
    received = facts.account.taken_off(listed) != letter.taken_off
    if received or any(balances.get(number) != balance for number, balance in letter.items):
        because = "what the letter listed has changed since"
        gates.append(Gate(name, False, because, code=GateCode.TEXT_CHANGED, invoices=numbers))
        return None
    business = rules.business_days(facts.account.customer.place)
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


def _is_put_off(item: OpenItem, letter: LastLetter, ladder: Ladder, sent_on: date) -> bool:
    """Whether by the books of now the letter would have come too soon: they were given time since."""
    said = dict(letter.below).get(item.invoice.number, letter.tier)
    late, place = item.days_past_due(sent_on), ladder.places.get(said)
    return late is not None and place is not None and late < ladder.tiers[place].days


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


def _is_anew(item: OpenItem) -> bool:
    return item.restarted_on is not None and item.progress is None


def _earliest(moments: list[datetime]) -> datetime | None:
    return min(moments, default=None)
