"""The ledger run: reads the ledger, says what changed, holds back what looks wrong, and takes the rest in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from reminderbot.core.case import CaseKind
from reminderbot.core.contact import address_on
from reminderbot.core.dispute import Dispute
from reminderbot.core.event import Event, EventKind
from reminderbot.core.hold import HoldKind
from reminderbot.core.invoice import Payment, PaymentKind, Status, days_past_due, open_balance
from reminderbot.core.ladder import Channel
from reminderbot.core.ledger_change import Changes, compare
from reminderbot.core.ledger_change import settle as settle_snapshot
from reminderbot.core.ledger_suspicion import suspicions
from reminderbot.core.resume import resuming
from reminderbot.core.snapshot import Snapshot
from reminderbot.core.thanks import Thanks, ThanksFor
from reminderbot.house import House
from reminderbot.runs import ledger_news
from reminderbot.store import case, dispute, hold, journal, ledger, note, people, promise, setting, thanks


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What an import found and did."""

    changes: Changes
    # Notes of the reader: values that could not be used.
    notes: tuple[str, ...]
    # Why it waits for a person; nothing was taken in then.
    held: tuple[str, ...] = ()
    first: bool = False


def take_ledger(house: House, *, even_if_suspicious: bool = False, actor: str = "reminderbot") -> TakenIn:
    """Read the ledger and take it in; raises LedgerMistakes where it cannot be read, and changes nothing then."""
    reading = house.read_ledger()
    now = house.clock.now()
    with house.store.writing() as connection:
        old = ledger.load(connection)
        new = settle_snapshot(old, reading.snapshot)
        changes = compare(old, reading.snapshot)
        doubts = tuple(suspicions(changes))
        if doubts and not even_if_suspicious:
            setting.put(connection, setting.LEDGER_HELD, {"why": list(doubts), "at": now.isoformat()})
            return TakenIn(changes, tuple(reading.notes), doubts)
        setting.drop(connection, setting.LEDGER_HELD)
        ledger.take_in(connection, old, new, now)
        _journal(connection, old, new, now, actor)
        _overrule(connection, old, new, now)
        _tell_of_credits(house, connection, old, new, now)
        _owe_thanks(house, connection, old, new, now)
        _go_on_undisputed(house, connection, old, new, now)
        ledger_news.tell(connection, old, new, now)
        _park_old_debts(house, connection, old, new, now)
        case.end_calls(connection, now)
        # Of a promise whose days are over only books of a later day can tell how it ended.
        today = now.astimezone(house.rules.zone).date()
        ledger.review(connection, promise.past(connection, today), now)
        if old is None or (doubts and even_if_suspicious):
            _guard_next_batch(connection, old is None, now)
    return TakenIn(changes, tuple(reading.notes), first=old is None)


_MONEY_EVENTS = {PaymentKind.PAYMENT: EventKind.PAID}


def _journal(connection: Connection, old: Snapshot | None, new: Snapshot, now: datetime, actor: str) -> None:
    """One line for the import, and one for every payment or credit that came with it."""
    known = {p.payment_id for p in old.payments} if old else set()
    counts = {"customers": len(new.customers), "invoices": len(new.invoices), "payments": len(new.payments)}
    events = [Event(EventKind.IMPORTED, now, actor, None, counts | {"exported_at": new.exported_at.isoformat()})]
    for paid in new.payments:
        if paid.payment_id not in known and old is not None:
            data = {"payment": paid.payment_id, "invoice": paid.invoice, "amount": str(paid.amount)}
            kind = _MONEY_EVENTS.get(paid.kind, EventKind.CREDITED)
            kind = EventKind.MONEY_BACK if paid.amount.amount < 0 else kind
            events.append(Event(kind, now, actor, paid.customer_id, data))
    journal.record_all(connection, events)


def _overrule(connection: Connection, old: Snapshot | None, new: Snapshot, now: datetime) -> None:
    """An address that a person put in gives way to a new one in the ledger, and a note says so."""
    before = {who.customer_id: who for who in old.customers} if old else {}
    for who in new.customers:
        known = before.get(who.customer_id)
        for channel in Channel:
            if known is None or address_on(known, channel) == address_on(who, channel):
                continue
            if people.address_by_hand(connection, who.customer_id, channel):
                people.write_to(connection, who.customer_id, channel, "", now, "reminderbot")
                what = "e-mail address" if channel is Channel.EMAIL else "number"
                told = f"the ledger has brought another {what}: it takes the place of the one that was put in by hand"
                note.write(connection, told, now, "reminderbot", customer_id=who.customer_id)


def _owe_thanks(house: House, connection: Connection, old: Snapshot | None, new: Snapshot, now: datetime) -> None:
    """Keep whose reminded invoice has been paid, where the owner wants to thank for that."""
    if old is None or ThanksFor.INVOICE not in house.rules.thanks:
        return
    known = {p.payment_id for p in old.payments}
    fresh = [p for p in new.payments if p.payment_id not in known and p.kind is PaymentKind.PAYMENT]
    paid = {p.invoice for p in fresh if p.invoice is not None and p.amount.amount > 0}
    today = now.astimezone(house.rules.zone).date()
    for number, customer_id in thanks.settled_after_reminder(connection, paid) if paid else ():
        thanks.owe(connection, customer_id, Thanks(ThanksFor.INVOICE, number, (number,), today))
        ledger.review(connection, [customer_id], now)


def _tell_of_credits(house: House, connection: Connection, old: Snapshot | None, new: Snapshot, now: datetime) -> None:
    """An upheld dispute waits for its credit: the sum agreed, and the rest goes on; else its case asks a person."""
    known = {p.payment_id for p in old.payments} if old else set()
    credited = {(p.customer_id, p.invoice) for p in new.payments if p.kind is PaymentKind.CREDIT_NOTE} if old else set()
    fresh = {(p.customer_id, p.invoice) for p in new.payments if p.payment_id not in known}
    for customer_id, number in sorted((who, bill) for who, bill in credited & fresh if bill):
        if number not in people.open_numbers(connection, customer_id):
            continue
        for settled in dispute.of_customer(connection, customer_id):
            if settled.upheld and number in settled.invoices and _stands(connection, settled):
                if settled.is_credited(dispute.credited(connection, settled)):
                    _go_on(house, connection, settled, now)
                else:
                    _ask_to_go_on(connection, settled, number, now)


def _stands(connection: Connection, settled: Dispute) -> bool:
    """Whether it rests still for the credit."""
    return settled.hold_id in {
        h.hold_id for h in hold.of_customers(connection, [settled.customer_id])[settled.customer_id]
    }


def _go_on(house: House, connection: Connection, settled: Dispute, now: datetime) -> None:
    """The sum that a person agreed is credited: the rest goes on gently.

    Nothing that came in decides this: a person has, when settling, and the books are our own word.
    """
    facts = house.gatherer.gather(connection, [settled.customer_id], now).get(settled.customer_id)
    rest = resuming(facts, settled.invoices, house.rules, now)
    why = f"the credit of {settled.credit} is in the books: {', '.join(rest.invoices)} goes on gently from {rest.on}"
    hold.release(connection, settled.hold_id, now, "reminderbot", why)
    hold.place(connection, settled.customer_id, HoldKind.RESUMING, why, now, until=rest.until, invoices=rest.invoices)
    note.write(connection, why, now, "reminderbot", customer_id=settled.customer_id, case_id=settled.case_id)


def _go_on_undisputed(house: House, connection: Connection, old: Snapshot | None, new: Snapshot, now: datetime) -> None:
    """What the books called disputed and call open again goes on gently, as if it had been settled at the desk."""
    before = {i.number for i in old.invoices if i.status is Status.DISPUTED} if old else set()
    again = {i.number: i.customer_id for i in new.invoices if i.number in before and i.status is Status.OPEN}
    for key, facts in house.gatherer.gather(connection, sorted(set(again.values())), now).items():
        rest = resuming(facts, again.keys(), house.rules, now)
        if not rest.invoices:
            continue
        why = f"the books no longer call {', '.join(rest.invoices)} disputed: it goes on gently from {rest.on}"
        hold.place(connection, key, HoldKind.RESUMING, why, now, until=rest.until, invoices=rest.invoices)


def _ask_to_go_on(connection: Connection, settled: Dispute, number: str, now: datetime) -> None:
    found = case.get(connection, settled.case_id)
    if found is None or found.resolved_at is None:
        return
    case.reopen(connection, found, now, "reminderbot")
    told = f"a credit on {number} is in the books now, and the rest is still open: lift hold {settled.hold_id} to go on"
    note.write(connection, told, now, "reminderbot", customer_id=settled.customer_id, case_id=settled.case_id)


def _park_old_debts(house: House, connection: Connection, old: Snapshot | None, new: Snapshot, now: datetime) -> None:
    """Invoices first seen long past due wait for a person: nobody is surprised by a letter about the distant past.

    One that only now gets its due date is seen as overdue for the first time, too.
    """
    known = {i.number for i in old.invoices if i.due_on} if old else set()
    today, limit = now.astimezone(house.rules.zone).date(), house.rules.park_after_days
    late = [i for i in new.invoices if i.number not in known and i.due_on and days_past_due(i.due_on, today) > limit]
    # What the books forgot for a while is nothing new.
    known |= ledger.mentioned(connection, [bill.number for bill in late])
    payments: dict[str | None, list[Payment]] = {}
    for paid in new.payments:
        payments.setdefault(paid.invoice, []).append(paid)
    parked: dict[str, list[str]] = {}
    for bill in late:
        if bill.number not in known and open_balance(bill, payments.get(bill.number, ())).amount > 0:
            parked.setdefault(bill.customer_id, []).append(bill.number)
    for customer_id, numbers in parked.items():
        _park(connection, customer_id, numbers, limit, now)


def _park(connection: Connection, customer_id: str, numbers: Sequence[str], limit: int, now: datetime) -> None:
    were, they = ("was", "it was") if len(numbers) == 1 else ("were", "they were")
    why = f"{', '.join(numbers)} {were} already more than {limit} days past due when {they} first seen"
    hold.place(connection, customer_id, HoldKind.OLD_DEBT, why, now, invoices=numbers)
    case.open_one(
        connection,
        CaseKind.OLD_DEBT,
        customer_id,
        f"{why}: release the hold to begin a conversation, or leave it",
        now,
        invoices=numbers,
    )


def _guard_next_batch(connection: Connection, first: bool, now: datetime) -> None:
    """The batch after the very first import, or after one that looked wrong, waits for a person's yes."""
    why = "this would be the first batch ever" if first else "the ledger before this batch had looked wrong"
    setting.put(connection, setting.BREAKER, {"why": why, "at": now.isoformat()})
