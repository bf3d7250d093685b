"""What an export of the ledger changes, and what of it we do not follow.

A run reads an export, calls `compare` with the snapshot kept from last time, holds the import while there are
`suspicions` (core/ledger_suspicion.py) and nobody said yes, and keeps `settle(old, new)`, not the export itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Generic, TypeVar

from reminderbot.core.customer import Customer
from reminderbot.core.invoice import Invoice, Payment, Status, open_balance
from reminderbot.core.snapshot import Snapshot

T = TypeVar("T")
_SETTLED = (Status.PAID, Status.CANCELLED)


@dataclass(frozen=True, slots=True)
class InvoiceChange:
    """One invoice as it was and as it would be."""

    before: Invoice
    after: Invoice


@dataclass(frozen=True, slots=True)
class PaymentChange:
    """One payment as it was and as it would be."""

    before: Payment
    after: Payment


@dataclass(frozen=True, slots=True)
class Listed:
    """How many rows an export has of each kind."""

    customers: int
    invoices: int
    payments: int


@dataclass(frozen=True, slots=True)
class Changes:
    """The difference between what we knew and a new export."""

    # None, and all of the difference is new: the very first import.
    before: Listed | None
    after: Listed
    exported_before: datetime | None
    exported_at: datetime
    new_invoices: tuple[Invoice, ...] = ()
    changed_invoices: tuple[InvoiceChange, ...] = ()
    unlisted_invoices: tuple[Invoice, ...] = ()
    # Open before; now nothing is owed on them.
    newly_paid: tuple[Invoice, ...] = ()
    # Open, and with no due date for the first time.
    undated: tuple[Invoice, ...] = ()
    # Paid or cancelled before; now something is owed on them again.
    reopened: tuple[InvoiceChange, ...] = ()
    due_later: tuple[InvoiceChange, ...] = ()
    # As the export has it; the later day is kept, so `changed_invoices` does not know of these.
    due_earlier: tuple[InvoiceChange, ...] = ()
    new_payments: tuple[Payment, ...] = ()
    changed_payments: tuple[PaymentChange, ...] = ()
    vanished_payments: tuple[Payment, ...] = ()
    # Vanished ones without which somebody seems to owe more.
    missed_payments: tuple[Payment, ...] = ()
    customers_added: tuple[Customer, ...] = ()
    customers_changed: tuple[Customer, ...] = ()
    customers_removed: tuple[Customer, ...] = ()
    # Of the invoices open before: how many there were, and how many rows differ for no reason we can see.
    open_before: int = 0
    open_changed: int = 0
    # Customers of whom we had an e-mail address or phone number that the export does not give.
    moved_contacts: int = 0


def settle(old: Snapshot | None, new: Snapshot) -> Snapshot:
    """The new export as it is to be kept: the later of two due dates, and money applied stays applied."""
    return settle_payments(old, settle_due_dates(old, new))


def settle_due_dates(old: Snapshot | None, new: Snapshot) -> Snapshot:
    """`new` with the due dates that count: a day moved earlier is not followed, a day moved later is."""
    if old is None:
        return new
    kept = {invoice.number: invoice for invoice in old.invoices}
    return replace(new, invoices=tuple(_not_earlier(invoice, kept.get(invoice.number)) for invoice in new.invoices))


def _not_earlier(invoice: Invoice, before: Invoice | None) -> Invoice:
    return replace(invoice, due_on=before.due_on) if before and _earlier(before, invoice) else invoice


def settle_payments(old: Snapshot | None, new: Snapshot) -> Snapshot:
    """`new` with payments still on the invoice they were on, where only that invoice is no longer listed.

    A ledger that lists open invoices and all payments would otherwise turn everything ever paid into unapplied cash,
    and no customer who ever paid would be reminded again.
    """
    if old is None:
        return new
    applied = {payment.payment_id: payment.invoice for payment in old.payments}
    return replace(new, payments=tuple(_still_applied(p, applied.get(p.payment_id)) for p in new.payments))


def _still_applied(payment: Payment, applied_to: str | None) -> Payment:
    named = payment.unlisted_invoice
    return replace(payment, invoice=named, unlisted_invoice="") if named and named == applied_to else payment


def _earlier(before: Invoice, after: Invoice) -> bool:
    return before.due_on is not None and after.due_on is not None and after.due_on < before.due_on


def compare(old: Snapshot | None, new: Snapshot) -> Changes:
    """What `new` (as it was exported) would change of `old` (as it was kept); None: nothing is known yet."""
    after = settle(old, new)
    if old is None:
        return Changes(
            before=None,
            after=_listed(new),
            exported_before=None,
            exported_at=new.exported_at,
            new_invoices=new.invoices,
            undated=undated(None, after),
            new_payments=new.payments,
            customers_added=new.customers,
        )
    invoices = _pair(old.invoices, after.invoices, lambda invoice: invoice.number)
    payments = _pair(old.payments, after.payments, lambda payment: payment.payment_id)
    customers = _pair(old.customers, after.customers, lambda customer: customer.customer_id)
    owed = _balances(after)
    paid = _payments_by_invoice(after)
    was_open = {number for number, balance in _balances(old).items() if balance > 0}
    changed = tuple(InvoiceChange(a, b) for a, b in invoices.changed)
    back = {paid.invoice for paid in payments.new if paid.amount.amount < 0}
    return Changes(
        before=_listed(old),
        after=_listed(new),
        exported_before=old.exported_at,
        exported_at=new.exported_at,
        new_invoices=invoices.new,
        changed_invoices=changed,
        unlisted_invoices=invoices.gone,
        undated=undated(old, after),
        newly_paid=tuple(i for i in after.invoices if i.number in was_open and owed[i.number] <= 0),
        # What a row of its own takes back is explained by it.
        reopened=tuple(c for c in changed if c.after.number not in back and _reopened(c, owed[c.after.number])),
        due_later=tuple(c for c in changed if _earlier(c.after, c.before)),
        due_earlier=_due_earlier(old, new),
        new_payments=payments.new,
        changed_payments=tuple(PaymentChange(a, b) for a, b in payments.changed),
        vanished_payments=payments.gone,
        # Where its invoice has left the list with it, nobody owes more without the payment.
        missed_payments=tuple(p for p in payments.gone if p.invoice is None or p.invoice in owed),
        customers_added=customers.new,
        customers_changed=tuple(customer for _, customer in customers.changed),
        customers_removed=customers.gone,
        open_before=len(was_open),
        open_changed=len([c for c in changed if c.before.number in was_open and not _paid_by(c, paid)]),
        moved_contacts=len([pair for pair in customers.changed if _moved(*pair)]),
    )


def _listed(snapshot: Snapshot) -> Listed:
    return Listed(len(snapshot.customers), len(snapshot.invoices), len(snapshot.payments))


def _due_earlier(old: Snapshot, new: Snapshot) -> tuple[InvoiceChange, ...]:
    kept = {invoice.number: invoice for invoice in old.invoices}
    pairs = ((kept[invoice.number], invoice) for invoice in new.invoices if invoice.number in kept)
    return tuple(InvoiceChange(before, after) for before, after in pairs if _earlier(before, after))


@dataclass(frozen=True, slots=True)
class _Paired(Generic[T]):
    new: tuple[T, ...]
    changed: tuple[tuple[T, T], ...]
    gone: tuple[T, ...]


def _pair(old: Sequence[T], new: Sequence[T], key: Callable[[T], str]) -> _Paired[T]:
    before = {key(row): row for row in old}
    after = {key(row) for row in new}
    return _Paired(
        new=tuple(row for row in new if key(row) not in before),
        changed=tuple((before[key(row)], row) for row in new if key(row) in before and before[key(row)] != row),
        gone=tuple(row for row in old if key(row) not in after),
    )


def _payments_by_invoice(snapshot: Snapshot) -> dict[str, list[Payment]]:
    found: dict[str, list[Payment]] = {}
    for payment in snapshot.payments:
        if payment.invoice is not None:
            found.setdefault(payment.invoice, []).append(payment)
    return found


def _balances(snapshot: Snapshot) -> dict[str, Decimal]:
    """What is owed on each listed invoice."""
    paid = _payments_by_invoice(snapshot)
    return {i.number: open_balance(i, paid.get(i.number, ())).amount for i in snapshot.invoices}


def _reopened(change: InvoiceChange, owed: Decimal) -> bool:
    return change.before.status in _SETTLED and change.after.status not in _SETTLED and owed > 0


def undated(old: Snapshot | None, new: Snapshot) -> tuple[Invoice, ...]:
    """Open invoices of `new` that have no due date and are not known for it: nobody is reminded of them."""
    known = {bill.number for bill in old.invoices if _is_undated(bill)} if old else set()
    owed = _balances(new)
    fresh = (bill for bill in new.invoices if _is_undated(bill) and bill.number not in known)
    return tuple(bill for bill in fresh if owed[bill.number] > 0)


def _is_undated(bill: Invoice) -> bool:
    return bill.due_on is None and bill.status in (Status.OPEN, Status.DISPUTED)


def _paid_by(change: InvoiceChange, paid: Mapping[str, Sequence[Payment]]) -> bool:
    """Whether the row only became `paid`, and the payments of the export bear it out."""
    if change.after != replace(change.before, status=Status.PAID):
        return False
    payments = paid.get(change.after.number, ())
    return open_balance(replace(change.after, status=Status.OPEN), payments).amount <= 0


def _moved(before: Customer, after: Customer) -> bool:
    """Whether an address or number we had is another one now, or none; one that was missing is only filled in."""
    ways = ((before.contact.email, after.contact.email), (before.contact.phone, after.contact.phone))
    return any(old is not None and old != new for old, new in ways)
