"""What of an export is so odd that a person looks before it is taken in: a wrong file, lost payments, old copies."""

from __future__ import annotations

from reminderbot.core.ledger_change import Changes, PaymentChange
from reminderbot.core.ledger_words import moment, named

# promises.md, invariant 24: more than so much of a list waits for a person, from so many rows up.
MAX_CHANGED_PERCENT = 30
MAX_DROPPED_PERCENT = 10
LIMITS_FROM_ROWS = 20


def suspicions(changes: Changes) -> list[str]:
    """Why a person should look before this export is taken in; empty: nothing odd."""
    if changes.before is None:
        return []
    return [*_too_much(changes), *_loud(changes)]


def _too_much(changes: Changes) -> list[str]:
    """Shares of the whole, which mean nothing in a short list."""
    assert changes.before is not None
    found = []
    if _exceeds(changes.open_changed, changes.open_before, MAX_CHANGED_PERCENT):
        share = f"more than {MAX_CHANGED_PERCENT} %"
        found.append(f"{changes.open_changed} of {changes.open_before} open invoices would change ({share}).")
    customers = changes.before.customers
    if _exceeds(changes.moved_contacts, customers, MAX_CHANGED_PERCENT):
        moved = f"{changes.moved_contacts} of {customers} customers would get another address or number, or none"
        found.append(f"{moved} (more than {MAX_CHANGED_PERCENT} %).")
    for what, gone, before in (
        ("customers", changes.customers_removed, changes.before.customers),
        ("invoices", changes.unlisted_invoices, changes.before.invoices),
        ("payments", changes.vanished_payments, changes.before.payments),
    ):
        if _exceeds(len(gone), before, MAX_DROPPED_PERCENT):
            found.append(f"{len(gone)} of {before} {what} are no longer listed (more than {MAX_DROPPED_PERCENT} %).")
    return found


def _exceeds(part: int, whole: int, percent: int) -> bool:
    return whole >= LIMITS_FROM_ROWS and part * 100 > whole * percent


def _loud(changes: Changes) -> list[str]:
    """Single rows that would make us ask for money nobody owes."""
    found = []
    if changes.exported_before and changes.exported_at < changes.exported_before:
        days = f"{moment(changes.exported_at)}, the last one of {moment(changes.exported_before)}"
        found.append(f"This export is older than the last one: it is of {days}.")
    currency = [c.after.number for c in changes.changed_invoices if c.before.total.currency != c.after.total.currency]
    if currency:
        found.append(f"The currency of {named('invoice', currency)} has changed.")
    if changes.reopened:
        reopened = named("invoice", [c.after.number for c in changes.reopened])
        found.append(f"Settled before and open again: {reopened}.")
    if changes.missed_payments:
        missed = named("payment", [p.payment_id for p in changes.missed_payments])
        found.append(f"No longer listed, so that more seems to be owed: {missed}.")
    lowered = [c.after.payment_id for c in changes.changed_payments if _counts_for_less(c)]
    if lowered:
        found.append(f"Counts for less than before, or for somebody else: {named('payment', lowered)}.")
    return found


def _counts_for_less(change: PaymentChange) -> bool:
    before, after = change.before, change.after
    same_side = before.customer_id == after.customer_id and before.amount.currency == after.amount.currency
    return not same_side or after.amount < before.amount
