"""Bugs that a programmer could make in the program, each of another kind; the oracle is to notice every one.

They were written with the program in view and the oracle's rules out of sight: what it notices it was not taught.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.change import Change


@dataclass(frozen=True)
class Bug(Change):
    """One bug, as the text that it changes."""

    # Why it has not been noticed so far; `make planted` asks for all others.
    missed: str = ""


BUGS = (
    # ---- who must be left alone
    Bug(
        "only holds of single invoices count",
        "core/hold.py",
        "return not self.invoices or invoice in self.invoices",
        "return invoice in self.invoices",
    ),
    Bug(
        "a reply pauses no more than it names",
        "core/triage.py",
        "return Verdict(NewHold(_hold_of(kind, understanding), why), case, opted_out=opted_out)",
        "return Verdict(NewHold(_hold_of(kind, understanding), why, None, case.invoices), case, opted_out=opted_out)",
    ),
    Bug(
        "what a person should read lapses by itself",
        "core/triage.py",
        "return Verdict(NewHold(_hold_of(kind, understanding), why), case, opted_out=opted_out)",
        "return Verdict(NewHold(_hold_of(kind, understanding), why, facts.received_at + AWAY_WITHOUT_DATE), case,"
        " opted_out=opted_out)",
    ),
    Bug(
        "no grace after a promise",
        "core/triage.py",
        "until = grace.ends(due_on)",
        "until = start_of_day(due_on + timedelta(days=1), facts.zone)",
    ),
    Bug(
        "an opt-out stays with the old address",
        "store/contact.py",
        "if row.kind == OPTED_OUT and row.customer_id:",
        "if row.kind == OPTED_OUT and not row.recipient_hash:",
        missed="in 256 customer-years no simulated customer was written to who shows it",
    ),
    Bug(
        "a mailbox that does not exist is tried again",
        "core/triage.py",
        'hold = NewHold(HoldKind.BOUNCE, "the address does not work; a person mends it")\n'
        "        return Verdict(hold, NewCase(CaseKind.BOUNCE, why, understanding.own_text[:500]), dead_address=True)",
        'hold = NewHold(HoldKind.BOUNCE, "the address does not work", facts.received_at + SOFT_BOUNCE)\n'
        "        return Verdict(hold, NewCase(CaseKind.BOUNCE, why, understanding.own_text[:500]))",
    ),
    Bug(
        "a number is taken for a consent",
        "core/contact.py",
        "if channel is Channel.SMS and customer.contact.sms_consent is None:",
        "if channel is Channel.SMS and customer.contact.phone is None:",
    ),
    Bug(
        "an opt-out by text leaves mail as it was",
        "store/account.py",
        "ask_first = any(kind == contact.OPTED_OUT for _, kind, _ in closed)",
        "ask_first = any(kind == contact.OPTED_OUT for channel, kind, _ in closed if channel is Channel.EMAIL)",
    ),
    # ---- what is owed
    Bug(
        "a credit note lowers nothing",
        "core/invoice.py",
        " - sums[PaymentKind.CREDIT_NOTE]",
        "",
    ),
    Bug(
        "what a person noted as paid is forgotten",
        "store/ledger.py",
        "return min(ledger, by_hand)",
        "return ledger",
        missed="in 256 customer-years no simulated customer was written to who shows it",
    ),
    Bug(
        "unmatched money of exactly the sum",
        "core/quiet.py",
        "received.amount > 0 and rules.is_small(item.balance - received)",
        "received.amount > 0 and received > item.balance",
    ),
    Bug(
        "a letter lists what is disputed",
        "core/dunning.py",
        "listed = _listed(letters, free, tier, rules, today)",
        "listed = _listed(letters, facts.account.items, tier, rules, today)",
    ),
    Bug(
        "the floor is crossed by a cent too little",
        "core/rules.py",
        "return left.amount <= self.floor(left.currency)",
        "return left.amount < self.floor(left.currency)",
        missed="not looked for again since the simulated lives meet it more often",
    ),
    Bug(
        "a retry says what was owed before",
        "runs/claim.py",
        "(row.body is not None and row.balances == balances.kept(items, taken_off))",
        "row.body is not None",
        missed="not looked for again since the simulated lives meet it more often",
    ),
    Bug(
        "a text after the letter though one was paid",
        "core/dunning.py",
        "if received or any(balances.get(number) != balance for number, balance in letter.items):",
        "if received or any(balances.get(number, balance) != balance for number, balance in letter.items):",
        missed="not looked for again since the simulated lives meet it more often",
    ),
    Bug(
        "what was paid beyond a bill is forgotten",
        "store/account.py",
        "in_credit = _credits(connection, ids)",
        "in_credit = {}",
    ),
    Bug(
        "what is due only later is asked for with the rest",
        "core/invoice.py",
        "return invoice, Money(balance.amount - kept, balance.currency)",
        "return invoice, balance",
    ),
    Bug(
        "a payment that went back is asked for at once",
        "runs/ledger_news.py",
        "        _tell_of_returns(connection, old, new, now)\n",
        "",
    ),
    # ---- what a person decided
    Bug(
        "a plan pauses its first invoice",
        "desk/plan.py",
        "until=until, invoices=found.invoices, actor=actor,",
        "until=until, invoices=found.invoices[:1], actor=actor,",
    ),
    Bug(
        "the note comes a month ahead",
        "core/plan.py",
        "_business_day_before(one.due_on - timedelta(days=note_days)",
        "_business_day_before(one.due_on - timedelta(days=10 * note_days)",
    ),
    Bug(
        "a hand-over ends with the day",
        "desk/handover.py",
        'only taking it back ends this", now,',
        'only taking it back ends this", now, until=now.replace(hour=23, minute=59),',
    ),
    Bug(
        "what was settled goes on at once",
        "core/resume.py",
        "return today + timedelta(days=max(gaps))",
        "return today",
    ),
    Bug(
        "what is marked as contested rests until the same day",
        "desk/dispute.py",
        "placed = _place(connection, seen, LANES[reason].hold, why, now, actor, numbers, ends)",
        "placed = _place(connection, seen, LANES[reason].hold, why, now, actor, numbers, ends or now)",
    ),
    Bug(
        "a restart gives no time",
        "core/tiering.py",
        "due_on = max(due_on, item.restarted_on + timedelta(days=min_gap_days))",
        "due_on = min(due_on, item.restarted_on)",
        missed="a clock is restarted once in a hundred simulated customer-years",
    ),
    Bug("more patience is no later", "core/ladder.py", "days=tier.days + days)", "days=tier.days)"),
    Bug(
        "who asked for a call is written to",
        "desk/call.py",
        "effect.placed = [_wait_for(house, connection, actor, who, again_at)]",
        "effect.placed = []",
    ),
    Bug(
        "a number of somebody else is texted on",
        "desk/call.py",
        "effect.closed = _close(house, connection, actor, who)",
        'effect.closed = ""',
    ),
    Bug(
        "a word given on the telephone pauses nothing",
        "desk/promise.py",
        "placed = _pause(house, connection, actor, who, due_on, numbers if invoices else (), now)",
        "placed = _pause(house, connection, actor, who, today, numbers if invoices else (), now)",
    ),
    # ---- whose ladder
    Bug(
        "a ladder for some countries is everybody's",
        "core/segment.py",
        "if who.country not in segment.countries:",
        "if False:",
    ),
    Bug(
        "the ladder that a person chose is forgotten",
        "core/segment.py",
        "    if by_hand:\n",
        "    if False:\n",
    ),
    Bug(
        "nobody has paid well for long",
        "core/segment.py",
        "if past is None or not past.is_good:",
        "if True:",
        missed="who pays well for long is seldom written to in simulated lives; planted by hand it is seen",
    ),
    Bug(
        "a pause ends before its last day",
        "desk/hold.py",
        "start_of_day(until + timedelta(days=1), house.rules.zone)",
        "start_of_day(until, house.rules.zone)",
    ),
    # ---- when
    Bug(
        "the window of our own zone",
        "core/contact.py",
        "return (ZoneInfo(customer.time_zone),)",
        "return (ZoneInfo(home),)",
    ),
    Bug(
        "the first of several zones will do",
        "core/calendar.py",
        "closed = next((zone for zone in zones if not _open_in(candidate, zone, hours, business)), None)",
        "closed = next((zone for zone in zones[:1] if not _open_in(candidate, zone, hours, business)), None)",
    ),
    Bug(
        "our holidays instead of theirs",
        "core/rules.py",
        "return BusinessDays(self.hours.days, place or self.country, self.is_holiday)",
        "return BusinessDays(self.hours.days, self.country or place, self.is_holiday)",
    ),
    Bug(
        "the carrier keeps a text for hours",
        "runs/write.py",
        "return max(min(LONGEST_VALID, closes), SHORTEST_VALID)",
        "return max(LONGEST_VALID, closes, SHORTEST_VALID)",
    ),
    Bug(
        "the week begins on Monday",
        "core/contact.py",
        "recent = [at for at in times if at > now - stretch]",
        "since = timedelta(days=now.weekday()) if share == 'per_week' else stretch\n"
        "        recent = [at for at in times if at > now - since]",
    ),
    Bug(
        "who shares a mailbox counts alone",
        "store/account.py",
        'found |= self._by.get(f"#{digest}", {})',
        "found |= {k: row for k, row in self._by.get(f'#{digest}', {}).items() if row.customer_id == customer_id}",
    ),
    Bug(
        "this hour begins at the full hour",
        "runs/caps.py",
        "start, now - timedelta(hours=1))",
        "start, now.replace(minute=0, second=0, microsecond=0))",
        missed="not looked for again since the simulated lives meet it more often",
    ),
    # ---- how far
    Bug(
        "missed tiers are made up",
        "core/tiering.py",
        "    if item.progress is not None:\n        reached_on",
        "    if item.progress is not None and not overdue:\n        reached_on",
    ),
    Bug(
        "a late invoice begins where its age puts it",
        "core/tiering.py",
        "after = max(after, ladder.first_overdue)",
        "after = max(after, sum(1 for t in ladder.tiers if t.days <= (today - item.invoice.due_on).days) - 1)",
    ),
    Bug(
        "old debts are not parked",
        "runs/take_ledger.py",
        "days_past_due(i.due_on, today) > limit]",
        "-days_past_due(i.due_on, today) > limit]",
    ),
    # ---- once, and to the right one
    Bug(
        "no answer to the message means try again",
        "core/delivery.py",
        "        case Uncertain():\n            return AfterAttempt(State.UNCERTAIN)",
        "        case Uncertain():\n            return AfterAttempt(State.PLANNED, now + FIRST_RETRY)",
    ),
    Bug(
        "a letter goes where they were before",
        "runs/plan.py",
        "        and row.recipient == address_on(facts.account.customer, send.channel)\n",
        "",
        missed="not looked for again since the simulated lives meet it more often",
    ),
    # ---- what is known
    Bug(
        "the ledger's age in whole days",
        "core/stop.py",
        "if age <= facts.ledger_max_age:",
        "if age.days <= facts.ledger_max_age.days:",
    ),
    Bug(
        "a short list is never suspicious",
        "core/ledger_suspicion.py",
        "LIMITS_FROM_ROWS = 20",
        "LIMITS_FROM_ROWS = 200",
    ),
    Bug(
        "read up to there before it is kept",
        "runs/listen.py",
        "        new = 0\n        for message, reached in takewhile",
        "        new = 0\n        with self._house.store.writing() as connection:\n"
        "            inbox.move_cursor(connection, poll.cursor)\n        for message, reached in takewhile",
    ),
    Bug(
        "a slow server carries a batch on",
        "runs/deliver.py",
        "WINDOW_LIFE = timedelta(minutes=2)",
        "WINDOW_LIFE = timedelta(hours=2)",
        missed="nothing comes in while a simulated window is under way",
    ),
    Bug(
        "the inbox was read this hour",
        "core/stop.py",
        "INBOX_FRESH = timedelta(seconds=60)",
        "INBOX_FRESH = timedelta(minutes=60)",
        missed="harmless: every window looks anew, and none begins where that fails",
    ),
)
