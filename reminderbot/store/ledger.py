"""The ledger as last taken in: the snapshot it was, and the rows that a new one changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from reminderbot.core.customer import Consent, Contact, Customer
from reminderbot.core.invoice import Invoice, Payment, PaymentKind, Status, open_balance
from reminderbot.core.money import Money
from reminderbot.core.snapshot import Snapshot
from reminderbot.store import setting
from reminderbot.store.session import upsert
from reminderbot.store.tables import customer, invoice, payment

_CHUNK = 500
# Put together once: that costs as much as asking it.
_REVIEW = (
    update(customer)
    .where(customer.c.customer_id.in_(bindparam("ids", expanding=True)))
    .values(next_review_at=bindparam("at"))
)


def load(connection: Connection) -> Snapshot | None:
    """The ledger as it was last taken in; None before the first import. Payments by hand are not part of it."""
    exported_at = setting.get_moment(connection, setting.LEDGER)
    if exported_at is None:
        return None
    customers = connection.execute(select(customer).where(customer.c.listed))
    invoices = connection.execute(select(invoice).where(invoice.c.listed))
    payments = connection.execute(select(payment).where(payment.c.listed, ~payment.c.by_hand))
    return Snapshot(
        tuple(_as_listed(row) for row in customers),
        tuple(invoice_of(row) for row in invoices),
        tuple(payment_of(row) for row in payments),
        exported_at,
    )


def take_in(connection: Connection, old: Snapshot | None, new: Snapshot, now: datetime) -> set[str]:
    """Bring the tables to `new`; gives the customers whose facts changed, who are looked at again at once."""
    before = old or Snapshot((), (), (), new.exported_at)
    customers = _changed(before.customers, new.customers, lambda c: c.customer_id)
    invoices = _changed(before.invoices, new.invoices, lambda i: i.number)
    payments = _changed(before.payments, new.payments, lambda p: p.payment_id)
    upsert(connection, customer, [_customer_row(c) for c in customers.values()])
    _take_in_invoices(connection, list(invoices.values()))
    upsert(connection, payment, [_payment_row(p) for p in payments.values()])
    touched = {c.customer_id for c in customers.values()}
    touched |= {i.customer_id for i in invoices.values()} | {p.customer_id for p in payments.values()}
    touched |= _unlist(connection, before, new)
    settle_balances(connection, touched)
    review(connection, touched, now)
    setting.put_moment(connection, setting.LEDGER, new.exported_at)
    return touched


def _numbers(snapshot: Snapshot) -> set[str]:
    return {i.number for i in snapshot.invoices}


_Row = TypeVar("_Row")


def _changed(old: Iterable[_Row], new: Iterable[_Row], key: Callable[[_Row], str]) -> dict[str, _Row]:
    before = {key(value): value for value in old}
    return {key(value): value for value in new if before.get(key(value)) != value}


def _unlist(connection: Connection, old: Snapshot, new: Snapshot) -> set[str]:
    """Mark what the ledger no longer lists: it stays in the store and is not reminded about."""
    gone_customers = {c.customer_id for c in old.customers} - {c.customer_id for c in new.customers}
    gone_invoices = _numbers(old) - _numbers(new)
    gone_payments = {p.payment_id for p in old.payments} - {p.payment_id for p in new.payments}
    for table, column, gone in (
        (customer, customer.c.customer_id, gone_customers),
        (invoice, invoice.c.number, gone_invoices),
        (payment, payment.c.payment_id, gone_payments),
    ):
        for chunk in chunks(sorted(gone)):
            connection.execute(update(table).where(column.in_(chunk)).values(listed=False))
    owners = gone_customers | {i.customer_id for i in old.invoices if i.number in gone_invoices}
    return owners | {p.customer_id for p in old.payments if p.payment_id in gone_payments}


def settle_balances(connection: Connection, customer_ids: Iterable[str]) -> None:
    """Compute the open balance of every invoice of these customers anew."""
    for chunk in chunks(sorted(customer_ids)):
        rows = connection.execute(select(invoice).where(invoice.c.customer_id.in_(chunk))).all()
        paid = connection.execute(select(payment).where(payment.c.customer_id.in_(chunk), payment.c.listed)).all()
        by_invoice: dict[str, list[Row[Any]]] = defaultdict(list)
        for row in paid:
            by_invoice[row.invoice or ""].append(row)
        changes = []
        for row in rows:
            balance = balance_of(row, by_invoice[row.number])
            standing = {
                "open_balance": balance,
                "is_open": bool(row.listed and balance > 0),
                "in_credit": bool(row.listed and balance < 0),
                "paid_off_on": _paid_off_on(by_invoice[row.number], balance) if row.listed else row.paid_off_on,
            }
            if any(row._mapping[name] != value for name, value in standing.items()):
                changes.append({"k": row.number} | standing)
        if changes:
            _update_by_number(connection, changes)


def _paid_off_on(payments: list[Row[Any]], balance: Decimal) -> date | None:
    """The day of the last payment; none while something is open. Credit notes and write-offs are no payments."""
    days = (row.paid_on for row in payments if row.kind == PaymentKind.PAYMENT)
    return max(days, default=None) if balance <= 0 else None


def balance_of(row: Row[Any], payments: list[Row[Any]]) -> Decimal:
    """The smaller of what ledger and hand say; a payment noted by hand is the whole sum paid so far."""
    bill = invoice_of(row)
    ledger = open_balance(bill, (payment_of(p) for p in payments if not p.by_hand)).amount
    by_hand = open_balance(bill, (payment_of(p) for p in payments if p.by_hand)).amount
    return min(ledger, by_hand)


def review(connection: Connection, customer_ids: Iterable[str], at: datetime) -> None:
    """Have these customers looked at again at `at`."""
    for chunk in chunks(sorted(customer_ids)):
        connection.execute(_REVIEW, {"ids": chunk, "at": at})


def review_everybody(connection: Connection, at: datetime) -> None:
    """Have all who are in the ledger looked at again at `at`."""
    everybody = connection.execute(select(customer.c.customer_id).where(customer.c.listed)).scalars()
    review(connection, everybody, at)


def restart(connection: Connection, number: str, on: date) -> int:
    """Begin an invoice's reminders anew from that day on; gives the round that it is in now."""
    bill = connection.execute(select(invoice).where(invoice.c.number == number)).one()
    anew = {"round": bill.round + 1, "restarted_on": on, "tier": None, "tier_days": None, "tier_reached_at": None}
    anew["tiers_had"] = ""
    connection.execute(update(invoice).where(invoice.c.number == number).values(**anew))
    return int(bill.round) + 1


def standing(connection: Connection, number: str) -> dict[str, Any]:
    """How far the reminders of an invoice have come, as it can be written down."""
    bill = connection.execute(select(invoice).where(invoice.c.number == number)).one()
    reached = bill.tier_reached_at.isoformat() if bill.tier_reached_at else None
    restarted = bill.restarted_on.isoformat() if bill.restarted_on else None
    known = {"round": bill.round, "tier": bill.tier, "tier_days": bill.tier_days}
    known["tiers_had"] = bill.tiers_had
    return known | {"tier_reached_at": reached, "restarted_on": restarted}


def put_back(connection: Connection, number: str, before: Mapping[str, Any]) -> None:
    """Have the reminders of an invoice stand as they were written down."""
    reached, restarted = before["tier_reached_at"], before["restarted_on"]
    values = dict(before)
    values["tier_reached_at"] = datetime.fromisoformat(reached) if reached else None
    values["restarted_on"] = date.fromisoformat(restarted) if restarted else None
    connection.execute(update(invoice).where(invoice.c.number == number).values(**values))


def mentioned(connection: Connection, numbers: Sequence[str]) -> set[str]:
    """Those of these invoices that reminders have spoken of, whether or not the books list them."""
    spoken = select(invoice.c.number).where(invoice.c.tier.is_not(None))
    found = (connection.execute(spoken.where(invoice.c.number.in_(some))).scalars() for some in chunks(numbers))
    return {number for some in found for number in some}


def chunks(keys: Sequence[str]) -> Iterable[Sequence[str]]:
    """`keys` in pieces that fit one statement."""
    return (keys[i : i + _CHUNK] for i in range(0, len(keys), _CHUNK))


def customer_of(row: Row[Any]) -> Customer:
    """A customer as they are written to: what a person put in the place of the ledger's word counts.

    Consent to texts was given for the ledger's number (47 CFR 64.1200), and goes with no other.
    """
    listed = _as_listed(row)
    known = listed.contact
    consent = None if row.phone_by_hand else known.sms_consent
    contact = Contact(known.name, row.email_by_hand or known.email, row.phone_by_hand or known.phone, consent)
    return replace(listed, contact=contact)


def _as_listed(row: Row[Any]) -> Customer:
    """A customer as the ledger has them."""
    consent = Consent(row.sms_consent_on, row.sms_consent_how or "") if row.sms_consent_on else None
    contact = Contact(row.contact_name, row.email, row.phone, consent)
    return Customer(row.customer_id, row.name, contact, row.language, row.time_zone, row.country, row.group, row.region)


def invoice_of(row: Row[Any]) -> Invoice:
    return Invoice(
        row.number,
        row.customer_id,
        row.issued_on,
        row.due_on,
        Money(row.total, row.currency),
        Status(row.status),
        row.pay_url,
        row.po_number,
        row.pdf,
        row.retained,
        row.retained_until,
        row.replaces,
    )


def payment_of(row: Row[Any]) -> Payment:
    return Payment(
        row.payment_id,
        row.customer_id,
        row.invoice,
        row.paid_on,
        Money(row.amount, row.currency),
        PaymentKind(row.kind),
        row.unlisted_invoice,
    )


def _customer_row(c: Customer) -> dict[str, Any]:
    consent = c.contact.sms_consent
    return {
        "customer_id": c.customer_id,
        "name": c.name,
        "contact_name": c.contact.name,
        "email": c.contact.email,
        "phone": c.contact.phone,
        "language": c.language,
        "time_zone": c.time_zone,
        "country": c.country,
        "group": c.group,
        "region": c.region,
        "sms_consent_on": consent.given_on if consent else None,
        "sms_consent_how": consent.how if consent else None,
        "listed": True,
    }


def _invoice_row(i: Invoice) -> dict[str, Any]:
    return {
        "number": i.number,
        "customer_id": i.customer_id,
        "issued_on": i.issued_on,
        "due_on": i.due_on,
        "currency": i.total.currency,
        "total": i.total.amount,
        "status": i.status.value,
        "pay_url": i.pay_url,
        "po_number": i.po_number,
        "pdf": i.pdf,
        "retained": i.retained,
        "retained_until": i.retained_until,
        "replaces": i.replaces,
        "listed": True,
        "open_balance": Decimal(0),
        "is_open": False,
        "in_credit": False,
        "paid_off_on": None,
        "round": 1,
    }


def _take_in_invoices(connection: Connection, invoices: list[Invoice]) -> None:
    """New ones are added; of those in the store, listed or not, what the reminders know of them stays."""
    stored: set[str] = set()
    for chunk in chunks([i.number for i in invoices]):
        stored.update(connection.execute(select(invoice.c.number).where(invoice.c.number.in_(chunk))).scalars())
    if new := [_invoice_row(i) for i in invoices if i.number not in stored]:
        connection.execute(insert(invoice), new)
    _update_invoices(connection, [i for i in invoices if i.number in stored])


_LEDGER_COLUMNS = (
    "customer_id", "issued_on", "due_on", "currency", "total", "status", "pay_url", "po_number", "pdf", "retained",
    "retained_until", "replaces", "listed",
)  # fmt: skip


def _update_invoices(connection: Connection, invoices: list[Invoice]) -> None:
    rows = [_invoice_row(i) for i in invoices]
    if rows:
        _update_by_number(connection, [{"k": r["number"]} | {name: r[name] for name in _LEDGER_COLUMNS} for r in rows])


def _update_by_number(connection: Connection, rows: list[dict[str, Any]]) -> None:
    connection.execute(update(invoice).where(invoice.c.number == bindparam("k")), rows)


def _payment_row(p: Payment) -> dict[str, Any]:
    return {
        "payment_id": p.payment_id,
        "customer_id": p.customer_id,
        "invoice": p.invoice,
        "unlisted_invoice": p.unlisted_invoice,
        "paid_on": p.paid_on,
        "currency": p.amount.currency,
        "amount": p.amount.amount,
        "kind": p.kind.value,
        "listed": True,
        "by_hand": False,
    }
