"""Notes a payment that the ledger does not have yet, so that nobody is reminded of what they paid."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection

from reminderbot.core.event import Event, EventKind
from reminderbot.core.invoice import PaymentKind
from reminderbot.core.money import Money, minor_digits
from reminderbot.core.undo import Undo, UndoKind
from reminderbot.desk.find import Exactly, one_invoice
from reminderbot.desk.refusal import Refused
from reminderbot.house import House
from reminderbot.store import case, journal, ledger, listing, payment, undo


@dataclass(frozen=True, slots=True)
class Noted:
    """What is open on an invoice now."""

    invoice: str
    customer: str
    received: Money
    still_open: Money
    undo: Undo | None = None


def paid(house: House, actor: str, number: str, amount: Decimal | None = None, whose: Exactly | None = None) -> Noted:
    """Note that `amount` (none: all that is open) has just been paid on an invoice; it is of `whose`, where told.

    The ledger's own word counts again as soon as it says the same or more. Refused where nothing, or less, is open.
    """
    return _note(house, actor, number, amount, PaymentKind.PAYMENT, whose)


def credit(house: House, actor: str, number: str, amount: Decimal | None = None) -> Noted:
    """Note that `amount` (none: all that is open) of an invoice need not be paid: the credit note is on its way."""
    return _note(house, actor, number, amount, PaymentKind.CREDIT_NOTE)


def _note(
    house: House, actor: str, number: str, amount: Decimal | None, kind: PaymentKind, whose: Exactly | None = None
) -> Noted:
    now = house.clock.now()
    with house.store.writing() as connection:
        found = one_invoice(connection, number)
        bill = listing.invoice_like(connection, number)
        assert bill is not None and found.invoice is not None
        if whose is not None and bill.customer_id != whose.customer_id:
            raise Refused(f"{bill.number} is an invoice of {found.customer.name}: note it there.")
        still = Money(bill.open_balance, bill.currency)
        if still.amount <= 0:
            raise Refused(f"Nothing is open on {bill.number}: there is nothing to note.")
        received = Money(still.amount if amount is None else amount, bill.currency)
        _check(received, still, bill.number)
        before = payment.noted(connection, bill.number)
        today = now.astimezone(house.rules.zone).date()
        payment.note(connection, bill, bill.total - still.amount + received.amount, today, kind)
        ledger.settle_balances(connection, [bill.customer_id])
        ledger.review(connection, [bill.customer_id], now)
        data = {"invoice": bill.number, "amount": str(received), "by_hand": True}
        told = EventKind.CREDITED if kind is PaymentKind.CREDIT_NOTE else EventKind.PAID
        journal.record(connection, Event(told, now, actor, bill.customer_id, data))
        left = _open(connection, bill.number)
        case.end_calls(connection, now, bill.customer_id)
        data = {"invoice": bill.number, "before": str(before) if before is not None else None}
        back = undo.remember(connection, UndoKind.PAID, actor, now, data, customer_id=bill.customer_id)
    return Noted(bill.number, found.customer.name, received, left, back)


def take_back(house: House, actor: str, number: str) -> Noted:
    """Take back what was noted by hand on an invoice; Refused where nothing was."""
    now = house.clock.now()
    with house.store.writing() as connection:
        found = one_invoice(connection, number)
        assert found.invoice is not None
        if not payment.take_back(connection, found.invoice):
            raise Refused(f"No payment was noted by hand on {found.invoice}: there is nothing to take back.")
        ledger.settle_balances(connection, [found.customer.customer_id])
        ledger.review(connection, [found.customer.customer_id], now)
        data = {"invoice": found.invoice, "by_hand": True, "taken_back": True}
        journal.record(connection, Event(EventKind.PAID, now, actor, found.customer.customer_id, data))
        case.call_again(connection, found.customer.customer_id, found.invoice, now, actor)
        left = _open(connection, found.invoice)
    return Noted(found.invoice, found.customer.name, Money(Decimal(0), left.currency), left)


def _open(connection: Connection, number: str) -> Money:
    bill = listing.invoice_like(connection, number)
    assert bill is not None
    return Money(bill.open_balance, bill.currency)


def _check(received: Money, still: Money, number: str) -> None:
    if received.amount <= 0:
        raise Refused("An amount paid is more than 0; to take a note back write --undo.")
    if received > still:
        raise Refused(f"Only {still} is open on {number}: write at most that, or leave --amount out.")
    if received.amount != round(received.amount, minor_digits(received.currency)):
        raise Refused(
            f"{received.amount} has more decimals than {received.currency} has: write it like {still.amount}."
        )
