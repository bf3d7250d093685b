"""The laws of courtesy, against arbitrary facts and whole simulated lives."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from reminderbot.core import triage
from reminderbot.core.account import Account, OpenItem, Progress, totals
from reminderbot.core.calendar import HARD_END, HARD_START, SendingHours, is_open, next_open, public_holidays
from reminderbot.core.contact import Budget, Reach
from reminderbot.core.customer import Consent, Contact, Customer
from reminderbot.core.decision import Decision, Send
from reminderbot.core.dunning import decide
from reminderbot.core.facts import Facts, LastLetter
from reminderbot.core.hold import Hold, HoldKind
from reminderbot.core.invoice import Invoice, Status
from reminderbot.core.ladder import Channel, Ladder, Task, Tier, mistakes
from reminderbot.core.money import Money
from reminderbot.core.rules import Rules
from reminderbot.core.tiering import position
from reminderbot.core.triage import MatchedBy, ReplyFacts
from reminderbot.core.understanding import Bounce, Finding, Kind, Understanding
from tests.core.facts import LADDER, LONDON, MONDAY, at, days, weekdays

BOUNDED = settings(derandomize=True, max_examples=30)
CLOSED = frozenset({MONDAY + days(9), MONDAY + days(32)})
ZONES = [ZoneInfo(name) for name in ("Europe/London", "America/New_York", "Asia/Kolkata", "Pacific/Auckland")]

day = st.integers(-120, 420).map(lambda n: MONDAY + days(n))
moment = st.builds(lambda on, minute: at(on, 0) + timedelta(minutes=minute), day, st.integers(0, 24 * 60 - 1))
money = st.builds(Money, st.decimals(-50, 5000, places=2), st.sampled_from(["GBP", "EUR", "JPY"]))
gaps = st.lists(st.integers(5, 20), min_size=2, max_size=5)


@st.composite
def ladders(draw: st.DrawFn) -> Ladder:
    at_day = draw(st.sampled_from([-10, -3, 0, 3]))
    tiers = []
    for place, gap in enumerate(draw(gaps)):
        task = draw(st.sampled_from([None, None, None, Task.CALL])) if place else None
        both = draw(st.booleans())
        channels = () if task else (Channel.EMAIL, Channel.SMS) if both else (Channel.EMAIL,)
        tiers.append(Tier(f"t{place}", at_day, channels, f"t{place}", task=task))
        at_day += gap
    tiers.append(Tier("last", max(at_day, 30), letter="last"))
    return Ladder(tuple(tiers))


@st.composite
def items(draw: st.DrawFn, number: str, ladder: Ladder) -> OpenItem:
    owed = draw(money)
    due_on = draw(st.none() | day)
    reached = draw(st.none() | st.sampled_from(ladder.tiers))
    name = draw(st.sampled_from([reached.name, "gone"])) if reached else ""
    progress = Progress(name, reached.days, draw(moment)) if reached else None
    bill = Invoice(number, "ACME", date(2026, 8, 1), due_on, owed, draw(st.sampled_from(Status)))
    return OpenItem(bill, owed, progress)


@st.composite
def holds(draw: st.DrawFn) -> Hold:
    return Hold(
        draw(st.integers(1, 9)), "ACME", draw(st.sampled_from(HoldKind)), draw(moment), "why",
        draw(st.sampled_from([(), ("INV-0",), ("INV-1", "INV-2")])), draw(st.none() | moment), draw(st.none() | moment),
    )  # fmt: skip


@st.composite
def situations(draw: st.DrawFn) -> tuple[Facts, Rules, datetime]:
    """Any facts, rules and moment, the sensible and the odd."""
    ladder = draw(ladders())
    open_items = tuple(draw(items(f"INV-{n}", ladder)) for n in range(draw(st.integers(0, 3))))
    contact = Contact(
        "Ann", draw(st.sampled_from([None, "ann@acme.example"])), draw(st.sampled_from([None, "+447700900123"])),
        draw(st.sampled_from([None, Consent(MONDAY, "form")])),
    )  # fmt: skip
    who = Customer("ACME", "Acme", contact, country=draw(st.sampled_from(["", "GB"])))
    reach = Reach(
        tuple(draw(st.lists(st.sampled_from(ZONES), max_size=3))),
        tuple(draw(st.lists(st.tuples(st.sampled_from(Channel), st.just("closed")), max_size=2))),
        tuple(draw(st.lists(moment, max_size=8))),
        draw(st.booleans()),
    )
    letter = LastLetter(1, ladder.tiers[0].name, draw(moment), tuple((i.invoice.number, i.balance) for i in open_items))
    facts = Facts(
        Account(who, open_items, tuple(draw(st.lists(money, max_size=2, unique_by=lambda m: m.currency)))),
        reach, tuple(draw(st.lists(holds(), max_size=2))), draw(st.sampled_from([None, letter])), draw(st.booleans()),
    )  # fmt: skip
    rules = Rules(
        ladder, LONDON, "GB", draw(st.sampled_from([SendingHours(), SendingHours(HARD_START, HARD_END)])),
        lambda _country, on: on in CLOSED, min_balance=Decimal(draw(st.integers(0, 20))),
        min_gap_days=draw(st.integers(3, 9)),
    )  # fmt: skip
    return facts, rules, draw(moment)


def items_of(facts: Facts) -> dict[str, OpenItem]:
    return {item.invoice.number: item for item in facts.account.items}


# ---- one decision


@settings(BOUNDED, max_examples=100)
@given(situations())
def test_any_decision_keeps_every_law_that_one_decision_can_break(situation: tuple[Facts, Rules, datetime]) -> None:
    facts, rules, now = situation
    made = decide(facts, rules, now)
    assert made == decide(facts, rules, now)
    assert made.gates
    assert made.review_at is None or made.review_at > now
    if made.send is not None:
        only_what_is_owed_and_free(facts, rules, now, made.send)
        one_tier_at_a_time(facts, rules, now, made.send)
        in_their_day_and_budget(facts, rules, now, made.send)
    elif facts.account.items and not made.cases:
        assert made.closed or any(gate.name == "a tier is due" for gate in made.gates)


def only_what_is_owed_and_free(facts: Facts, rules: Rules, now: datetime, send: Send) -> None:
    known = items_of(facts)
    assert send.lists
    assert len(set(send.lists)) == len(send.lists)
    assert {number for number, _, _ in send.steps} <= set(send.lists)
    for number in send.lists:
        item = known[number]
        assert item.balance.amount > max(rules.min_balance, Decimal(0))
        assert item.invoice.due_on is not None
        assert item.invoice.status is not Status.DISPUTED
        assert not any(hold.is_active(now) and hold.covers(number) for hold in facts.holds)
    assert not facts.reach.closed_because(send.channel)


def one_tier_at_a_time(facts: Facts, rules: Rules, now: datetime, send: Send) -> None:
    if send.follows is not None:
        return
    today, known, ladder = now.astimezone(rules.zone).date(), items_of(facts), rules.ladder
    places = {tier.name: place for place, tier in enumerate(ladder.tiers)}
    best = max(position(item, ladder) for item in facts.account.items)
    assert places[send.tier] <= max(best + 1, ladder.first_overdue)
    assert places[send.tier] == max(places[tier] for _, tier, _ in send.steps)
    for number, tier, at_day in send.steps:
        item, place = known[number], places[tier]
        assert at_day == ladder.tiers[place].days
        late = item.days_past_due(today)
        assert late is not None
        assert late >= at_day
        before = position(item, ladder)
        assert place == max(before + 1, ladder.first_overdue if late >= 0 else 0) or ladder.tiers[place].is_courtesy
        if item.progress is not None:
            since = today - item.progress.reached_at.astimezone(rules.zone).date()
            assert since.days >= max(rules.min_gap_days, ladder.spacing(place) if place == before + 1 else 0)


def in_their_day_and_budget(facts: Facts, rules: Rules, now: datetime, send: Send) -> None:
    leaves = max(now, send.not_before)
    business = rules.business_days(facts.account.customer.country)
    assert facts.reach.zones
    for zone in facts.reach.zones:
        local = leaves.astimezone(zone)
        assert HARD_START <= rules.hours.start <= local.time() < rules.hours.end <= HARD_END
        assert business.contains(local.date())
    for span, most in ((days(1), 1), (days(7), 2), (days(30), 7)):
        assert sum(leaves - span < other for other in facts.reach.contacted_at) < most


@settings(BOUNDED, max_examples=50)
@given(situations(), holds())
def test_one_more_hold_never_makes_it_say_more(situation: tuple[Facts, Rules, datetime], more: Hold) -> None:
    facts, rules, now = situation
    before, after = decide(facts, rules, now).send, decide(replace(facts, holds=(*facts.holds, more)), rules, now).send
    if before is None:
        # Only unmatched money that could settle a held invoice no longer keeps back the others.
        assert after is None or more.invoices
    elif more.is_active(now) and not more.invoices:
        assert after is None


@BOUNDED
@given(situations())
def test_one_more_message_never_makes_the_next_come_sooner(situation: tuple[Facts, Rules, datetime]) -> None:
    facts, rules, now = situation
    before = decide(facts, rules, now).send
    more = replace(facts, reach=replace(facts.reach, contacted_at=(*facts.reach.contacted_at, now)))
    after = decide(more, rules, now).send
    assert after is None or (before is not None and after.not_before >= max(before.not_before, now + days(1)))


@BOUNDED
@given(situations())
def test_sums_are_those_of_the_items_and_never_cross_currencies(situation: tuple[Facts, Rules, datetime]) -> None:
    open_items = situation[0].account.items
    for total in totals(open_items):
        assert total.amount == sum(i.balance.amount for i in open_items if i.balance.currency == total.currency)


# ---- whole lives


@dataclass
class Life:
    """One customer: what happens to them is drawn, what we do follows from the decisions alone."""

    facts: Facts
    rules: Rules
    sent: list[tuple[datetime, Send, Account]] = field(default_factory=list)

    def look(self, now: datetime) -> Decision:
        made = decide(self.facts, self.rules, now)
        for case in made.cases:
            if case.tier:
                self._reach([(n, case.tier, 0) for n in case.invoices], now)
        if made.send is not None and made.send.not_before <= now:
            self.sent.append((now, made.send, self.facts.account))
            reach = replace(self.facts.reach, contacted_at=(*self.facts.reach.contacted_at, now))
            self.facts = replace(self.facts, reach=reach)
            if made.send.follows is None:
                self._reach(made.send.steps, now)
                self._remember(made.send, now)
            else:
                self.facts = replace(self.facts, follow_up=None)
        return made

    def _remember(self, send: Send, now: datetime) -> None:
        tier = self.rules.ladder.tiers[self.rules.ladder.index(send.tier)]
        listed = tuple((n, items_of(self.facts)[n].balance) for n, _, _ in send.steps)
        both = len(tier.channels) == 2 and send.channel is Channel.EMAIL
        self.facts = replace(self.facts, follow_up=LastLetter(1, send.tier, now, listed) if both else None)

    def _reach(self, steps: object, now: datetime) -> None:
        taken = {number: tier for number, tier, _ in steps}  # type: ignore[attr-defined]  # pairs of either kind
        tiers = {tier.name: tier for tier in self.rules.ladder.tiers}
        found = tuple(
            replace(item, progress=Progress(name, tiers[name].days, now))
            if (name := taken.get(item.invoice.number, ""))
            else item
            for item in self.facts.account.items
        )
        self.facts = replace(self.facts, account=replace(self.facts.account, items=found))


@st.composite
def lives(draw: st.DrawFn) -> tuple[Life, list[datetime]]:
    """A customer with up to three invoices, and the moments at which the bot happens to be awake."""
    ladder = draw(st.just(LADDER) | ladders())
    owed = Money(Decimal(100), "GBP")
    bills = tuple(
        OpenItem(Invoice(f"INV-{n}", "ACME", date(2026, 8, 1), MONDAY + days(late), owed), owed)
        for n, late in enumerate(draw(st.lists(st.integers(-100, 40), min_size=1, max_size=3)))
    )
    contact = Contact("Ann", "ann@acme.example", "+447700900123", Consent(MONDAY, "form"))
    zones = tuple(draw(st.sets(st.sampled_from(ZONES[:3]), min_size=1, max_size=2)))
    facts = Facts(Account(Customer("ACME", "Acme", contact, country="GB"), bills), Reach(zones, sms_enabled=True))
    rules = Rules(ladder, LONDON, "GB", is_holiday=lambda _c, on: on in CLOSED)
    # Mostly ticks of some hours, now and then an outage of weeks or months.
    steps = draw(
        st.lists(st.integers(1, 30) | st.sampled_from([24, 24 * 7, 24 * 40, 24 * 200]), min_size=10, max_size=60)
    )
    moments, now = [], at(MONDAY, 0)
    for hours in steps:
        now += timedelta(hours=hours)
        moments.append(now)
    return Life(facts, rules), moments


@settings(BOUNDED, max_examples=40)
@given(lives())
def test_in_a_whole_life_nobody_is_pressed_whatever_the_outages(life_and_moments: tuple[Life, list[datetime]]) -> None:
    life, moments = life_and_moments
    for now in moments:
        life.look(now)
        before = len(life.sent)
        # A second look at the same moment says nothing again.
        life.look(now)
        assert len(life.sent) == before
    times = [now for now, _, _ in life.sent]
    for span, most in ((days(1), 1), (days(7), 2), (days(30), 7)):
        assert all(sum(now - span < other <= now for other in times) <= most for now in times)
    ladder = life.rules.ladder
    assert mistakes(ladder) == [] or ladder is not LADDER
    taken: dict[str, list[tuple[int, date]]] = {}
    for now, send, account in life.sent:
        assert all(
            is_open(now, [zone], life.rules.hours, life.rules.business_days("GB")) for zone in life.facts.reach.zones
        )
        for number, tier, _ in send.steps if send.follows is None else ():
            taken.setdefault(number, []).append((ladder.index(tier), now.astimezone(LONDON).date()))
        assert {i.invoice.customer_id for i in account.items} == {"ACME"}
    for steps in taken.values():
        first, _ = steps[0]
        assert all(tier.task is not None for tier in ladder.tiers[ladder.first_overdue : first])
        for (before, then), (after, later) in pairwise(steps):
            # Only a task for a person or a courtesy notice that has lapsed may lie between two letters.
            between = ladder.tiers[before + 1 : after]
            assert after > before
            assert all(tier.task is not None or tier.is_courtesy for tier in between)
            assert (later - then).days >= max(ladder.spacing(after) if not between else 0, life.rules.min_gap_days)


@BOUNDED
@given(lives(), st.integers(0, 400))
def test_after_an_outage_of_any_length_there_is_at_most_one_message_in_a_day_and_it_is_the_next_one(
    life_and_moments: tuple[Life, list[datetime]], outage: int
) -> None:
    life, moments = life_and_moments
    for now in moments[:20]:
        life.look(now)
    before, stood = len(life.sent), max(position(i, life.rules.ladder) for i in life.facts.account.items)
    awake = moments[min(19, len(moments) - 1)] + days(outage)
    for hour in range(24):
        life.look(awake + timedelta(hours=hour))
    assert len(life.sent) - before <= 1
    for _, send, _ in life.sent[before:]:
        assert life.rules.ladder.index(send.tier) <= max(stood + 2, life.rules.ladder.first_overdue)


# ---- what comes in


@st.composite
def understandings(draw: st.DrawFn) -> Understanding:
    kinds = tuple(draw(st.lists(st.sampled_from(Kind), max_size=3)))
    findings = tuple(
        Finding(kind, "words", draw(st.sampled_from([(), ("INV-1",)])), draw(st.none() | day)) for kind in kinds
    )
    return Understanding(
        kinds, draw(st.booleans()), findings, promise_on=draw(st.none() | day), return_on=draw(st.none() | day),
        promise_amount=draw(st.none() | st.just(Decimal(5))), own_text=draw(st.text(max_size=20)),
        unexplained=tuple(draw(st.lists(st.text(max_size=9), max_size=2))), error=draw(st.sampled_from(["", "odd"])),
        bounce=draw(st.none() | st.just(Bounce("ann@acme.example"))),
    )  # fmt: skip


reply_facts = st.builds(
    ReplyFacts, st.sampled_from(Channel), moment, st.sampled_from(MatchedBy), st.sampled_from(ZONES),
    st.just(weekdays()), has_open_promise=st.booleans(), other_channels=st.sampled_from([(), (Channel.SMS,)]),
)  # fmt: skip

SETTLED_ALONE = (
    {Kind.PROMISE}, {Kind.ACK}, {Kind.OPT_OUT}, {Kind.PROMISE, Kind.ACK}, {Kind.OPT_OUT, Kind.ACK},
)  # fmt: skip


@settings(BOUNDED, max_examples=150)
@given(understandings(), reply_facts)
def test_an_answer_only_makes_it_quieter_whatever_was_understood(found: Understanding, facts: ReplyFacts) -> None:
    """A hold stays unless a channel was closed in its place; it ends by itself only for what is plainly harmless."""
    verdict = triage.decide(found, facts)
    assert verdict.hold is not None or (verdict.opted_out and facts.other_channels)
    assert verdict.opted_out or Kind.OPT_OUT not in found.kinds
    alone = verdict.case is None
    if alone and not found.by_machine:
        assert not found.needs_human
        assert facts.matched_by not in {MatchedBy.INVOICE, MatchedBy.SENDER}
        assert set(found.kinds) in SETTLED_ALONE
    if not alone:
        assert verdict.hold is not None
        assert verdict.hold.until is None
        assert verdict.promise is None
    if verdict.hold is not None:
        # No reply is taken to be about some invoices only before a person has said so.
        assert verdict.hold.invoices == ()
        assert verdict.hold.until is None or verdict.hold.until > facts.received_at
    if verdict.promise is not None:
        assert verdict.hold is not None
        assert verdict.hold.until is not None
        assert verdict.hold.until.astimezone(facts.zone).date() > verdict.promise.due_on


# ---- their day, everywhere


@settings(BOUNDED, max_examples=60)
@given(moment, st.sets(st.sampled_from(ZONES), min_size=1, max_size=3))
def test_the_next_opening_is_open_everywhere_and_no_quarter_of_an_hour_before_it_is(
    now: datetime, zones: set[ZoneInfo]
) -> None:
    found = next_open(now, tuple(zones), SendingHours(), weekdays())
    if found is None:
        return
    assert found >= now
    for zone in zones:
        assert is_open(found, [zone], SendingHours(), weekdays())
    earlier = now
    for _ in range(60):
        if earlier >= found:
            break
        assert not is_open(earlier, tuple(zones), SendingHours(), weekdays())
        earlier += timedelta(minutes=15)


def test_the_budget_can_only_be_lowered_below_what_the_law_says() -> None:
    assert Budget() == Budget(1, 2, 7)
    assert public_holidays()("GB", date(2027, 12, 27))
