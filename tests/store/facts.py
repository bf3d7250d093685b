"""What a watcher of the store knows by itself: what reached whom, and who must not hear from us since when.

Order is the journal's, never the clock's. `journal`, `states` and `wire` are the laws that hold after every step.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from reminderbot.core.ladder import Channel
from tests.stories.world import OUR_ADDRESS

ENDED = frozenset({"accepted", "refused", "confirmed", "withdrawn"})
RESTING = ENDED | {"planned", "uncertain", "not_sent"}
# Lifts every pause of a customer.
LIFTED = "talked to them"
# Letters beside the ladder, and the pauses that do not keep them back.
NOTES = frozenset({"instalment", "thanks"})
BESIDE_THEM = frozenset({"plan", "resuming"})
# Calls by which somebody has heard from us.
HEARD = frozenset({"reached", "paid", "promise", "dispute", "call_back", "message_left"})
CAPS = ((timedelta(hours=24), 1), (timedelta(days=7), 2), (timedelta(days=30), 7))


@dataclass(frozen=True)
class Key:
    """What may reach somebody once."""

    invoice: str
    round: int
    tier: str
    channel: str
    recipient: str


@dataclass(frozen=True)
class Copy:
    """A message that was handed to a server; `arrived`: it may have been taken."""

    step: int
    at: datetime
    row: Any
    keys: frozenset[Key]
    words: str
    arrived: bool


@dataclass
class Quiet:
    """Why a customer must not hear from us, from one line of the journal to another, or to a moment."""

    customer: str
    why: str
    since: int
    invoices: frozenset[str] = frozenset()
    until: datetime | None = None
    ended: float = float("inf")
    # The hold that stands for it; 0: none.
    hold: int = 0
    lets_notes_pass: bool = False

    def forbids(self, copy: Copy) -> bool:
        row = copy.row
        if self.lets_notes_pass and row.tier in NOTES:
            return False
        return (
            row.customer_id == self.customer
            and self.since < row.claim_seq < self.ended
            and (self.until is None or row.claimed_at < self.until)
            and (not self.invoices or bool(self.invoices & set(row.lists)))
        )


@dataclass(frozen=True)
class Answer:
    """A mail or text that came in, and what its words mean; `address`: whose it is, or about whom."""

    step: int
    customers: tuple[str, ...]
    meaning: str
    channel: Channel
    address: str
    until: datetime | None = None


@dataclass(frozen=True)
class Books:
    """What the ledger says: open balances, their totals, and money that nobody has matched."""

    owed: Mapping[str, Decimal]
    totals: Mapping[str, Decimal]
    unmatched: Mapping[str, Decimal]


@dataclass
class Facts:
    """All that the watcher has seen."""

    step: int = 0
    copies: list[Copy] = field(default_factory=list)
    quiets: list[Quiet] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)
    heard: dict[str, int] = field(default_factory=dict)
    # (line, channel, address) that was closed, and (line, customer) from when on e-mail needs a person's yes.
    closed: list[tuple[int, str, str]] = field(default_factory=list)
    wary: list[tuple[int, str]] = field(default_factory=list)
    stops: list[list[float]] = field(default_factory=list)
    exported: dict[datetime, Books] = field(default_factory=dict)
    books: list[tuple[int, Books]] = field(default_factory=list)
    by_hand: dict[str, Decimal] = field(default_factory=dict)
    noted: dict[str, datetime] = field(default_factory=dict)
    # (line, customer, moment) of each call by which they heard from us; when the next one is made, and their numbers.
    calls: list[tuple[int, str, datetime]] = field(default_factory=list)
    calling_at: datetime | None = None
    phones: dict[str, str] = field(default_factory=dict)
    again: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    planned: set[int] = field(default_factory=set)
    lines: list[tuple[Any, ...]] = field(default_factory=list)
    states: dict[int, Any] = field(default_factory=dict)
    latest: datetime | None = None
    judged: int = 0
    # The last step before the clock was set back, and the last in which it cannot be believed.
    believed: int = 0
    doubtful: float = 0

    def clock_was_set_back(self, by: timedelta) -> None:
        """A small step is waited out for a tick, and a tick is taken after each step; a large one needs a person."""
        if self.doubtful < self.step:
            self.believed = self.step
        if by > timedelta(seconds=2):
            lasts = by > timedelta(minutes=10) or self.doubtful == float("inf")
            self.doubtful = float("inf") if lasts else self.step + 2

    # ---- what the journal says happened

    def read(self, lines: Sequence[tuple[Any, ...]], rows: Mapping[int, Any], places: Mapping[int, str]) -> None:
        """Take in the journal as it stands now: lines are added at its end, and none ever changes."""
        known = len(self.lines)
        assert list(lines[:known]) == self.lines, "a line of the journal has changed"
        numbers = [line[0] for line in lines]
        assert numbers == sorted(set(numbers)), "the journal's numbers do not grow"
        self.lines = list(lines)
        for seq, kind, actor, customer, data in lines[known:]:
            told = json.loads(data) if isinstance(data, str) else data
            if take := getattr(self, f"_{kind}", None):
                take(seq, actor, customer, told, rows, places)

    def _imported(self, seq: int, _a: str, _c: str, told: Any, _r: Any, _p: Any) -> None:
        new = self.exported[datetime.fromisoformat(told["exported_at"])]
        owed = dict(new.owed)
        for number, received in list(self.by_hand.items()):
            if number in owed:
                # The ledger's own word counts again as soon as it says the same or more.
                owed[number] = min(owed[number], new.totals[number] - received)
        self.books.append((seq, Books(owed, new.totals, new.unmatched)))

    def _paid(self, seq: int, _a: str, _c: str, told: Any, _r: Any, _p: Any) -> None:
        if "by_hand" in told:
            before, number = self.books[-1][1], told["invoice"]
            left = before.owed[number] - Decimal(told["amount"].split()[0])
            self.by_hand[number] = before.totals[number] - left
            self.books.append((seq, Books({**before.owed, number: left}, before.totals, before.unmatched)))

    def _planned(self, _s: int, _a: str, _c: str, told: Any, _r: Any, _p: Any) -> None:
        self.planned.add(told["reminder"])

    def _planned_again(self, seq: int, _a: str, _c: str, told: Any, _r: Any, _p: Any) -> None:
        self.again[told["reminder"]].append(seq)

    def _settled(self, seq: int, _a: str, customer: str, told: Any, rows: Any, _p: Any) -> None:
        if told["outcome"] != "refused":
            return
        row = rows[told["reminder"]]
        if "address" in told["reason"] or "stop" in told["reason"]:
            self.closed.append((seq, row.channel, row.recipient))
            if "stop" in told["reason"]:
                self.wary.append((seq, customer))
        elif "message" in told["reason"]:
            self.quiets.append(Quiet(customer, "their letter was refused", seq))

    def _heard(self, seq: int, _a: str, _c: str, told: Any, _r: Any, places: Any) -> None:
        place = places[told["inbound"]]
        answer = self.answers[place]
        self.heard.setdefault(place, seq)
        owed = self.books[-1][1].owed
        for customer in answer.customers:
            promised = {n for n, left in owed.items() if left > 0 and owner(n) == customer}
            of = frozenset(promised) if answer.meaning == "promise" else frozenset()
            self.quiets.append(Quiet(customer, f"{answer.meaning} {place}", seq, of, answer.until))

    def _understood(self, seq: int, _a: str, _c: str, told: Any, _r: Any, places: Any) -> None:
        place = places[told["inbound"]]
        answer = self.answers[place]
        if answer.meaning in ("opt_out", "bounce"):
            self.closed.append((seq, answer.channel.value, answer.address))
            self._end(f"{answer.meaning} {place}", seq)
        if answer.meaning == "opt_out":
            self.wary += [(seq, customer) for customer in answer.customers]

    def _set_aside(self, _s: int, _a: str, _c: str, told: Any, _r: Any, places: Any) -> None:
        place = places[told["inbound"]]
        for quiet in self.quiets:
            if quiet.why.endswith(f" {place}"):
                quiet.until, quiet.invoices = None, frozenset()

    def _held(self, seq: int, actor: str, customer: str, told: Any, _r: Any, _p: Any) -> None:
        if actor == "olivia":
            until = datetime.fromisoformat(told["until"]) if told["until"] else None
            if told["kind"] == "promise":
                until = self.noted[customer]
            kind, invoices = told["kind"], frozenset(told["invoices"])
            made = Quiet(customer, f"by hand {kind}", seq, invoices, until, hold=told["hold"])
            made.lets_notes_pass = kind in BESIDE_THEM
            self.quiets.append(made)

    def _released(self, seq: int, actor: str, customer: str, told: Any, _r: Any, _p: Any) -> None:
        for quiet in self.quiets if actor == "olivia" else ():
            lifts = told["why"] == LIFTED or "promise" in quiet.why or quiet.hold == told["hold"]
            if quiet.customer == customer and lifts:
                quiet.ended = min(quiet.ended, seq)
        if actor != "olivia" and told["kind"] == "plan":
            # All of it is settled.
            self._end_hold(told["hold"], seq)

    def _plan_agreed(self, seq: int, _a: str, customer: str, told: Any, _r: Any, _p: Any) -> None:
        covered = frozenset(number for number, _ in told["covers"])
        self.quiets.append(Quiet(customer, f"plan {told['plan']}", seq, covered, lets_notes_pass=True))

    def _plan_ended(self, seq: int, _a: str, _c: str, told: Any, _r: Any, _p: Any) -> None:
        self._end(f"plan {told['plan']}", seq)

    _plan_kept = _plan_ended

    def _noted(self, seq: int, _a: str, customer: str, told: Any, _r: Any, _p: Any) -> None:
        result = told.get("call")
        if result in HEARD:
            assert self.calling_at is not None
            self.calls.append((seq, customer, self.calling_at))
        if result == "wrong_number":
            self.closed.append((seq, "sms", self.phones[customer]))

    def _stopped(self, seq: int, _a: str, _c: str, _t: Any, _r: Any, _p: Any) -> None:
        self.stops.append([seq, float("inf")])

    def _went_live(self, seq: int, _a: str, _c: str, _t: Any, _r: Any, _p: Any) -> None:
        self.doubtful = 0
        for stop in self.stops:
            stop[1] = min(stop[1], seq)

    def _end_hold(self, number: int, seq: int) -> None:
        for quiet in self.quiets:
            if quiet.hold == number:
                quiet.ended = min(quiet.ended, seq)

    def _end(self, why: str, seq: int) -> None:
        for quiet in self.quiets:
            if quiet.why == why:
                quiet.ended = min(quiet.ended, seq)

    # ---- the laws

    def check_states(self, rows: Iterable[Any]) -> None:
        """Every planned reminder is there, in one state, with a reason; an end is an end."""
        now = {row.reminder_id: row for row in rows}
        assert self.planned == set(now), "a reminder has appeared or disappeared"
        taken = {copy.row.reminder_id for copy in self.copies if copy.arrived}
        for number, row in now.items():
            assert row.state in RESTING, f"reminder {number} is left {row.state}"
            assert row.state in ("planned", "accepted") or row.reason, f"reminder {number} is {row.state}: why?"
            assert row.state != "accepted" or number in taken, f"reminder {number} never left"
            before = self.states.get(number)
            if before is not None and before.state in ENDED:
                assert row.state == before.state, f"reminder {number} was {before.state} and is {row.state}"
            if row.state in ("planned", "withdrawn", "refused") and number in taken:
                assert row.state == "planned" and row.earlier, f"reminder {number} has left, and is {row.state}"
        self.states = now

    def check_wire(self, books: Mapping[str, Mapping[str, str]]) -> None:
        """Judge what was handed over since the last time."""
        for place in range(self.judged, len(self.copies)):
            copy = self.copies[place]
            before = self.copies[:place]
            for law in (self._once, self._not_stopped, self._quiet, self._true, self._within_caps, self._heard_first):
                law(copy, before)
            self._to(copy, books)
        self.judged = len(self.copies)

    def _once(self, copy: Copy, before: Sequence[Copy]) -> None:
        assert copy.row.state == "onwire", f"handed over while {copy.row.state}"
        earlier = [c for c in before if c.arrived and c.keys & copy.keys]
        assert {c.row.reminder_id for c in earlier} <= {copy.row.reminder_id}, f"a second copy: {copy.keys}"
        asked = [seq for seq in self.again[copy.row.reminder_id] if seq < copy.row.claim_seq]
        assert len(earlier) <= len(asked), f"reminder {copy.row.reminder_id} was sent again by itself"
        for known in earlier:
            same = known.row.body == copy.row.body and known.row.message_id == copy.row.message_id
            assert same, f"the second copy of reminder {copy.row.reminder_id} is another letter"

    def _not_stopped(self, copy: Copy, _: Sequence[Copy]) -> None:
        assert not any(a < copy.row.claim_seq < b for a, b in self.stops), "claimed while sending was stopped"
        assert not self.believed < copy.step <= self.doubtful, "sent by a clock that had just been set back"

    def _quiet(self, copy: Copy, _: Sequence[Copy]) -> None:
        row = copy.row
        against = [quiet.why for quiet in self.quiets if quiet.forbids(copy)]
        assert not against, f"{row.customer_id} was written to in spite of: {against}"
        shut = [c for c in self.closed if c[0] < row.claim_seq and c[1:] == (row.channel, row.recipient)]
        assert not shut, f"{row.recipient} was closed at {shut[:1]}"
        if any(seq < row.claim_seq and row.customer_id == customer for seq, customer in self.wary):
            assert row.approved_by, f"{row.customer_id} opted out elsewhere, and nobody said yes to this"

    def _true(self, copy: Copy, _: Sequence[Copy]) -> None:
        row = copy.row
        books = next(b for seq, b in reversed(self.books) if seq < row.claim_seq)
        told = {number: Decimal(amount) for number, amount, _ in row.balances if number}
        assert set(told) == set(row.lists)
        for number, amount in told.items():
            assert amount > 0 and books.owed.get(number) == amount, f"{number}: {amount}, and {books.owed.get(number)}"
            assert row.channel == "sms" or f"{amount:,.2f}" in copy.words, f"{amount} is not in the letter"
            unmatched = books.unmatched.get(row.customer_id, Decimal(0))
            assert unmatched < amount, f"{number} may be paid already"

    def _within_caps(self, copy: Copy, before: Sequence[Copy]) -> None:
        row = copy.row
        same = [
            c.row.claimed_at
            for c in (*before, copy)
            if c.arrived and (c.row.customer_id == row.customer_id or c.row.recipient == row.recipient)
        ]
        # A call uses up the budget as a message does, and is never kept back by it.
        same += [at for seq, customer, at in self.calls if customer == row.customer_id and seq < row.claim_seq]
        for stretch, allowed in CAPS:
            assert not copy.arrived or sum(abs(at - row.claimed_at) < stretch for at in same) <= allowed, (
                f"{row.customer_id} heard from us more than {allowed} times in {stretch}"
            )

    def _heard_first(self, copy: Copy, _: Sequence[Copy]) -> None:
        for place, answer in self.answers.items():
            if answer.step < copy.step and copy.row.customer_id in answer.customers:
                heard = self.heard.get(place, float("inf"))
                assert heard < copy.row.claim_seq, f"{copy.row.customer_id} had answered: {answer}"

    def _to(self, copy: Copy, books: Mapping[str, Mapping[str, str]]) -> None:
        ours = books[copy.row.customer_id]
        assert copy.row.recipient == ours["email" if copy.row.channel == "email" else "phone"] != OUR_ADDRESS


def owner(number: str) -> str:
    """The customer whose invoice it is: INV-C1-3 is C1's."""
    return number.split("-")[1]
