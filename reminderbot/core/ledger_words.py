"""The difference an export makes, in words for people and in plain values for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime

from reminderbot.core.invoice import Invoice, Payment
from reminderbot.core.ledger_change import Changes, InvoiceChange, Listed

# How many ids a line names.
NAMED = 5


def describe(changes: Changes) -> list[str]:
    """The difference in short lines, for people; one line where there is none."""
    lines = [
        _line("new", "invoice", [i.number for i in changes.new_invoices]),
        _line("changed", "invoice", [c.after.number for c in changes.changed_invoices]),
        _line("newly paid or settled", "invoice", [i.number for i in changes.newly_paid]),
        _line("open again", "invoice", [c.after.number for c in changes.reopened]),
        _line("no longer listed, so not reminded about", "invoice", [i.number for i in changes.unlisted_invoices]),
        _line("due later", "invoice", [_due(c) for c in changes.due_later]),
        _line("due earlier (the later day is kept)", "invoice", [_due(c) for c in changes.due_earlier]),
        _line("no due date, so not reminded about (fill it in)", "invoice", [i.number for i in changes.undated]),
        _line("new", "payment", [p.payment_id for p in changes.new_payments]),
        _line("changed", "payment", [c.after.payment_id for c in changes.changed_payments]),
        _line("no longer listed", "payment", [p.payment_id for p in changes.vanished_payments]),
        _line("new", "customer", [c.customer_id for c in changes.customers_added]),
        _line("changed", "customer", [c.customer_id for c in changes.customers_changed]),
        _line("no longer listed", "customer", [c.customer_id for c in changes.customers_removed]),
    ]
    return [line for line in lines if line] or ["nothing has changed"]


def _line(what: str, noun: str, names: Sequence[str]) -> str:
    return f"{what}: {named(noun, names)}" if names else ""


def named(noun: str, names: Sequence[str]) -> str:
    """`2 invoices (INV-1, INV-2)`; a few names stand for many."""
    more = f", and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{len(names)} {noun}{'' if len(names) == 1 else 's'} ({', '.join(names[:NAMED])}{more})"


def _due(change: InvoiceChange) -> str:
    return f"{change.after.number}: {change.before.due_on} to {change.after.due_on}"


def moment(at: datetime) -> str:
    """`2026-03-31 09:00 UTC`."""
    return f"{at:%Y-%m-%d %H:%M} UTC"


def to_json(changes: Changes) -> dict[str, object]:
    """The difference as plain values that json can write: ids, days and sums as text."""
    return {
        "first": changes.before is None,
        "exported_at": changes.exported_at.isoformat(),
        "exported_before": changes.exported_before.isoformat() if changes.exported_before else None,
        "listed": _counts(changes.after),
        "listed_before": _counts(changes.before) if changes.before else None,
        "open_before": changes.open_before,
        "open_changed": changes.open_changed,
        "new_invoices": [i.number for i in changes.new_invoices],
        "changed_invoices": [_fields(c.after.number, c.before, c.after) for c in changes.changed_invoices],
        "newly_paid": [i.number for i in changes.newly_paid],
        "reopened": [c.after.number for c in changes.reopened],
        "unlisted_invoices": [i.number for i in changes.unlisted_invoices],
        "undated": [i.number for i in changes.undated],
        "due_later": [_fields(c.after.number, c.before, c.after) for c in changes.due_later],
        "due_earlier": [_fields(c.after.number, c.before, c.after) for c in changes.due_earlier],
        "new_payments": [p.payment_id for p in changes.new_payments],
        "changed_payments": [_fields(c.after.payment_id, c.before, c.after) for c in changes.changed_payments],
        "vanished_payments": [p.payment_id for p in changes.vanished_payments],
        "customers_added": [c.customer_id for c in changes.customers_added],
        "customers_changed": [c.customer_id for c in changes.customers_changed],
        "customers_removed": [c.customer_id for c in changes.customers_removed],
        "moved_contacts": changes.moved_contacts,
    }


def _counts(listed: Listed) -> dict[str, int]:
    return {"customers": listed.customers, "invoices": listed.invoices, "payments": listed.payments}


def _fields(name: str, before: Invoice | Payment, after: Invoice | Payment) -> dict[str, object]:
    pairs = ((f.name, getattr(before, f.name), getattr(after, f.name)) for f in fields(before) if f.compare)
    return {"id": name, "fields": {field: [_plain(a), _plain(b)] for field, a, b in pairs if a != b}}


def _plain(value: object) -> str | None:
    return None if value is None else str(value)
